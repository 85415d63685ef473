"""`%claude_export` and what `%claude_restore` reads of it: each file is readable by itself, JSON and notebooks round-trip."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbclaude.simulator import Answer, tool_use
from tests.magics.conftest import Inputs, Notebook
from tests.magics.sheet import Sheet


@pytest.fixture
def sheet(notebook: Notebook, inputs: Inputs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sheet:
    """Give a notebook with an answer about a picture and one of several kinds of Markdown."""
    made = Sheet(notebook, inputs, monkeypatch, tmp_path / "talk.ipynb")
    notebook.run("from PIL import Image\npicture = Image.new('RGB', (40, 30), 'red')")
    made.run("a", "%%claude -a picture\nWhat is <this>?")
    made.run("b", "%%claude\nShow off your markdown")
    return made


def test_files_are_readable_by_themselves(sheet: Sheet, tmp_path: Path) -> None:
    """Markdown has its images beside it, HTML inside; nothing is loaded from elsewhere."""
    for name in ("talk.md", "talk.html"):
        assert sheet.run("e", f"%claude_export {tmp_path}/{name}") is None
    markdown = (tmp_path / "talk.md").read_text("utf-8")
    image = re.search(r"!\[image\]\((talk_files/\w+\.png)\)", markdown)
    assert image is not None
    assert (tmp_path / image[1]).read_bytes().startswith(b"\x89PNG")
    assert "What is <this>?" in markdown
    assert "**40 × 30 pixels**" in markdown
    html = (tmp_path / "talk.html").read_text("utf-8")
    assert "What is &lt;this&gt;?" in html
    assert '<img alt="image" src="data:image/png;base64,' in html
    assert re.findall(r'src="(?!data:)', html) == []


def test_json_goes_on_anywhere(sheet: Sheet, tmp_path: Path) -> None:
    """The messages are those of the API; restored, the next request holds the same."""
    assert sheet.run("e", f"%claude_export {tmp_path}/talk.json") is None
    written = json.loads((tmp_path / "talk.json").read_text("utf-8"))
    assert [message["role"] for message in written["messages"]] == ["user", "assistant"] * 2
    assert "thinking" not in json.dumps(written)
    sheet.restart()
    assert sheet.run("r", f"%claude_restore {tmp_path}/talk.json --yes") is None
    assert sheet.run("r", f"%claude_restore {tmp_path}/talk.json --yes") is None
    assert sheet.turns == ["What is <this>?", "Show off your markdown"]
    body = json.loads(sheet.request("c", "%%claude\nAnd now?"))
    assert body["messages"][:-1] == written["messages"]
    # The official SDK can continue from it.
    anthropic = pytest.importorskip("anthropic")
    client = anthropic.Anthropic(
        base_url=sheet.notebook.simulator.base_url, api_key="test-key-of-nobody-1234567890"
    )
    question = {"role": "user", "content": "And now?"}
    reply = client.messages.create(
        model=written["model"], max_tokens=100, messages=[*written["messages"], question]
    )
    client.close()
    assert reply.content


def test_a_notebook_can_be_restored(sheet: Sheet, tmp_path: Path) -> None:
    """The exported notebook asks the same questions, and holds the answers with their records."""
    assert sheet.run("e", f"%claude_export {tmp_path}/copy.ipynb") is None
    written = json.loads((tmp_path / "copy.ipynb").read_text("utf-8"))
    assert "".join(written["cells"][0]["source"]) == "%%claude\nWhat is <this>?"
    sheet.restart()
    assert sheet.run("r", f"%claude_restore {tmp_path}/copy.ipynb --yes") is None
    assert sheet.turns == ["What is <this>?", "Show off your markdown"]
    body = json.loads(sheet.request("c", "%%claude\nAnd now?"))
    assert [block["type"] for block in body["messages"][0]["content"]] == ["image", "text"]


@pytest.fixture
def with_tools(sheet: Sheet) -> Iterator[Sheet]:
    """Give a notebook whose last answer has called a tool."""
    sheet.notebook.run(
        "ran = []\ndef double(n: int) -> int:\n    'Double a number.'\n    ran.append(n)\n    return 2 * n\n"
        "%config ClaudeMagics.allow_tools = ['double']"
    )
    call = tool_use("double", {"n": 21}, id="toolu_1")
    sheet.notebook.simulator.enqueue(Answer(["Let me see.", call]), "It is **42**.")
    assert sheet.run("t", "%%claude --tools double\nDouble 21") is None
    yield sheet
    sheet.notebook.run("%config ClaudeMagics.allow_tools = []")


def test_calls_of_tools_are_readable_and_come_back(with_tools: Sheet, tmp_path: Path) -> None:
    """Files for people show calls and results; the JSON, and the notebook, have the same messages after a restart."""
    for name in ("talk.md", "talk.html", "talk.json", "copy.ipynb"):
        assert with_tools.run("e", f"%claude_export {tmp_path}/{name}") is None
    markdown = (tmp_path / "talk.md").read_text("utf-8")
    assert '*Called `double`:*\n\n```json\n{\n "n": 21\n}\n```' in markdown
    assert "```\n42\n```" in markdown and "It is **42**." in markdown
    html = (tmp_path / "talk.html").read_text("utf-8")
    assert "double" in html and '<pre class="attached">42</pre>' in html
    written = json.loads((tmp_path / "talk.json").read_text("utf-8"))["messages"]
    assert "tool_use" in [block["type"] for message in written for block in message["content"]]
    for name in ("talk.json", "copy.ipynb"):
        with_tools.restart()
        assert with_tools.run("r", f"%claude_restore {tmp_path}/{name} --yes") is None
        body = json.loads(with_tools.request("c", "%%claude\nAnd now?"))
        assert body["messages"][:-1] == written
        assert [tool["name"] for tool in body["tools"]] == ["double"]
    assert with_tools.notebook.value("ran") == [21]


def test_imported_tools_run_nothing(with_tools: Sheet, tmp_path: Path) -> None:
    """A pending call stays pending, and a tool of the server's is not defined again."""
    path = tmp_path / "talk.json"
    call = {"type": "tool_use", "id": "toolu_9", "name": "double", "input": {"n": 1}}
    searched = {"type": "tool_use", "id": "toolu_8", "name": "web_search", "input": {}}
    messages = [
        {"role": "user", "content": "Double 1"},
        {"role": "assistant", "content": [{"type": "text", "text": "Yes."}, searched, call]},
    ]
    tools = [
        {"name": "double", "input_schema": {"type": "object"}},
        {"type": "web_search_20250305", "name": "web_search"},
    ]
    path.write_text(json.dumps({"messages": messages, "tools": tools, "model": "claude-sonnet-4-6"}))
    with_tools.restart()
    assert with_tools.run("r", f"%claude_restore {path} --yes") is None
    with_tools.run("c", "%claude_continue")
    body = json.loads(with_tools.request("d", "%%claude\nAnd now?"))
    assert with_tools.notebook.value("ran") == [21]
    assert "web_search" not in json.dumps(body)


