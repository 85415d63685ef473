"""After a restart the next request has the same bytes as without it: for each kind of turn, and for answers of any shape."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from PIL import Image

from nbclaude.simulator import Answer, HTTPFault, StreamFault, text, tool_use
from tests.magics.conftest import Inputs, Notebook
from tests.magics.sheet import Sheet

Step = tuple[str, str]

SETUP = """
import io, pandas
from PIL import Image
picture = Image.new('RGB', (40, 30), 'red')
other = Image.new('RGB', (40, 30), 'blue')
df = pandas.DataFrame({'a': [1, 2, 3], 'b': ['x', 'y', 'z']})
def double(n: int) -> int:
    'Double a number.'
    return 2 * n
def paint() -> object:
    'Return a picture.'
    return picture
numbers = {'n': {'type': 'integer'}}
schema = {'type': 'object', 'properties': numbers, 'required': ['n'], 'additionalProperties': False}
place = {'type': 'object', 'properties': {'place': {'type': 'string'}}}
tool = {'name': 'weather', 'description': 'Tell the weather.', 'input_schema': place}
%config ClaudeMagics.allow_tools = ['double', 'paint']
%config ClaudeMagics.thinking = 'off'
"""


CITATION = {
    "type": "char_location",
    "cited_text": "Some notes.",
    "document_index": 0,
    "document_title": "notes.txt",
    "start_char_index": 0,
    "end_char_index": 11,
}
SEARCH = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "Ulm"}}
FOUND = {
    "type": "web_search_tool_result",
    "tool_use_id": "srvtoolu_1",
    "content": [
        {
            "type": "web_search_result",
            "url": "https://a.example",
            "title": "A",
            "encrypted_content": "x",
            "page_age": None,
        }
    ],
}


@pytest.fixture
def sheet(
    notebook: Notebook, inputs: Inputs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Sheet]:
    notebook.run(SETUP)
    Image.new("RGB", (30, 20), "red").save(tmp_path / "page.pdf")
    (tmp_path / "notes.txt").write_text("Some notes.\nMore notes.\n")
    monkeypatch.chdir(tmp_path)
    yield Sheet(notebook, inputs, monkeypatch, tmp_path / "talk.ipynb")
    for name, value in (
        ("allow_tools", "[]"),
        ("thinking", "None"),
        ("conversation", "'main'"),
        ("system", "''"),
    ):
        notebook.run(f"%config ClaudeMagics.{name} = {value}")


def without_thinking(body: bytes) -> bytes:
    return re.sub(rb'\{"type":"thinking",[^{}]*\},', b"", body)


def compare(sheet: Sheet, last: str = "%%claude\nAnd now?") -> tuple[bytes, bytes]:
    """Return the next request without and with a restart."""
    sheet.save()
    simulator = sheet.notebook.simulator
    simulator.enqueue("Now.")
    without = sheet.request("last", last)
    conversation = sheet.notebook.shell.magics_manager.registry["ClaudeMagics"].conversation
    sheet.restart()
    sheet.notebook.run(
        f"%config ClaudeMagics.thinking = 'off'\n%config ClaudeMagics.conversation = {conversation!r}"
    )
    sheet.run("restore", "%claude_restore --yes")
    simulator.enqueue("Now.")
    return without_thinking(without), without_thinking(sheet.request("last", last))


KINDS: dict[str, tuple[Sequence[Step], Sequence[Any]]] = {
    "figure": (
        [("a", "%%claude -a picture\nWhat is this?"), ("b", "%%claude\nCompare {picture} and {other}")],
        ["Red.", "Both."],
    ),
    "figure twice": (
        [("a", "%%claude -a picture\nWhat?"), ("b", "%%claude -a picture\nAgain?")],
        ["Red.", "Red."],
    ),
    "frame": ([("a", "%%claude\nWhat is in {df}?"), ("b", "%%claude -a df\nMore")], ["Three.", "Yes."]),
    "file": ([("a", "%%claude -a notes.txt\nSummarize")], ["Notes."]),
    "own tools": (
        [("a", "%%claude --tools double\nDouble 21")],
        [Answer([tool_use("double", {"n": 21}, id="toolu_1")]), "It is 42."],
    ),
    "text and tools": (
        [("a", "%%claude --tools double\nDouble 21")],
        [
            Answer(
                [
                    "Let me see.",
                    tool_use("double", {"n": 21}, id="toolu_1"),
                    tool_use("double", {"n": 4}, id="toolu_2"),
                ]
            ),
            "It is 42.",
        ],
    ),
    "tool with a picture": (
        [("a", "%%claude --tools paint\nPaint")],
        [Answer([tool_use("paint", {}, id="toolu_1")]), "Red."],
    ),
    "a tool that fails": (
        [("a", "%%claude --tools double\nDouble x")],
        [Answer([tool_use("double", {"n": "x"}, id="toolu_1")]), "No."],
    ),
    "a definition": (
        [("a", "%%claude --tools tool\nWeather?"), ("b", "%claude_tool_result 'sunny & <b>warm</b>'")],
        [Answer([tool_use("weather", {"place": "Rome"}, id="toolu_1")]), "Sunny."],
    ),
    "json": ([("a", "%%claude --json schema\nA number")], ['{"n": 5}']),
    "continue here": (
        [("a", "%%claude --max-tokens 5\nA long text"), ("b", "%claude_continue")],
        ["One two three four five six seven eight nine ten.", "and so on"],
    ),
    "prefill": ([("a", "%%claude -m haiku-4-5 --prefill '{'\nJSON")], ['"n": 5}']),
    "two conversations": (
        [
            ("a", "%%claude\nOne"),
            ("b", "%%claude -c other\nTwo"),
            ("c", "%%claude\nThree"),
            ("d", "%%claude -c other\nFour"),
        ],
        ["1", "2", "3", "4"],
    ),
    "moved to another": (
        [("a", "%%claude\nOne"), ("b", "%%claude\nTwo"), ("a", "%%claude -c other\nOne")],
        ["1", "2", "3"],
    ),
    "another model": ([("a", "%%claude -m haiku-4-5\nOne"), ("b", "%%claude -m opus-4-6\nTwo")], ["1", "2"]),
    "system": ([("a", "%%claude --system 'Be brief'\nOne")], ["1"]),
    "new": (
        [("a", "%%claude\nOne"), ("b", "%%claude --new\nTwo"), ("c", "%%claude\nThree")],
        ["1", "2", "3"],
    ),
    "no history": ([("a", "%%claude\nOne"), ("b", "%%claude --no-history\nTwo")], ["1", "2"]),
    "asked again": (
        [("a", "%%claude\nOne"), ("b", "%%claude\nTwo"), ("a", "%%claude\nOne, really")],
        ["1", "2", "3"],
    ),
    "undone": ([("a", "%%claude\nOne"), ("b", "%%claude\nTwo"), ("u", "%claude_undo")], ["1", "2"]),
    "reset": ([("a", "%%claude\nOne"), ("r", "%claude_reset"), ("b", "%%claude\nTwo")], ["1", "2"]),
    "loop": ([("a", "for i in range(3):\n    %claude What is {i}?")], ["zero", "one", "two"]),
    "fork": (
        [
            ("a", "%%claude\nOne"),
            ("b", "%%claude\nTwo"),
            ("f", "%claude_fork side 1"),
            ("c", "%%claude\nThree"),
        ],
        ["1", "2", "3"],
    ),
    "compaction": (
        [("a", "%%claude\nOne"), ("b", "%%claude\nTwo"), ("f", "%claude_compact"), ("c", "%%claude\nThree")],
        ["1", "2", "**All**: 1, 2.", "3"],
    ),
    "summary": (
        [
            ("a", "%%claude -m haiku-4-5\nOne"),
            ("b", "%%claude -m haiku-4-5\nTwo"),
            ("f", "%claude_compact -m haiku-4-5"),
            ("c", "%%claude\nThree"),
        ],
        ["1", "2", "**All**: 1, 2.", "3"],
    ),
    "retry": ([("a", "%%claude\nOne")], [HTTPFault(529, headers={"retry-after-ms": "1"}), "1"]),
    "broken off": (
        [("a", "%%claude\nOne"), ("b", "%%claude\nTwo")],
        [StreamFault("error", after_characters=30), "2"],
    ),
    "stop sequence": ([("a", "%%claude --stop END\nOne")], ["One END two"]),
    "refusal": ([("a", "%%claude\nOne")], [Answer("No.", stop_reason="refusal")]),
    "verb": ([("a", "df2 = df"), ("b", "%claude_explain df")], ["A frame."]),
    "several in a cell": ([("a", "%claude One\n%claude Two")], ["1", "2"]),
    "a line in braces": ([("a", "%%claude\nWhat is {len(df)} and {df['a'].sum()}?")], ["3 and 6"]),
    "quotes": (
        [("a", '%%claude\nWhat does <b>"it\'s"</b> &amp; `x` mean?\n\n\n  indented\n\ttabbed\n')],
        ["It's <b>bold</b> &amp; so on."],
    ),
    "long text": ([("a", f"%%claude\n{'word ' * 1500}end")], ["Long."]),
    "very long text": ([("a", f"%%claude\n{'word ' * 4000}end")], ["Long."]),
    "thinking": ([("a", "%%claude --think high\nOne")], ["1"]),
    "citations": ([("a", "%%claude -a notes.txt --citations\nSummarize")], ["Notes."]),
    "continued in its cell": (
        [("a", "%%claude --max-tokens 5\nA long text"), ("a", "%claude_continue")],
        ["One two three four five six seven eight.", "and so on"],
    ),
    "edit": ([("a", "%%claude_edit rename x to y\nx = 1\nprint(x)")], ["```python\ny = 1\nprint(y)\n```"]),
    "secret": (
        [("a", "%%claude\nMy password is hunter2-X9, ok? token = 'ghp_" + "a1B2" * 9 + "'")],
        ["Yes."],
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_turns(sheet: Sheet, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    steps, answers = KINDS[kind]
    sheet.notebook.simulator.enqueue(*(answers or ()))
    for cell, source in steps:
        sheet.run(cell, source)
    without, restored = compare(sheet)
    assert restored == without, capsys.readouterr().out


# What the file does not have, and what is said of it.
MISSING: dict[str, tuple[Sequence[Step], Sequence[Any], str]] = {
    "PDF": (
        [("a", "%%claude -a page.pdf\nSummarize")],
        ["A page."],
        "a document that was sent with it is not in the notebook",
    ),
    "citations": (
        [("a", "%%claude -a notes.txt --citations\nSummarize")],
        [Answer([text("Notes.", citations=[CITATION]), text(" And more.")])],
        "citations of 1 answer: not saved",
    ),
    "tools of the server": (
        [("a", "%%claude --tools web_search\nWho won?")],
        [Answer([SEARCH, FOUND, text("Ulm won.")])],
        "results of the server's tools of 1 answer: not saved",
    ),
}


@pytest.mark.parametrize("kind", MISSING)
def test_what_is_missing_is_said(sheet: Sheet, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    steps, answers, said = MISSING[kind]
    sheet.notebook.simulator.enqueue(*answers)
    for cell, source in steps:
        sheet.run(cell, source)
    without, restored = compare(sheet)
    assert restored != without and said in " ".join(capsys.readouterr().out.split())


PIECES = [
    "Plain words, **bold**, _it_, `code` and un**believ**able.",
    "# Title",
    "Setext\n===",
    "- one\n- two\n  - deep",
    "1. one\n2. two",
    "- [x] done\n- [ ] open",
    "> quote\n> more",
    "> [!NOTE]\n> Read this.",
    "| a | b |\n|:--|--:|\n| 1 | 2 |",
    "```python\nprint('x', 0x1F)\n```",
    "~~~\ntildes\n~~~",
    "    indented code",
    "```\nno language\n\n\nblank lines\n```",
    "````md\n```\ninner\n```\n````",
    "$x^2$ and $$\\int x\\,dx$$",
    "\\(a + b\\) and \\[c = d\\]",
    "It costs $5 and \\(x\\) too, or $10.",
    "\\begin{align}a &= b\\\\ c &= d\\end{align}",
    "A note[^1].\n\n[^1]: The note.",
    "[link](https://example.com/a%20b?x=1&y=2)",
    "[ref][r]\n\n[r]: https://example.com",
    "<b>raw</b> &amp; &lt; &copy;",
    "![pic](https://example.com/x.png)",
    "Hard  \nbreak and\\\nbackslash",
    "---",
    "日本語のテキスト。 Ünïcode – dash",
    "👩\u200d👩\u200d👧 ❤\ufe0f می\u200cخواهم",
    "tab\there\tand\tthere",
    "trailing spaces   ",
    "\u00a0nbsp\u00a0",
    "line\u2028separator",
    "Sources:\n\n1. not ours",
    "[1] a mark [2]",
    "*emphasis line*",
    '*double*\n\n```json\n{"n": 1}\n```',
    "\\* not a list",
    "https://example.com/auto and a@b.example",
    "Term  \n: definition",
    "~~gone~~",
    "%%claude\nlooks like a magic",
    "{df} in braces",
    "<details><summary>x</summary>hidden</details>",
    "<!-- comment -->",
    "&#8203;zero",
    "end with backslash \\",
]


# Separators of pieces, and how many pieces are shuffled together.
_BETWEEN = ("\n\n", "\n", "\n\n\n")
_SEVERAL = [(2, seed) for seed in range(20)] + [(6, seed) for seed in range(20)]


def test_answers_of_any_shape(sheet: Sheet, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever Markdown an answer is made of, its text comes back to the last character."""
    shuffled = [Random(seed).sample(PIECES, count) for count, seed in _SEVERAL]
    answers = [*PIECES, *(_BETWEEN[len(each) % 3].join(each) for each in shuffled)]
    sheet.notebook.simulator.enqueue(*answers)
    for number in range(len(answers)):
        assert sheet.run(f"c{number}", f"%%claude\nQuestion {number}") is None
    without, restored = compare(sheet)
    assert restored == without, capsys.readouterr().out
