"""Lays rendered blocks on pages: the outputs that hold an answer, of which only the last is still open.

A notebook repaints an output whole, and JupyterLab hides what comes after a cell's fiftieth output. So a page is closed
when it has grown to a fair size and never painted again, and pages grow once there are many, so that no answer has
more than `MAX_PAGES` of them. The end of an open page, where text arrives, has an output of its own: what stands above it is
painted only when some of that end has moved up to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from nbclaude.render.dollars import in_dollars
from nbclaude.render.maths import formulas_in

__all__ = ["ENDING", "MAX_PAGES", "MAX_PIECES", "Page", "Part", "page_limit", "piece_limit"]

MAX_PAGES = 30
_FIRST_LIMIT = 4_096  # characters; an ordinary answer is one page
ENDING = 600  # characters of settled text that move up to the open page together
_STEADY_PAGES = 12
_LINE = 40  # characters
# A formula is typeset again at each update. So it counts for many characters when a page is closed, and for fewer when its ending
# is: a short answer with a few formulas is still one output.
_FORMULA_ON_PAGE = 300
_FORMULA_IN_ENDING = 60
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

    `before` and `after` are what the section puts around it (a fold, say); `source` is its Markdown, which the model wrote if
    `is_prose`. `note` is what stands for it in plain text where it has none.
    """

    start: int = 0
    end: int = 0
    settled: list[str] = field(default_factory=list)
    tail: str = ""
    source: str = ""
    is_prose: bool = False
    note: str = ""
    before: str = ""
    after: str = ""

    @property
    def size(self) -> int:
        """What its settled text counts for on a page, in characters; at least one line."""
        return max(_LINE, self.end - self.start) + _FORMULA_ON_PAGE * self._formulas

    @property
    def size_in_ending(self) -> int:
        """What its settled text counts for in the ending of a page, in characters."""
        return self.end - self.start + _FORMULA_IN_ENDING * self._formulas

    @property
    def _formulas(self) -> int:
        return sum(map(formulas_in, self.settled))

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
    """One output: its parts, and whether it is closed (never to be painted again).

    While it is open, `above` of its parts stand in its own output, if there are any; the others are its ending, in the next.
    """

    number: int
    parts: list[Part] = field(default_factory=list)
    closed: bool = False
    above: int = 0

    @property
    def size(self) -> int:
        """The total size of its parts."""
        return sum(part.size for part in self.parts)

    @property
    def ends_in_fold(self) -> bool:
        """Whether the last thing on it is a fold, which the user may open."""
        return bool(self.parts) and "<details" in self.parts[-1].html

    @property
    def body(self) -> str:
        """The HTML of its parts."""
        return _html(self.parts)

    @property
    def outputs(self) -> dict[int, str]:
        """The HTML of an open page by the number of the output that shows it: its own, and that of its ending."""
        if not self.above:
            return {self.number: self.body}
        return {
            self.number: _html(self.parts[: self.above]),
            self.number + 1: _html(self.parts[self.above :]),
        }

    def divide(self) -> Page:
        """Make a page of the ending, and return it."""
        if self.above > 1 and not _html(self.parts[self.above :]).strip():
            self.above -= 1  # nothing has come since the last time that it moved up
        ending = Page(self.number + 1, self.parts[self.above :], self.closed)
        del self.parts[self.above :]
        self.above = 0
        return ending

    @property
    def source(self) -> str:
        """The Markdown of its parts, a blank line between what does not belong to one text."""
        return _paragraphs([(part.source, part) for part in self.parts])

    @property
    def markdown(self) -> str:
        """The same with the model's formulas between dollars."""
        return _paragraphs(
            [(in_dollars(part.source) if part.is_prose else part.source, part) for part in self.parts]
        )

    @property
    def text(self) -> str:
        """Its source as plain text: what has no Markdown is described in a line."""
        return _paragraphs([(part.source or part.note, part) for part in self.parts])


def _html(parts: Iterable[Part]) -> str:
    return "".join(part.html for part in parts)


def _paragraphs(texts: Iterable[tuple[str, Part]]) -> str:
    pieces: list[str] = []
    ending = ""
    end = 0
    for text, part in texts:
        if not text:
            continue
        goes_on = 0 < part.start == end
        end = part.end
        if pieces and not goes_on:
            pieces.append("\n" * (2 - (len(ending) - len(ending.rstrip("\n")))))
        pieces.append(text)
        ending = (ending + text)[-2:] if len(text) < 2 else text[-2:]
    return "".join(pieces)
