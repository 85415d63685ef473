"""`--fig In[4]`: the figures of a cell by its number, also those that were shown before nbclaude was loaded."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from PIL import Image

from nbclaude.context.shown.shown_image import ShownImage
from nbclaude.workspace import current_workspace

from .conftest import Inputs, Notebook


def picture(color: str) -> str:
    """Return a picture as the notebook holds it."""
    file = io.BytesIO()
    Image.new("RGB", (8, 6), color).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def handed(cell: str, *colors: str) -> list[dict[str, Any]]:
    """Return what the front end hands over of a cell."""
    return [{"cell": cell, "data": {"image/png": picture(color)}, "metadata": {}} for color in colors]


@pytest.fixture
def inputs(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> Inputs:
    """Give a front end that tells what the test wants."""
    return Inputs(notebook.shell, monkeypatch)


def attached(notebook: Notebook, line: str) -> list[Any]:
    """Return the names and the colours of the pictures that a question sends."""
    assert notebook.run(line) is None
    *blocks, _ = notebook.simulator.requests[-1].json["messages"][-1]["content"]
    found: list[Any] = []
    for block in blocks:
        if block["type"] == "image":
            data = base64.b64decode(block["source"]["data"])
            found.append(Image.open(io.BytesIO(data)).convert("RGB").getpixel((1, 1)))
        else:
            found.append(block["text"])
    return found


RED, BLUE, LIME = (255, 0, 0), (0, 0, 255), (0, 255, 0)


def told(counts: dict[str, int], *figures: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return what the extension tells of a notebook whose cells show these numbers."""
    cells = {"cells": list(counts), "counts": list(counts.values())}
    return {"version": "0.1.0", "notebook": "n", **cells, "figures": list(figures), **more}


def test_a_figure_that_only_the_notebook_knows(notebook: Notebook, inputs: Inputs) -> None:
    here = told({"old": 7, "asks": 0}, *handed("old", "red", "blue"))
    inputs.request("asks", nbclaude=here)
    assert attached(notebook, "%claude --fig In[7].2 What?") == [BLUE]
    inputs.request("asks", nbclaude=here)
    assert attached(notebook, "%claude --fresh --fig In[7] What?") == [
        "figure 1 of cell 7:",
        RED,
        "figure 2 of cell 7:",
        BLUE,
    ]
    inputs.request("asks", nbclaude=here)
    assert "cell 7 shows only 2" in notebook.refused("%claude --fig In[7].3 What?")


def test_what_the_kernel_has_seen_of_the_cell_comes_first(notebook: Notebook, inputs: Inputs) -> None:
    number = notebook.shell.execution_count
    inputs.request("plots")
    notebook.run("1")
    data = base64.b64decode(picture("lime"))
    current_workspace().seen.figures.add(ShownImage(data, "image/png", "plots", None, number))
    inputs.request("asks")
    # Without the extension, only the number counts; with it, a cell from an earlier kernel may have the same number.
    assert attached(notebook, f"%claude --fig In[{number}] What?") == [LIME]
    old = told({"old": number, "asks": 0}, *handed("old", "red"))
    inputs.request("asks", nbclaude=old)
    assert attached(notebook, f"%claude --fresh --fig In[{number}] What?") == [RED]
    # Where only one of two cells shows figures, that one is meant.
    text = told({"old": number, "plots": number, "asks": 0}, *handed("plots", "red"))
    inputs.request("asks", nbclaude=text)
    assert attached(notebook, f"%claude --fresh --fig In[{number}] What?") == [LIME]
    twice = told({"old": number, "plots": number}, *handed("plots", "lime"), *handed("old", "red"))
    inputs.request("asks", nbclaude=twice)
    assert "several cells show this number" in notebook.refused(f"%claude --fig In[{number}] What?")
    both = told({"old": 7, "older": 7, "asks": 0}, *handed("old", "red"), *handed("older", "blue"))
    inputs.request("asks", nbclaude=both)
    assert "several cells show this number" in notebook.refused("%claude --fig In[7] What?")


def test_what_cannot_be_handed_over_is_said(notebook: Notebook, inputs: Inputs) -> None:
    inputs.request("asks", nbclaude=told({"old": 7, "asks": 0}, {"cell": "old"}))
    assert "too large to be passed to the kernel" in notebook.refused("%claude --fig In[7] What?")
    for figures in ([], [3, None], [{"cell": "old", "data": {"text/plain": "7"}}]):
        inputs.request("asks", nbclaude={**told({"old": 7, "asks": 0}), "figures": figures})
        assert "no cell with this number shows a figure" in notebook.refused("%claude --fig In[7] What?")
