"""The one way to ask, for cells, panels and Python: prepare, send, finish.

A surface prepares an ask (`prepare`), which says what cannot be sent before anything is shown; opens a display; and passes both
to `ask_prepared`. Surfaces differ in the display, in where they keep the reply, and in their words.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from nbclaude import stopping
from nbclaude.approval import Approve
from nbclaude.asking.calls import Step
from nbclaude.asking.prepare import Prepared
from nbclaude.asking.reply import Reply, reply_of
from nbclaude.asking.steps import Answer, ask_in_steps
from nbclaude.conversation.exchange import Outcome
from nbclaude.conversation.plan import Plan
from nbclaude.conversation.turns import Turn
from nbclaude.cures import Command, Spell, Words, plainly
from nbclaude.errors import AnswerInterrupted, ConfigurationError
from nbclaude.frozen import frozen
from nbclaude.refusal import Refusal
from nbclaude.workspace import Workspace

if TYPE_CHECKING:
    from nbclaude.asking.gathering import Gathered
    from nbclaude.conversation.screening import Screening
    from nbclaude.output.display import AnswerDisplay
    from nbclaude.output.marks import Saves
    from nbclaude.render.footer import Footer
    from nbclaude.render.receipt import Receipt
    from nbclaude.tools.running import OnMain

__all__ = ["Answered", "Surface", "ask_prepared", "finish"]

_ONLY_SAVED = "Only saved answers are shown, and this question has none. Nothing was sent."


@frozen
class Answered:
    """What came of an ask, as facts that a surface words. `reply` is empty if nothing of an answer arrived.

    `outcome` is that of its last request, with usage, time and cost of all of them; `turns` are what they have made, and
    `steps` the calls of tools that were run between them. `at_limit`: the answer calls more than `max_steps` allows.

    `screening` is what was found in all of its requests. `is_recorded` tells whether the question takes part in its conversation.
    `notes` are those about the request that nobody has been told yet, `set_aside` counts turns of deleted cells that nobody has
    been told of, `budget` warns of its end. `was_stopped`: the user stopped when the answer was complete already.
    """

    outcome: Outcome
    reply: Reply
    receipt: Receipt | None = None
    screening: Screening | None = None
    is_recorded: bool = True
    notes: tuple[str | Words | Refusal, ...] = ()
    set_aside: int = 0
    budget: str = ""
    in_child: bool = False
    was_stopped: bool = False
    turns: tuple[Turn, ...] = ()
    steps: tuple[Step, ...] = ()
    at_limit: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether the whole answer arrived, and the user wants it."""
        return self.outcome.error is None and not self.was_stopped


@frozen
class Surface:
    """What a surface does in its own way: it keeps the reply, words what goes under the answer, and asks about tools.

    `approve` asks the user whether a tool may run; without it no tool does that would have to be asked about. A surface that asks
    in a thread of its own has `on_main` run what needs the kernel's main thread. Without a `footer` nothing is shown under the
    answer, and nothing counts as told. With `saves` the turns stand in the last output of the answer, in a `record` that is there
    already or in a new one.
    """

    keep: Callable[[Reply], None] = lambda reply: None
    footer: Callable[[Answered], Footer] | None = None
    spell: Spell = plainly
    approve: Approve | None = None
    on_main: OnMain | None = None
    saves: bool = False
    record: Saves | None = None


def ask_prepared(prepared: Prepared, display: AnswerDisplay, surface: Surface) -> Answered:
    """Send a prepared ask, show its answer, and return what came of it; a failed answer is in it, not raised.

    Stops are held back but for where they are heeded, so neither a turn nor a page is ever half done.

    Raises:
        ConfigurationError: the budget would be exceeded, or only saved answers may be shown; nothing was sent.
        KeyboardInterrupt: the user stopped before anything was sent.

    """
    _check_sendable(prepared)
    with stopping.held():
        try:
            display.begin()
            answer = ask_in_steps(prepared, display, surface.approve, surface.on_main)
        except (ConfigurationError, KeyboardInterrupt):
            display.abandon()
            raise
        answered = finish(prepared, answer, display, surface)
        return replace(answered, was_stopped=stopping.take())


