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
    editors = [notebook.cell(index).locator(".cm-content") for index in range(len(cells))]

    def press_tab(index: int) -> None:
        editors[index].click()
        notebook.page.keyboard.press("Control+End")
        # JupyterLab takes a moment for the completer of the cell that one has come to; before, Tab indents.
        notebook.cell(index).locator(".jp-mod-completer-enabled").wait_for()
        notebook.page.keyboard.press("Tab")

    menu = notebook.page.locator(".jp-Completer")
    press_tab(1)
    expect(menu).to_contain_text("--model")
    notebook.page.keyboard.press("Enter")
    expect(editors[1]).to_have_text("%%claude --model")
    press_tab(2)
    expect(menu).to_contain_text("claude-sonnet-5-5")
    expect(menu).to_contain_text("$2/$10")
    notebook.screenshot("completion")
    notebook.page.keyboard.press("Escape")
    press_tab(3)
    expect(menu).to_contain_text("climate")
