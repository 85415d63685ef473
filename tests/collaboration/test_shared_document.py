"""Two pages share one notebook (jupyter-collaboration): a cell is changed once, in both, and one step takes it back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from nbclaude.simulator import Simulator
from tests.browser.conftest import OpenNotebook
from tests.browser.notebook_page import PANEL, NotebookPage
from tests.browser.test_extension import sources

NEW = "def mean(a):\n    return sum(a) / len(a)"
EDIT = "%%claude_edit mend it\ndef mean(a):\n    return sum(a) / len(b)"
ANSWER = f"Mended.\n\n```python\n{NEW}\n```"


@pytest.mark.browser
def test_two_pages(claude_notebook: OpenNotebook, simulator: Simulator) -> None:
    first = claude_notebook(
        ["%load_ext nbclaude", EDIT, "%claude_apply", "%claude code", "%claude_insert all"]
    )
    second = NotebookPage(first.lab, first.context.browser, first.watch.tripwire, (1280, 900))
    try:
        second.open(first.path)
        shared = second.script(f"{PANEL} return panel.context.model.collaborative === true")
        assert shared, "the document is not shared: this would be the test of an ordinary JupyterLab"
        simulator.enqueue(ANSWER, "```python\nx = 1\n```\n\n```python\ny = 2\n```")
        first.run(0)
        first.run(1)

        # The kernel's wish reaches both pages, and is followed once.
        first.run(2)
        expect(first.cell(2).get_by_role("status")).to_have_text("Replaced cell 2. Nothing was run.")
        for page in (first, second):
            page.wait_for(
                f"{PANEL} return panel.content.widgets[1].model.sharedModel.getSource() === code", code=NEW
            )
        first.script(f"{PANEL} panel.content.widgets[1].model.sharedModel.undo()")
        for page in (first, second):
            page.wait_for(
                f"{PANEL} return panel.content.widgets[1].model.sharedModel.getSource() === code", code=EDIT
            )

        # Several new cells are added once, in their order.
        first.run(3)
        first.run(4)
        for page in (first, second):
            expect(page.page.locator(".jp-Notebook .jp-Cell")).to_have_count(7)
        assert sources(second)[5:] == ["x = 1", "y = 2"]

        # The buttons are there in the page that did not ask, too.
        second.cell(3).get_by_role("button", name="Insert below").first.click()
        first.wait_for(f"{PANEL} return panel.content.widgets.length === 8")
        assert sources(first)[4] == "x = 1"
    finally:
        second.close()
