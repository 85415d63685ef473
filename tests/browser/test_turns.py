"""Cells that are cut, pasted, deleted and brought back by JupyterLab's and Notebook's own commands keep their turns.

That is what the kernel learns without our extension; test_extension.py has what it learns with it.
"""

from __future__ import annotations

import pytest

from nbclaude.simulator import Simulator
from tests.browser.conftest import OpenNotebook
from tests.browser.notebook_page import NotebookPage
from tests.kernel.test_conversation import sent

ACTIVE = (
    "const content = window.jupyterapp.shell.currentWidget.content; content.deselectAll(); "
    "content.activeCellIndex = index; content.model.sharedModel.undoManager.stopCapturing()"
)
"""Choose a cell; what is undone later does not reach behind this moment, however fast the steps follow each other."""


def do(notebook: NotebookPage, index: int, *commands: str) -> None:
    """Execute commands of the notebook on a cell."""
    notebook.script(ACTIVE, index=index)
    for command in commands:
        notebook.command(f"notebook:{command}")


@pytest.mark.parametrize("front_end", ["lab", "notebook"])
def test_cut_and_paste_and_undo(claude_notebook: OpenNotebook, simulator: Simulator, front_end: str) -> None:
    cells = ["%load_ext nbclaude", *(f"%claude -m sonnet-4-5 Q{number}" for number in (1, 2, 3)), "1 + 1"]
    notebook = claude_notebook(cells, front_end=front_end, name=f"turns-{front_end}", extension=False)
    simulator.enqueue("A1", "A2", "A3")
    for index in range(4):
        notebook.run(index)

    # Cut, something else runs, pasted elsewhere and run again: the old place, and later turns stay.
    do(notebook, 2, "cut-cell")
    notebook.run(3)  # 1 + 1
    do(notebook, 2, "paste-cell-below")  # now the order is Q1, Q3, Q2
    simulator.enqueue("A2b")
    notebook.run(3)
    assert sent(simulator) == ["Q1", "A1", "Q2"]
    assert "replaced turn 2, 1 later turn kept" in notebook.text(3)

    # Deleted and undone before anything runs: Run All tells every cell of it, also those after its own run.
    do(notebook, 1, "delete-cell", "undo-cell-action")
    simulator.enqueue("A1c", "A3c", "A2c")
    notebook.run_all()
    assert [sent_of(simulator, n) for n in (-3, -2, -1)] == [
        ["Q1"],
        ["Q1", "A1c", "Q2", "A2b", "Q3"],
        ["Q1", "A1c", "Q2"],
    ]

    # Pasted and not run: nothing tells the kernel, and the footer says how it comes back.
    do(notebook, 1, "cut-cell")
    do(notebook, 0, "paste-cell-below")
    simulator.enqueue("A3d")
    notebook.run(2)
    assert sent(simulator) == ["Q2", "A2c", "Q3"]
    assert "1 turn of a deleted cell set aside (%claude_undo deleted brings it back)" in notebook.text(2)
    notebook.edit(4, "%claude_undo deleted")
    notebook.run(4)
    assert "Brought back 1 turn in 'main'" in notebook.text(4)
    simulator.enqueue("A3e")
    notebook.run(2)
    assert sent(simulator) == ["Q1", "A1c", "Q2", "A2c", "Q3"]

    # A copy is a cell of its own.
    do(notebook, 2, "copy-cell", "paste-cell-below")
    simulator.enqueue("copied")
    notebook.run(3)
    assert sent(simulator) == ["Q1", "A1c", "Q2", "A2c", "Q3", "A3e", "Q3"]


def sent_of(simulator: Simulator, number: int) -> list[str]:
    """The texts of a request's messages, counted from the last."""
    return [
        "".join(block.get("text", "") for block in message["content"])
        for message in simulator.requests[number].messages
    ]
