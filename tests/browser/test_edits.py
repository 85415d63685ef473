"""Cells changed in place: by a button while another cell runs, taken back, refused, copied; and code put into new cells."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from nbclaude.simulator import Simulator
from tests.browser.conftest import OpenNotebook

CODE = "def mean(a):\n    return sum(a) / len(b)"
NEW = "def mean(a):\n    return sum(a) / len(a)"
EDIT = f"%%claude_edit mend it\n{CODE}"
ANSWER = f"`b` is not defined.\n\n```python\n{NEW}\n```"
BLOCKS = "Two:\n\n```python\nx = 1\n```\n\n```bash\nls\n```\n\n```python\ny = 2\n```"
CLIPBOARD = "return await navigator.clipboard.readText()"


@pytest.mark.parametrize("front_end", ["lab", "notebook"])
def test_edits(claude_notebook: OpenNotebook, simulator: Simulator, front_end: str) -> None:
    """Edit, apply and undo is the identity; a cell that was changed meanwhile is left alone."""
    simulator.enqueue(ANSWER, BLOCKS)
    cells = [
        "%load_ext nbclaude",
        EDIT,
        "import time; time.sleep(5)",
        "%claude_undo",
        "%claude code",
        "%claude_insert 2",
    ]
    notebook = claude_notebook(cells, front_end=front_end)
    notebook.context.grant_permissions(["clipboard-read", "clipboard-write"])
    notebook.run(0)
    notebook.run(1)
    actions = notebook.cell(1).locator(".nbclaude-actions")
    status = actions.get_by_role("status")
    expect(actions.get_by_role("button")).to_have_text(["Replace cell 2", "New cell below", "Copy"])
    expect(notebook.cell(1).locator(".nbclaude-diff del")).to_have_text("−    return sum(a) / len(b)")

    # While another cell runs, the cell is replaced at once.
    notebook.start(2)
    actions.get_by_role("button", name="Replace cell 2").click()
    expect(status).to_have_text("Replaced cell 2. Nothing was run.")
    assert notebook.source(1) == NEW
    assert (
        notebook.script("return window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status")
        == "busy"
    )
    actions.get_by_role("button", name="Copy").click()
    expect(status).to_have_text("Copied.")
    assert notebook.script(CLIPBOARD) == NEW
    notebook.wait_until_idle()

    # The turn is taken back with what it has changed.
    notebook.run(3)
    expect(notebook.cell(3).get_by_role("status")).to_have_text("The old text is back in cell 2.")
    assert notebook.source(1) == EDIT

    # What somebody has typed meanwhile is not overwritten.
    notebook.edit(1, f"{EDIT}\n# mine")
    actions.get_by_role("button", name="Replace cell 2").click()
    expect(status).to_have_text("Not replaced: cell 2 changed meanwhile, as shown here.")
    expect(actions.locator("ins")).to_have_text("+ # mine")
    assert notebook.source(1) == f"{EDIT}\n# mine"

    notebook.run(4)
    notebook.run(5)
    expect(notebook.page.locator(".jp-Notebook .jp-Cell")).to_have_count(7)
    assert notebook.source(6) == "%%bash\nls"
    if front_end == "notebook":
        return

    # A read-only cell is left alone; a cell below is another way.
    notebook.edit(1, EDIT)
    read_only = "window.jupyterapp.shell.currentWidget.content.widgets[1].model.setMetadata('editable', {})"
    notebook.script(read_only.format("false"))
    actions.get_by_role("button", name="Replace cell 2").click()
    expect(status).to_have_text("Not done: cell 2 is read-only.")
    notebook.script(read_only.format("true"))
    actions.get_by_role("button", name="New cell below").click()
    assert notebook.source(2) == NEW
    actions.get_by_role("button", name="Undo").click()
    assert len(notebook.cell_ids()) == 7

    # Several blocks, each in a cell of its own, in order.
    notebook.edit(5, "%claude_insert all")
    notebook.run(5)
    expect(notebook.page.locator(".jp-Notebook .jp-Cell")).to_have_count(10)
    assert [notebook.source(index) for index in (6, 7, 8)] == ["x = 1", "%%bash\nls", "y = 2"]

    # Without their kernel the buttons are gone, and no error stands in their place.
    notebook.save()
    notebook.lab.shut_kernels_down()
    notebook.open()
    expect(notebook.cell(1).locator(".nbclaude-diff")).to_be_visible()
    expect(notebook.page.get_by_text("Error displaying widget")).to_be_hidden()
    notebook.watch.forget()
