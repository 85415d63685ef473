"""The one reader of code fences: tells line by line whether Markdown is inside a code block.

https://spec.commonmark.org/0.31.2/#fenced-code-blocks
"""

from __future__ import annotations

import re
from dataclasses import field, replace

from nbclaude.frozen import frozen

__all__ = ["FenceReader", "OpenLine", "fenced_spans", "nests"]

# A fence may stand in quotes and list items; what is before it is given back to no other part of the pattern, so that a line
# is read once.
_LINE = re.compile(r"([ \t>]*+)((?:[-*+]|\d{1,9}[.)])[ \t]++)?+(`{3,}+|~{3,}+)?([^\r\n]*+)")

_LANGUAGE = re.compile(r"[ \t]*\{?\.?([\w-]+)")
_MARKDOWN = {"commonmark", "gfm", "markdown", "md", "mdx", "myst", "qmd", "quarto", "rmarkdown", "rmd"}
_HEADING = re.compile(r"#{1,6}[ \t]")
_DEEPEST = 9  # blocks within each other

MAX_LINE = 4_000  # characters; of a longer line only its ends are looked at
_END = 1_200


class OpenLine:
    """The line that is still being written. What every look at it costs is bounded: a long one is kept as its two ends.

    What lies between them is kept as the set of its characters, so that a line of marks stays one.
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._size = 0

    def add(self, piece: str) -> None:
        """Take the next piece of the line."""
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size > MAX_LINE:
            line = "".join(self._pieces)
            between = "".join(sorted(set(line[_END:-_END])))
            self._pieces = [line[:_END], between, line[-_END:]]
            self._size = sum(map(len, self._pieces))

    def clear(self) -> None:
        """Begin the next line."""
        self._pieces.clear()
        self._size = 0

    @property
    def text(self) -> str:
        """The line as far as it is kept."""
        return "".join(self._pieces)


@frozen
class _Fence:
    """One fence that is open: its mark, its line, and whether others may open in it."""

    mark: str
    line: str
    nests: bool


@frozen
class _Open:
    """A block that has begun: its fences from the outermost in, and what the lines in it must begin with.

    `invites` tells whether the line before is one after which code begins: a blank one, a heading, one that ends in a colon.
    """

    fences: tuple[_Fence, ...]
    quotes: int
    indent: int
    invites: bool = False
    key: object = field(default_factory=object)


class FenceReader:
    """Reads the lines of a text in order: `read` each one, ask for `mark`.

    A block of Markdown (```` ```markdown ````) may hold other blocks whose fences are not shorter than its own, although
    CommonMark ends it with the first of them. Its writer meant pairs: a fence with a language opens a block within it, and the
    next fence alone ends that. A fence alone opens one as well if the line before lets expect it and code follows at once;
    who reads a whole text, and sees that the guess was wrong, reads it again without `guesses`.
    """

    def __init__(self, *, guesses: bool = True) -> None:
        self._guesses = guesses
        self._open: _Open | None = None
        self._doubtful: _Open | None = None  # open still, if the next line is one of code
        self.has_guessed = False

    @property
    def block(self) -> object:
        """What tells the open code block from any other; None outside."""
        return self._open.key if self._open is not None else None

    @property
    def mark(self) -> str:
        """The mark of the code block that is open; empty outside."""
        return self._open.fences[0].mark if self._open is not None else ""

    @property
    def opening(self) -> str:
        """The lines that have opened the code block, and those in it; empty outside."""
        return "\n".join(fence.line.strip() for fence in self._open.fences) if self._open else ""

    @property
    def closing(self) -> str:
        """The lines that would close all that is open; empty outside."""
        return "\n".join(fence.mark for fence in reversed(self._open.fences)) if self._open else ""

    @property
    def is_nested(self) -> bool:
        """Whether the open code block stands in a quote or a list item."""
        return self._open is not None and bool(self._open.quotes or self._open.indent)

    @property
    def _is_plain(self) -> bool:
        """Whether only a line with its mark can matter to the open block."""
        return self._open is not None and not (self.is_nested or self._open.fences[0].nests)

    def read(self, line: str) -> None:
        """Take the next line, with its end or without."""
        if self._may_matter(line):
            self._open, self._doubtful = self._after(line)

    def _may_matter(self, line: str) -> bool:
        if self._open is None:
            return self._doubtful is not None or "```" in line or "~~~" in line
        return not self._is_plain or self.mark[:3] in line

    def closes(self, line: str) -> bool:
        """Tell whether a line ends the open code block."""
        return self._open is not None and self._after(line)[0] is None

    def opens(self, line: str) -> bool:
        """Tell whether a line begins a code block."""
        return self._open is None and self._after(line)[0] is not None

    def _after(self, line: str) -> tuple[_Open | None, _Open | None]:
        """Return what is open after a line, and what would be if the next one is of code."""
        found = _LINE.match(line)
        if found is None:
            return self._open, None
        lead, item, mark, rest = found.groups("")
        opened = self._open
        if self._doubtful is not None and line.strip() and not mark:
            opened = self._doubtful
            self.has_guessed = True
        if opened is not None and self._goes_on(opened, lead, line):
            is_fence = mark and lead.count(">") == opened.quotes
            if not is_fence or not (opened.indent or len(lead.expandtabs(4)) < 4):
                invites = _invites(line)
                return (opened if opened.invites == invites else replace(opened, invites=invites)), None
            return self._within(opened, item, mark, rest, line)
        # The quote or the list item that one stood in has ended, and the block with it.
        if not mark or (mark[0] == "`" and "`" in rest):
            return None, None
        indent = len(lead.expandtabs(4)) + len(item)
        fence = _Fence(mark, line, nests(rest))
        return _Open((fence,), lead.count(">"), indent if item or indent >= 4 else 0), None

    def _within(
        self, opened: _Open, item: str, mark: str, rest: str, line: str
    ) -> tuple[_Open | None, _Open | None]:
        """Return the same after a line in an open block that looks like a fence."""
        last = opened.fences[-1]
        goes_on = replace(opened, invites=False)
        is_fence = mark.startswith(last.mark) and not (mark[0] == "`" and "`" in rest)
        if not is_fence or (rest.strip() and len(opened.fences) == _DEEPEST):
            return goes_on, None
        deeper = replace(goes_on, fences=(*opened.fences, _Fence(mark, line, nests(rest))))
        if rest.strip():
            return (deeper if last.nests else goes_on), None
        if item:
            return goes_on, None
        if len(opened.fences) > 1:
            return replace(goes_on, fences=opened.fences[:-1]), None
        return None, deeper if last.nests and opened.invites and self._guesses else None

    @staticmethod
    def _goes_on(opened: _Open, lead: str, line: str) -> bool:
        if lead.count(">") < opened.quotes:
            return False
        return (
            not line.strip(" \t>\r\n")
            or not opened.indent
            or len(lead.expandtabs(4)) >= min(2, opened.indent)
        )


def nests(info: str) -> bool:
    """Tell whether a code block is one of Markdown, by what stands behind its fence."""
    found = _LANGUAGE.match(info)
    return found is not None and found[1].lower() in _MARKDOWN


def _invites(line: str) -> bool:
    text = line.strip()
    return not text or text.endswith(":") or _HEADING.match(text) is not None


def fenced_spans(text: str) -> list[tuple[int, int]]:
    """Return where code blocks stand in a whole text, fences included, as pairs of positions in order.

    A block that is never closed reaches to the end, as in Markdown.
    """
    if "```" not in text and "~~~" not in text:
        return []
    reader = FenceReader()
    spans: list[tuple[int, int]] = []
    opened, begin, position = None, 0, 0
    for line in text.split("\n"):
        ends = reader.closes(line)
        reader.read(line)
        if reader.block is not opened:
            if opened is not None:
                # The line that closes a block belongs to it; one that ends the quote around it does not.
                spans.append((begin, position + len(line) if ends else position))
            opened, begin = reader.block, position
        position += len(line) + 1
    return spans if opened is None else [*spans, (begin, len(text))]
