"""Tab in a cell that asks, as the first thing that is done in a fresh page."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import OpenNotebook


def test_tab_as_the_first_action_in_a_fresh_page(claude_notebook: OpenNotebook) -> None:
    load = "%load_ext nbclaude\nclimate = {'mean rain': 1}"
    cells = [load, "%%claude --mo", "%%claude -m ", "%%claude\nOf {clim"]
    notebook = claude_notebook(cells, name="completion")
    notebook.run(0)
    notebook.open()  # the page anew, with the kernel that is there
    menu = notebook.page.locator(".jp-Completer")
    notebook.complete(1)
    expect(menu).to_contain_text("--model")
    notebook.page.keyboard.press("Enter")
    expect(notebook.cell(1).locator(".cm-content")).to_have_text("%%claude --model")
    notebook.complete(2)
    expect(menu).to_contain_text("claude-sonnet-5-5")
    expect(menu).to_contain_text("$2/$10")
    notebook.screenshot("completion")
    notebook.page.keyboard.press("Escape")
    notebook.complete(3)
    expect(menu).to_contain_text("climate")
