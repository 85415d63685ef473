"""`In[4]`, in `--fig`, `--cells` and `--cell`: a cell by the number that it shows, also from before nbclaude was loaded."""

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
    outputs = [{"output_type": "display_data", "data": {"image/png": picture(color)}} for color in colors]
    return [{"cell": cell, "source": "plot()", "outputs": outputs}]


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


def told(counts: dict[str, int], *shown: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return what the extension tells of a notebook whose cells show these numbers."""
    cells = {"cells": list(counts), "counts": list(counts.values())}
    return {"version": "0.1.0", "notebook": "n", **cells, "handed": list(shown), **more}


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
    # Of several, the nearest above the cell that asks is meant.
    cells = (*handed("old", "red"), *handed("older", "blue"))
    inputs.request("asks", nbclaude=told({"old": 7, "older": 7, "asks": 0}, *cells))
    assert attached(notebook, "%claude --fresh --fig In[7] What?") == [BLUE]
    inputs.request("asks", nbclaude=told({"old": 7, "asks": 0, "older": 7}, *cells))
    assert attached(notebook, "%claude --fresh --fig In[7] What?") == [RED]
    inputs.request("asks", nbclaude=told({"asks": 0, "old": 7, "older": 7}, *cells))
    assert "several cells show this number" in notebook.refused("%claude --fig In[7] What?")


def test_what_cannot_be_handed_over_is_said(notebook: Notebook, inputs: Inputs) -> None:
    inputs.request("asks", nbclaude=told({"old": 7, "asks": 0}, {"cell": "old", "outputs": [None]}))
    assert "too large to be passed to the kernel" in notebook.refused("%claude --fig In[7] What?")
    for figures in ([], [3, None], [{"cell": "old", "outputs": [{"data": {"text/plain": "7"}}]}]):
        inputs.request("asks", nbclaude={**told({"old": 7, "asks": 0}), "handed": figures})
        assert "no cell with this number shows a figure" in notebook.refused("%claude --fig In[7] What?")


OUTPUTS = [
    {"output_type": "stream", "name": "stdout", "text": ["one\n", "\x1b[31mtwo\x1b[0m\n"]},
    {"output_type": "stream", "name": "stderr", "text": "careful\n"},
    None,
    {"output_type": "execute_result", "data": {"text/plain": "7", "text/html": "<b>7</b>"}},
    {"output_type": "display_data", "data": {"image/png": "AAAA"}},
    {
        "output_type": "error",
        "ename": "KeyError",
        "evalue": "'b'",
        "traceback": ["\x1b[31mKeyError\x1b[0m: 'b'"],
    },
]
PRINTED = """\
<cells name="notebook">
In [4]:
print(d["b"])
stdout [4]:
one
two
stderr [4]:
careful
Out [4]:
[… an output too large to be passed on …]
Out [4]:
7
error [4]:
KeyError: 'b'
</cells>"""


def shown_by(cell: str, source: str, *outputs: Any) -> dict[str, Any]:
    """Return a cell as the front end passes it on."""
    return {"cell": cell, "source": source, "outputs": list(outputs)}


def sent_texts(notebook: Notebook) -> list[str]:
    """Return the texts of the last question, without the question itself."""
    *blocks, _ = notebook.simulator.requests[-1].json["messages"][-1]["content"]
    return [block["text"] for block in blocks]


def test_a_text_that_only_the_notebook_knows(notebook: Notebook, inputs: Inputs) -> None:
    passed_on = shown_by("old", 'print(d["b"])', *OUTPUTS)
    inputs.request("asks", nbclaude=told({"old": 4, "asks": 0}, passed_on))
    assert attached(notebook, "%claude --cells In[4] Why?") == [PRINTED]
    # To explain it, the cell goes with what it showed; any error of that number belongs to another cell.
    inputs.request("asks", nbclaude=told({"old": 4, "asks": 0}, passed_on))
    notebook.run("%claude_explain --cell 4")
    block, *_ = sent_texts(notebook)
    assert 'print(d["b"])' in block and "careful" in block

    inputs.request("asks", nbclaude=told({"old": 4, "asks": 0}))
    assert "nbclaude knows no cell with this number" in notebook.refused("%claude --cells In[4] Why?")
    both = told({"old": 4, "older": 4}, passed_on, shown_by("older", "x"))
    for line in ("%claude --cells In[4] Why?", "%claude_explain --cell 4"):
        inputs.request("asks", nbclaude=both)
        assert "several cells show this number" in notebook.refused(line)
    for source in ("%%claude\nhello", "# claude: ignore\nx"):
        inputs.request("asks", nbclaude=told({"old": 4, "asks": 0}, shown_by("old", source)))
        assert "cell 4 holds only a prompt" in notebook.refused("%claude --cells In[4] Why?")


def test_a_cell_that_the_kernel_has_seen(notebook: Notebook, inputs: Inputs) -> None:
    number = notebook.shell.execution_count
    inputs.request("ran")
    notebook.run("print('seen')\n{'k': 1}")
    inputs.request("asks", nbclaude=told({"ran": number, "asks": 0}, shown_by("ran", "edited since")))
    text, value = attached(notebook, f"%claude --cells In[{number}] Why?")
    assert "print('seen')" in text and "edited since" not in text
    assert value.startswith(f'<value name="Out[{number}]">')
    # After a restart the number is that of another cell, which counts only if it is known.
    inputs.request("asks", nbclaude=told({"old": number, "asks": 0}, shown_by("old", "before")))
    (text,) = attached(notebook, f"%claude --fresh --cells In[{number}] Why?")
    assert "before" in text and "seen" not in text


def test_an_error_of_an_earlier_kernel_is_not_that_of_another_cell(
    notebook: Notebook, inputs: Inputs
) -> None:
    number = notebook.shell.execution_count
    inputs.request("fails")
    notebook.run("1 / 0")
    inputs.request("asks", nbclaude=told({"fails": number, "asks": 0}))
    assert notebook.run(f"%claude_fix --dry-run --cell {number}") is None
    inputs.request("asks", nbclaude=told({"old": number, "asks": 0}))
    assert "ran before nbclaude was loaded" in notebook.refused(f"%claude_fix --cell {number}")
    inputs.request("asks", nbclaude=told({"old": number + 9, "asks": 0}))
    assert "ran before nbclaude was loaded" in notebook.refused(f"%claude_fix --cell {number + 9}")
