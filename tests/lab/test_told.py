from __future__ import annotations

from typing import Any

import pytest

from nbclaude.conversation.turns import Conversation
from nbclaude.lab.told import NotebookCells, Told, cell_that_ran, told_by
from tests.conversation.test_turns import ask, questions


class Asking:
    """A shell whose request has this metadata."""

    def __init__(self, metadata: object) -> None:
        self.metadata = metadata

    def get_parent(self) -> dict[str, Any]:
        return {"metadata": self.metadata}


def told(*cells: str, notebook: str = "a.ipynb") -> Told:
    return Told("0.1.0", notebook, cells)


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"nbclaude": None},
        {"nbclaude": []},
        {"nbclaude": {"version": "1"}},
        {"nbclaude": {"cells": ["a"]}},
    ],
)
def test_nothing_is_told(metadata: object) -> None:
    assert told_by(Asking(metadata)) is None  # type: ignore[arg-type]


def test_what_is_told() -> None:
    shell: Any = Asking(
        {"nbclaude": {"version": "2.0", "notebook": "x.ipynb", "cells": ["a", 3, "", "b"], "page": "p"}}
    )
    assert told_by(shell) == Told("2.0", "x.ipynb", ("a", "b"), "p")


def test_cells_go_and_come_back_to_their_place() -> None:
    cells = NotebookCells()
    assert not cells.take(told("a", "b", "c"))
    assert not cells.take(told("a", "c"))
    assert cells.gone == {"b"}
    assert not cells.take(told("a", "b", "c"))  # a deletion that was undone is no move
    assert cells.gone == frozenset()


def test_moves_are_told_of_also_when_the_cell_was_away_meanwhile() -> None:
    cells = NotebookCells()
    cells.take(told("a", "b", "c"))
    assert cells.take(told("c", "a", "b"))
    assert not cells.take(told("a", "b"))
    assert cells.take(told("a", "b", "c"))
    assert not cells.take(told("a", "new", "b", "c"))
    assert [cell for cell, _ in sorted(cells.places.items(), key=lambda each: each[1])] == [
        "a",
        "new",
        "b",
        "c",
    ]


def test_two_notebooks_and_a_new_name() -> None:
    cells = NotebookCells()
    cells.take(told("a", "b"))
    cells.take(told("x", "y", notebook="other.ipynb"))
    assert cells.gone == frozenset()
    cells.take(told("a", notebook="renamed.ipynb"))
    assert cells.gone == {"b"}
    cells.take(told("new", notebook="renamed.ipynb"))
    assert cells.gone == {"a", "b"}


def test_turns_follow_their_cells() -> None:
    conversation = Conversation()
    for question, cell in (("A", "a"), ("panel", ""), ("B", "b"), ("C", "c"), ("C again", "c")):
        ask(conversation, question, cell)
    conversation.follow({"c": 0, "a": 1, "b": 2})
    assert questions(conversation) == ["C", "C again", "A", "panel", "B"]
    conversation.undo()
    assert questions(conversation) == ["C", "A", "panel", "B"]


@pytest.mark.parametrize(
    ("counts", "wanted", "cell"),
    [
        ([1, 2, 0], 2, "b"),
        ([1, 2, 0], 3, None),  # it has run again since, under another number
        ([2, 2, 0], 2, ""),  # one of them in an earlier kernel
        ([1, "2", None], 2, None),
        ([1, 2], 2, ""),  # not of these cells
        (None, 2, ""),
    ],
)
def test_which_cell_ran_under_a_number(counts: object, wanted: int, cell: str | None) -> None:
    told = {"version": "1", "cells": ["a", "b", "c"], "counts": counts}
    assert cell_that_ran(Asking({"nbclaude": told}), wanted) == cell  # type: ignore[arg-type]
