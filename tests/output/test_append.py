"""An answer that is appended: every message is shown once, in order, and the plain texts alone read well, too."""

from __future__ import annotations

import re
from typing import Any

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher

from nbclaude.output import AppendDisplay, pages, rests
from nbclaude.render.footer import Footer
from nbclaude.render.pages import MAX_PIECES, piece_limit
from nbclaude.wire.events import BlockDelta, BlockStart, BlockStop, Event
from tests.render.html import text as text_of

FOOTER = Footer(("m", "1 token"), callout="Go on with %claude_continue.")


def delta(value: str, kind: str = "text") -> Event:
    return BlockDelta(0, {"type": f"{kind}_delta", kind: value})


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MIN_INTERVAL", 0.0)
    monkeypatch.setattr(pages, "LATER_INTERVAL", 0.0)
    monkeypatch.setattr(rests, "COST_FACTOR", 0.0)
    monkeypatch.setattr(rests, "BYTE_RATE", float("inf"))


class Console:
    """What a front end shows that ignores updates: the plain text of each message, a line end after it."""

    def __init__(self, language: str = "") -> None:
        self.publisher = CapturingDisplayPublisher()
        self.display = AppendDisplay(self.publisher, language, watched=False)

    @property
    def shown(self) -> list[dict[str, str]]:
        messages: list[dict[str, Any]] = self.publisher.outputs
        assert not any(message.get("update") for message in messages)
        ids = [message["transient"]["display_id"] for message in messages]
        assert len(set(ids)) == len(ids)
        return [message["data"] for message in messages]

    @property
    def printed(self) -> str:
        return "".join(data["text/plain"] + "\n" for data in self.shown)

    @property
    def html(self) -> str:
        return "".join(data.get("text/html", "") for data in self.shown)


@pytest.fixture
def console() -> Console:
    return Console()


ANSWER = "Hello **there**.\n\n- one\n- two\n\n```python\nx = 1\n\ny = 2\n```\n\n## End\n\nThe *last* words."


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_each_block_is_shown_once_when_it_has_settled(console: Console, size: int) -> None:
    console.display.begin()
    for at in range(0, len(ANSWER), size):
        console.display.show([delta(ANSWER[at : at + size])])
    console.display.finish(FOOTER)
    assert console.printed == (
        "Asking Claude …\n\n"
        "Hello **there**.\n\n"
        "- one\n- two\n\n"
        "```python\nx = 1\n\ny = 2\n```\n\n"
        "## End\n\n"
        "The *last* words.\n\n"
        "Go on with %claude_continue.\n(m · 1 token)\n\n"
    )
    assert "".join(data.get("text/markdown", "") for data in console.shown) == ANSWER
    assert console.html.count("<style>") == 1
    for once in (
        "<strong>there</strong>",
        "<li>two</li>",
        "<h2>End</h2>",
        "<em>last</em>",
        "nbclaude-footer",
    ):
        assert re.sub("<style>.*?</style>", "", console.html).count(once) == 1


def test_it_streams(console: Console) -> None:
    console.display.begin()
    console.display.show([delta("One.\n\nTwo.\n\nThree\nan")])
    assert console.printed == "Asking Claude …\n\nOne.\n\nTwo.\n\n"
    console.display.show([delta("d\n\nFour\nor")])
    assert console.printed == "Asking Claude …\n\nOne.\n\nTwo.\n\nThree\nand\n\n"


def test_thinking_and_calls_come_whole_and_folded(console: Console) -> None:
    console.display.begin()
    console.display.show(
        [BlockStart(0, {"type": "thinking"}), delta("Let me see. " * 9 + "\n\nSo.", "thinking")]
    )
    console.display.show([delta("\n\nYes.\n\n", "thinking")])
    assert len(console.shown) == 1  # a fold that is still written could not be folded any more
    console.display.show([BlockStop(0), BlockStart(1, {"type": "text", "text": ""}), delta("Hm.\n\n")])
    call = {"type": "tool_use", "id": "c", "name": "weather", "input": {"city": "Ulm"}}
    console.display.show([BlockStop(1), BlockStart(2, call), BlockStop(2)])
    console.display.finish(Footer(("m",)))
    thinking, called = re.findall(r"<details[^>]*>", console.html)
    assert thinking == '<details class="nbclaude-fold nbclaude-thinking">'
    assert "nbclaude-call" in called
    assert "Yes." in text_of(console.html)
    assert console.printed.startswith("Asking Claude …\n\n(Thought for 1 s)\n\nHm.\n\n")
    assert "weather" in console.printed and console.printed.endswith("\n\n(m)\n\n")


