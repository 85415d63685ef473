from __future__ import annotations

import re
from typing import Any, ClassVar

import pytest

from nbclaude.render.footer import Footer
from nbclaude.render.markdown import render_markdown
from nbclaude.render.reply import ReplyRenderer
from nbclaude.render.style import STYLE, waiting_html
from nbclaude.render.whole_message import message_html
from nbclaude.wire.events import (
    BlockDelta,
    BlockStart,
    BlockStop,
    Event,
    MessageDelta,
    MessageStart,
    MessageStop,
    Ping,
    UnknownEvent,
)
from nbclaude.wire.message import events_of_message
from tests.render.html import elements, text
from tests.render.test_pages import FOOTER, Reader

START = MessageStart({"id": "m", "content": []})


def block(index: int, *texts: str) -> list[Event]:
    """Make a whole text block."""
    deltas = [BlockDelta(index, {"type": "text_delta", "text": text}) for text in texts]
    return [BlockStart(index, {"type": "text", "text": ""}), *deltas, BlockStop(index)]


def show(*events: Event, late: bool = False) -> Reader:
    """Show events, painting after each."""
    reader = Reader(ReplyRenderer("x"), late=late)
    for event in events:
        reader.feed(event)
    reader.close()
    return reader


def test_text() -> None:
    reader = show(START, *block(0, "Hello ", "**there**."), MessageDelta({}, {}, {}), MessageStop())
    assert reader.html == "<p>Hello <strong>there</strong>.</p>\n"
    assert reader.markdown == "Hello **there**."


def test_text_blocks_in_a_row_are_one_document() -> None:
    # Citations cut a sentence into many blocks.
    reader = show(
        START,
        *block(0, "The sky "),
        *block(1, "is *bl"),
        *block(2, "ue*, they"),
        *block(3, " say.\n\n- a"),
        *block(4, "\n- b"),
    )
    whole = "The sky is *blue*, they say.\n\n- a\n- b"
    assert reader.html == render_markdown(whole, "x")
    assert reader.markdown == whole


def test_a_text_block_that_starts_with_its_text() -> None:
    reader = show(
        START,
        BlockStart(0, {"type": "text", "text": "Hi"}),
        BlockDelta(0, {"type": "text_delta", "text": " you"}),
    )
    assert reader.html == "<p>Hi you</p>\n"


@pytest.mark.parametrize("content", [[{"type": "text", "text": "Hi"}], "Hi"])
def test_content_in_the_message_start(content: Any) -> None:
    assert show(MessageStart({"content": content}), MessageStop()).html == "<p>Hi</p>\n"


@pytest.mark.parametrize(
    "events",
    [
        [],
        [START],
        [START, MessageStop()],
        [START, *block(0)],
        [START, *block(0, "")],
        [START, *block(0, "  \n")],
        [START, Ping(), UnknownEvent("x", {})],
    ],
)
def test_an_empty_answer_is_a_footer(events: list[Event]) -> None:
    reader = show(*events)
    assert len(reader.pages) == 1
    assert text(reader.html).strip() == ""
    assert FOOTER.html in reader.pages[0].html


