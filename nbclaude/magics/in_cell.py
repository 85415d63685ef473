"""Asks a question and shows the answer under the cell; the reply is in `_claude`."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nbclaude import notebook, stopping
from nbclaude.asking.ask import Asking, keep_reply, receipt_of_plan
from nbclaude.asking.footer import footer_of, spent_of
from nbclaude.conversation.answer_format import AnswerFormat, answer_format
from nbclaude.conversation.estimate import unmeasured_note
from nbclaude.conversation.ledger import dollars
from nbclaude.conversation.plan import Plan
from nbclaude.conversation.workspace import current_workspace
from nbclaude.errors import AnswerInterrupted, ConfigurationError
from nbclaude.magics.variables import named_in, system_prompt, variable
from nbclaude.magics.wording import note_text
from nbclaude.notebook import Shell
from nbclaude.options import Options
from nbclaude.options.spelling import spell
from nbclaude.output import AnswerDisplay, open_display, show_receipt
from nbclaude.reply import Reply, reply_of
from nbclaude.settings.table import SETTINGS
from nbclaude.tools.definitions import tool_definitions

__all__ = ["ask_in_cell", "format_of", "settings_given", "show_plan"]

# For front ends that show what comes first and no updates of it.
_ADVICE = (
    "If no answer appears here, it is in _claude; "
    "%config ClaudeMagics.display = 'append' shows answers even where outputs are not updated."
)


def settings_given(options: Options, names: Mapping[str, Any], schema: AnswerFormat | None) -> dict[str, Any]:
    """Return what the options set of the settings, with the variables that they name looked up among `names`."""
    given: dict[str, Any] = {
        row.name: getattr(options, row.name) for row in SETTINGS if row.held and row.options
    }
    if options.system is not None:
        given["system"] = system_prompt(names, options.system)
    if options.tools is not None:
        given["tools"] = tuple(tool for name in options.tools for tool in _tools(names, name))
    if schema is not None:
        given["schema"] = schema.schema
    return given


def _tools(names: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], ...]:
    value = variable(names, name, "--tools")
    with named_in(f"--tools {name}"):
        return tool_definitions(value)


def format_of(options: Options, names: Mapping[str, Any]) -> AnswerFormat | None:
    """Return the form of the answer that `--json` asks for."""
    if options.json is None:
        return None
    value = variable(names, options.json, "--json")
    with named_in(f"--json {options.json}"):
        return answer_format(value)


def ask_in_cell(
    asking: Asking, *, layout: str, into: str | None = None, form: AnswerFormat | None = None
) -> Reply | None:
    """Ask, show, keep the reply and return it; raise what went wrong, if anything did."""
    workspace, shell, question = current_workspace(), asking.shell, asking.question
    # What cannot be sent is said before anything is shown.
    prepared = workspace.plan(question, asking.conversation, asking.settings)
    _show_figures(shell)
    settings = asking.settings
    display = open_display(
        shell,
        layout,
        language="json" if settings.schema is not None else "",
        macros=frozenset(settings.math_macros),
        advice=_ADVICE,
    )
    conversation = workspace.conversations[asking.conversation]
    before = conversation.turns
    try:
        with stopping.held():
            return _asked(asking, prepared, display, into, form)
    except KeyboardInterrupt as stop:
        if stopping.is_told(stop):
            raise
        raise AnswerInterrupted(_UNCHANGED if conversation.turns == before else _WAS_KEPT) from None


_WAS_COMPLETE = (
    "Stopped when the answer was complete; it is in _claude, and %claude_undo takes its turn back."
)
_WAS_KEPT = "Stopped. What arrived is kept as a turn (%claude_undo takes it back, %claude_continue goes on)."
_UNCHANGED = "Stopped. The conversation is unchanged."


def _asked(
    asking: Asking, prepared: Plan, display: AnswerDisplay, into: str | None, form: AnswerFormat | None
) -> Reply | None:
    """Ask and show, while stops are held back but for where they are heeded."""
    workspace, shell = current_workspace(), asking.shell
    try:
        display.begin()
        outcome = workspace.ask(asking.question, asking.conversation, asking.settings, display, prepared)
    except (ConfigurationError, KeyboardInterrupt):
        display.abandon(alone=_is_alone(shell))
        raise
    reply = None
    if outcome.is_empty:
        display.abandon(alone=_is_alone(shell))
    else:
        reply = reply_of(outcome, form)
        keep_reply(shell, reply, into)
        workspace.tray.sent(asking.gathered.tray)
        notes = tuple(map(note_text, workspace.news(outcome.plan.notes)))
        footer = footer_of(outcome, asking.question, notes, workspace)
        receipt = receipt_of_plan(outcome.plan, asking.gathered, spent_of(outcome), spell)
        # A stop that nobody could hold back may have torn the rendering: that must not hide the stop.
        torn = (Exception,) if isinstance(outcome.error, AnswerInterrupted) else ()
        with contextlib.suppress(*torn):
            display.finish(replace(footer, receipt=receipt), alone=_is_alone(shell))
    is_stopped = stopping.take()
    if outcome.error is not None:
        raise outcome.error
    if is_stopped:
        raise AnswerInterrupted(_WAS_COMPLETE)
    return reply


def _is_alone(shell: Shell) -> bool:
    """Tell whether the output of the cell that runs shows nothing but our answer."""
    return notebook.is_claude_cell(shell) and not current_workspace().seen.has_output


def show_plan(asking: Asking) -> None:
    """Show what would be sent, and send nothing."""
    workspace = current_workspace()
    plan = workspace.plan(asking.question, asking.conversation, asking.settings)
    tokens, estimate = workspace.estimate(plan)
    price = f", {dollars(estimate)} before the answer" if estimate is not None else ""
    spent = f"about {tokens:,} tokens{price}"
    receipt = receipt_of_plan(plan, asking.gathered, spent, spell, whole=True)
    guessed = unmeasured_note(plan.request.body())
    notes = (*receipt.notes, *map(note_text, plan.notes), *([guessed] if guessed else []))
    receipt = replace(receipt, summary=receipt.summary.replace("sent:", "would be sent:", 1), notes=notes)
    _show_figures(asking.shell)
    show_receipt(asking.shell, receipt)


def _show_figures(shell: Shell) -> None:
    """Show the cell's figures above the answer that is about them."""
    from nbclaude.context.shown.pending import show_pending

    if notebook.only_asks_follow(shell):
        show_pending(shell)
