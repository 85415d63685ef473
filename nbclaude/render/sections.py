"""Divides the pieces of text blocks into parts of pages: running text, code in one language, or a line."""

from __future__ import annotations

from html import escape
from typing import Any, Protocol

from nbclaude.render.citations import Citations, citation_mark, marks_as_text
from nbclaude.render.dividing import BlockDivider
from nbclaude.render.fragments import fenced_markdown
from nbclaude.render.highlight import CodeHighlighter
from nbclaude.render.json_layout import JsonLayout, is_json
from nbclaude.render.listing import Listing
from nbclaude.render.markdown import code_block_html
from nbclaude.render.pages import Part
from nbclaude.render.placing import NotePlacer
from nbclaude.render.streaming import MarkdownStream, SettledBlock

__all__ = ["CodeSection", "LineSection", "Section", "TextSection"]


class Section(Protocol):
    """A run of an answer that is rendered by one rule, on one page or more."""

    parts: list[Part]

    def begin_part(self) -> Part:
        """Begin the part that lies on the next page."""

    def end_block(self, index: int, at: float) -> None:
        """Note that content block `index` is complete, at `at` seconds."""

    @property
    def is_behind(self) -> bool:
        """Whether a little of what has come is not laid yet, since it is little beside what would be drawn again."""

    def lay(self, limit: float, *, catch_up: bool = False, at_most: int | None = None) -> bool:
        """Bring the last part up to date; tell whether it is full, so that its page must close.

        With `catch_up` it is brought up to date however little has come, but only `at_most` so many portions of it.
        """

    def close(self, *, portions: int | None = None) -> list[Part]:
        """Settle everything; return the parts whose HTML has changed.

        If somebody waits for it to end, so many `portions` of what has not been laid are rendered, and the rest is as it came.
        """


class TextSection:
    """Text blocks in a row: one Markdown document, however many blocks it was cut into by citations."""

    def __init__(
        self,
        document_id: str,
        citations: Citations | None = None,
        macros: frozenset[str] = frozenset(),
        listing: Listing | None = None,
    ) -> None:
        self._stream = MarkdownStream(document_id, citations, macros, listing)
        self._citations = citations or Citations()
        self._placer = NotePlacer()
        self._divider = BlockDivider()
        self._numbers: set[int] = set()
        self._text: list[str] = []
        self._waiting: list[SettledBlock] = []
        self.parts: list[Part] = []

    def feed(self, text: str) -> None:
        """Take the next piece of text."""
        self._pass_on(self._placer.feed(text))

    def cite(self, citation: Any) -> None:
        """Take a citation of the text block; its note is set when the block is complete."""
        number = self._citations.add(citation)
        if number is not None:
            self._numbers.add(number)

    def end_block(self, index: int, at: float) -> None:
        """Set the notes of the text block that is complete."""
        if self._numbers:
            before = self._text[-1][-1] if self._text else ""
            marks = "".join(citation_mark(number, before) for number in sorted(self._numbers))
            self._pass_on(self._placer.place(marks))
            self._numbers.clear()

    def begin_part(self) -> Part:
        """Begin the part on a new page, where the last one ended."""
        start = self.parts[-1].end if self.parts else 0
        self.parts.append(Part(start, start))
        return self.parts[-1]

    @property
    def is_behind(self) -> bool:
        """Whether a little of what has come is not laid yet."""
        return self._stream.is_behind

    @property
    def is_far_behind(self) -> bool:
        """Whether more has come than is laid at once."""
        return self._stream.is_far_behind

    @property
    def behind(self) -> int:
        """How many characters have come that are not laid yet."""
        return self._stream.behind

    def lay(self, limit: float, *, catch_up: bool = False, at_most: int | None = None) -> bool:
        """Move settled blocks to the open part until it holds `limit` characters; tell whether it is full."""
        now = self._stream.advance(catch_up=catch_up, at_most=at_most)
        self._waiting += now.settled
        part = self.parts[-1]
        for laid, block in enumerate(self._waiting, 1):
            part.settled.append(block.html)
            part.end = block.end
            if part.size_in_ending >= limit:
                del self._waiting[:laid]
                part.tail = ""
                part.source = marks_as_text(self._whole()[part.start : part.end])
                part.is_prose = True
                return True
        self._waiting.clear()
        part.tail = now.tail
        return False

    def close(self, *, portions: int | None = None) -> list[Part]:
        """Render the whole text once more, now that all of it is known; return the parts that it changes."""
        self.end_block(0, 0.0)
        self._pass_on(self._placer.flush())
        text = self._whole()
        htmls = self._stream.close(text, [part.end for part in self.parts[:-1]], portions=portions)
        self.parts[-1].end = len(text)
        self.parts[-1].source = marks_as_text(text[self.parts[-1].start :])
        self.parts[-1].is_prose = True
        return [part for part, html in zip(self.parts, htmls, strict=True) if part.replace(html)]

    def _whole(self) -> str:
        if len(self._text) > 1:
            self._text = ["".join(self._text)]
        return self._text[0] if self._text else ""

    def _pass_on(self, text: str) -> None:
        text = self._divider.feed(text)
        if text:
            self._text.append(text)
            self._stream.feed(text)