def test_a_countdown_is_a_line_and_so_is_what_must_end_first(console: Console) -> None:
    console.display.begin()
    console.display.hold("Another question is being answered first")
    console.display.hold("")
    console.display.wait("Overloaded", 2.3)
    assert console.display.pause() is None
    console.display.show([])
    console.display.abandon()
    assert console.printed == (
        "Asking Claude …\n\n(Another question is being answered first)\n\n(Overloaded. Trying again in 3 s)\n\n"
    )


def test_progress_is_printed_line_by_line(console: Console, capsys: pytest.CaptureFixture[str]) -> None:
    console.display.begin()
    for message in ("1 of 2", "2 of 2"):
        console.display.report(message)
    assert capsys.readouterr().out == "1 of 2\n2 of 2\n"


def test_a_later_definition_changes_nothing_that_is_shown(console: Console) -> None:
    console.display.begin()
    console.display.show([delta("See [it][x].\n\nMore.\n\n")])
    before = console.shown
    console.display.show([delta("[x]: https://example.org\n")])
    console.display.finish(FOOTER)
    assert console.shown[: len(before)] == before
    assert console.printed.count("See") == 1


def test_no_escape_sequence_reaches_a_console(console: Console) -> None:
    console.display.begin()
    console.display.show([delta("\x1b]52;c;aGk=\x07 red \x1b[31m.\n\nx")])
    console.display.wait("busy \x1b[2J", 1)
    console.display.finish(FOOTER)
    assert "\x1b" not in console.printed and "\x07" not in console.printed


def test_a_structured_answer_comes_whole() -> None:
    console = Console("json")
    console.display.begin()
    console.display.show([delta('{"a": [1,')])
    assert len(console.shown) == 1
    console.display.show([delta(" 2]}")])
    console.display.finish(FOOTER)
    assert "```json" in console.printed and len(console.shown) == 2


def test_a_long_answer_stays_below_the_number_of_outputs_that_are_shown(console: Console) -> None:
    """JupyterLab hides what comes after the fiftieth output of a cell."""
    console.display.begin()
    written = "".join(f"Paragraph {number} of a long answer.\n\n" for number in range(3000))
    for at in range(0, len(written), 5000):
        console.display.show([delta(written[at : at + 5000])])
    console.display.finish(FOOTER)
    assert 20 < len(console.shown) <= MAX_PIECES + 1
    assert "".join(data.get("text/markdown", "") for data in console.shown) == written
    assert sum(piece_limit(number) for number in range(MAX_PIECES - 1)) > 1_500_000


def test_many_folds_stay_below_it_too(console: Console) -> None:
    console.display.begin()
    for number in range(0, 400, 2):
        call = {"type": "tool_use", "id": f"c{number}", "name": "f", "input": {"n": number}}
        console.display.show([BlockStart(number, call), BlockStop(number)])
        console.display.show([BlockStart(number + 1, {"type": "text", "text": f"Word {number}."})])
        console.display.show([BlockStop(number + 1)])
    console.display.finish(FOOTER)
    assert len(console.shown) <= MAX_PIECES + 1
    assert [f"Word {n}." for n in range(0, 400, 2)] == re.findall(r"Word \d+\.", console.printed)


def test_an_empty_answer_is_its_footer(console: Console) -> None:
    console.display.begin()
    console.display.finish(Footer(("m",), mark="refused"))
    assert console.printed == "Asking Claude …\n\n(refused · m)\n\n"
