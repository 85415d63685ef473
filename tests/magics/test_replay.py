"""`%claude_replay`, `%claude_fork` and `%claude_forget`: saved answers in the place of requests, branches, and removal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbclaude.workspace import current_workspace
from tests.magics.conftest import Inputs, Notebook
from tests.magics.sheet import Sheet

CELLS = {
    "a": "%%claude\nWhat is a list?",
    "b": "%%claude --json schema\nGive me a number",
    "c": "%%claude --into third\nShow off your markdown",
}


@pytest.fixture
def sheet(
    notebook: Notebook, inputs: Inputs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Sheet]:
    """Give a notebook with three answered cells, saved."""
    made = Sheet(notebook, inputs, monkeypatch, tmp_path / "talk.ipynb")
    begin(made)
    for cell, source in CELLS.items():
        assert made.run(cell, source) is None
    made.save()
    return made


def begin(sheet: Sheet) -> None:
    sheet.notebook.run(
        "numbers = {'n': {'type': 'integer'}}\n"
        "schema = {'type': 'object', 'properties': numbers, 'required': ['n'], 'additionalProperties': False}"
    )


def replayed(sheet: Sheet, how: str = "on") -> str:
    """Restart, and run all; return the file that is saved then."""
    sheet.restart()
    begin(sheet)
    assert sheet.run("first", f"%claude_replay {how}") is None
    del sheet.cells["first"]
    for cell, source in CELLS.items():
        assert sheet.run(cell, source) is None
    sheet.save()
    return sheet.path.read_text("utf-8")


def test_run_all_without_paying(sheet: Sheet) -> None:
    """No request arrives, the reply is there, and two replayed runs are the same bytes; the second reads what the first wrote."""
    before = len(sheet.notebook.simulator.requests)
    once = replayed(sheet)
    assert replayed(sheet, "only") == once
    assert len(sheet.notebook.simulator.requests) == before
    assert "from the notebook, saved 20" in once
    assert sheet.notebook.value("third").message["usage"]["output_tokens"] > 0
    assert sheet.turns == ["What is a list?", "Give me a number", "Show off your markdown"]
    # What was replayed can be restored.
    sheet.restart()
    sheet.run("r", "%claude_restore --yes")
    assert sheet.turns == ["What is a list?", "Give me a number", "Show off your markdown"]


def test_what_differs_is_asked(sheet: Sheet) -> None:
    """Another question is asked, and so are those after it; each says what differs. --fresh asks anyway."""
    sheet.restart()
    begin(sheet)
    sheet.run("first", "%claude_replay on")
    before = len(sheet.notebook.simulator.requests)
    sheet.run("a", "%%claude\nWhat is a tuple?")
    sheet.run("b", CELLS["b"])
    html = json.dumps(sheet.cells["a"]["outputs"]), json.dumps(sheet.cells["b"]["outputs"])
    assert len(sheet.notebook.simulator.requests) == before + 2
    assert "differs in: the question" in html[0]
    assert "differs in: earlier turns" in html[1]
    sheet.run("a", CELLS["a"])
    assert len(sheet.notebook.simulator.requests) == before + 2
    sheet.run("a", "%%claude --fresh\nWhat is a list?")
    assert len(sheet.notebook.simulator.requests) == before + 3


def test_only_what_is_saved(sheet: Sheet) -> None:
    """With `only` a question without a saved answer is an error, and nothing is sent; `off` ends it."""
    sheet.restart()
    sheet.run("first", "%claude_replay only")
    before = len(sheet.notebook.simulator.requests)
    assert "This request has no saved answer" in str(sheet.run("x", "%%claude\nSomething new"))
    assert len(sheet.notebook.simulator.requests) == before
    sheet.run("first", "%claude_replay off")
    assert sheet.run("x", "%%claude\nSomething new") is None
    assert "takes on, only or off" in str(sheet.run("first", "%claude_replay maybe"))


def test_nothing_else_sends_a_request_either(sheet: Sheet) -> None:
    """`only` holds for whatever asks: Python, the rest of a cut answer, a summary."""
    sheet.restart()
    sheet.run("first", "%claude_replay only")
    for cell, source in CELLS.items():
        sheet.run(cell, source)
    before = len(sheet.notebook.simulator.message_requests)
    said = "Only saved answers are shown, and this question has none. Nothing was sent."
    assert said in str(sheet.run("x", "import nbclaude\nnbclaude.ask('And from Python?')"))
    assert "no saved answer" in str(sheet.run("x", "%claude_compact -m haiku-4-5"))
    assert "no saved answer" in str(sheet.run("x", "%%claude --fresh\nAgain"))
    assert len(sheet.notebook.simulator.message_requests) == before


def test_the_setting_reads_the_notebook_itself(sheet: Sheet) -> None:
    """`%config`, or a profile, turns replaying on for all notebooks; a lock keeps it on."""
    sheet.restart()
    begin(sheet)
    sheet.notebook.run("%config ClaudeMagics.replay = 'only'")
    before = len(sheet.notebook.simulator.requests)
    for cell, source in CELLS.items():
        assert sheet.run(cell, source) is None
    assert "no saved answer" in str(sheet.run("x", "%%claude\nSomething new"))
    assert len(sheet.notebook.simulator.requests) == before
    chat = sheet.notebook.shell.magics_manager.registry["ClaudeMagics"]
    chat.held_fast = frozenset(["replay"])
    assert "ClaudeMagics.replay: it is locked" in str(sheet.run("x", "%claude_replay off"))
    chat.held_fast = frozenset()
    sheet.run("x", "%claude_replay off")


def test_without_a_file_only_is_an_error(sheet: Sheet, monkeypatch: pytest.MonkeyPatch) -> None:
    """VS Code gives the file in a variable; nbclient and papermill give none."""
    monkeypatch.delenv("JPY_SESSION_NAME")
    sheet.restart()
    sheet.notebook.run("%config ClaudeMagics.replay = 'only'")
    assert "the notebook's file is not known" in str(sheet.run("a", CELLS["a"]))
    sheet.notebook.shell.user_ns["__vsc_ipynb_file__"] = str(sheet.path)
    before = len(sheet.notebook.simulator.requests)
    assert sheet.run("a", CELLS["a"]) is None
    assert len(sheet.notebook.simulator.requests) == before
    del sheet.notebook.shell.user_ns["__vsc_ipynb_file__"]
    sheet.run("x", "%claude_replay off")


def test_a_forged_answer_is_not_replayed(sheet: Sheet) -> None:
    """What would not be restored is not shown either: the question is asked."""
    text = sheet.path.read_text("utf-8").replace("text/markdown", "text/x-markdown", 1)
    sheet.path.write_text(text, "utf-8")
    sheet.restart()
    sheet.run("first", "%claude_replay on")
    before = len(sheet.notebook.simulator.requests)
    sheet.run("a", CELLS["a"])
    assert len(sheet.notebook.simulator.requests) == before + 1


def test_branches(sheet: Sheet) -> None:
    """A branch begins with turns of another conversation, keeps them whatever their cells do, and is restored as one."""
    assert sheet.run("f", "%claude_fork idea 2") is None
    sheet.run("d", "%%claude\nIn the branch")
    sheet.run("a", "%%claude -c main\nWhat is a list, in short?")
    conversations = current_workspace().conversations
    asked = ["What is a list?", "Give me a number", "In the branch"]
    assert [turn.asked for turn in conversations["idea"].turns] == asked
    assert sheet.turns == ["What is a list, in short?", "Give me a number", "Show off your markdown"]
    sheet.run("h", "%claude_history")
    assert "branches from &#x27;main&#x27; after turn 2" in json.dumps(sheet.cells["h"]["outputs"])
    assert "has no turn 9" in str(sheet.run("f", "%claude_fork other 9"))
    assert "already" in str(sheet.run("f", "%claude_fork main"))
    sheet.run("f2", "%claude_fork again 1")
    sheet.run("f2", "%config ClaudeMagics.conversation = 'main'")
    sheet.save()
    sheet.restart()
    sheet.run("r", "%claude_restore --yes")
    conversations = current_workspace().conversations
    # The first question was asked anew in its cell: its old answer is in no output any more.
    assert [turn.asked for turn in conversations["idea"].turns] == asked[1:]
    assert conversations["idea"].branch == ("main", 2)
    sheet.run("b", "%%claude -c main\nAnother number")
    assert [turn.asked for turn in conversations["idea"].turns] == asked[1:]


def test_forgetting(sheet: Sheet, capsys: pytest.CaptureFixture[str]) -> None:
    """The saved turns leave the file, and nothing else does."""
    before = json.loads(sheet.path.read_text("utf-8"))
    assert "takes --saved" in str(sheet.run("f", "%claude_forget"))
    assert sheet.run("f", "%claude_forget --saved") is None
    assert "Removed the saved turns from" in capsys.readouterr().out
    after = json.loads(sheet.path.read_text("utf-8"))
    for cell in before["cells"]:
        for output in cell["outputs"]:
            output["metadata"].pop("nbclaude", None)
    assert after == before
    sheet.run("r", "%claude_restore")
    assert "holds no saved turn" in capsys.readouterr().out


def test_reviewers_need_no_key(sheet: Sheet, monkeypatch: pytest.MonkeyPatch) -> None:
    """If nothing is sent, no permission to send is needed."""
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    replayed(sheet, "only")
    assert "No key for http://127.0.0.1:9" not in str(sheet.run("x", "%%claude\nNew"))
    assert sheet.run("first", "%claude_replay on") is None
    assert "No key for http://127.0.0.1:9" in str(sheet.run("x", "%%claude\nNew"))
