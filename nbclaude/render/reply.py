"""Turns events into the changed pages of the answer, as HTML for the notebook and Markdown for everything else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeVar

from nbclaude.render.blocks import BlockSection
from nbclaude.render.calls import ToolCall
from nbclaude.render.citations import Citations
from nbclaude.render.footer import Footer
from nbclaude.render.listing import Listing
from nbclaude.render.page_images import PageImage, image_of, on_one_page, open_html
from nbclaude.render.pages import ENDING, MAX_PAGES, Page, Part, page_limit, piece_limit
from nbclaude.render.sections import CodeSection, LineSection, Section, TextSection
from nbclaude.render.streaming import PORTION
from nbclaude.render.thinking import REDACTED, ThinkingSection
from nbclaude.wire.events import BlockDelta, BlockStart, BlockStop, Event, MessageStart
from nbclaude.wire.message import content_of

__all__ = ["ReplyRenderer"]

_TEXT = (TextSection, CodeSection)
_GROWS: Mapping[str, Any] = {
    "text_delta": _TEXT, "thinking_delta": ThinkingSection, "input_json_delta": BlockSection
}  # fmt: skip
AnySection = TypeVar("AnySection", bound=Section)


class ReplyRenderer:
    """The growing answer on its pages: `feed` events, ask for `changes` whenever you paint, `close` at the end.

    With a `language` (a structured answer is "json") the text of the answer is code in it. `macros` are the notebook's own
    LaTeX macros that its formulas may use. For who can show each page only once, and therefore only closed ones, the pages
    are many: `in_pieces` of a block each, as long as there are few. A `listing` stands above, to whose lines the
    text can refer.
    """

    def __init__(
        self,
        document_id: str = "",
        language: str = "",
        macros: frozenset[str] = frozenset(),
        *,
        in_pieces: bool = False,
        listing: Listing | None = None,
    ) -> None:
        self._listing = listing
        self._in_pieces = in_pieces
        self._document_id = document_id
        self._language = language
        self._macros = macros
        self._pages = [Page(0)]
        self._section: Section | None = None
        self._begun_on = 0  # the page on which the section has begun
        self._sections = 0
        self._calls: dict[str, ToolCall] = {}
        self._citations = Citations()
        # Closed pages that must be painted once more, because what came later gave them another meaning.
        self._repaint: dict[int, Page] = {}
        # Pages that a new section has closed since the last painting.
        self._closed_meanwhile: list[Page] = []
        # What was painted last of what is open, by the number of the output.
        self._painted: dict[int, str] = {}
        self._is_hurried = False
        self._hurried_left = PORTION  # characters that are rendered though somebody waits for the end

    def feed(self, event: Event, at: float = 0.0, *, hurried: bool = False) -> None:
        """Take the next event; nothing is rendered before somebody asks, but for what another block ends.

        `at` is when it arrived, in seconds of a clock that only moves on; 0 means that nobody knows. If it is `hurried`,
        somebody waits for the answer to end.
        """
        self._is_hurried = hurried
        match event:
            case BlockStart(index, block):
                self._start(index, block, at)
            case BlockDelta(index, delta):
                self._grow(index, delta, at)
            case BlockStop(index) if self._section is not None:
                self._section.end_block(index, at)
            case MessageStart(message):
                if self._sections:
                    self._begin_again()
                for index, block in enumerate(content_of(message)):
                    self.feed(BlockStart(index, block), at, hurried=hurried)
                    self.feed(BlockStop(index), at, hurried=hurried)
            case _:
                pass

    @property
    def is_behind(self) -> bool:
        """Whether a little of what has come is not on the pages: it waits for more, or for somebody who wants to `catch_up`."""
        return self._section is not None and self._section.is_behind

    @property
    def is_far_behind(self) -> bool:
        """Whether more has come than is drawn at once: `changes` draws it by the portion."""
        return isinstance(self._section, TextSection | ThinkingSection) and self._section.is_far_behind

    def ends_section(self, event: Event) -> bool:
        """Tell whether an event ends what is drawn now, so that all of it must be."""
        if isinstance(event, BlockDelta):
            kinds = _GROWS.get(str(event.delta.get("type")))
            return kinds is not None and not isinstance(self._section, kinds)
        return isinstance(event, BlockStart | MessageStart)

    def changes(self, *, catch_up: bool = False, at_most: int | None = None) -> list[PageImage]:
        """Return the pages to paint: those that have closed since the last call, and the open one if it shows anything.

        A long block is drawn again only when it has grown by a fair share, or to `catch_up`. Of more than can be drawn without
        a stop having to wait, `at_most` so many portions are drawn.
        """
        closed, self._closed_meanwhile = self._closed_meanwhile, []
        if self._section is not None:
            while self._section.lay(self._section_limit, catch_up=catch_up, at_most=at_most):
                at_most = at_most and 0
                page = self._pages[-1]
                if self._has_ending and page.size < page_limit(page.number):
                    page.above = len(page.parts)
                else:
                    closed.append(self._close_page())
                self._pages[-1].parts.append(self._section.begin_part())
        pages = [*self._repaint.values(), *closed]
        self._repaint.clear()
        return [*(image_of(page) for page in pages), *self._open_images()]

    def _open_images(self) -> list[PageImage]:
        """Return what has changed of the open page; an output that looks as before is left alone, with the folds in it."""
        outputs = self._pages[-1].outputs
        images = []
        for number in sorted({*outputs, *self._painted}):
            body = outputs.get(number, "")
            body = body if body.strip() else ""
            if body != self._painted.get(number, ""):
                images.append(PageImage(number, open_html(number, body), "", closed=False))
                self._painted[number] = body
        return images

    def break_page(self) -> list[PageImage]:
        """End the page, and return what is to be painted: something else is shown below it, and then the next page."""
        images = {image.number: image for image in self.changes(catch_up=True)}
        self._end_section()
        page = self._pages[-1]
        images |= {number: image_of(each) for number, each in self._repaint.items()}
        self._repaint.clear()
        if page.body.strip() and page.number < MAX_PAGES - 1:
            if page.above and page.number + 1 in self._painted:
                # Its ending has an output of its own already, which stays above what is shown next.
                self._painted.pop(page.number, None)
                page.closed = True
                self._pages.append(page.divide())
                images[page.number] = image_of(page)
                page = self._pages[-1]
            self._close_page()
            images[page.number] = image_of(page)
        return [images[number] for number in sorted(images)]

    def close(self, footer: Footer) -> list[PageImage]:
        """Settle everything and return the last pages to paint; the footer stands on the last one."""
        last_changes = self.changes(at_most=1 if footer.hurried else None)
        images = {image.number: image for image in last_changes if image.closed}
        self._settle(hurried=footer.hurried)
        last = self._pages[-1]
        if last.above and (
            last.number + 1 in self._painted or any(part.html for part in last.parts[last.above :])
        ):
            self._pages.append(last.divide())
            images[last.number] = image_of(last)
            last = self._pages[-1]
        images |= {number: image_of(page) for number, page in self._repaint.items()}
        images[last.number] = image_of(last, footer.html)
        for number in range(last.number + 1, max(self._painted, default=0) + 1):
            images[number] = image_of(Page(number))  # its text was void
        return [images[number] for number in sorted(images)]

    def whole_html(self, *, styled: bool = True) -> str:
        """Close, and return all pages as one."""
        self._settle()
        return on_one_page("".join(page.body for page in self._pages), styled=styled)

    def _settle(self, *, hurried: bool = False) -> None:
        self._end_section(hurried=hurried)
        self._pages[-1].parts.append(Part(settled=[self._citations.html], source=self._citations.markdown))
        self._pages[-1].closed = True

    def _start(self, index: int, block: Mapping[str, Any], at: float) -> None:
        match block.get("type"):
            case "text":
                section = self._text_section()
                section.feed(str(block.get("text") or ""))
                citations = block.get("citations")
                for citation in citations if isinstance(citations, list) else ():
                    section.cite(citation)
            case "thinking":
                thinking = self._begin(ThinkingSection(self._next_id(), at))
                thinking.feed(str(block.get("thinking") or ""), at)
            case "redacted_thinking":
                if not isinstance(self._section, LineSection):
                    self._begin(LineSection(REDACTED))
            case _:
                self._block_section().add(index, block)

    def _grow(self, index: int, delta: Mapping[str, Any], at: float) -> None:
        """Take a delta; a gateway that forgets the start of a block still means its deltas."""
        match delta.get("type"):
            case "text_delta":
                self._text_section().feed(str(delta.get("text") or ""))
            case "citations_delta" if isinstance(self._section, TextSection | CodeSection):
                self._section.cite(delta.get("citation"))
            case "thinking_delta":
                if not isinstance(self._section, ThinkingSection):
                    self._start(index, {"type": "thinking"}, at)
                if isinstance(self._section, ThinkingSection):
                    self._section.feed(str(delta.get("thinking") or ""), at)
            case "input_json_delta" if not isinstance(self._section, BlockSection):
                self._start(index, {"type": "tool_use"}, at)
                self._grow(index, delta, at)
            case _ if isinstance(self._section, BlockSection):
                self._section.feed(index, delta)

    def _text_section(self) -> TextSection | CodeSection:
        if isinstance(self._section, TextSection | CodeSection):
            # The end of the block before may not have been told.
            return self._section
        if self._language:
            return self._begin(CodeSection(self._language, self._citations))
        return self._begin(TextSection(self._next_id(), self._citations, self._macros, self._listing))

    def _block_section(self) -> BlockSection:
        if isinstance(self._section, BlockSection):
            return self._section
        return self._begin(BlockSection(self._calls))

    def _next_id(self) -> str:
        # Footnotes of different sections have different anchors.
        return f"{self._document_id}{self._sections or ''}"

    def _begin(self, section: AnySection) -> AnySection:
        self._end_section(hurried=self._is_hurried)
        if self._is_full(self._pages[-1]):
            self._closed_meanwhile.append(self._close_page())
        self._section = section
        self._begun_on = len(self._pages) - 1
        self._sections += 1
        self._pages[-1].parts.append(section.begin_part())
        return section

    @property
    def _has_ending(self) -> bool:
        """Whether what is laid last stands apart from the page: running text, since a fold is not cut without need."""
        return isinstance(self._section, TextSection) and not self._in_pieces

    @property
    def _section_limit(self) -> float:
        """How much of the section is laid before it moves up to the page, or the page closes."""
        number = self._pages[-1].number
        if not self._in_pieces:
            return ENDING if self._has_ending else page_limit(number)
        # Thinking is folded when it ends: a piece of it would stay open for ever.
        return float("inf") if isinstance(self._section, ThinkingSection) else piece_limit(number)

    def _is_full(self, page: Page) -> bool:
        """Tell whether the next section begins on the next page."""
        if self._in_pieces:
            limit = piece_limit(page.number)
            return math.isfinite(limit) and len(page.body) >= limit
        # What follows a fold is laid on the next page: the fold is painted no more and stays as the user leaves it.
        return page.size >= page_limit(page.number) or (page.ends_in_fold and page.number < MAX_PAGES - 1)

    def _end_section(self, *, hurried: bool = False) -> None:
        if self._section is None:
            return
        changed = self._section.close(portions=self._portions_left(self._section) if hurried else None)
        for page in self._pages[self._begun_on :]:
            if page.closed and any(part in changed for part in page.parts):
                self._repaint[page.number] = page
        self._section = None

    def _portions_left(self, section: Section) -> int:
        """Return how much of a section is rendered though somebody waits: in all sections together no more than a portion."""
        behind = section.behind if isinstance(section, TextSection | ThinkingSection) else 0
        left, self._hurried_left = self._hurried_left, max(self._hurried_left - behind, 0)
        return int(behind <= left or left == PORTION)

    def _close_page(self) -> Page:
        page = self._pages[-1]
        page.closed = True
        page.above = 0
        self._painted.pop(page.number, None)
        self._pages.append(Page(page.number + 1))
        return page

    def _begin_again(self) -> None:
        """A gateway has started the message anew: what it had sent is void, on closed pages too."""
        self._section = None
        self._calls = {}
        self._citations = Citations()
        for page in self._pages:
            page.parts = [Part()]
            page.above = 0
            if page.closed:
                self._repaint[page.number] = page