class TestFolds:
    @pytest.mark.parametrize(
        "start",
        [
            {},
            {"type": None},
            {"type": ["x"]},
            {"type": "x", "name": {"a": 1}},
            {"type": "x", "bytes": "y" * 100_000},
        ],
    )
    def test_odd_blocks_are_never_fatal(self, start: dict[str, Any]) -> None:
        reader = show(
            START,
            BlockStart(0, start),
            BlockDelta(0, {"type": "z", "thinking": 5, "partial_json": None}),
            *block(1, "Hi"),
        )
        assert "Hi" in reader.html
        assert len(reader.html) < 60_000

    def test_lone_surrogates_are_never_fatal(self) -> None:
        # JSON may hold half a pair; the notebook is written as UTF-8.
        reader = show(START, *block(0, "a\ud83d b"), BlockStart(1, {"type": "x", "value": "\ud83d"}))
        reader.html.encode("utf-8")
        reader.markdown.encode("utf-8")

    def test_many_folds_keep_the_limit_of_pages(self) -> None:
        events: list[Event] = [START]
        for number in range(0, 200, 2):
            events += [
                BlockStart(number, {"type": "tool_use", "name": f"f{number}", "input": {}}),
                BlockStop(number),
            ]
            events += block(number + 1, f"text {number}\n\n")
        renderer = ReplyRenderer("x")
        numbers = set()
        for event in events:
            renderer.feed(event)
            numbers |= {image.number for image in renderer.changes()}
        images = renderer.close(FOOTER)
        numbers |= {image.number for image in images}
        assert len(numbers) <= 30

    def test_text_around_a_tool_call_is_two_documents(self) -> None:
        reader = show(
            START,
            *block(0, "- a\n"),
            BlockStart(1, {"type": "tool_use", "name": "f", "input": {}}),
            BlockStop(1),
            *block(2, "- b\n"),
        )
        assert reader.html.count("<ul>") == 2
        assert reader.markdown.replace("\n", "").count("- a") == 1
        assert "- b" in reader.markdown

    def test_footnotes_of_two_text_sections_do_not_meet(self) -> None:
        note = "a[^1]\n\n[^1]: n\n"
        reader = show(
            START,
            *block(0, note),
            BlockStart(1, {"type": "tool_use", "name": "f"}),
            BlockStop(1),
            *block(2, note),
            late=True,
        )
        ids = [element.attributes["id"] for element in elements(reader.html) if "id" in element.attributes]
        assert len(ids) == len(set(ids)) == 4

    def test_late_definitions_do_not_reach_the_other_section(self) -> None:
        reader = show(
            START,
            *block(0, "[r]\n\n"),
            BlockStart(1, {"type": "x"}),
            BlockStop(1),
            *block(2, "[r]: https://a.example\n"),
            late=True,
        )
        assert "<a " not in reader.html


class TestBeginningAgain:
    def test_a_duplicated_start_changes_nothing(self) -> None:
        assert show(START, START, *block(0, "Hi")).html == "<p>Hi</p>\n"

    def test_a_spliced_start_takes_back_what_was_shown(self) -> None:
        reader = show(START, *block(0, "First try"), START, *block(0, "Second"))
        assert text(reader.html).strip() == "Second"
        assert reader.markdown == "Second"

    def test_on_closed_pages_too(self) -> None:
        reader = Reader(ReplyRenderer("x"), late=True)
        reader.feed(START)
        for _ in range(100):
            reader.feed(BlockDelta(0, {"type": "text_delta", "text": "Old words here.\n\n" * 10}))
        assert len(reader.pages) >= 3
        for event in [START, *block(0, "New.")]:
            reader.feed(event)
        reader.close()
        assert text(reader.html).strip() == "New."
        assert reader.markdown == "New."

    def test_at_every_painting(self) -> None:
        # Also when nothing was painted in between.
        renderer = ReplyRenderer("x")
        for event in [START, *block(0, "First"), START, *block(0, "Second")]:
            renderer.feed(event)
        [image] = renderer.changes()
        assert "First" not in image.html
        assert "Second" in image.html

    def test_with_nothing_after_it(self) -> None:
        reader = show(START, *block(0, "First"), START)
        assert text(reader.html).strip() == ""


class TestFooter:
    def test_html(self) -> None:
        assert Footer(("a <b>", "c"), mark="interrupted", notice="demo & more").html == (
            '<div class="nbclaude-footer" role="status"><span class="nbclaude-mark">interrupted</span> · '
            "<strong>demo &amp; more</strong> · a &lt;b&gt; · c</div>"
        )

    def test_text(self) -> None:
        assert Footer(("a", "c"), mark="interrupted", notice="demo").text == "interrupted · demo · a · c"
        assert Footer(("a",)).text == "a"
        assert Footer().text == ""


