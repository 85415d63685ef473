"""What the saved notebook tells of cells: which were edited since they ran, and which have not run."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from nbclaude.context.code.needed import needed_cells, read_cells
from nbclaude.context.code.saved import edited_cells, unrun_cells, with_edits
from nbclaude.context.shown.cells import LoggedCell
from nbclaude.notebook import SavedNotebook, python_of, saved_notebook

SAVED = SavedNotebook(
    {
        "a": "x = 2",
        "b": "y = x\n",
        "c": "%%claude_explain\nz = 1",
        "d": "rate = 0.2\npassword = 'tea'",
        "e": "# claude: ignore\nhidden = 1",
        "f": "rate = 3",
        "g": "this is no Python",
    },
    saved_at=100.0,
)


def cell(cell_id: str, source: str, ran_at: float = 50.0, number: int = 1) -> LoggedCell:
    return LoggedCell(cell_id, number, source, (), ran_at)


@pytest.mark.parametrize(
    ("logged", "expected"),
    [
        (cell("a", "x = 1"), True),
        (cell("a", "x = 2\n"), False),
        (
            cell("a", "x = 1", ran_at=150.0),
            False,
        ),  # it may have been edited before it ran, and is not saved yet
        (cell("c", "z = 1"), False),
        (cell("", "x = 1"), False),
        (cell("gone", "x = 1"), False),
    ],
)
def test_edited_since_it_ran(logged: LoggedCell, expected: bool) -> None:
    assert bool(edited_cells([logged], SAVED)) == expected
    assert not edited_cells([logged], None)


def test_an_edited_cell_is_stale() -> None:
    logged = [cell("a", "x = 1", number=1), cell("b", "y = x", number=2)]
    needed = needed_cells(["y"], read_cells(logged, python_of), {"x": 1, "y": 1})
    marked = with_edits(needed, edited_cells(logged, SAVED))
    assert [each.stale for each in marked.cells] == ["its text was changed in the notebook since it ran", ""]


def test_cells_that_have_not_run_and_define_what_is_missing() -> None:
    ran = [cell("a", "x = 1"), cell("b", "y = x")]
    found = list(unrun_cells(["rate", "hidden", "x", "nothing"], SAVED, ran, python_of))
    assert found == [("rate", "rate = 0.2\npassword = 'tea'")]
    assert list(unrun_cells(["rate"], None, ran, python_of)) == []


def test_the_file_is_read_as_it_was_saved_last(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    cells = [
        {"cell_type": "code", "id": "a", "source": ["x = 1\n", "y = 2"]},
        {"cell_type": "markdown", "id": "b", "source": "words"},
        {"cell_type": "code", "source": "no id"},
    ]
    path.write_text(json.dumps({"cells": cells}), "utf-8")
    os.utime(path, (7, 7))
    assert saved_notebook(path) == SavedNotebook({"a": "x = 1\ny = 2"}, 7.0)
    path.write_text("{", "utf-8")
    assert saved_notebook(path) is None
    assert saved_notebook(tmp_path / "none.ipynb") is None
    assert saved_notebook(None) is None
