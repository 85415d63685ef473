"""The one reader of code fences: tells line by line whether Markdown is inside a code block.

https://spec.commonmark.org/0.31.2/#fenced-code-blocks
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["FenceReader", "OpenLine", "fenced_spans"]

# A fence may stand in quotes and list items; what is before it is given back to no other part of the pattern, so that a line
# is read once.
_LINE = re.compile(r"([ \t>]*+)((?:[-*+]|\d{1,9}[.)])[ \t]++)?+(`{3,}+|~{3,}+)?([^\r\n]*+)")


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


@dataclass(frozen=True, slots=True)
class _Open:
    """A block that has begun: its mark, the text of its opening line, and what the lines in it must begin with."""

    mark: str
    line: str
    quotes: int
    indent: int


class FenceReader:
    """Reads the lines of a text in order: `read` each one, ask for `mark`."""

    def __init__(self) -> None:
        self._open: _Open | None = None

    @property
    def block(self) -> object:
        """What tells the open code block from any other; None outside."""
        return self._open

    @property
    def mark(self) -> str:
        """The mark of the code block that is open; empty outside."""
        return self._open.mark if self._open is not None else ""

    @property
    def opening(self) -> str:
        """The line that has opened the code block; empty outside."""
        return self._open.line if self._open is not None else ""

    @property
    def is_nested(self) -> bool:
        """Whether the open code block stands in a quote or a list item."""
        return self._open is not None and bool(self._open.quotes or self._open.indent)

    def read(self, line: str) -> None:
        """Take the next line, with its end or without."""
        self._open = self.after(line)

    def closes(self, line: str) -> bool:
        """Tell whether a line ends the open code block."""
        return self._open is not None and self.after(line) is None

    def opens(self, line: str) -> bool:
        """Tell whether a line begins a code block."""
        return self._open is None and self.after(line) is not None

    def after(self, line: str) -> _Open | None:
        """Return what is open after a line."""
        found = _LINE.match(line)
        if found is None:
            return self._open
        lead, item, mark, rest = found.groups("")
        if self._open is not None and self._goes_on(self._open, lead, line):
            is_end = not item and mark.startswith(self._open.mark) and not rest.strip()
            is_end = is_end and (self.is_nested or len(lead.expandtabs(4)) < 4)
            return None if is_end else self._open
        # The quote or the list item that one stood in has ended, and the block with it.
        if not mark or (mark[0] == "`" and "`" in rest):
            return None
        indent = len(lead.expandtabs(4)) + len(item)
        return _Open(mark, line, lead.count(">"), indent if item or indent >= 4 else 0)

    @staticmethod
    def _goes_on(opened: _Open, lead: str, line: str) -> bool:
        if lead.count(">") < opened.quotes:
            return False
        return (
            not line.strip(" \t>\r\n")
            or not opened.indent
            or len(lead.expandtabs(4)) >= min(2, opened.indent)
        )


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