def _check_sendable(prepared: Prepared) -> None:
    """Refuse what was prepared without a key, or while only saved answers are shown.

    Raises:
        ConfigurationError: it cannot be sent.

    """
    workspace = prepared.workspace
    if workspace.only_replays:
        raise ConfigurationError(_ONLY_SAVED, cure=(Command.REPLAY_OFF, " sends questions again."))
    if workspace.replays:
        workspace.connection(prepared.plan.settings)


def finish(prepared: Prepared, answer: Answer, display: AnswerDisplay, surface: Surface) -> Answered:
    """Keep the reply, and show the end of the answer with its footer and receipt."""
    workspace, ask, outcome = prepared.workspace, prepared.ask, answer.outcome
    answered = Answered(
        outcome,
        reply_of(outcome, ask.form, answer.steps),
        is_recorded=ask.question.history,
        turns=tuple(each.turn for each in answer.outcomes if each.turn is not None),
        steps=answer.steps,
        at_limit=answer.at_limit,
    )
    if outcome.is_empty and len(answer.outcomes) == 1:
        display.abandon()
        return answered
    surface.keep(answered.reply)
    workspace.tray.sent(ask.gathered.tray)
    try:
        if ask.then is not None and answered.is_complete and not stopping.is_waiting():
            display.settle(below=True)
            ask.then(answered)
    finally:
        answered = _show_end(prepared, answered, answer, display, surface)
    return answered


def _show_end(
    prepared: Prepared, answered: Answered, answer: Answer, display: AnswerDisplay, surface: Surface
) -> Answered:
    """Show what is left of the answer, with the footer; return what was told in it."""
    workspace, ask, outcome = prepared.workspace, prepared.ask, answered.outcome
    if surface.footer is None:
        return answered
    first, *later = _plans(answer)
    answered = replace(
        answered,
        receipt=_receipt(workspace, answer, ask.gathered, surface.spell),
        screening=first.screening.and_of(plan.screening for plan in later),
        notes=workspace.not_yet_told(outcome.plan.notes),
        set_aside=workspace.newly_set_aside(),
        budget=workspace.budget.warning(workspace.ledger),
        in_child=workspace.is_child,
    )
    # A stop that nobody could hold back may have torn the rendering: that must not hide the stop.
    torn = (Exception,) if isinstance(outcome.error, AnswerInterrupted) else ()
    footer = surface.footer(answered)
    with contextlib.suppress(*torn):
        display.finish(footer, _saves(prepared, answered, surface))
    return answered


def _saves(prepared: Prepared, answered: Answered, surface: Surface) -> Saves | None:
    """Return what makes the record of an answer once its pages are known; None if it is not saved."""
    if not surface.saves or surface.record is not None:
        return surface.record if surface.saves else None
    from nbclaude.saved.record import record_of, request_parts

    change = answered.outcome.change
    names = (prepared.ask.conversation, *change.left) if change is not None else ()
    request = request_parts(prepared.plan.request)
    return lambda shown: record_of(prepared.workspace, names, answered.turns, shown, request)


def _receipt(workspace: Workspace, answer: Answer, gathered: Gathered, spell: Spell) -> Receipt:
    """Write what the question sent, and what each step added to it."""
    from nbclaude.asking.receipt import receipt_of_plan
    from nbclaude.asking.step_notes import with_steps

    first, *later = _plans(answer)
    receipt = receipt_of_plan(workspace, first, gathered, spell=spell)
    return with_steps(receipt, answer.steps, later)


def _plans(answer: Answer) -> list[Plan]:
    """Return what each request of an answer was planned as."""
    plans: list[Plan] = []
    for each in answer.outcomes:
        # An answer that ended between two requests repeats the plan before.
        if each.plan not in plans[-1:]:
            plans.append(each.plan)
    return plans
