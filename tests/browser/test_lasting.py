"""A conversation outlives its kernel in JupyterLab: saved with the notebook, restored, and replayed without a request."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from nbclaude.simulator import Simulator
from tests.browser.conftest import OpenNotebook

FIGURE = "from PIL import Image\npicture = Image.new('RGB', (60, 40), 'teal')"
CELLS = [
    "%load_ext nbclaude\n%config ClaudeMagics.thinking = 'off'",
    FIGURE,
    "%%claude -a picture\nWhat colour is this?",
    "%%claude\nAnd what is two and two?",
    "%%claude\nThis is taken back",
    "%claude_undo",
    "%%claude\nAnd now?",
    "%claude_restore --yes",
]
LOAD, FIGURES, COLOUR, SUM, UNDONE, UNDO, LAST, RESTORE = range(len(CELLS))


def test_a_conversation_outlives_its_kernel(claude_notebook: OpenNotebook, simulator: Simulator) -> None:
    """Out of order, one undone, one with a figure: after the restart the request has the same bytes, and Run All sends none."""
    notebook = claude_notebook(CELLS, name="lasting")
    simulator.enqueue("Four.", "Undone.", "Teal.", "Fine.", "Fine.")
    for index in (LOAD, FIGURES, SUM, UNDONE, UNDO, COLOUR):
        notebook.run(index)
    notebook.save()
    notebook.run(LAST)
    without = simulator.requests[-1].body
    texts = [text.decode() for text in re.findall(rb'"text":"([^"]*)"', without)]
    assert texts[:2] == ["And what is two and two?", "Four."]
    assert texts[-3:] == ["What colour is this?", "Teal.", "And now?"]
    assert b'"type":"image"' in without

    notebook.restart_kernel()
    notebook.run(LOAD)
    notebook.run(RESTORE)
    expect(notebook.outputs(RESTORE).last).to_contain_text("Restored 2 turns of 'main'")
    notebook.run(LAST)
    assert simulator.requests[-1].body == without
    assert len(simulator.requests) == 5

    # Everything again, in the order of the cells: the file then has an answer to each complete request.
    notebook.edit(LOAD, f"{CELLS[LOAD]}\n%claude_reset")
    for index in (UNDONE, UNDO, RESTORE):
        notebook.edit(index, "None")
    simulator.enqueue("Teal.", "Four.", "Fine.")
    notebook.run_all()
    assert len(simulator.requests) == 8
    notebook.save()
    notebook.edit(LOAD, f"{CELLS[LOAD]}\n%claude_replay only")
    notebook.restart_kernel()
    notebook.run_all()
    for index, answer in ((COLOUR, "Teal."), (SUM, "Four."), (LAST, "Fine.")):
        expect(notebook.outputs(index).first).to_contain_text(answer)
        expect(notebook.outputs(index).last).to_contain_text("from the notebook, saved 20")
    assert len(simulator.requests) == 8
