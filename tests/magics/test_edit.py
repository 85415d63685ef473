"""`%%claude_edit`, `%claude_apply` and what `%claude_undo` takes back: what is sent, what is offered, and what is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from nbclaude.edits import standing
from nbclaude.simulator import Answer
from tests.magics.conftest import Inputs, Notebook

CODE = "def mean(a):\n    return sum(a) / len(b)\n"
FENCED = "Mended.\n\n```python\ndef mean(a):\n    return sum(a) / len(a)\n```"
EDIT = f"%%claude_edit make it right\n{CODE}"


@pytest.fixture
def edited(inputs: Inputs) -> Iterator[Inputs]:
    """Give a front end with a document, in whose cell an edit runs."""
    inputs.request(code=EDIT)
    yield inputs
    standing.forget_widgets()


def shown(notebook: Notebook) -> list[str]:
    """Return what was shown as plain text, and forget it; buttons and the footer have none."""
    publisher = notebook.shell.display_pub
    texts = [bundle["data"].get("text/plain", "") for bundle in publisher.outputs]
    publisher.outputs.clear()
    return [text for text in texts if text]


def widgets() -> list[Any]:
    return [widget for _, widget in standing._widgets]


def test_an_edit_is_offered_as_a_diff(notebook: Notebook, edited: Inputs) -> None:
    """The instruction is asked of the code below; nothing is changed, and nothing is run."""
    notebook.simulator.enqueue(FENCED)
    shown(notebook)
    assert notebook.run(EDIT) is None
    (request,) = notebook.simulator.requests
    assert request.prompt.endswith("make it right")
    assert CODE.rstrip() in str(request.messages).replace("\\n", "\n")
    assert shown(notebook)[-1] == "  def mean(a):\n-     return sum(a) / len(b)\n+     return sum(a) / len(a)"
    (widget,) = widgets()
    assert (widget.cell, widget.sent, widget.wish) == ("cell-1", EDIT, "")
    assert widget.after == "def mean(a):\n    return sum(a) / len(a)"
    assert edited.texts == []
    assert "mean" not in notebook.shell.user_ns


def test_apply_and_undo(notebook: Notebook, edited: Inputs) -> None:
    """%claude_apply wishes the change; %claude_undo takes back the turn, and wishes the old text back."""
    notebook.simulator.enqueue(FENCED)
    notebook.run(EDIT)
    edited.request("cell-2")
    assert notebook.run("%claude_apply") is None
    assert [widget.wish for widget in widgets()] == ["", "replace"]
    widgets()[1].outcome = "replaced"
    assert widgets()[0].outcome == "replaced"  # the buttons below the answer follow
    edited.request("cell-3")
    assert notebook.run("%claude_undo") is None
    texts = [output["data"].get("text/plain", "") for output in notebook.shell.display_pub.outputs]
    assert any("Took back turn 1" in text for text in texts)
    assert [widget.wish for widget in widgets()] == ["", "replace", "restore"]
    assert widgets()[2].sent == EDIT
    # What is taken back already is left alone.
    edited.request("cell-4")
    assert notebook.run("%claude_undo") is None
    assert len(widgets()) == 3


def test_undo_of_an_edit_that_was_not_applied(notebook: Notebook, edited: Inputs) -> None:
    """Only the turn goes."""
    notebook.simulator.enqueue(FENCED)
    notebook.run(EDIT)
    edited.request("cell-2")
    notebook.run("%claude_undo")
    assert [widget.wish for widget in widgets()] == [""]


def test_running_the_cell_closes_its_buttons(notebook: Notebook, edited: Inputs) -> None:
    """The output that they stood in is gone; the turn stays, also when the cell runs as code."""
    notebook.simulator.enqueue(FENCED)
    notebook.run(EDIT)
    edited.request("cell-1", code="x = 1")
    notebook.run("x = 1")
    assert widgets() == []
    workspace = notebook.shell.magics_manager.registry["EditMagics"].workspace
    assert len(workspace.conversations["main"].turns) == 1


def test_apply_at_once(notebook: Notebook, edited: Inputs) -> None:
    """With --apply the front end is asked at once."""
    notebook.simulator.enqueue(FENCED)
    notebook.run(EDIT.replace("claude_edit", "claude_edit --apply"))
    assert [widget.wish for widget in widgets()] == ["replace"]


def test_apply_where_only_the_running_cell_is_reached(notebook: Notebook, inputs: Inputs) -> None:
    """VS Code follows what a cell asks for when it ends; its undo shows the old text."""
    inputs.request("vscode-notebook-cell:/a.ipynb#W0s", code=EDIT)
    notebook.simulator.enqueue(FENCED, FENCED)
    shown(notebook)
    notebook.run(EDIT.replace("claude_edit", "claude_edit --apply"))
    assert inputs.texts == [("def mean(a):\n    return sum(a) / len(a)", True)]
    assert "Ctrl+Z" in shown(notebook)[-1]
    notebook.run("%claude_undo")
    assert shown(notebook)[-1] == EDIT
    # Without --apply nothing is put anywhere.
    notebook.run(EDIT)
    assert len(inputs.texts) == 1
    assert "so the new code is shown here" in shown(notebook)[-1]
    assert widgets() == []


def test_a_terminal_gets_it_at_the_next_prompt(notebook: Notebook, inputs: Inputs) -> None:
    """There the new code is what stands in the next prompt."""
    notebook.simulator.enqueue(FENCED)
    notebook.run(EDIT)
    assert inputs.texts == [("def mean(a):\n    return sum(a) / len(a)", False)]


def test_nobody_is_there(notebook: Notebook, inputs: Inputs) -> None:
    """What executes notebooks shows the code."""
    inputs.request(None, stdin=False, code=EDIT)
    notebook.simulator.enqueue(FENCED)
    shown(notebook)
    notebook.run(EDIT)
    assert inputs.texts == []
    assert shown(notebook)[-1].endswith("def mean(a):\n    return sum(a) / len(a)")


NOT_OFFERED = {
    "no Python": ("```python\nx = (\n```", "x = 1", "fix", "not valid Python"),
    "a magic is dropped": ("```python\nx = 2\n```", "%%time\nx = 1", "fix", "drops the cell magic %%time"),
    "annotate changes code": (
        "```python\n# one\nx = 2\n```",
        "x = 1",
        "annotate",
        "changes more than comments and docstrings",
    ),
    "the same": ("```python\nx = 1\n```", "x = 1", "fix", "the same as the old one"),
}


@pytest.mark.parametrize("name", NOT_OFFERED)
def test_guards(notebook: Notebook, edited: Inputs, name: str) -> None:
    """What may not be offered is shown, and it says why; %claude_apply refuses it."""
    answer, code, instruction, why = NOT_OFFERED[name]
    notebook.simulator.enqueue(answer)
    shown(notebook)
    assert notebook.run(f"%%claude_edit {instruction}\n{code}") is None
    assert re.search(f"Not offered. The new cell (is )?{why}", shown(notebook)[-1])
    assert widgets() == []
    assert why in notebook.refused("%claude_apply")


def test_an_answer_in_words_stays_one(notebook: Notebook, edited: Inputs) -> None:
    """Without a code block there is nothing to offer."""
    notebook.simulator.enqueue("It is fine as it is.", Answer("```python\nx = 1", stop_reason="max_tokens"))
    assert notebook.run(EDIT) is None
    assert widgets() == []
    assert notebook.refused("%claude_apply") == "UsageError: %claude_apply: no change was offered yet."
    assert notebook.run(EDIT) is None  # cut off
    assert widgets() == []


def test_read_only(notebook: Notebook, edited: Inputs) -> None:
    """A cell that must not be edited is left alone."""
    edited.request(code=EDIT, editable=False)
    notebook.simulator.enqueue(FENCED)
    shown(notebook)
    notebook.run(EDIT.replace("claude_edit", "claude_edit --apply"))
    assert "is read-only." in shown(notebook)[-1]
    assert widgets() == []


def test_a_secret_is_masked_and_put_back(notebook: Notebook, edited: Inputs) -> None:
    """The name decides what is secret; the new cell has the value again."""
    code = 'password = "teapot"\nconnect(password)'
    edited.request(code=f"%%claude_edit add a timeout\n{code}")
    masked = code.replace("teapot", "[secret removed: password]")
    notebook.simulator.enqueue(f"```python\n{masked}\nwait(3)\n```")
    assert notebook.run(f"%%claude_edit add a timeout\n{code}") is None
    assert "teapot" not in str(notebook.simulator.requests[-1].messages)
    (widget,) = widgets()
    assert widget.after == f"{code}\nwait(3)"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%%claude_edit\nx = 1", "%%claude_edit needs an instruction"),
        ("%%claude_edit annotate\n  \n", "there is no code to change"),
        ("%claude_edit annotate", "there is no code to change"),
        ("%claude_apply now", "%claude_apply takes no arguments"),
        ("%%claude_edit --aply annotate\nx = 1", "There is no option --aply"),
    ],
)
def test_usage(notebook: Notebook, line: str, said: str) -> None:
    """What is missing is said before anything is sent."""
    assert said in notebook.refused(line)