def text_html(text: str) -> str:
    return message_html({"content": [{"type": "text", "text": text}]})


def test_a_text_is_the_one_shot_rendering() -> None:
    assert render_markdown("# A\n\ntext\n") in text_html("# A\n\ntext\n")
    assert text_html("").count("<style>") == 1


def test_footnotes_of_two_replies_do_not_meet() -> None:
    ids = [
        {element.attributes["id"] for element in elements(text_html(source)) if "id" in element.attributes}
        for source in ("a[^1]\n\n[^1]: one\n", "b[^1]\n\n[^1]: two\n")
    ]
    assert not ids[0] & ids[1]


def test_the_waiting_sign() -> None:
    html = waiting_html()
    assert 'role="status"' in html
    assert STYLE in html


class TestCallout:
    def test_above_the_line(self) -> None:
        footer = Footer(("a",), mark="refused", callout="It says <why>.\nAnd how to go on.")
        assert footer.html == (
            '<div class="nbclaude-callout">It says &lt;why&gt;.\nAnd how to go on.</div>'
            '<div class="nbclaude-footer" role="status"><span class="nbclaude-mark">refused</span> · a</div>'
        )
        assert footer.text == "It says <why>.\nAnd how to go on.\nrefused · a"
        assert footer.line == "refused · a"

    def test_alone(self) -> None:
        assert Footer(callout="x").text == "x"


class TestPaintingAgain:
    def test_a_page_that_looks_as_before_is_not_painted(self) -> None:
        renderer = ReplyRenderer("x")
        for event in [START, BlockStart(0, {"type": "text", "text": "Hi"})]:
            renderer.feed(event)
        assert len(renderer.changes()) == 1
        for event in [Ping(), UnknownEvent("x", {}), BlockStop(0)]:
            renderer.feed(event)
        assert renderer.changes() == []

    def test_the_signature_after_the_summary_paints_nothing(self) -> None:
        renderer = ReplyRenderer("x")
        renderer.feed(BlockStart(0, {"type": "thinking", "thinking": "hm"}), 1.0)
        assert len(renderer.changes()) == 1
        renderer.feed(BlockDelta(0, {"type": "signature_delta", "signature": "S"}), 2.0)
        assert renderer.changes() == []


class TestWholeMessages:
    MESSAGE: ClassVar[dict[str, Any]] = {
        "content": [
            {"type": "thinking", "thinking": "hm\n\n- so"},
            {"type": "text", "text": "Hi, see"},
            {"type": "text", "text": " this", "citations": [{"url": "https://a.example", "title": "A"}]},
            {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "q"}},
            {"type": "web_search_tool_result", "tool_use_id": "s", "content": []},
            {"type": "text", "text": ".\n\n[^1]\n\n[^1]: note\n"},
            {"type": "tool_use", "name": "f", "input": {"a": 1}},
        ]
    }

    def test_as_a_streamed_one(self) -> None:
        reader = show(*events_of_message(self.MESSAGE), late=True)
        html = message_html(self.MESSAGE)
        # The anchors of footnotes are named after the answer.
        body = re.sub(r"(fn|fnref)-[0-9a-f]{8}(\d?)-", r"\1-x\2-", html)
        assert reader.html in body
        assert html.count("<style>") == 1
        assert html.count("nbclaude-answer mathjax_ignore") == 1

    def test_content_as_plain_text(self) -> None:
        assert "<p>Hi</p>" in message_html({"content": "Hi"})

    def test_nothing(self) -> None:
        assert text(message_html({})).strip() == ""

    def test_a_structured_answer(self) -> None:
        html = message_html({"content": [{"type": "text", "text": '{"a": [1]}'}]}, "json")
        assert '<div class="code" data-language="json">' in html
        assert '{\n  "a": [\n    1\n  ]\n}' in text(html)

    def test_a_long_one_is_one_page(self) -> None:
        source = "Some words.\n\n" * 2000
        assert render_markdown(source) in message_html({"content": [{"type": "text", "text": source}]})
