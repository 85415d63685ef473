"""Lays rendered blocks on pages: the outputs that hold an answer, of which only the last is still open.

A notebook repaints an output whole, and JupyterLab hides what comes after a cell's fiftieth output. So a page is closed
when it has grown to a fair size and never painted again, and pages grow once there are many, so that no answer has
more than `MAX_PAGES` of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["MAX_PAGES", "MAX_PIECES", "Page", "Part", "page_limit", "piece_limit"]

MAX_PAGES = 30
_FIRST_LIMIT = 4_096  # characters; an ordinary answer is one page
_STEADY_PAGES = 12
_LINE = 40  # characters
_GROWTH = 1.3  # 12 pages of 4,096 characters and 17 growing ones hold 1.5 million, more than any model writes


def page_limit(number: int) -> float:
    """How many characters of settled text close page `number` (counted from 0)."""
    if number >= MAX_PAGES - 1:
        return float("inf")
    return _FIRST_LIMIT * _GROWTH ** max(0, number - _STEADY_PAGES + 1)


MAX_PIECES = 40
_BLOCKS = 15  # pieces that may be as short as one block
_FIRST_PIECE = 400  # characters of the next
_PIECES_GROWTH = 1.35  # 24 growing pieces hold 1.5 million characters


def piece_limit(number: int) -> float:
    """How many characters end piece `number` (counted from 0) of an answer that is appended block by block."""
    if number >= MAX_PIECES - 1:
        return float("inf")
    return _FIRST_PIECE * _PIECES_GROWTH ** (number - _BLOCKS) if number >= _BLOCKS else 1


@dataclass(slots=True, eq=False)
class Part:
    """The piece of one section that lies on one page: source characters `start` to `end`, and its settled HTML.

    `before` and `after` are what the section puts around it (a fold, say); `source` is its Markdown. `note` is what stands
    for it in plain text where it has none.
    """

    start: int = 0
    end: int = 0
    settled: list[str] = field(default_factory=list)
    tail: str = ""
    source: str = ""
    note: str = ""
    before: str = ""
    after: str = ""

    @property
    def html(self) -> str:
        """The HTML as it stands now."""
        return f"{self.before}{''.join(self.settled)}{self.tail}{self.after}"

    def replace(self, html: str) -> bool:
        """Take the authoritative HTML; tell whether it differs from what is shown."""
        changed = self.html != html
        self.settled, self.tail = [html], ""
        self.before = self.after = ""
        return changed


@dataclass(slots=True, eq=False)
class Page:
    """One output: its parts, and whether it is closed (never to be painted again)."""

    number: int
    parts: list[Part] = field(default_factory=list)
    closed: bool = False

    @property
    def size(self) -> int:
        """Settled source characters on this page; whatever a part holds, it is a line at least."""
        return sum(max(_LINE, part.end - part.start) for part in self.parts)

    @property
    def ends_in_fold(self) -> bool:
        """Whether the last thing on it is a fold, which the user may open."""
        return bool(self.parts) and "<details" in self.parts[-1].html

    @property
    def body(self) -> str:
        """The HTML of its parts."""
        return "".join(part.html for part in self.parts)

    @property
    def source(self) -> str:
        """The Markdown of its parts, a blank line between them."""
        return _paragraphs([part.source for part in self.parts])

    @property
    def text(self) -> str:
        """The same as plain text: what has no Markdown is told in a line."""
        return _paragraphs([part.source or part.note for part in self.parts])


def _paragraphs(texts: Iterable[str]) -> str:
    pieces: list[str] = []
    ending = ""
    for text in filter(None, texts):
        if pieces:
            pieces.append("\n" * (2 - (len(ending) - len(ending.rstrip("\n")))))
        pieces.append(text)
        ending = (ending + text)[-2:] if len(text) < 2 else text[-2:]
    return "".join(pieces)
