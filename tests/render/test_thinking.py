from __future__ import annotations

import pytest

from nbclaude.render import pages
from nbclaude.render.markdown import render_markdown
from nbclaude.render.page_images import PageImage
from nbclaude.render.reply import ReplyRenderer
from nbclaude.render.thinking import REDACTED, thought_for
from nbclaude.wire.events import BlockDelta, BlockStart, BlockStop, Event, MessageStart
from tests.render.html import elements, text
from tests.render.test_pages import FOOTER, Reader
from tests.render.test_reply import block, show

START = MessageStart({"content": []})


def thinking(index: int, *pieces: str) -> list[Event]:
    deltas = [BlockDelta(index, {"type": "thinking_delta", "thinking": piece}) for piece in pieces]
    signature = BlockDelta(index, {"type": "signature_delta", "signature": "S"})
    return [
        BlockStart(index, {"type": "thinking", "thinking": "", "signature": ""}),
        *deltas,
        signature,
        BlockStop(index),
    ]


def timed(events: list[tuple[float, Event]]) -> dict[int, PageImage]:
    renderer = ReplyRenderer("x")
    images: dict[int, PageImage] = {}
    for at, event in events:
        renderer.feed(event, at)
        images |= {image.number: image for image in renderer.changes()}
    return images | {image.number: image for image in renderer.close(FOOTER)}


class TestSummaries:
    def test_open_while_it_grows_and_folded_after(self) -> None:
        renderer = ReplyRenderer("x")
        renderer.feed(BlockStart(0, {"type": "thinking", "thinking": ""}), 10.0)
        renderer.feed(BlockDelta(0, {"type": "thinking_delta", "thinking": "let **me** <see>"}), 11.0)
        [image] = renderer.changes()
        [fold] = elements(image.html, "details")
        assert "open" in fold.attributes
        assert "<summary>Thinking…</summary>" in image.html
        assert "<p>let <strong>me</strong> &lt;see&gt;</p>" in image.html
        renderer.feed(BlockStop(0), 13.6)
        assert renderer.changes() == []
        renderer.feed(BlockStart(1, {"type": "text", "text": "Done."}), 13.7)
        images = {image.number: image for image in renderer.changes()}
        [fold] = elements(images[0].html, "details")
        assert "open" not in fold.attributes
        assert "<summary>Thought for 4 s</summary>" in images[0].html
        assert images[0].closed
        assert "Done." in images[1].html

    def test_what_follows_does_not_repaint_it(self) -> None:
        reader = show(START, *thinking(0, "hm"), *block(1, *["word "] * 50))
        assert len(reader.pages) == 2
        assert reader.repainted == set()
        assert "<details" in reader.pages[0].html
        assert "<details" not in reader.pages[1].html
        assert reader.pages[0].markdown == ""

    def test_it_is_a_document_of_its_own(self) -> None:
        summary = "# Plan\n\n- a\n- b[^1]\n\n[^1]: n\n"
        reader = show(START, *thinking(0, *summary), *block(1, "- c\n"), late=True)
        assert render_markdown(summary, "x") in reader.pages[0].html
        assert text(reader.pages[1].html).strip().startswith("c")

    def test_every_block_has_its_own_line(self) -> None:
        tool = [BlockStart(1, {"type": "server_tool_use", "name": "web_search"}), BlockStop(1)]
        reader = show(
            START, *thinking(0, "one"), *tool, *thinking(2, "two"), *thinking(3, "three"), *block(4, "Hi")
        )
        assert reader.html.count("<summary>Thought</summary>") == 3
        assert reader.repainted == set()

    def test_without_its_start(self) -> None:
        reader = show(START, BlockDelta(0, {"type": "thinking_delta", "thinking": "hm"}), *block(1, "Hi"))
        assert "<summary>Thought</summary>" in reader.html

    def test_in_the_message_start(self) -> None:
        reader = show(
            MessageStart(
                {"content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "Hi"}]}
            )
        )
        assert "hm" in text(reader.pages[0].html)

    def test_a_long_one_is_laid_on_pages_that_are_folded_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pages, "_FIRST_LIMIT", 50)
        summary = "".join(f"Step {number} of a long thought.\n\n" for number in range(10))
        reader = Reader(ReplyRenderer("x"), late=True)
        reader.feed(START, BlockStart(0, {"type": "thinking", "thinking": ""}))
        for piece in summary:
            reader.feed(BlockDelta(0, {"type": "thinking_delta", "thinking": piece}))
        assert reader.html.count("<details") == reader.html.count(" open>") == len(reader.pages) == 5
        reader.feed(BlockStop(0), *block(1, "Hi"))
        assert reader.repainted == {0, 1, 2, 3}
        assert " open>" not in reader.html
        assert "<summary>Thought (continued)</summary>" in reader.pages[1].html
        reader.repainted.clear()
        reader.close()
        assert reader.repainted == set()
        assert all(f"Step {number} " in text(reader.html) for number in range(10))

    def test_cost_is_linear(self) -> None:
        painted = []
        for length in (300, 600):
            reader = Reader(ReplyRenderer("x"), late=True)
            for _ in range(length):
                reader.feed(
                    BlockDelta(0, {"type": "thinking_delta", "thinking": "A thought of some words.\n\n" * 2})
                )
            reader.close()
            painted.append(reader.painted)
        assert painted[1] < 2.6 * painted[0]


class TestOmitted:
    EVENTS = ((1.0, START), (1.0, BlockStart(0, {"type": "thinking", "thinking": "", "signature": ""})))

    def test_a_sign_while_it_lasts(self) -> None:
        renderer = ReplyRenderer("x")
        for at, event in self.EVENTS:
            renderer.feed(event, at)
        [image] = renderer.changes()
        assert "Thinking…" in text(image.html)
        assert "<details" not in image.html
        assert renderer.changes() == []

    def test_a_line_afterwards_and_the_answer_on_the_same_page(self) -> None:
        ends = [(5.2, event) for event in thinking(0)[1:]]
        images = timed([*self.EVENTS, *ends, *((5.3, event) for event in block(1, "Hi"))])
        assert list(images) == [0]
        assert '<p class="nbclaude-line">Thought for 4 s</p>\n<p>Hi</p>' in images[0].html
        assert images[0].markdown == "Hi"

    def test_less_than_half_a_second_is_not_worth_a_line(self) -> None:
        ends = [(1.3, event) for event in thinking(0)[1:]]
        images = timed([*self.EVENTS, *ends, *((1.4, event) for event in block(1, "Hi"))])
        assert (
            text(images[0].html.partition("</style>")[2].partition('<div class="nbclaude-footer')[0]).strip()
            == "Hi"
        )

    def test_nobody_knows_how_long(self) -> None:
        # It left no word either: there is nothing to say.
        assert show(START, *thinking(0), *block(1, "Hi")).html == "<p>Hi</p>\n"


class TestRedacted:
    def test_said_once(self) -> None:
        redacted = [
            event
            for index in range(3)
            for event in (BlockStart(index, {"type": "redacted_thinking", "data": "E"}), BlockStop(index))
        ]
        reader = show(START, *redacted, *block(3, "Hi"))
        assert text(reader.html) == f"{REDACTED}\nHi\n"
        assert reader.markdown == "Hi"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "Thought"),
        (0.0, "Thought for 1 s"),
        (3.6, "Thought for 4 s"),
        (59.4, "Thought for 59 s"),
        (59.6, "Thought for 1 min 0 s"),
        (125.0, "Thought for 2 min 5 s"),
    ],
)
def test_thought_for(seconds: float | None, words: str) -> None:
    assert thought_for(seconds) == words
