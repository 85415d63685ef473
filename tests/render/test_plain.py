from __future__ import annotations

from typing import Any

import pytest

from nbclaude.render.plain import PlainAnswer
from nbclaude.wire.events import BlockStart, BlockStop, Event, MessageStart
from tests.render.test_citations import A, B, cited
from tests.render.test_reply import block
from tests.render.test_thinking import thinking
from tests.render.test_tools import call, result


def shown(*events: Event) -> str:
    answer = PlainAnswer()
    return "".join(answer.feed(event) for event in events) + answer.close()


def test_text() -> None:
    assert shown(*block(0, "Hello ", "**you**.\n\n"), *block(1, "- a\n")) == "Hello **you**.\n\n- a\n"


@pytest.mark.parametrize("content", [[{"type": "text", "text": "Hi"}], "Hi"])
def test_content_in_the_message_start(content: Any) -> None:
    assert shown(MessageStart({"content": content})) == "Hi"


@pytest.mark.parametrize("after", [True, False])
def test_notes_and_sources(after: bool) -> None:
    assert shown(
        *cited(0, "Blue. ", A, after=after), *cited(1, "Wet.\n", B, A, after=after), *block(2, "End.")
    ) == (
        "Blue.[1] Wet.[1][2]\nEnd.\n"
        "\nSources:\n[1] Source A, https://www.a.example/x\n[2] Source B, https://b.example\n"
    )


def test_thinking_is_one_line() -> None:
    assert shown(*thinking(0, "hm", " so"), *block(1, "Hi")) == "(thinking …)\nHi"


def test_empty_thinking_is_nothing() -> None:
    assert shown(*thinking(0), *block(1, "Hi")) == "Hi"


def test_calls_are_lines_with_their_arguments() -> None:
    events = [
        *block(0, "I look. "),
        *call(1, "web_search", '{"query": "é"}'),
        *result(2, 1, "web_search", []),
        BlockStart(3, {"type": "tool_use", "name": "f", "input": {"a": "é"}}),
        BlockStop(3),
        *call(4, "g", "", "tool_use"),
        *block(5, "Done.\n"),
    ]
    assert shown(*events) == 'I look. \n(web_search {"query": "é"})\n(f {"a": "é"})\n(g)\nDone.\n'


def test_long_arguments_are_cut() -> None:
    line = shown(*call(0, "f", '{"a": "' + "x" * 10_000 + '"}', "tool_use"))
    assert len(line) == 203
    assert line.endswith("…)\n")


def test_nothing() -> None:
    assert shown(MessageStart({})) == ""
