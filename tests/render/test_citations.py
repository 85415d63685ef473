from __future__ import annotations

import time
from typing import Any

import pytest

from nbclaude.render import pages
from nbclaude.render.citations import Citations, marks_as_text
from nbclaude.render.markdown import render_markdown
from nbclaude.render.placing import NotePlacer
from nbclaude.render.reply import ReplyRenderer
from nbclaude.render.whole_message import message_html
from nbclaude.wire.events import BlockDelta, BlockStart, BlockStop, Event, MessageStart
from tests.growth import is_linear
from tests.render.documents import DOCUMENTS
from tests.render.html import elements, text
from tests.render.test_pages import Reader
from tests.render.test_reply import block

START = MessageStart({"content": []})


def web(url: str, title: str = "T", cited: str = "words", **more: Any) -> dict[str, Any]:
    return {"type": "web_search_result_location", "url": url, "title": title, "cited_text": cited, **more}


A, B = web("https://www.a.example/x", "Source A", "cited from A"), web("https://b.example", "Source B")


def cited(index: int, value: str, *citations: Any, after: bool = False) -> list[Event]:
    """Make a cited text block: the API sends the citations before the text, others after it."""
    notes = [BlockDelta(index, {"type": "citations_delta", "citation": one}) for one in citations]
    words = [BlockDelta(index, {"type": "text_delta", "text": piece}) for piece in value]
    middle = [*words, *notes] if after else [*notes, *words]
    return [BlockStart(index, {"type": "text", "text": "", "citations": []}), *middle, BlockStop(index)]


def show(*events: Event, late: bool = False) -> Reader:
    reader = Reader(ReplyRenderer("x"), late=late)
    for event in (START, *events):
        reader.feed(event)
    reader.close()
    return reader


def answer_html(reader: Reader) -> str:
    return reader.html.partition('<div class="nbclaude-sources">')[0]


class TestNotes:
    @pytest.mark.parametrize("after", [True, False])
    def test_after_the_text_before_white_space(self, after: bool) -> None:
        reader = show(*block(0, "So "), *cited(1, "the sky is blue. \n\n", A, after=after), *block(2, "Next"))
        assert text(answer_html(reader)) == "So the sky is blue.[1]\nNext\n"
        assert reader.markdown.startswith("So the sky is blue.[1] \n\nNext\n\nSources:\n\n1. ")

    def test_it_leads_to_the_source_and_tells_it(self) -> None:
        reader = show(*cited(0, "Blue", A))
        [link, *_] = elements(reader.html, "a")
        assert link.attributes == {
            "href": "https://www.a.example/x",
            "target": "_blank",
            "rel": "noopener noreferrer nofollow",
            "title": "Source A · a.example",
            "aria-label": "source 1: Source A · a.example",
        }
        assert '<sup class="nbclaude-cite" title="Source A · a.example">' in reader.html

    def test_the_same_place_has_the_same_number(self) -> None:
        other_words = web("https://www.a.example/x", "Source A", "other words")
        reader = show(*cited(0, "a", A), *cited(1, " b", B), *cited(2, " c", other_words, B, A))
        assert text(answer_html(reader)) == "a[1] b[2] c[1][2]\n"
        assert "“cited from A … other words”" in text(reader.html)

    def test_in_a_whole_block(self) -> None:
        # The start of a block may hold everything.
        reader = show(
            BlockStart(0, {"type": "text", "text": "Blue. ", "citations": [A]}), BlockStop(0), *block(1, "b")
        )
        assert text(answer_html(reader)) == "Blue.[1] b\n"

    def test_without_the_end_of_the_block(self) -> None:
        reader = show(*cited(0, "a", A)[:-1], BlockStart(1, {"type": "thinking", "thinking": "hm"}))
        assert text(answer_html(reader)).startswith("a[1]\n")

    @pytest.mark.parametrize(
        "url", ["javascript:alert(1)", "/lab", "", "data:text/html,x", "file:///etc/passwd"]
    )
    def test_an_unsafe_address_is_no_link(self, url: str) -> None:
        reader = show(*cited(0, "a", web(url)))
        assert elements(reader.html, "a") == []
        assert "](" not in reader.markdown
        assert text(answer_html(reader)) == "a[1]\n"

    @pytest.mark.parametrize("citation", [None, "x", 5, []])
    def test_what_is_no_citation_is_left_out(self, citation: Any) -> None:
        assert show(*cited(0, "a", citation)).html == "<p>a</p>\n"

    def test_a_kind_that_nobody_knows(self) -> None:
        reader = show(*cited(0, "a", {"type": "hologram_location", "angle": 5}))
        assert text(reader.html) == "a[1]\nSources\n\nSource\n\n"

    def test_beginning_again_begins_to_count_again(self) -> None:
        reader = show(*cited(0, "a", A), START, *cited(0, "b", B))
        assert text(answer_html(reader)) == "b[1]\n"
        assert "Source A" not in reader.html

    def test_numbers_go_on_behind_a_tool(self) -> None:
        tool = [BlockStart(1, {"type": "server_tool_use", "name": "web_search"}), BlockStop(1)]
        reader = show(*cited(0, "a", A), *tool, *cited(2, "b", B, A))
        assert "b<sup" in reader.html
        assert "Source B" in text(reader.html)
        assert text(answer_html(reader)).endswith("b[1][2]\n")


