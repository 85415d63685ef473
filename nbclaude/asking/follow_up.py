"""Which answer a cell goes on from, when it asks for the rest of one or gives the results of tool calls."""

from __future__ import annotations

from nbclaude.conversation.replaying import open_calls
from nbclaude.conversation.turns import Conversation, Turn
from nbclaude.frozen import frozen
from nbclaude.notebook import CellRun
from nbclaude.wire.message import stop_reason_of

__all__ = ["Origin", "is_cut", "origin_of_rest", "origin_of_results"]

_CUT = ("max_tokens", "model_context_window_exceeded", "pause_turn")


@frozen
class Origin:
    """The turn that is gone on from, if there is one, and what becomes of the cell's own turns.

    `in_place`: the rest becomes one turn with it, in the place of `instead_of`. `kept` are turns of the cell's earlier runs
    that stay. `is_of_run` tells that this very run of the cell has made it, so that it is on the screen.
    """

    turn: Turn | None
    in_place: bool = False
    instead_of: Turn | None = None
    kept: tuple[Turn, ...] = ()
    is_of_run: bool = False


def is_cut(turn: Turn) -> bool:
    """Tell whether an answer has a rest: it was stopped, or reached a limit."""
    return bool(turn.stopped) or stop_reason_of(turn.message) in _CUT


def origin_of_rest(conversation: Conversation, at: CellRun | None) -> Origin:
    """Find the answer whose rest a cell asks for: its own that was cut off, else that of the turn before it.

    Run again, the cell asks for the rest of the same beginning again.
    """
    own = _own(conversation, at)
    before = _before(conversation, at)
    if own is None or (not own.of_run and _has_lost_its_origin(own.last, before)):
        return Origin(before)
    last, others = own.last, own.turns[:-1]
    if is_cut(last):
        return Origin(last, in_place=True, instead_of=last, kept=others, is_of_run=own.of_run)
    if own.of_run:
        return Origin(last, is_of_run=True)
    if last.completes is not None:
        return Origin(last.completes, in_place=True, instead_of=last, kept=others)
    return Origin(before if before is not None else last)


def origin_of_results(conversation: Conversation, at: CellRun | None) -> Origin:
    """Find the answer whose tool calls a cell gives the results of: its own, else that of the turn before it."""
    own = _own(conversation, at)
    before = _before(conversation, at)
    if own is None:
        return Origin(before)
    if own.of_run:
        return Origin(own.last, is_of_run=True)
    first = own.turns[0]
    if first.follows is not None and before is not None and open_calls(before):
        return Origin(before)  # the cell gives the results of another cell's calls, and does so again
    for index in reversed(range(len(own.turns))):
        if open_calls(own.turns[index]):
            return Origin(own.turns[index], kept=own.turns[: index + 1])
    return Origin(before)


@frozen
class _Own:
    """The turns of a cell: those of this run, else those of the runs before it."""

    turns: tuple[Turn, ...]
    of_run: bool

    @property
    def last(self) -> Turn:
        return self.turns[-1]


def _own(conversation: Conversation, at: CellRun | None) -> _Own | None:
    if at is None:
        return None
    if this_run := conversation.of_run(at):
        return _Own(this_run, of_run=True)
    mine = conversation.of_cell(at)
    return _Own(mine, of_run=False) if mine else None


def _before(conversation: Conversation, at: CellRun | None) -> Turn | None:
    turns = conversation.before(conversation.place_of(at))
    return turns[-1] if turns else None


def _has_lost_its_origin(turn: Turn, before: Turn | None) -> bool:
    """Whether a turn went on from an answer that is another by now: the rest of that one is asked for, then."""
    if turn.follows is None or turn.follows is before:
        return False
    return not turn.prompt or (before is not None and is_cut(before))