class CodeSection:
    """Text blocks that are no prose but code in one language, such as the JSON of a structured answer: a code block."""

    def __init__(self, language: str, citations: Citations) -> None:
        self._language = language
        self._citations = citations
        self._highlighter = CodeHighlighter()
        self._text: list[str] = []
        # A structured answer comes on a single line, which nobody could read.
        self._layout = JsonLayout() if language == "json" else None
        self.parts: list[Part] = []

    def feed(self, text: str) -> None:
        """Take the next piece of text."""
        self._text.append(text)
        if self._layout is not None:
            self._layout.feed(text)

    def cite(self, citation: Any) -> None:
        """Take a citation; code has no notes in it."""
        self._citations.add(citation)

    def end_block(self, index: int, at: float) -> None:
        """Nothing ends: what follows is the same code."""

    def begin_part(self) -> Part:
        """Begin its only part."""
        self.parts.append(Part())
        return self.parts[-1]

    @property
    def is_behind(self) -> bool:
        """Code is always shown as it stands."""
        return False

    def lay(self, limit: float, *, catch_up: bool = False, at_most: int | None = None) -> bool:
        """Show the code as it stands; a code block is never cut."""
        text = self._text_laid_out()
        code = self._highlighter.growing(text, self._language)
        self.parts[-1].tail = code_block_html(code, self._language, text) if text.strip() else ""
        return False

    def close(self, *, portions: int | None = None) -> list[Part]:
        """Show all of it; what turned out to be no JSON is shown as it came."""
        text = self._text_laid_out()
        if self._layout is not None and not is_json(text):
            text = "".join(self._text)
        html = code_block_html(self._highlighter.finished(text, self._language), self._language, text)
        self.parts[-1].source = fenced_markdown(text, self._language) if text.strip() else ""
        return [part for part in self.parts if part.replace(html if text.strip() else "")]

    def _text_laid_out(self) -> str:
        if self._layout is None:
            return "".join(self._text)
        laid = self._layout.text
        # A refusal is prose, also where JSON was asked for.
        return laid if laid[:1] in ("{", "[") else "".join(self._text)


class LineSection:
    """A fact in one quiet line."""

    def __init__(self, text: str) -> None:
        self._html = f'<p class="nbclaude-line">{escape(text)}</p>\n'
        self.parts: list[Part] = []

    def end_block(self, index: int, at: float) -> None:
        """Nothing to note."""

    def begin_part(self) -> Part:
        """Begin its only part."""
        self.parts.append(Part(settled=[self._html]))
        return self.parts[-1]

    @property
    def is_behind(self) -> bool:
        """It never is."""
        return False

    def lay(self, limit: float, *, catch_up: bool = False, at_most: int | None = None) -> bool:
        """It is as it was."""
        return False

    def close(self, *, portions: int | None = None) -> list[Part]:
        """It stays as it was."""
        return []
