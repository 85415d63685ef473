"""The turns of one conversation: where each stands, which of them a request sends, and how every change is taken back.

A turn belongs to the cell that asked. Running the cell again replaces its turns in place; later turns stay. The turns of a
deleted cell are set aside: they keep their places, but no request sends them until the cell is there again. A turn that was
asked in a panel belongs to no cell.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from nbclaude.conversation.turn import Turn
from nbclaude.forks import ForkSafeLock
from nbclaude.frozen import frozen
from nbclaude.notebook import CellRun
from nbclaude.settings.table import MAIN

__all__ = ["MAIN", "Change", "Conversation", "Turn"]

_UNDO_DEPTH = 100


@frozen
class Change:
    """What happened to a conversation, by its `kind`; `number` is that of the turn it was about (from 1).

    `turn`: one was added, as one of `total`, and `later` ones stand after it. `replacement`: it took the place of so many
    (`replaced`). `rest`: the answer of one went on. `removal`: one was deleted by hand. `departure`: the cell asks in another
    conversation now. `return`: those of deleted `cells` were brought back. `reset`: all went. `restore`: so many came from a
    notebook, and these lineages (`also`) had before. The last four were about so many (`replaced`), too.

    `left` names the conversations in which an earlier run of the cell had its turns.
    """

    number: int = 0
    total: int = 0
    replaced: int = 0
    later: int = 0
    begins: bool = False
    left: tuple[str, ...] = ()
    kind: Literal["turn", "replacement", "rest", "removal", "departure", "return", "reset", "restore"] = (
        "turn"
    )
    cells: frozenset[str] = frozenset()
    also: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether a turn was added after the others, and nothing else happened."""
        return self.kind == "turn" and not (self.replaced or self.begins or self.left or self.later)


