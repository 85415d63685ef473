"""Turns come in, from cells and panels; a conversation goes out: what the next request sends, and every change undoable.

A turn belongs to the cell that asked. Running the cell again replaces its turns in place; later turns stay. A turn that was
asked in a panel belongs to no cell.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbclaude.notebook import CellRun
from nbclaude.settings.table import MAIN
from nbclaude.settings.values import Settings
from nbclaude.wire.message import text_of

__all__ = ["MAIN", "Change", "Conversation", "Conversations", "Turn", "excerpt"]

_UNDO_DEPTH = 100


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer. `prompt` and `message` are in the API's shape; `stopped` says why it was cut short.

    `begins` marks the first turn of a new conversation: no request reaches back beyond it. An empty `prompt` goes on with
    the answer before. `prefix` is the fingerprint of what the answer's thinking is bound to, `settings` what it was asked
    with.
    """

    prompt: tuple[Mapping[str, Any], ...]
    message: Mapping[str, Any]
    model: str
    cell: str = ""
    run: object = None
    begins: bool = False
    stopped: str = ""
    seconds: float = 0.0
    request_id: str = ""
    prefix: str = ""
    settings: Settings | None = None

    @property
    def question(self) -> str:
        """The text of the prompt."""
        return text_of({"content": self.prompt})

    @property
    def answer(self) -> str:
        """The text of the answer."""
        return text_of(self.message)


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to a conversation: the number of the turn it was about (from 1), and how many it replaced.

    `left` names the conversations in which an earlier run of the cell had its turns.
    """

    number: int = 0
    total: int = 0
    replaced: int = 0
    later: int = 0
    begins: bool = False
    left: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The change in a few words, for the footer."""
        if self.replaced:
            what = f"replaced turn {self.number}"
            if self.replaced > 1:
                what += f" (and {self.replaced - 1} more of this cell)"
            if self.begins:
                what += ", new conversation"
            return f"{what}, {_count(self.later, 'later turn')} kept" if self.later else what
        what = f"turn {self.number}, new conversation" if self.begins else f"turn {self.number}"
        return f"{what}, moved from {' and '.join(self.left)}" if self.left else what


@dataclass(slots=True)
class Conversation:
    """The turns, oldest first, and the states before each change.

    Cells and panels may change it from several threads: every change is made under `_guard`. Who asks holds `asking`
    meanwhile, so that one question of a conversation is answered before the next is sent.
    """

    name: str = MAIN
    turns: tuple[Turn, ...] = ()
    _past: list[tuple[str, tuple[Turn, ...]]] = field(default_factory=list)
    asking: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)
    _guard: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)

    def place_of(self, at: CellRun | None, instead_of: Turn | None = None) -> int:
        """Where a turn goes: the place of the turn or of the cell's turns that it replaces, after its own, else the end."""
        for place, turn in enumerate(self.turns):
            if turn is instead_of:
                return place
        if at is None:
            return len(self.turns)
        mine = [i for i, turn in enumerate(self.turns) if turn.cell == at.cell]
        same_run = [i for i in mine if self.turns[i].run == at.run]
        if same_run:
            return same_run[-1] + 1
        return mine[0] if mine else len(self.turns)

    def before(self, place: int) -> tuple[Turn, ...]:
        """Return the turns that a request from `place` sends: back to the last beginning."""
        turns = self.turns[:place]
        starts = [i for i, turn in enumerate(turns) if turn.begins]
        return turns[starts[-1] :] if starts else turns

    def record(self, turn: Turn, at: CellRun | None, instead_of: Turn | None = None) -> Change:
        """Put the turn in its place; the turns of the cell's earlier runs go, and so does the one it is `instead_of`."""
        with self._guard:
            place = self.place_of(at, instead_of)
            old = [t for t in self.turns if at is not None and t.cell == at.cell and t.run != at.run]
            old += [t for t in self.turns if t is instead_of and t not in old]
            kept_before = [t for t in self.turns[:place] if t not in old]
            kept_after = [t for t in self.turns[place:] if t not in old]
            turns = (*kept_before, turn, *kept_after)
            number = len(kept_before) + 1
            self._change(f"the replacement of turn {number}" if old else f"turn {number}", turns)
            return Change(number, len(turns), len(old), len(kept_after), turn.begins)

    def remove(self, turn: Turn) -> int:
        """Remove this turn; return the number that it had, 0 if it was not there."""
        with self._guard:
            for place, kept in enumerate(self.turns):
                if kept is turn:
                    rest = (*self.turns[:place], *self.turns[place + 1 :])
                    self._change(f"the removal of turn {place + 1}", rest)
                    return place + 1
        return 0

    def leave(self, at: CellRun) -> bool:
        """Remove the turns of this cell's earlier runs, since it asks elsewhere now; tell whether there were any."""
        with self._guard:
            kept = tuple(turn for turn in self.turns if turn.cell != at.cell or turn.run == at.run)
            if kept == self.turns:
                return False
            self._change("the removal of the turn of a cell that asks elsewhere now", kept)
            return True

    def forget_cells(self, cells: Sequence[str]) -> int:
        """Remove the turns of deleted cells; return how many there were."""
        with self._guard:
            kept = tuple(turn for turn in self.turns if not turn.cell or turn.cell not in cells)
            removed = len(self.turns) - len(kept)
            if removed:
                self._change(f"the removal of {_count(removed, 'turn')} of a deleted cell", kept)
            return removed

    def reset(self) -> int:
        """Remove every turn; return how many there were."""
        with self._guard:
            removed = len(self.turns)
            if removed:
                self._change(f"the removal of all {_count(removed, 'turn')}", ())
            return removed

    def undo(self) -> str:
        """Take back the last change; return what it was, or nothing if there was none."""
        with self._guard:
            if not self._past:
                return ""
            what, self.turns = self._past.pop()
            return what

    def _change(self, what: str, turns: tuple[Turn, ...]) -> None:
        self._past.append((what, self.turns))
        del self._past[:-_UNDO_DEPTH]
        self.turns = turns


class Conversations:
    """The conversations of one kernel, by name."""

    def __init__(self) -> None:
        self._by_name: dict[str, Conversation] = {}
        self._begun: dict[str, None] = {}

    def __getitem__(self, name: str) -> Conversation:
        return self._by_name.setdefault(name, Conversation(name))

    def begin(self, name: str) -> None:
        """Have a conversation of this name, also while nothing has been asked in it."""
        self._begun[name] = None
        self._by_name.setdefault(name, Conversation(name))

    def names(self) -> list[str]:
        """Return the names of those that hold turns, or were begun by name."""
        return [
            name
            for name, conversation in tuple(self._by_name.items())
            if conversation.turns or name in self._begun
        ]

    def leave_others(self, name: str, at: CellRun) -> tuple[str, ...]:
        """Remove the cell's earlier turns from every conversation but `name`; return the names of those that had any."""
        return tuple(
            other.name for other in tuple(self._by_name.values()) if other.name != name and other.leave(at)
        )

    def forget_cells(self, cells: Sequence[str]) -> int:
        """Remove the turns of deleted cells everywhere; return how many there were."""
        return (
            sum(conversation.forget_cells(cells) for conversation in tuple(self._by_name.values()))
            if cells
            else 0
        )


def excerpt(text: str, most: int) -> str:
    """Return the beginning of a text on one line, at most so many characters long."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
