"""Turns events into the changed pages of the answer, as HTML for the notebook and Markdown for everything else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, TypeVar
from zlib import crc32

from nbclaude.render.blocks import BlockSection
from nbclaude.render.calls import ToolCall
from nbclaude.render.citations import Citations
from nbclaude.render.pages import MAX_PAGES, Page, Part, page_limit, piece_limit
from nbclaude.render.receipt import Receipt
from nbclaude.render.sections import CodeSection, LineSection, Section, TextSection
from nbclaude.render.style import STYLE
from nbclaude.render.thinking import REDACTED, ThinkingSection
from nbclaude.wire.events import BlockDelta, BlockStart, BlockStop, Event, MessageStart
from nbclaude.wire.message import content_of, events_of_message, text_of

__all__ = ["Footer", "PageImage", "ReplyRenderer", "message_html"]

AnySection = TypeVar("AnySection", bound=Section)


@dataclass(frozen=True, slots=True)
class PageImage:
    """What one page looks like now; `markdown` is there once the page is closed, and `text`, which tells of its folds, too."""

    number: int
    html: str
    markdown: str
    closed: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class Footer:
    """The quiet line under an answer: `facts` in order, after a `mark` (interrupted, refused, ...) and a `notice`.

    `callout` is a paragraph above it: why the model refused, or how to go on. `receipt` is what was sent, folded.
    """

    facts: tuple[str, ...] = ()
    mark: str = ""
    notice: str = ""
    callout: str = ""
    receipt: Receipt | None = None

    @property
    def html(self) -> str:
        """The line as HTML, above it the callout, below it the receipt."""
        parts = [f'<span class="nbclaude-mark">{escape(self.mark)}</span>'] if self.mark else []
        parts += [f"<strong>{escape(self.notice)}</strong>"] if self.notice else []
        parts += [escape(fact) for fact in self.facts]
        callout = f'<div class="nbclaude-callout">{escape(self.callout)}</div>' if self.callout else ""
        receipt = self.receipt.html if self.receipt else ""
        return f'{callout}<div class="nbclaude-footer">{" · ".join(parts)}</div>{receipt}'

    @property
    def line(self) -> str:
        """The line alone, as plain text."""
        return " · ".join(part for part in (self.mark, self.notice, *self.facts) if part)

    @property
    def text(self) -> str:
        """The callout, the line and what was sent as plain text, each on a line of its own."""
        sent = (self.receipt.summary, *self.receipt.notes) if self.receipt else ()
        return "\n".join(part for part in (self.callout, self.line, *sent) if part)


class ReplyRenderer:
    """The growing answer on its pages: `feed` events, ask for `changes` whenever you paint, `close` at the end.

    With a `language` (a structured answer is "json") the text of the answer is code in it. `macros` are the notebook's own
    LaTeX macros that its formulas may use. For who can show each page only once, and therefore only closed ones, the pages
    are many: `in_pieces` of a block each, as long as there are few.
    """

    def __init__(
        self,
        document_id: str = "",
        language: str = "",
        macros: frozenset[str] = frozenset(),
        *,
        in_pieces: bool = False,
    ) -> None:
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
        self._painted = ""  # the body of the open page as it was painted last

    def feed(self, event: Event, at: float = 0.0) -> None:
        """Take the next event; nothing is rendered before somebody asks.

        `at` is when it arrived, in seconds of a clock that only moves on; 0 means that nobody knows.
        """
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
                    self.feed(BlockStart(index, block), at)
                    self.feed(BlockStop(index), at)
            case _:
                pass

    @property
    def is_behind(self) -> bool:
        """Whether a little of what has come is not on the pages: it waits for more, or for somebody who wants to `catch_up`."""
        return self._section is not None and self._section.is_behind

    def changes(self, *, catch_up: bool = False) -> list[PageImage]:
        """Return the pages to paint: those that have closed since the last call, and the open one if it shows anything.

        A long block is drawn again only when it has grown by a fair share, or to `catch_up`.
        """
        closed, self._closed_meanwhile = self._closed_meanwhile, []
        if self._section is not None:
            while self._section.lay(self._section_limit, catch_up=catch_up):
                closed.append(self._close_page())
                self._pages[-1].parts.append(self._section.begin_part())
        pages = [*self._repaint.values(), *closed]
        if self._pages[-1].body != self._painted:
            # A page that looks as before is left alone, and the folds in it as they are.
            self._painted = self._pages[-1].body
            pages += [self._pages[-1]] if self._painted.strip() else []
        self._repaint.clear()
        return [self._image(page) for page in pages]

    def break_page(self) -> list[PageImage]:
        """End the page, and return what is to be painted: something else is shown below it, and then the next page."""
        images = {image.number: image for image in self.changes(catch_up=True)}
        self._end_section()
        page = self._pages[-1]
        images |= {number: self._image(each) for number, each in self._repaint.items()}
        self._repaint.clear()
        if page.body.strip() and page.number < MAX_PAGES - 1:
            self._close_page()
            images[page.number] = self._image(page)
        return [images[number] for number in sorted(images)]

    def close(self, footer: Footer) -> list[PageImage]:
        """Settle everything and return the last pages to paint; the footer stands on the last one."""
        images = {image.number: image for image in self.changes() if image.closed}
        self._end_section()
        self._pages[-1].parts.append(Part(settled=[self._citations.html], source=self._citations.markdown))
        self._pages[-1].closed = True
        images |= {number: self._image(page) for number, page in self._repaint.items()}
        last = self._pages[-1]
        images[last.number] = self._image(last, footer.html)
        return [images[number] for number in sorted(images)]

    def whole_html(self, *, styled: bool = True) -> str:
        """Close, and return all pages as one."""
        self.close(Footer())
        return _on_one_page("".join(page.body for page in self._pages), styled=styled)

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
        return self._begin(TextSection(self._next_id(), self._citations, self._macros))

    def _block_section(self) -> BlockSection:
        if isinstance(self._section, BlockSection):
            return self._section
        return self._begin(BlockSection(self._calls))

    def _next_id(self) -> str:
        # Footnotes of different sections have different anchors.
        return f"{self._document_id}{self._sections or ''}"

    def _begin(self, section: AnySection) -> AnySection:
        self._end_section()
        if self._is_full(self._pages[-1]):
            self._closed_meanwhile.append(self._close_page())
        self._section = section
        self._begun_on = len(self._pages) - 1
        self._sections += 1
        self._pages[-1].parts.append(section.begin_part())
        return section

    @property
    def _section_limit(self) -> float:
        """How much of the section the open page takes before it closes."""
        number = self._pages[-1].number
        if not self._in_pieces:
            return page_limit(number)
        # Thinking is folded when it ends: a piece of it would stay open for ever.
        return float("inf") if isinstance(self._section, ThinkingSection) else piece_limit(number)

    def _is_full(self, page: Page) -> bool:
        """Tell whether the next section begins on the next page."""
        if self._in_pieces:
            limit = piece_limit(page.number)
            return math.isfinite(limit) and len(page.body) >= limit
        # What follows a fold is laid on the next page: the fold is painted no more and stays as the user leaves it.
        return page.size >= page_limit(page.number) or (page.ends_in_fold and page.number < MAX_PAGES - 1)

    def _end_section(self) -> None:
        if self._section is None:
            return
        changed = self._section.close()
        for page in self._pages[self._begun_on :]:
            if page.closed and any(part in changed for part in page.parts):
                self._repaint[page.number] = page
        self._section = None

    def _close_page(self) -> Page:
        page = self._pages[-1]
        page.closed = True
        self._pages.append(Page(page.number + 1))
        self._painted = ""
        return page

    def _begin_again(self) -> None:
        """A gateway has started the message anew: what it had sent is void, on closed pages too."""
        self._section = None
        self._calls = {}
        self._citations = Citations()
        for page in self._pages:
            page.parts = [Part()]
            if page.closed:
                self._repaint[page.number] = page

    def _image(self, page: Page, footer: str = "") -> PageImage:
        style = f"<style>{STYLE}</style>" if page.number == 0 else ""
        answer = f'<div class="nbclaude-answer mathjax_ignore tex2jax_ignore">{page.body}</div>'
        html = f'<div class="nbclaude">{style}{answer}{footer}</div>'
        if not page.closed:
            return PageImage(page.number, _savable(html), "", closed=False)
        return PageImage(page.number, _savable(html), _savable(page.source), True, _savable(page.text))


def _savable(text: str) -> str:
    # Half a character (a lone surrogate) would keep the whole notebook from being saved.
    return text.encode("utf-8", "replace").decode("utf-8")


def message_html(
    message: Mapping[str, Any],
    language: str = "",
    macros: frozenset[str] = frozenset(),
    *,
    styled: bool = True,
) -> str:
    """Render a whole message at once, on a single page: all its blocks, notes and sources.

    Where many stand together, the style sheet need not come with each: then it is not `styled`.
    """
    renderer = ReplyRenderer(_document_id(text_of(message)), language, macros)
    for event in events_of_message(message):
        renderer.feed(event)
    return renderer.whole_html(styled=styled)


def _document_id(text: str) -> str:
    # Footnotes of different answers have different anchors.
    return f"{crc32(text.encode('utf-8', 'replace')):08x}"


def _on_one_page(body: str, *, styled: bool) -> str:
    style = f"<style>{STYLE}</style>" if styled else ""
    answer = f'<div class="nbclaude-answer mathjax_ignore tex2jax_ignore">{body}</div>'
    return _savable(f'<div class="nbclaude">{style}{answer}</div>')