class Conversation:
    """The turns, oldest first, and the states before each change.

    Cells and panels may change it from several threads: every change is made under `_guard`. Who asks holds
    `turn_lock` meanwhile, so that one question of a conversation is answered before the next is sent.

    Which cells are deleted is the notebook's matter: it is no change of the conversation, and taking a change back does not
    touch it.
    """

    def __init__(self, name: str = MAIN, turns: tuple[Turn, ...] = ()) -> None:
        self.name = name
        self.every = turns
        """The turns, also those that are set aside."""
        self.lineage = secrets.token_hex(4)
        """What tells this conversation in this kernel from others of its name."""
        self.also: tuple[str, ...] = ()
        """The lineages that were restored into it."""
        self.branch: tuple[str, int] = ("", 0)
        """The conversation that it branches from, and how many turns it has from there."""
        self.turn_lock = ForkSafeLock()
        self._guard = ForkSafeLock()
        self._deleted: frozenset[str] = frozenset()
        self._past: list[tuple[Change, tuple[Turn, ...]]] = []
        self._newest: Turn | None = None  # the turn that the last change has recorded

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns that are there: those of cells that exist, and those of no cell."""
        return self._there(self.every)

    @property
    def set_aside(self) -> tuple[Turn, ...]:
        """The turns of deleted cells."""
        return tuple(turn for turn in self.every if turn.cell in self._deleted)

    def of_cell(self, at: CellRun) -> tuple[Turn, ...]:
        """Return the turns of this cell."""
        return tuple(turn for turn in self.every if turn.cell == at.cell)

    def of_run(self, at: CellRun, kept: Sequence[Turn] = ()) -> tuple[Turn, ...]:
        """Return the turns that this run of a cell has made, with those of earlier runs that it builds on."""
        mine = self.of_cell(at)
        stay = {id(turn) for turn in kept}
        stay |= {id(before) for turn in mine if turn.run == at.run for before in turn.kept}
        return tuple(turn for turn in mine if turn.run == at.run or id(turn) in stay)

    def place_of(
        self,
        at: CellRun | None,
        instead_of: Turn | None = None,
        kept: Sequence[Turn] = (),
        after: Turn | None = None,
    ) -> int:
        """Where a turn goes: the place of the turn or of the cell's turns that it replaces, after its own, else the end.

        One that gives results goes directly `after` the turn with the calls, whatever was asked meanwhile.
        """
        for place, turn in enumerate(self.every):
            if turn is instead_of:
                return place
            if turn is after:
                return place + 1
        if at is None:
            return len(self.every)
        if this_run := self.of_run(at, kept):
            return self._index(this_run[-1]) + 1
        mine = self.of_cell(at)
        return self._index(mine[0]) if mine else len(self.every)

    def before(self, place: int) -> tuple[Turn, ...]:
        """Return the turns that a request from `place` sends: back to the last beginning."""
        turns = self._there(self.every[:place])
        start = next((i for i in reversed(range(len(turns))) if turns[i].begins), 0)
        return turns[start:]

    def record(
        self, turn: Turn, at: CellRun | None, instead_of: Turn | None = None, after: Turn | None = None
    ) -> Change:
        """Put the turn in its place; the turns of the cell's earlier runs go, and so does the one it is `instead_of`.

        One that comes directly `after` the turn of the last change is a part of that change: both are taken back together.
        """
        with self._guard:
            place = self.place_of(at, instead_of, turn.kept, after)
            stay = {id(each) for each in self.of_run(at, turn.kept)} if at is not None else set()
            mine = self.of_cell(at) if at is not None else ()
            old = {id(each) for each in mine if id(each) not in stay}
            old |= {id(each) for each in self.every if each is instead_of}
            kept_before = [each for each in self.every[:place] if id(each) not in old]
            kept_after = [each for each in self.every[place:] if id(each) not in old]
            before, later = len(self._there(tuple(kept_before))), len(self._there(tuple(kept_after)))
            change = Change(
                before + 1,
                before + later + 1,
                len(old),
                later,
                turn.begins,
                kind=_kind(turn, instead_of, old),
            )
            turns = (*kept_before, turn, *kept_after)
            if after is not None and after is self._newest and not old:
                self.every = turns
            else:
                self._change(change, turns)
            self._newest = turn
            return change

    def remove(self, turn: Turn) -> int:
        """Remove this turn; return the number that it had, 0 if it was not there, or was set aside."""
        with self._guard:
            number = next((n for n, each in enumerate(self.turns, 1) if each is turn), 0)
            rest = tuple(each for each in self.every if each is not turn)
            if len(rest) < len(self.every):
                self._change(Change(number, kind="removal"), rest)
            return number

    def leave(self, at: CellRun) -> bool:
        """Remove the turns of this cell's earlier runs, since it asks elsewhere now; tell whether there were any."""
        with self._guard:
            stay = {id(turn) for turn in self.of_run(at)}
            kept = tuple(turn for turn in self.every if turn.cell != at.cell or id(turn) in stay)
            if len(kept) == len(self.every):
                return False
            self._change(Change(replaced=len(self.every) - len(kept), kind="departure"), kept)
            return True

    def put_aside(self, cells: Iterable[str]) -> int:
        """Set the turns of deleted cells aside; return how many of them were there until now."""
        with self._guard:
            known = {
                turn.cell for state in (self.every, *(turns for _, turns in self._past)) for turn in state
            }
            before = len(self.turns)
            self._deleted |= known & set(cells) - {""}
            return before - len(self.turns)

    def cell_exists(self, cell: str) -> None:
        """Put the turns of a cell back into their places: it runs, so it is there."""
        with self._guard:
            self._deleted -= {cell}
            # Taking back an earlier return must not set it aside again.
            self._past = [
                (replace(change, cells=change.cells - {cell}), turns) for change, turns in self._past
            ]

    def follow(self, places: Mapping[str, int]) -> None:
        """Put the turns into the order of their cells, by where each stands in the notebook; so are the states before changes.

        A turn of no cell, or of one that is not in this notebook, stays behind the turn that it stands behind.
        """
        with self._guard:
            self.every = _in_order(self.every, places)
            self._past = [(change, _in_order(turns, places)) for change, turns in self._past]

    def bring_back(self, cells: Collection[str] | None = None) -> int:
        """Put the turns of deleted cells back into their places, of all by default; return how many there were."""
        with self._guard:
            back = [turn for turn in self.set_aside if cells is None or turn.cell in cells]
            returned, count = frozenset(turn.cell for turn in back), len(back)
            if count:
                self._change(Change(replaced=count, cells=returned, kind="return"), self.every)
            self._deleted -= returned | frozenset(cells or ())
            return count

    def reset(self) -> int:
        """Remove every turn, also those that are set aside; return how many there were."""
        with self._guard:
            removed = len(self.every)
            if removed:
                self._change(Change(replaced=removed, kind="reset"), ())
            return removed

    def restore(self, turns: tuple[Turn, ...], lineages: Iterable[str]) -> int:
        """Hold these turns, some of which come from a notebook; return how many are new."""
        with self._guard:
            here = {id(turn) for turn in self.every}
            new = sum(id(turn) not in here for turn in turns)
            if new:
                self._change(Change(replaced=new, kind="restore", also=self.also), turns)
                self.also = tuple(sorted({*self.also, *lineages} - {self.lineage}))
            return new

    def undo(self) -> Change | None:
        """Take back the last change; return what it was, None if there was none."""
        with self._guard:
            if not self._past:
                return None
            change, self.every = self._past.pop()
            self._newest = None
            self._deleted |= change.cells
            if change.kind == "restore":
                self.also = change.also
            return change

    def begin_as_child(self, at: CellRun | None) -> None:
        """Keep only what this run of a cell would send: the process that it has forked goes on from there."""
        with self._guard:
            self.every = self.before(self.place_of(at))
            self._deleted = frozenset()
            self._past.clear()

    def _there(self, turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
        """Return those of these turns whose cells exist, or that are of no cell."""
        if not self._deleted:
            return turns
        return tuple(turn for turn in turns if turn.cell not in self._deleted)

    def _index(self, turn: Turn) -> int:
        return next(place for place, each in enumerate(self.every) if each is turn)

    def _change(self, change: Change, turns: tuple[Turn, ...]) -> None:
        self._past.append((change, self.every))
        del self._past[:-_UNDO_DEPTH]
        self.every = turns
        self._newest = None


def _in_order(turns: tuple[Turn, ...], places: Mapping[str, int]) -> tuple[Turn, ...]:
    placed: list[tuple[int, Turn]] = []
    place = -1
    for turn in turns:
        place = places.get(turn.cell, place)
        placed.append((place, turn))
    return tuple(turn for _, turn in sorted(placed, key=lambda each: each[0]))


def _kind(
    turn: Turn, instead_of: Turn | None, old: Collection[int]
) -> Literal["turn", "replacement", "rest"]:
    if turn.completes is not None and turn.completes is instead_of:
        return "rest"
    return "replacement" if old else "turn"
