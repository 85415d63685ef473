"""Events come in; the changed pages of the answer go out, as HTML for the notebook and Markdown for everything else."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from zlib import crc32

from nbclaude.render.markdown import render_markdown
from nbclaude.render.pages import MAX_PAGES, Page, Part, page_limit
from nbclaude.render.sections import FoldSection, Section, TextSection
from nbclaude.render.style import STYLE
from nbclaude.wire.events import BlockDelta, BlockStart, Event, MessageStart
from nbclaude.wire.message import content_of

__all__ = ["Footer", "PageImage", "ReplyRenderer", "reply_html"]


@dataclass(frozen=True, slots=True)
class PageImage:
    """What one page looks like now; `markdown` is there once the page is closed."""

    number: int
    html: str
    markdown: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Footer:
    """The quiet line under an answer: `facts` in order, after a `mark` (interrupted, refused, ...) and a `notice`."""

    facts: tuple[str, ...] = ()
    mark: str = ""
    notice: str = ""

    @property
    def html(self) -> str:
        """The line as HTML."""
        parts = [f'<span class="nbclaude-mark">{escape(self.mark)}</span>'] if self.mark else []
        parts += [f"<strong>{escape(self.notice)}</strong>"] if self.notice else []
        parts += [escape(fact) for fact in self.facts]
        return f'<div class="nbclaude-footer">{" · ".join(parts)}</div>'

    @property
    def text(self) -> str:
        """The line as plain text."""
        return " · ".join(part for part in (self.mark, self.notice, *self.facts) if part)


class ReplyRenderer:
    """The growing answer on its pages: `feed` events, ask for `changes` whenever you paint, `close` at the end."""

    def __init__(self, document_id: str = "") -> None:
        self._document_id = document_id
        self._pages = [Page(0)]
        self._section: Section | None = None
        self._sections = 0
        # Closed pages that must be painted once more, because what came later gave them another meaning.
        self._repaint: dict[int, Page] = {}
        # Pages that a new section has closed since the last painting.
        self._closed_meanwhile: list[Page] = []

    def feed(self, event: Event) -> None:
        """Take the next event; nothing is rendered before somebody asks."""
        match event:
            case BlockStart(_, block) if block.get("type") == "text":
                self._text_section().feed(str(block.get("text") or ""))
            case BlockStart(_, block):
                self._begin(FoldSection(block))
            case BlockDelta(_, delta) if delta.get("type") == "text_delta":
                self._text_section().feed(str(delta.get("text") or ""))
            case BlockDelta(_, delta) if isinstance(self._section, FoldSection):
                self._section.feed(delta)
            case MessageStart(message):
                if self._sections:
                    self._begin_again()
                for index, block in enumerate(content_of(message)):
                    self.feed(BlockStart(index, block))
            case _:
                pass

    def changes(self) -> list[PageImage]:
        """Return the pages to paint: those that have closed since the last call, and the open one if it shows anything."""
        closed, self._closed_meanwhile = self._closed_meanwhile, []
        if self._section is not None:
            while self._section.lay(page_limit(self._pages[-1].number)):
                closed.append(self._close_page())
                self._pages[-1].parts.append(self._section.begin_part())
        pages = [*self._repaint.values(), *closed]
        if self._pages[-1].body.strip():
            pages.append(self._pages[-1])
        self._repaint.clear()
        return [self._image(page) for page in pages]

    def close(self, footer: Footer) -> list[PageImage]:
        """Settle everything and return the last pages to paint; the footer stands on the last one."""
        images = {image.number: image for image in self.changes() if image.closed}
        self._end_section()
        self._pages[-1].closed = True
        images |= {number: self._image(page) for number, page in self._repaint.items()}
        last = self._pages[-1]
        images[last.number] = self._image(last, footer.html)
        return [images[number] for number in sorted(images)]

    def _text_section(self) -> TextSection:
        if isinstance(self._section, TextSection):
            return self._section
        section = TextSection(f"{self._document_id}{self._sections or ''}")
        self._begin(section)
        return section

    def _begin(self, section: Section) -> None:
        self._end_section()
        page = self._pages[-1]
        if page.size >= page_limit(page.number) or (page.has_fold and page.number < MAX_PAGES - 1):
            # What follows a fold is laid on the next page: the fold is painted no more and stays as the user leaves it.
            self._closed_meanwhile.append(self._close_page())
        self._section = section
        self._sections += 1
        self._pages[-1].parts.append(section.begin_part())

    def _end_section(self) -> None:
        if self._section is None:
            return
        changed = self._section.close()
        for page in self._pages:
            if page.closed and any(part in changed for part in page.parts):
                self._repaint[page.number] = page
        self._section = None

    def _close_page(self) -> Page:
        page = self._pages[-1]
        page.closed = True
        self._pages.append(Page(page.number + 1))
        return page

    def _begin_again(self) -> None:
        """A gateway has started the message anew: what it had sent is void, on closed pages too."""
        self._section = None
        for page in self._pages:
            page.parts = [Part()]
            if page.closed:
                self._repaint[page.number] = page

    def _image(self, page: Page, footer: str = "") -> PageImage:
        style = f"<style>{STYLE}</style>" if page.number == 0 else ""
        answer = f'<div class="nbclaude-answer mathjax_ignore tex2jax_ignore">{page.body}</div>'
        html = f'<div class="nbclaude">{style}{answer}{footer}</div>'
        return PageImage(
            page.number, _savable(html), _savable(page.source) if page.closed else "", page.closed
        )


def _savable(text: str) -> str:
    # Half a character (a lone surrogate) would keep the whole notebook from being saved.
    return text.encode("utf-8", "replace").decode("utf-8")


def reply_html(text: str) -> str:
    """Render a whole answer at once, on a single page."""
    # Footnotes of different answers have different anchors.
    document_id = f"{crc32(text.encode('utf-8', 'replace')):08x}"
    answer = f'<div class="nbclaude-answer mathjax_ignore tex2jax_ignore">{render_markdown(text, document_id)}</div>'
    return _savable(f'<div class="nbclaude"><style>{STYLE}</style>{answer}</div>')
