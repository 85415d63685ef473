"""The one way to ask, for cells, panels and Python: prepare, send, finish.

A surface prepares an ask (`prepare`), which says what cannot be sent before anything is shown; opens a display; and passes both
to `ask_prepared`. Surfaces differ in the display, in where they keep the reply, and in their words.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nbclaude import stopping
from nbclaude.asking.prepare import Prepared
from nbclaude.asking.reply import Reply, reply_of
from nbclaude.asking.send import send
from nbclaude.conversation.exchange import Outcome
from nbclaude.cures import Spell, plainly
from nbclaude.errors import AnswerInterrupted, ConfigurationError
from nbclaude.refusal import Refusal

if TYPE_CHECKING:
    from nbclaude.output.display import AnswerDisplay
    from nbclaude.render.receipt import Receipt
    from nbclaude.render.reply import Footer

__all__ = ["Answered", "Surface", "ask_prepared", "finish"]


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of an ask, as facts that a surface words. `reply` is empty if nothing of an answer arrived.

    `is_recorded` tells whether the question takes part in its conversation. `notes` are those about the request that nobody
    has been told yet, `set_aside` counts turns of deleted cells that nobody has been told of, `budget` warns of its end.
    `was_stopped`: the user stopped when the answer was complete already.
    """

    outcome: Outcome
    reply: Reply
    receipt: Receipt | None = None
    is_recorded: bool = True
    notes: tuple[str | Refusal, ...] = ()
    set_aside: int = 0
    budget: str = ""
    in_child: bool = False
    was_stopped: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether the whole answer arrived, and the user wants it."""
        return self.outcome.error is None and not self.was_stopped


@dataclass(frozen=True, slots=True)
class Surface:
    """What a surface does in its own way: it keeps the reply, and words what goes under the answer.

    Without a `footer` nothing is shown under the answer, and nothing counts as told.
    """

    keep: Callable[[Reply], None] = lambda reply: None
    footer: Callable[[Answered], Footer] | None = None
    spell: Spell = plainly


def ask_prepared(prepared: Prepared, display: AnswerDisplay, surface: Surface) -> Answered:
    """Send a prepared ask, show its answer, and return what came of it; a failed answer is in it, not raised.

    Stops are held back but for where they are heeded, so neither a turn nor a page is ever half done.

    Raises:
        ConfigurationError: the budget would be passed; nothing was sent.
        KeyboardInterrupt: the user stopped before anything was sent.

    """
    with stopping.held():
        try:
            display.begin()
            outcome = send(prepared, display)
        except (ConfigurationError, KeyboardInterrupt):
            display.abandon()
            raise
        answered = finish(prepared, outcome, display, surface)
        answered = replace(answered, was_stopped=stopping.take())
    if prepared.ask.then is not None and answered.is_complete:
        prepared.ask.then(answered)
    return answered


def finish(prepared: Prepared, outcome: Outcome, display: AnswerDisplay, surface: Surface) -> Answered:
    """Keep the reply, and show the end of the answer with its footer and receipt."""
    workspace, ask = prepared.workspace, prepared.ask
    answered = Answered(outcome, reply_of(outcome, ask.form), is_recorded=ask.question.history)
    if outcome.is_empty:
        display.abandon()
        return answered
    surface.keep(answered.reply)
    workspace.tray.sent(ask.gathered.tray)
    if surface.footer is None:
        return answered
    from nbclaude.asking.receipt import receipt_of_plan

    answered = replace(
        answered,
        receipt=receipt_of_plan(workspace, outcome.plan, ask.gathered, spell=surface.spell),
        notes=workspace.not_yet_told(outcome.plan.notes),
        set_aside=workspace.newly_set_aside(),
        budget=workspace.budget.warning(workspace.ledger),
        in_child=workspace.is_child,
    )
    # A stop that nobody could hold back may have torn the rendering: that must not hide the stop.
    torn = (Exception,) if isinstance(outcome.error, AnswerInterrupted) else ()
    footer = surface.footer(answered)
    with contextlib.suppress(*torn):
        display.finish(footer)
    return answered
