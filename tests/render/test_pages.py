from __future__ import annotations

import pytest

from nbclaude.render import pages
from nbclaude.render.dollars import in_dollars
from nbclaude.render.footer import Footer
from nbclaude.render.markdown import render_markdown
from nbclaude.render.page_images import PageImage
from nbclaude.render.pages import MAX_PAGES, Page, Part, page_limit
from nbclaude.render.reply import ReplyRenderer
from nbclaude.wire.events import BlockDelta, BlockStart, BlockStop, Event, MessageStart
from tests.render.documents import DOCUMENTS, LATE

FOOTER = Footer(("footer",))


def delta(text: str) -> Event:
    return BlockDelta(0, {"type": "text_delta", "text": text})


def body(image: PageImage) -> str:
    """Take the answer's own HTML out of a page."""
    before, _, rest = image.html.partition('<div class="nbclaude-answer mathjax_ignore tex2jax_ignore">')
    assert before.startswith('<div class="nbclaude">')
    inner, _, after = rest.rpartition("</div>" + (after_footer(image)) + "</div>")
    assert after == ""
    return inner


def after_footer(image: PageImage) -> str:
    return FOOTER.html if FOOTER.html in image.html else ""


class Reader:
    """The front end: keeps what every page looks like, and checks the rules of pages as it goes."""

    def __init__(self, renderer: ReplyRenderer, *, late: bool = False) -> None:
        self.renderer = renderer
        self.pages: dict[int, PageImage] = {}
        self.late = late
        self.repainted: set[int] = set()
        self.painted = 0

    def paint(self, images: list[PageImage], *, closing: bool = False) -> None:
        numbers = [image.number for image in images]
        assert numbers == sorted(numbers)
        for image in images:
            self.painted += len(image.html)
            before = self.pages.get(image.number)
            if before is not None and before.closed:
                self.repainted.add(image.number)
                assert image.closed
                if not self.late and not (closing and image.number == max(self.pages)):
                    assert image == before, "a closed page has changed"
            elif before is None:
                assert image.number == len(self.pages), "pages appear one after the other"
            self.pages[image.number] = image
        open_pages = [image for image in self.pages.values() if not image.closed]
        # The open page and its ending, after all that are closed.
        assert len(open_pages) <= 2
        assert sorted(image.number for image in open_pages) == [
            *range(len(self.pages) - len(open_pages), len(self.pages))
        ]

    def feed(self, *events: Event) -> None:
        for event in events:
            self.renderer.feed(event)
        self.paint(self.renderer.changes())

    def close(self) -> None:
        self.paint(self.renderer.close(FOOTER), closing=True)
        assert all(image.closed for image in self.pages.values())

    @property
    def html(self) -> str:
        return "".join(body(self.pages[number]) for number in sorted(self.pages))

    @property
    def markdown(self) -> str:
        return "".join(self.pages[number].markdown for number in sorted(self.pages))


def show(source: str, step: int, *, late: bool = False) -> Reader:
    reader = Reader(ReplyRenderer("x"), late=late)
    reader.feed(BlockStart(0, {"type": "text", "text": ""}))
    for start in range(0, len(source), step):
        reader.feed(delta(source[start : start + step]))
    reader.feed(BlockStop(0))
    reader.close()
    return reader


# Long enough for several pages.
LONG = "\n\n".join(
    f"## Part {number}\n\n{document}"
    for number, document in enumerate([*DOCUMENTS.values()] * 3)
    if document.strip()
)
SAFE = "\n\n".join(
    f"## Part {number}\n\n{DOCUMENTS['everything']}\n\n{DOCUMENTS['list with fence']}\n\n{DOCUMENTS['tables']}"
    for number in range(40)
)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_short_answer_is_one_page(name: str) -> None:
    reader = show(DOCUMENTS[name], 7)
    assert len(reader.pages) == 1
    assert reader.html == render_markdown(DOCUMENTS[name], "x")
    assert reader.markdown == in_dollars(DOCUMENTS[name])


@pytest.mark.parametrize("name", LATE)
def test_a_late_definition_on_one_page(name: str) -> None:
    reader = show(LATE[name], 3, late=True)
    assert reader.html == render_markdown(LATE[name], "x")
    assert reader.markdown == in_dollars(LATE[name])