class TestMarkup:
    @pytest.mark.parametrize(
        ("before", "words", "after", "expected"),
        [
            ("", "**bold.**", " more", "<p><strong>bold.</strong>NOTE more</p>\n"),
            ("**", "bold", "**more", "<p><strong>boldNOTE</strong>more</p>\n"),
            ("**", "bold.", "** more", "<p><strong>bold.NOTE</strong> more</p>\n"),
            (
                "",
                "see https://a.example",
                ", more",
                '<a href="https://a.example" LINK>https://a.example</a>NOTE, more</p>\n',
            ),
            ("| a |\n|---|\n", "| b |\n", "| c |\n", "<td>bNOTE</td>"),
            ("- ", "a", "\n- b\n", "<ul>\n<li>aNOTE</li>\n<li>b</li>\n</ul>\n"),
            ("## ", "Title", "\n\ntext", "<h2>TitleNOTE</h2>\n<p>text</p>\n"),
            (
                "",
                "```\nx\n```\n",
                "\ntext",
                '<pre tabindex="0"><code>x\n</code></pre></div>\n<p>NOTE</p>\n<p>text</p>\n',
            ),
            ("1. a\n\n", "   ```\n   x\n   ```\n", "2. b", "</code></pre></div>\n<p>NOTE</p>\n</li>\n<li>"),
            ("```\n", "x\n", "y\n```\n", '<pre tabindex="0"><code>x\ny\n</code></pre></div>\n'),
            ("`", "x", "y`", "<p><code>xy</code></p>\n"),
            ("    ", "x", "\n    y\n", '<pre tabindex="0"><code>x\ny\n</code></pre></div>\n'),
            ("[a](https://a.example/", "b", "c)", '<a href="https://a.example/bc" LINK>a</a>'),
            (
                "```",
                "py\n",
                "x\n```\n",
                '<pre tabindex="0"><code class="language-py">x\n</code></pre></div>\n',
            ),
            ("$x ", "+ y", " + z$", "\\(x + y + z\\)"),
            ("", "$$\nx\n$$\n", "\ntext", "\\[x\\]</div>\n<p>NOTE</p>\n<p>text</p>\n"),
            ("[", "words", "](https://a.example)", '<a href="https://a.example" LINK>wordsPLAIN</a>'),
            ("a\n", "---\n", "\nb", "<h2>a</h2>\n<p>NOTE</p>\n<p>b</p>\n"),
            ("", "a\\\n", "b", "<p>aNOTE<br>\nb</p>\n"),
            (
                "",
                "[r]: https://a.example\n",
                "\n[r]",
                '<p>NOTE</p>\n<p><a href="https://a.example" LINK>r</a></p>\n',
            ),
            ("", "a", "(b)", "<p>aNOTE(b)</p>\n"),
        ],
    )
    @pytest.mark.parametrize("streamed", [True, False])
    def test_a_note_does_not_spoil_it(
        self, before: str, words: str, after: str, expected: str, streamed: bool
    ) -> None:
        events = [*block(0, *before), *cited(1, words, web("https://n.example", "N")), *block(2, *after)]
        if streamed:
            html = show(*events, late=True).html
        else:
            blocks = [
                {"text": before},
                {"text": words, "citations": [web("https://n.example", "N")]},
                {"text": after},
            ]
            html = message_html({"content": [{"type": "text", **one} for one in blocks]})
        link = 'target="_blank" rel="noopener noreferrer nofollow"'
        note = f'<a href="https://n.example" {link} title="N · n.example" aria-label="source 1: N · n.example">[1]</a>'
        note, plain = (
            f'<sup class="nbclaude-cite" title="N · n.example">{one}</sup>' for one in (note, "[1]")
        )
        wanted = (
            expected.replace("NOTE", note)
            .replace("PLAIN", plain)
            .replace("LINK", link)
            .replace("<br>", "<br />")
        )
        assert wanted in html.replace("<br>", "<br />")
        assert "\ufdd0" not in html

    @pytest.mark.parametrize("limit", [1, 60])
    @pytest.mark.parametrize("name", DOCUMENTS)
    def test_on_small_pages(self, name: str, limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """Cite every third line of every document: pages are cut without a seam."""
        monkeypatch.setattr(pages, "_FIRST_LIMIT", limit)
        lines = DOCUMENTS[name].splitlines(keepends=True)
        blocks = ["".join(lines[start : start + 3]) for start in range(0, len(lines), 3)]
        events = [event for index, words in enumerate(blocks) for event in cited(index, words, A, B)]
        reader = show(*events, late=True)
        message = {"content": [{"type": "text", "text": words, "citations": [A, B]} for words in blocks]}
        assert reader.html in message_html(message)
        assert "\ufdd0" not in reader.html + reader.markdown
        assert "\ufdd1" not in reader.html + reader.markdown

    def test_what_is_said_stays(self) -> None:
        source = DOCUMENTS["everything"]
        plain = text(render_markdown(source))
        shown = text(answer_html(show(*cited(0, source, A))))
        assert shown.replace("[1]", "").split() == plain.split()

    def test_a_forged_mark_is_text(self) -> None:
        assert (
            text(show(*block(0, "a<\ufdd01> b<\ufdd0999999999999>")).html)
            == "a<\ufdd01> b<\ufdd0999999999999>\n"
        )


class TestSources:
    def test_in_html(self) -> None:
        reader = show(*cited(0, "a", A), *cited(1, "b", B))
        link = 'target="_blank" rel="noopener noreferrer nofollow"'
        assert reader.html.partition("</p>\n")[2] == (
            '<div class="nbclaude-sources"><p><strong>Sources</strong></p>\n<ol>\n'
            f'<li><a href="https://www.a.example/x" {link}>Source A</a> <span class="nbclaude-where">· a.example</span>'
            '<br><span class="nbclaude-excerpt">“cited from A”</span></li>\n'
            f'<li><a href="https://b.example" {link}>Source B</a> <span class="nbclaude-where">· b.example</span>'
            '<br><span class="nbclaude-excerpt">“words”</span></li>\n'
            "</ol></div>\n"
        )

    def test_in_markdown(self) -> None:
        strange = web("https://c.example/a_(b) c", "T[1](x) *y* `z` <b> $m$", "x")
        reader = show(*cited(0, "a", A), *cited(1, " b", strange))
        assert reader.markdown == (
            "a[1] b[2]\n\nSources:\n\n"
            "1. [Source A](https://www.a.example/x) · a.example · “cited from A”\n"
            "2. [T\\[1\\](x) \\*y\\* \\`z\\` \\<b\\> \\$m\\$](https://c.example/a_%28b%29c) · c.example · “x”\n"
        )

    @pytest.mark.parametrize(
        ("citation", "title", "place"),
        [
            ({"start_page_number": 3, "end_page_number": 4, "document_title": "D"}, "D", "page 3"),
            ({"start_page_number": 3, "end_page_number": 6, "document_index": 1}, "Document 2", "pages 3–5"),
            ({"start_block_index": 0, "end_block_index": 1, "document_index": 0}, "Document 1", "block 1"),
            (
                {"start_block_index": 1, "end_block_index": 3, "document_title": None, "document_index": 0},
                "Document 1",
                "blocks 2–3",
            ),
            (
                {"start_char_index": 280, "end_char_index": 1760, "document_title": "D"},
                "D",
                "characters 280–1,760",
            ),
            (
                {"source": "https://s.example/a", "start_block_index": 0, "end_block_index": 1},
                "s.example",
                "s.example, block 1",
            ),
            (
                {"source": "notes/3", "title": "N", "start_block_index": 0, "end_block_index": 2},
                "N",
                "blocks 1–2",
            ),
        ],
    )
    def test_places(self, citation: dict[str, Any], title: str, place: str) -> None:
        citations = Citations()
        assert citations.add(citation) == 1
        [source] = citations.sources
        assert (source.title, source.where) == (title, place)

    def test_other_places_of_a_document_are_other_sources(self) -> None:
        citations = Citations()
        pages = [{"document_title": "D", "start_page_number": n, "end_page_number": n + 1} for n in (1, 2, 1)]
        assert [citations.add(page) for page in pages] == [1, 2, 1]

    def test_as_plain_text(self) -> None:
        citations = Citations()
        for citation in (A, {"document_title": "D", "start_page_number": 3, "end_page_number": 4}):
            citations.add(citation)
        assert citations.text == "Sources:\n[1] Source A, https://www.a.example/x\n[2] D, page 3\n"

    def test_long_excerpts_are_cut(self) -> None:
        citations = Citations()
        for number in range(1000):
            citations.add(web("https://a.example", "A", f"excerpt number {number}"))
        assert len(citations.sources[0].excerpts) < 20
        assert len(citations.sources[0].excerpt) <= 240


@pytest.mark.parametrize(
    ("markdown", "written"),
    [
        ("a<\ufdd01>", "a[1]"),
        ("a<\ufdd01\ufdd1<\ufdd012\ufdd1 b", "a[1][12] b"),
        ("a<\ufdd01>(b)", "a[1\\](b)"),
        ("a<\ufdd01>: b", "a[1\\]: b"),
        ("a<\ufdd01>\n\n[1]: https://a.example", "a[1\\]\n\n[1]: https://a.example"),
    ],
)
def test_marks_as_text(markdown: str, written: str) -> None:
    assert marks_as_text(markdown) == written


class TestPlacing:
    @pytest.mark.parametrize(
        ("source", "placed"),
        [
            ("Blue.", "Blue.<N>"),
            ("Blue. \n\n", "Blue.<N> \n\n"),
            ("|1|2|", "|1|2<N>|"),
            ("| a |\n|---|\n", "| a |\n|---|\n"),
            ("| a | |\n", "| a |<N> |\n"),
            ("```py\nx\n```\n", "```py\nx\n```\n<N>\n"),
            ("```py\nx\n", "```py\nx\n"),
            ("````\n```\n", "````\n```\n"),
            ("```a``` b", "```a``` b<N>"),
            ("> ~~~\n> x\n> ~~~", "> ~~~\n> x\n> ~~~\n> <N>"),
            ("a\\\\", "a\\\\<N>"),
            ("a \\|", "a \\|<N>"),
            ("- ", "- "),
            ("12. ", "12. "),
            (" \n", " \n"),
            ("", ""),
        ],
    )
    @pytest.mark.parametrize("step", [1, 3, 100])
    def test_where_a_note_stands(self, source: str, placed: str, step: int) -> None:
        placer = NotePlacer()
        passed = "".join(placer.feed(source[start : start + step]) for start in range(0, len(source), step))
        assert passed + placer.place("<N>") == placed

    def test_without_a_note_nothing_changes(self) -> None:
        for source in DOCUMENTS.values():
            placer = NotePlacer()
            assert "".join(placer.feed(character) for character in source) + placer.flush() == source

    @pytest.mark.parametrize("unit", ["x", "\n", " ", "|", "\\", "`", "a b\n"])
    def test_twice_the_small_pieces_are_twice_the_cost(self, unit: str) -> None:
        def feed(source: str) -> None:
            placer = NotePlacer()
            passed = [placer.feed(piece) for piece in (unit,) * (len(source) // len(unit))]
            passed.append(placer.flush())
            assert "".join(passed) == source

        assert is_linear(feed, lambda size: unit * (size // len(unit)), 80_000)


@pytest.mark.sweep
def test_many_citations_cost_no_more_than_their_number() -> None:
    seconds = []
    for count in (200, 800):
        renderer = ReplyRenderer("x")
        begun = time.thread_time()
        for index in range(count):
            for event in cited(index, f"Sentence {index} of it.\n\n", web(f"https://a.example/{index}")):
                renderer.feed(event)
            renderer.changes()
        seconds.append(time.thread_time() - begun)
    assert seconds[1] < 12 * seconds[0] + 1
