"""Verbs in the notebook: cells changed by buttons, also while another one runs; new cells; lines marked when pointed at."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from nbclaude.simulator import Simulator
from tests.browser.conftest import OpenNotebook
from tests.browser.notebook_page import NotebookPage

CODE = "def mean(a):\n    return sum(a) / len(b)"
NEW = "def mean(a):\n    return sum(a) / len(a)"
EDIT = f"%%claude_edit mend it\n{CODE}"
EDITED = f"`b` is not defined.\n\n```python\n{NEW}\n```"
BLOCKS = "Two:\n\n```python\nx = 1\n```\n\n```bash\nls\n```\n\n```python\ny = 2\n```"
PLOT = "import matplotlib.pyplot as plt\nsold = [3, 5, 4]\nprint('drawn')\nplt.plot(sold);"
EXPLAINED = "Line 2 has the data, and lines 3-4 show it.\n\n`line 1` is code."
BUSY = "import os, time\nwhile not os.path.exists('go'): time.sleep(0.02)"

FAILS, FIX, PLOTS, EDITS, WAITS, UNDO, ASKS, INSERTS = range(1, 9)
CELLS = (
    "%load_ext nbclaude\nprices = {'tea': 3}",
    "prices['taa'] + 1",
    "%claude_fix",
    f"%%claude_explain what is it?\n{PLOT}",
    EDIT,
    BUSY,
    "%claude_undo",
    "%claude code",
    "%claude_insert 2",
)
MARKED = """\
const lines = [...document.querySelectorAll('.nbclaude-listing code > span')];
return lines.map(line => getComputedStyle(line).backgroundColor !== 'rgba(0, 0, 0, 0)');"""
STATUS = "return window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status"


@pytest.mark.parametrize("front_end", ["lab", "notebook"])
def test_verbs(claude_notebook: OpenNotebook, simulator: Simulator, front_end: str) -> None:
    notebook = claude_notebook(CELLS, front_end=front_end)
    notebook.context.grant_permissions(["clipboard-read", "clipboard-write"])
    notebook.run(0)
    _fix_by_button(notebook)
    _explain_a_plot(notebook, simulator)
    simulator.enqueue(EDITED, BLOCKS)
    _edit_and_undo(notebook)
    _insert(notebook)
    if front_end == "lab":
        _other_ways(notebook)
        _without_the_kernel(notebook)


def _fix_by_button(notebook: NotebookPage) -> None:
    """The failed cell is replaced, runs, and is green."""
    notebook.run(FAILS)
    notebook.run(FIX)
    actions = notebook.cell(FIX).locator(".nbclaude-actions")
    actions.get_by_role("button", name="Replace cell 2").click()
    expect(actions.get_by_role("status")).to_have_text("Replaced cell 2. Nothing was run.")
    assert notebook.source(FAILS) == "prices['tea'] + 1"
    # The answer, what it offers, and last the line that tells what it was.
    expect(notebook.outputs(FIX).last.locator(".nbclaude-footer")).to_be_visible()
    notebook.run(FAILS)
    expect(notebook.outputs(FAILS).last).to_have_text("4")


def _explain_a_plot(notebook: NotebookPage, simulator: Simulator) -> None:
    """Code, output and figure arrive; the explanation's references mark the lines of a listing."""
    simulator.enqueue(EXPLAINED)
    notebook.run(PLOTS)
    expect(notebook.outputs(PLOTS).first).to_have_text("drawn")
    expect(notebook.cell(PLOTS).locator(".jp-RenderedImage img")).to_be_visible()
    request = simulator.requests[-1]
    assert "image" in json.dumps(request.json["messages"][-1])
    assert "  2 | sold = [3, 5, 4]" in request.prompt
    assert "It showed:\ndrawn" in request.prompt

    references = notebook.cell(PLOTS).locator(".nbclaude-to")
    expect(references).to_have_text(["Line 2", "lines 3-4"])
    assert notebook.script(MARKED) == [False, False, False, False]
    references.first.focus()
    assert notebook.script(MARKED) == [False, True, False, False]
    references.last.click()
    assert notebook.script(MARKED) == [False, False, True, True]