def test_formulas_fill_a_page_sooner_since_they_are_typeset_with_it() -> None:
    formulas = "\n\n".join(rf"The bound is \(x_{{{n}}}\), and so is \(y^{{{n}}}\)." for n in range(40))
    reader = show(formulas, 60)
    most = max(image.html.count(r"\(") for image in reader.pages.values())
    assert len(reader.pages) > 4
    assert most < 24
    assert reader.html == render_markdown(formulas, "x")
    assert len(show(formulas.replace("\\", ""), 60).pages) == 2  # a page, and its ending


def test_a_formula_weighs_more_than_its_html() -> None:
    one, two = (show(rf"It is {formula}.", 60).pages[0] for formula in (r"\(x\)", r"\(x\), \(y\)"))
    assert two.weight - one.weight > 10 * (len(two.html) - len(one.html))
    words = show("It is x.", 60).pages[0]
    assert words.weight == len(words.html)


@pytest.mark.parametrize("step", [50, 997, 10_000])
def test_a_long_answer(step: int) -> None:
    reader = show(SAFE, step)
    assert len(reader.pages) > 3
    assert reader.html == render_markdown(SAFE, "x")
    assert reader.markdown == in_dollars(SAFE)
    assert reader.repainted == set()


@pytest.mark.parametrize("step", [333, 5_000])
def test_a_long_answer_of_everything(step: int) -> None:
    # Definitions for all of it stand somewhere in it.
    reader = show(LONG, step, late=True)
    assert reader.html == render_markdown(LONG, "x")
    assert reader.markdown == in_dollars(LONG)


@pytest.mark.parametrize("name", LATE)
def test_a_definition_pages_later(name: str) -> None:
    before, after = LATE[name].split("\n\n", 1) if "\n\n" in LATE[name] else (LATE[name], "")
    source = before + "\n\n" + "Filling words.\n\n" * 700 + after
    reader = show(source, 500, late=True)
    assert len(reader.pages) >= 2
    assert reader.html == render_markdown(source, "x")
    assert reader.markdown == in_dollars(source)


def test_a_page_that_a_late_definition_changes_is_painted_once_more_and_no_other() -> None:
    source = "See [the docs][d].\n\n" + "Filling words.\n\n" * 1000 + "[d]: https://a.example\n"
    reader = show(source, 500, late=True)
    assert reader.repainted == {0}
    assert '<a href="https://a.example"' in reader.pages[0].html


