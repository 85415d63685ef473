"""Asks from a cell, for all magics that ask: the answer is shown under the cell, the reply kept in `_claude`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from nbclaude import notebook, stopping
from nbclaude.approval import approve_in_cell
from nbclaude.asking.ask import Answered, Surface, ask_prepared
from nbclaude.asking.footer import footer_of
from nbclaude.asking.gathering import gather
from nbclaude.asking.prepare import Ask, Prepared, estimate, prepare
from nbclaude.asking.prompt import Prompt
from nbclaude.asking.replayed import replay
from nbclaude.asking.reply import Reply, keep_reply
from nbclaude.asking.tool_variables import variables_for
from nbclaude.context.references.scope import Scope
from nbclaude.conversation.answer_format import AnswerFormat, answer_format
from nbclaude.conversation.estimate import unmeasured_note
from nbclaude.conversation.exchange import KEPT
from nbclaude.conversation.ledger import dollars
from nbclaude.conversation.question import Question
from nbclaude.cures import Command, Words
from nbclaude.errors import AnswerInterrupted
from nbclaude.magics.early_signs import early_sign, is_alone
from nbclaude.magics.failures import ending_of
from nbclaude.magics.news import tell_of_rules
from nbclaude.magics.replays import saved_answer
from nbclaude.magics.restoring import restore_first
from nbclaude.magics.tool_names import Tools, tools_given
from nbclaude.magics.variables import named_in, system_prompt, variable
from nbclaude.magics.wording import note_text
from nbclaude.notebook import Shell
from nbclaude.options import Options
from nbclaude.options.spelling import spell
from nbclaude.output import EarlySign, open_display, show_receipt
from nbclaude.settings.table import SETTINGS
from nbclaude.tools.definitions import definitions_of
from nbclaude.workspace import Workspace

if TYPE_CHECKING:
    from nbclaude.render.footer import Footer
    from nbclaude.saved.replaying import Replays

__all__ = ["Asker", "ask_in_cell", "ask_prompt", "first_words", "format_of", "settings_given"]

# For front ends that show what comes first and no updates of it.
_ADVICE = (
    "If no answer appears here, it is in _claude; "
    "%config ClaudeMagics.display = 'append' shows answers even where outputs are not updated."
)
# A name in braces, and the libraries whose figures take a while to paint.
_NAMED = re.compile(r"\{\s*([^\W\d]\w*)")
_DRAWN = frozenset({"altair", "bokeh", "graphviz", "matplotlib", "plotly", "plotnine"})
_WAS_COMPLETE: Words = ("It is in _claude, and ", Command.UNDO, " takes its turn back.")
_UNCHANGED: Words = ("The conversation is unchanged.",)


class Asker(Protocol):
    """What asking from a cell needs of the magics: where they run, what their kernel holds, and settings of `%config`."""

    shell: Shell
    workspace: Workspace
    conversation: str
    cells: int
    display: str
    restore: str
    replay: str
    save_turns: bool
    replays: Replays | None


def ask_prompt(
    asker: Asker, options: Options, prompt: Prompt, names: Scope, sign: EarlySign | None = None
) -> Reply | None:
    """Gather what goes along, ask, show the answer and return the reply: what `%claude` does, and every verb.

    `names` are those that the line sees; `sign` is a waiting sign that is already shown. With `--dry-run` nothing is sent,
    and None is returned.

    Raises:
        ConfigurationError: something cannot be attached or sent.
        APIError: the request failed; what had arrived is shown and kept.
        AnswerInterrupted: the user stopped.

    """
    workspace = asker.workspace
    form = format_of(options, names)
    tools = tools_given(asker.shell, workspace, options, names)
    settings = workspace.settings(settings_given(options, names, form, tools))
    model = workspace.model(settings)
    prompt = replace(prompt, attachments=(*prompt.attachments, *variables_for(tools or (), names)))
    sign = sign or _early_sign(asker)
    sign.say(first_words(options, prompt.text, names))
    with sign:
        gathered = gather(
            workspace,
            asker.shell,
            options,
            prompt,
            model,
            cells=int(asker.cells),
            names=names,
            lazy_seconds=settings.lazy_seconds,
        )
        sign.say("")
        question = Question(
            gathered.blocks,
            workspace.cell_run(),
            options.new,
            options.history,
            options.prefill,
            gathered.names,
            gathered.values,
            label=prompt.label,
        )
        conversation = options.conversation or str(asker.conversation)
        ask = Ask(
            question, settings, conversation, gathered, form, prompt.then, tools or (), names, prompt.listing
        )
        return ask_in_cell(asker, options, ask, sign)


def first_words(options: Options, prompt: str, names: Scope) -> str:
    """Return what to show until a question can be sent; empty if nothing takes long."""
    given = (*_NAMED.findall(prompt), *options.attach)
    named = (names.local.get(name, names.shared.get(name)) for name in given)
    if options.figures or any(type(value).__module__.partition(".")[0] in _DRAWN for value in named):
        return "Painting the figure…"
    return "Preparing what is attached…" if options.attach or options.dry_run or "{" in prompt else ""


def _early_sign(asker: Asker) -> EarlySign:
    is_ours = notebook.is_claude_cell(asker.shell)
    return early_sign(asker, asker.workspace.seconds_in_cell() if is_ours else 0.0)


def ask_in_cell(asker: Asker, options: Options, ask: Ask, sign: EarlySign | None = None) -> Reply | None:
    """Ask what has been gathered already, as `ask_prompt` does; the answer takes the place of a `sign`."""
    workspace, shell = asker.workspace, asker.shell
    tell_of_rules(workspace)
    restore_first(asker)
    # What cannot be sent is said before anything is shown.
    prepared = prepare(workspace, ask, looks_only=options.dry_run)
    sign = _show_figures(shell, sign)
    if options.dry_run:
        if sign is not None:
            sign.end()
        _show_plan(shell, prepared)
        return None
    prepared, saved = saved_answer(asker, prepared, fresh=options.fresh)
    display = open_display(
        shell,
        asker.display,
        language="json" if ask.settings.schema is not None else "",
        macros=frozenset(ask.settings.math_macros),
        advice=_ADVICE,
        is_alone=lambda: is_alone(asker),
        sign=sign,
        marks=asker.save_turns,
        source=ask.listing,
        answer=saved.answer if saved is not None else "",
    )
    surface = Surface(
        lambda reply: keep_reply(shell, reply, options.into),
        lambda answered: _footer(answered, asker),
        spell,
        approve_in_cell(shell),
        saves=asker.save_turns,
    )
    conversation = workspace.conversations[ask.conversation]
    before = conversation.turns
    try:
        answered = (
            replay(prepared, saved, display, surface) if saved else ask_prepared(prepared, display, surface)
        )
    except KeyboardInterrupt as stop:
        if stopping.says_what_became(stop):
            raise
        raise AnswerInterrupted(note=_UNCHANGED if conversation.turns == before else KEPT) from None
    if answered.outcome.error is not None:
        raise answered.outcome.error
    if answered.was_stopped:
        raise AnswerInterrupted("when the answer was complete", note=_WAS_COMPLETE)
    return answered.reply


def _footer(answered: Answered, asker: Asker) -> Footer:
    """Write the footer; a panel shows it with the turn, without what is said of this cell alone."""
    footer = footer_of(answered, note_text)
    # Where tools ran in between, the outcome's message is that of all requests together.
    last = answered.turns[-1].message if answered.turns else answered.outcome.message
    asker.workspace.footers.keep(last, footer.html)
    return replace(footer, ending=ending_of(answered.outcome.error, asker.shell))


def settings_given(
    options: Options, names: Mapping[str, Any], schema: AnswerFormat | None, tools: Tools | None
) -> dict[str, Any]:
    """Return what the options set of the settings, with the variables that they name looked up among `names`."""
    given: dict[str, Any] = {
        row.name: getattr(options, row.name) for row in SETTINGS if row.held and row.options
    }
    if options.system is not None:
        given["system"] = system_prompt(names, options.system)
    if tools is not None:
        given["tools"] = definitions_of(tools)
    if schema is not None:
        given["schema"] = schema.schema
    return given


def format_of(options: Options, names: Mapping[str, Any]) -> AnswerFormat | None:
    """Return the form of the answer that `--json` asks for."""
    if options.json is None:
        return None
    value = variable(names, options.json, "--json")
    with named_in(f"--json {options.json}"):
        return answer_format(value)


def _show_plan(shell: Shell, prepared: Prepared) -> None:
    """Show what would be sent, and send nothing."""
    from nbclaude.asking.receipt import receipt_of_plan

    plan = prepared.plan
    tokens, cost = estimate(plan)
    price = f", {dollars(cost)} before the answer" if cost is not None else ""
    spent = f"about {tokens:,} tokens{price}"
    receipt = receipt_of_plan(
        prepared.workspace, plan, prepared.ask.gathered, spent, spell=spell, is_sent=False
    )
    guessed = unmeasured_note(plan.request.body())
    notes = (*receipt.notes, *map(note_text, plan.notes), *([guessed] if guessed else []))
    show_receipt(shell, replace(receipt, notes=notes))


def _show_figures(shell: Shell, sign: EarlySign | None) -> EarlySign | None:
    """Show the cell's figures above the answer that is about them; return the sign, unless a figure has taken its place."""
    from nbclaude.context.shown.pending import pending_figures, show_pending

    if not notebook.only_asks_follow(shell):
        return sign
    if sign is None or not pending_figures(shell):
        show_pending(shell)
        return sign
    with sign.giving_place():
        show_pending(shell)
    return None