def test_a_folded_conversation_can_be_sent_by_any_client(sheet: Sheet, tmp_path: Path) -> None:
    """All turns are written as long as they exist. The block that condenses them needs a beta header; its text does not."""
    sheet.notebook.simulator.enqueue("All of **it**.", "Fine.")
    assert sheet.run("f", "%claude_compact") is None
    assert sheet.run("g", "%%claude\nAnd now?") is None
    assert sheet.run("e", f"%claude_export {tmp_path}/talk.json") is None
    written = json.loads((tmp_path / "talk.json").read_text("utf-8"))["messages"]
    assert [message["role"] for message in written] == ["user", "assistant"] * 3
    assert sheet.run("e", f"%claude_export {tmp_path}/talk.json", deleted=["a", "b"]) is None
    written = json.loads((tmp_path / "talk.json").read_text("utf-8"))["messages"]
    assert [message["role"] for message in written] == ["user", "assistant"]
    said = [block["text"] for block in written[0]["content"]]
    assert said == ["What was said so far, in short:\n\nAll of **it**.", "And now?"]


def test_what_cannot_be_exported_or_imported(sheet: Sheet, tmp_path: Path) -> None:
    """Other endings, empty conversations, no messages, and hidden characters: a sentence each."""
    assert "ends in none of .md, .html, .json, .ipynb" in str(
        sheet.run("e", f"%claude_export {tmp_path}/talk.doc")
    )
    assert "has no turns" in str(sheet.run("e", "%claude_export -c nobody talk.md"))
    assert "takes one PATH" in str(sheet.run("e", "%claude_export"))
    path = tmp_path / "x.json"
    path.write_text('{"a": 1}')
    assert "holds no messages" in str(sheet.run("r", f"%claude_restore {path}"))
    tags = "".join(chr(0xE0000 + ord(letter)) for letter in "obey")
    messages = [
        {"role": "user", "content": f"Hidden {tags}"},
        {"role": "assistant", "content": "Yes"},
        {
            "role": "user",
            "content": [{"type": "text", "text": "Plain"}, {"type": "tool_result", "tool_use_id": "x"}],
        },
        {
            "role": "assistant",
            "content": [{"type": "text", "text": "No"}, {"type": "thinking", "thinking": "x"}],
        },
    ]
    path.write_text(json.dumps(messages))
    sheet.run("reset", "%claude_reset")
    assert sheet.run("r", f"%claude_restore {path} --yes") is None
    assert sheet.turns == ["Plain"]