@pytest.mark.parametrize("limit", [1, 20, 60])
@pytest.mark.parametrize("name", [*DOCUMENTS, *LATE])
def test_small_pages(name: str, limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every place where a page could end, for every construct: no seam, and nothing lost or doubled."""
    monkeypatch.setattr(pages, "_FIRST_LIMIT", limit)
    source = (DOCUMENTS | LATE)[name]
    reader = show(source, 5, late=name in LATE)
    assert reader.html == render_markdown(source, "x")
    assert reader.markdown == in_dollars(source)
    assert len(reader.pages) <= MAX_PAGES + 1


@pytest.mark.sweep
class TestLimits:
    def test_grow(self) -> None:
        limits = [page_limit(number) for number in range(MAX_PAGES)]
        assert limits[0] == 4096
        assert limits == sorted(limits)
        assert limits[-1] == float("inf")
        # More than any model writes, before the last page takes all the rest.
        assert sum(limits[:-1]) > 1_000_000

    @pytest.mark.parametrize(
        "unit",
        [
            "Some words. " * 4 + "\n\n",
            "- item\n\n  more\n\n" + "text " * 20 + "\n\n",
            "x" * 300 + "\n\n",
            "```\n" + "code\n" * 80 + "```\n\n",
        ],
        ids=["paragraphs", "lists", "long lines", "code"],
    )
    def test_never_more_than_30_pages_for_2_megabytes(
        self, unit: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The answer, its blocks and its pages are all a tenth of what they are, and so is the time it takes."""
        monkeypatch.setattr(pages, "_FIRST_LIMIT", pages._FIRST_LIMIT / 10)
        source = unit * (200_000 // len(unit) + 1)
        renderer = ReplyRenderer("x")
        numbers: set[int] = set()
        size = 10_000
        for start in range(0, len(source), size):
            renderer.feed(delta(source[start : start + size]))
            numbers |= {image.number for image in renderer.changes()}
        # The pages are what this is about; the rendering of the whole is in the tests of smaller answers.
        assert len(numbers) <= MAX_PAGES + 1
        assert len(numbers) > 20

    def test_an_ordinary_answer_is_one_page_and_its_ending(self) -> None:
        assert len(show("Some words.\n\n" * 40, 100).pages) == 1
        reader = show("Some words.\n\n" * 300, 500)
        assert len(reader.pages) == 2
        assert all("Some words." in image.html for image in reader.pages.values())

    def test_one_block_is_never_cut(self) -> None:
        source = "```\n" + "line of code\n" * 5000 + "```\n\ntext\n"
        reader = show(source, 9000)
        assert len(reader.pages) <= 2
        assert "</code>" in reader.pages[0].html


class TestPainting:
    def test_the_first_delta_is_shown_at_once(self) -> None:
        renderer = ReplyRenderer("x")
        renderer.feed(MessageStart({"content": []}))
        assert renderer.changes() == []
        renderer.feed(BlockStart(0, {"type": "text", "text": ""}))
        assert renderer.changes() == []
        renderer.feed(delta("Hi"))
        [image] = renderer.changes()
        assert "<p>Hi</p>" in image.html
        assert not image.closed
        assert image.markdown == ""

    def test_the_style_sheet_is_on_the_first_page_alone(self) -> None:
        reader = show(SAFE, 5000)
        assert ["<style>" in reader.pages[number].html for number in sorted(reader.pages)] == [True] + [
            False
        ] * (len(reader.pages) - 1)

    def test_the_footer_is_on_the_last_page_alone(self) -> None:
        reader = show(SAFE, 5000)
        assert [FOOTER.html in reader.pages[number].html for number in sorted(reader.pages)] == [False] * (
            len(reader.pages) - 1
        ) + [True]

    def test_what_is_above_the_ending_is_painted_only_when_something_has_moved_up(self) -> None:
        renderer = ReplyRenderer("x")
        painted: list[int] = []
        for number in range(200):
            renderer.feed(delta(f"Paragraph {number}.\n\n"))
            painted += [image.number for image in renderer.changes()]
        assert painted.count(0) < painted.index(1) + 8
        assert painted.count(1) > 150

    def test_an_ending_that_moves_up_leaves_its_output_to_what_comes(self) -> None:
        reader = Reader(ReplyRenderer("x"))
        for part in (
            "word " * 130 + "\n\n",
            "# Title\n\n",
            "more " * 130,
            "\n\n",
            "# Another\n\n",
            "Last.\n",
        ):
            reader.feed(delta(part))
            assert reader.html.count("word") in (130, 0)
            assert reader.html.count("more") <= 130
        reader.close()
        assert body(reader.pages[1]) == "<h1>Another</h1>\n<p>Last.</p>\n"

    def test_tools_and_thinking_between_texts_leave_nothing_twice(self) -> None:
        reader = Reader(ReplyRenderer("x"))
        for index in range(12):
            kind = ("text", "tool_use", "thinking")[index % 3]
            reader.feed(BlockStart(index, {"type": kind, "name": "f", "id": str(index), "input": {}}))
            if kind == "text":
                for number in range(9):
                    reader.feed(
                        BlockDelta(
                            index, {"type": "text_delta", "text": f"T{index}.{number} " + "x " * 90 + "\n\n"}
                        )
                    )
                    assert reader.html.count(f"T{index}.{number} ") == 1
            elif kind == "thinking":
                reader.feed(BlockDelta(index, {"type": "thinking_delta", "thinking": f"Hm{index}"}))
            reader.feed(BlockStop(index))
        reader.close()
        for index in range(0, 12, 3):
            assert [reader.html.count(f"T{index}.{number} ") for number in range(9)] == [1] * 9
            assert reader.markdown.count(f"T{index}.0 ") == 1
        assert all(body(image).strip() for image in reader.pages.values())

    def test_what_is_painted_stays_linear(self) -> None:
        """Painting costs what is on the open page: twice the answer is twice the HTML, not four times."""
        once, twice = (show(SAFE[:length], 400).painted for length in (len(SAFE) // 2, len(SAFE)))
        assert twice < 2.6 * once


class TestValues:
    def test_parts_and_pages(self) -> None:
        page = Page(0)
        assert (page.size, page.ends_in_fold, page.body, page.source) == (0, False, "", "")
        page.parts += [Part(0, 5, ["<p>a</p>"], "<p>b</p>", "a\n\nb"), Part(0, 0, [], "<details></details>")]
        assert page.size == 80  # each part is a line at least
        assert page.ends_in_fold
        assert page.body == "<p>a</p><p>b</p><details></details>"
        assert page.source == "a\n\nb"

    def test_replacing_tells_whether_anything_changed(self) -> None:
        part = Part(0, 5, ["<p>a</p>"], "<p>b</p>")
        assert not part.replace("<p>a</p><p>b</p>")
        assert part.replace("<p>c</p>")
        assert part.html == "<p>c</p>"