def _edit_and_undo(notebook: NotebookPage) -> None:
    """Edit, apply and undo is the identity; a cell that was changed meanwhile is left alone."""
    notebook.run(EDITS)
    actions = notebook.cell(EDITS).locator(".nbclaude-actions")
    status = actions.get_by_role("status")
    expect(actions.get_by_role("button")).to_have_text(["Replace cell 6", "New cell below", "Copy"])
    expect(notebook.cell(EDITS).locator(".nbclaude-diff del")).to_have_text("−    return sum(a) / len(b)")

    # While another cell runs, the cell is replaced at once.
    notebook.start(WAITS)
    actions.get_by_role("button", name="Replace cell 6").click()
    expect(status).to_have_text("Replaced cell 6. Nothing was run.")
    assert notebook.source(EDITS) == NEW
    actions.get_by_role("button", name="Copy").click()
    expect(status).to_have_text("Copied.")
    assert notebook.script("return await navigator.clipboard.readText()") == NEW
    assert notebook.script(STATUS) == "busy"
    (notebook.lab.root / "go").touch()
    notebook.wait_until_idle()
    (notebook.lab.root / "go").unlink()

    # The turn is taken back with what it has changed.
    notebook.run(UNDO)
    expect(notebook.cell(UNDO).get_by_role("status")).to_have_text("The old text is back in cell 6.")
    assert notebook.source(EDITS) == EDIT

    # What somebody has typed meanwhile is not overwritten.
    notebook.edit(EDITS, f"{EDIT}\n# mine")
    actions.get_by_role("button", name="Replace cell 6").click()
    expect(status).to_have_text("Not replaced: cell 6 changed meanwhile, as shown here.")
    expect(actions.locator("ins")).to_have_text("+ # mine")
    assert notebook.source(EDITS) == f"{EDIT}\n# mine"


def _insert(notebook: NotebookPage) -> None:
    notebook.run(ASKS)
    notebook.run(INSERTS)
    expect(notebook.page.locator(".jp-Notebook .jp-Cell")).to_have_count(len(CELLS) + 1)
    assert notebook.source(INSERTS + 1) == "%%bash\nls"


def _other_ways(notebook: NotebookPage) -> None:
    """A read-only cell is left alone, and a cell below is another way; several blocks come in order."""
    actions = notebook.cell(EDITS).locator(".nbclaude-actions")
    notebook.edit(EDITS, EDIT)
    read_only = "window.jupyterapp.shell.currentWidget.content.widgets[4].model.setMetadata('editable', {})"
    notebook.script(read_only.format("false"))
    actions.get_by_role("button", name="Replace cell 6").click()
    expect(actions.get_by_role("status")).to_have_text("Not done: cell 6 is read-only.")
    notebook.script(read_only.format("true"))
    actions.get_by_role("button", name="New cell below").click()
    assert notebook.source(EDITS + 1) == NEW
    actions.get_by_role("button", name="Undo").click()
    assert len(notebook.cell_ids()) == len(CELLS) + 1

    notebook.edit(INSERTS, "%claude_insert all")
    notebook.run(INSERTS)
    expect(notebook.page.locator(".jp-Notebook .jp-Cell")).to_have_count(len(CELLS) + 4)
    assert [notebook.source(INSERTS + n) for n in (1, 2, 3)] == ["x = 1", "%%bash\nls", "y = 2"]


def _without_the_kernel(notebook: NotebookPage) -> None:
    """The buttons go with their kernel, and no error stands in their place."""
    actions = notebook.cell(EDITS).locator(".nbclaude-actions")
    expect(actions).to_be_visible()
    notebook.restart_kernel()
    expect(actions).to_be_hidden()
    notebook.save()
    notebook.open()
    expect(notebook.cell(EDITS).locator(".nbclaude-diff")).to_be_visible()
    # JupyterLab shows an error where a widget has gone; it may be there, but nobody sees it.
    errors = notebook.page.get_by_text("Error displaying widget")
    notebook.page.locator(".jupyter-widgets, [data-nbclaude-offer]").first.wait_for(state="attached")
    expect(errors.locator("visible=true")).to_have_count(0)
    notebook.watch.forget()
