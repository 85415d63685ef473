"""Where the lines of a text begin and end, found once; a line may also end in the repr of a text."""

from __future__ import annotations

import re
from bisect import bisect_right

from nbclaude.frozen import frozen

__all__ = ["Lines", "lines_of"]

_BREAK = re.compile(r"\r?\n|⏎|(?<!\\)(?:\\r)?\\n")


@frozen
class Lines:
    """The beginnings and ends of all lines."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def number_at(self, position: int) -> int:
        """Return the number of the line in which a place is."""
        return bisect_right(self.starts, position) - 1

    def span(self, number: int) -> tuple[int, int]:
        """Return where a line begins and ends."""
        return self.starts[number], self.ends[number]

    def __len__(self) -> int:
        return len(self.starts)


def lines_of(text: str) -> Lines:
    """Return where the lines of a text are."""
    breaks = [match.span() for match in _BREAK.finditer(text)]
    return Lines((0, *(end for _, end in breaks)), (*(start for start, _ in breaks), len(text)))
