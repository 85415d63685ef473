"""`%claude_export` and what `%claude_restore` reads of it: each file is readable by itself, JSON and notebooks round-trip."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

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
