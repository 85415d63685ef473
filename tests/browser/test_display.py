"""Answers where display updates do not arrive: in Output widgets, and in an output that was cleared meanwhile."""

from __future__ import annotations

import re
import threading

from playwright.sync_api import expect

from nbclaude.simulator import Answer, Pace, Simulator, StreamFault
from tests.browser.conftest import OpenNotebook

ANSWER = (
    "First *words*.\n\n```python\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nWith $x^2$.\n\nLast words."
)
SETUP = """\
%load_ext nbclaude
import ipywidgets as w
from IPython.display import display
out, captured, button = w.Output(), w.Output(), w.Button(description='Ask Claude')
@captured.capture()
def ask(_):
    %claude from a button
button.on_click(ask)
display(out)"""
LOWEST = """\
const area = document.querySelectorAll('.jp-Notebook .jp-Cell')[1].querySelector('.jp-OutputArea');
const height = () => area.getBoundingClientRect().height;
window.seen = {first: height(), lowest: Infinity};
const watch = () => {
    if (!area.isConnected) return;
    window.seen.lowest = Math.min(window.seen.lowest, height());
    requestAnimationFrame(watch);
};
watch();"""


def test_an_answer_in_an_output_widget_grows_and_is_there_once(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    go_on = threading.Event()
    simulator.enqueue(StreamFault("stall", ANSWER, after_characters=30, until=go_on), ANSWER, ANSWER)
    notebook = claude_notebook(
        [
            SETUP,
            "with out:\n    %claude hi",
            "display(button, captured)",
            "@w.interact(x=(0, 5))\ndef f(x=1):\n    %claude number {x}",
        ]
    )
    notebook.run(0)
    growing = notebook.cell(0).locator(".jp-OutputArea .jp-OutputArea")
    # The first Output widget of a page has to be loaded; until then the front end shows in the cell what belongs in it.
    expect(growing).to_have_count(1)
    notebook.start(1)
    expect(growing).to_contain_text("First words.")
    assert "Last words" not in growing.inner_text()
    go_on.set()
    notebook.wait_until_idle()
    notebook.run(2)
    notebook.run(3)
    notebook.page.get_by_role("button", name="Ask Claude").click()
    for cell in (0, 2, 3):
        area = notebook.cell(cell).locator(".jp-OutputArea .jp-OutputArea")
        expect(area.locator(".nbclaude-footer")).to_have_count(1)
        for part in (
            "p:has-text('First words.')",
            ".code",
            "table",
            "mjx-container",
            "p:has-text('Last words.')",
        ):
            expect(area.locator(f".nbclaude-answer {part}")).to_have_count(1)
        assert len(re.findall(r"Asking Claude …", area.inner_text())) == 1
        assert "x = 1" in area.inner_text()
    assert "jp-OutputArea-output" not in (notebook.cell(1).inner_html())


def test_what_is_cleared_meanwhile_is_there_in_the_end(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    paragraphs = [f"Paragraph {number} of it." for number in range(120)]
    notebook = claude_notebook(["%load_ext nbclaude", "%claude hi"])
    notebook.run(0)
    for cleared in (True, False):
        answer, go_on = Answer("\n\n".join(paragraphs), pace=Pace(100, 12)), threading.Event()
        simulator.enqueue(StreamFault("stall", answer, after_characters=300, until=go_on))
        notebook.start(1)
        expect(notebook.answer(1)).to_contain_text("Paragraph 13")  # the last one sent until here
        if cleared:
            notebook.script("window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1")
            notebook.command("notebook:clear-cell-output")
            expect(notebook.answer(1)).to_have_count(0)
        else:
            notebook.script(LOWEST)
        go_on.set()
        notebook.wait_until_idle()
        expect(notebook.answer(1)).to_have_count(2)  # the page, and its ending
        assert notebook.answer(1).locator("p").all_inner_texts()[:120] == paragraphs
        expect(notebook.answer(1).locator(".nbclaude-footer")).to_have_count(1)
        if not cleared:
            # Nothing has collapsed for a frame.
            seen = notebook.script("return window.seen")
            assert seen["lowest"] >= seen["first"] * 0.9
