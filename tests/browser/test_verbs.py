"""A cell mended by a button runs; an explained cell shows what it shows without the line, and the explanation below."""

from __future__ import annotations

from playwright.sync_api import expect

from nbclaude.simulator import Simulator
from tests.browser.conftest import OpenNotebook


def test_fix_by_button_and_explain(claude_notebook: OpenNotebook, simulator: Simulator) -> None:
    cells = [
        "%load_ext nbclaude",
        "prices = {'tea': 3}",
        "prices['taa'] + 1",
        "%claude_fix",
        "%%claude_explain what is it?\nprices['tea'] * 2",
    ]
    notebook = claude_notebook(cells)
    notebook.run(0)
    notebook.run(1)
    notebook.run(2)
    notebook.run(3)
    actions = notebook.cell(3).locator(".nbclaude-actions")
    actions.get_by_role("button", name="Replace cell 3").click()
    expect(actions.get_by_role("status")).to_have_text("Replaced cell 3. Nothing was run.")
    assert notebook.source(2) == "prices['tea'] + 1"
    notebook.run(2)
    expect(notebook.cell(2).locator(".jp-OutputArea-output").last).to_have_text("4")

    notebook.run(4)
    outputs = notebook.cell(4).locator(".jp-OutputArea-output")
    expect(outputs.first).to_have_text("6")
    expect(outputs.last).to_contain_text("Line 1")
    assert "  1 | prices['tea'] * 2" in simulator.requests[-1].prompt
