"""Conversations compared with a small model: lists of rows, which change as the documentation says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbclaude.conversation.conversations import Conversations
from nbclaude.conversation.turns import Turn
from nbclaude.notebook import CellRun

CELLS = ("a", "b", "c")
NAMES = ("main", "side")
ASK = st.tuples(st.just("ask"), st.just("main"), st.sampled_from(CELLS), st.just(False), st.booleans())
STEPS = st.one_of(
    ASK,
    ASK,
    ASK,
    st.tuples(st.just("ask"), st.sampled_from(NAMES), st.sampled_from(CELLS), st.booleans(), st.booleans()),
    st.tuples(st.just("panel"), st.sampled_from(NAMES)),
    st.tuples(st.just("delete"), st.sampled_from(CELLS)),
    st.tuples(st.just("bring_back")),
    st.tuples(st.just("undo"), st.sampled_from(NAMES)),
    st.tuples(st.just("reset"), st.sampled_from(NAMES)),
    st.tuples(st.just("branch"), st.integers(1, 3)),
)


@dataclass(frozen=True)
class Row:
    """A turn of the model."""

    label: str
    cell: str = ""
    run: int = 0
    begins: bool = False


@dataclass
class Talk:
    """A conversation in the model: its rows, and for each change the state before it and the cells that it brought back."""

    rows: list[Row] = field(default_factory=list)
    past: list[tuple[list[Row], set[str]]] = field(default_factory=list)
    deleted: set[str] = field(default_factory=set)

    def change(self, rows: list[Row], back: Iterable[str] = ()) -> None:
        self.past.append((self.rows, set(back)))
        self.rows = rows

    def exists(self, cell: str) -> None:
        self.deleted.discard(cell)
        for _, back in self.past:
            back.discard(cell)

    def ask(self, row: Row) -> None:
        """The turn replaces what the cell asked in earlier runs, follows what this run has asked, or comes last."""
        stays = [
            other for other in self.rows if other.cell != row.cell or other.run == row.run or not row.cell
        ]
        same = [place for place, other in enumerate(stays) if row.cell and other.cell == row.cell]
        earlier = [place for place, other in enumerate(self.rows) if row.cell and other.cell == row.cell]
        place = same[-1] + 1 if same else earlier[0] if earlier else len(stays)
        self.change([*stays[:place], row, *stays[place:]])

    def leave(self, cell: str, run: int) -> None:
        stays = [row for row in self.rows if row.cell != cell or row.run == run]
        if stays != self.rows:
            self.change(stays)

    def delete(self, cell: str) -> None:
        known = {row.cell for rows in (self.rows, *(rows for rows, _ in self.past)) for row in rows}
        self.deleted |= known & {cell}

    def undo(self) -> None:
        if self.past:
            self.rows, back = self.past.pop()
            self.deleted |= back

    @property
    def shown(self) -> list[Row]:
        return [row for row in self.rows if row.cell not in self.deleted]

    @property
    def sent(self) -> list[str]:
        """A request holds the turns from the last beginning on."""
        begun = [place for place, row in enumerate(self.shown) if row.begins]
        return [row.label for row in self.shown[begun[-1] if begun else 0 :]]


class Both:
    """Takes the same steps in the model and in the conversations."""

    def __init__(self) -> None:
        self.talks: dict[str, Talk] = {name: Talk() for name in NAMES}
        self.real = Conversations()
        self.count = 0

    def do(self, step: str, *how: Any) -> None:
        getattr(self, step)(*how)

    def ask(self, name: str, cell: str, again: bool, begins: bool) -> None:
        self.count += not again  # another question of the same run
        label = f"{self.count} {len(self.talks[name].past)} {name}"
        at, row = CellRun(cell, self.count), Row(label, cell, self.count, begins)
        self.real.cell_exists(cell)
        self.real[name].record(_turn(row), at)
        self.real.leave_others(name, at)
        for other, talk in self.talks.items():
            talk.exists(cell)
            if other != name:
                talk.leave(cell, self.count)
        self.talks[name].ask(row)

    def panel(self, name: str) -> None:
        self.count += 1
        row = Row(f"panel {self.count}")
        self.real[name].record(_turn(row), None)
        self.talks[name].ask(row)

    def delete(self, cell: str) -> None:
        self.real.put_aside([cell])
        for talk in self.talks.values():
            talk.delete(cell)

    def bring_back(self) -> None:
        self.real.bring_back()
        aside = {row.cell for talk in self.talks.values() for row in talk.rows if row.cell in talk.deleted}
        for talk in self.talks.values():
            back = {row.cell for row in talk.rows if row.cell in talk.deleted & aside}
            if back:
                talk.change(talk.rows, back)
            talk.deleted -= aside

    def undo(self, name: str) -> None:
        self.real[name].undo()
        self.talks[name].undo()

    def reset(self, name: str) -> None:
        self.real[name].reset()
        if self.talks[name].rows:
            self.talks[name].change([])

    def branch(self, count: int) -> None:
        turns = self.real["main"].turns[:count]
        if turns:
            name = f"branch {len(self.talks)}"
            self.real.branch(name, self.real["main"], turns)
            rows = [replace(row, cell="", run=0) for row in self.talks["main"].shown[:count]]
            self.talks[name] = Talk(rows)

    def check(self) -> None:
        for name, talk in self.talks.items():
            real = self.real[name]
            assert [turn.asked for turn in real.every] == [row.label for row in talk.rows]
            assert [turn.asked for turn in real.turns] == [row.label for row in talk.shown]
            assert [turn.asked for turn in real.before(len(real.every))] == talk.sent


def _turn(row: Row) -> Turn:
    prompt = ({"type": "text", "text": row.label},)
    return Turn(
        prompt, {"content": []}, "claude", row.cell, run=row.run if row.cell else None, begins=row.begins
    )


def _check_all(steps: Sequence[tuple[Any, ...]]) -> None:
    both = Both()
    for step, *how in steps:
        both.do(step, *how)
        both.check()
    for name in both.talks:  # taking everything back ends where it began
        while both.talks[name].past:
            both.undo(name)
            both.check()


@settings(max_examples=50, derandomize=True)
@given(st.lists(STEPS, min_size=8, max_size=20))
def test_conversations_do_what_the_model_does(steps: Sequence[tuple[Any, ...]]) -> None:
    _check_all(steps)


@pytest.mark.sweep
@settings(max_examples=400, derandomize=True)
@given(st.lists(STEPS, max_size=40))
def test_long_conversations_do_too(steps: Sequence[tuple[Any, ...]]) -> None:
    _check_all(steps)
