"""A text within the repr of another one, or in JSON: what it says without the escapes, and where each part of that stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

__all__ = ["Unescaped", "unescaped"]

_ESCAPE = re.compile(r"\\{1,7}(?:r\\{1,7}n|[nt\"']|u(?P<code>[0-9a-fA-F]{4}))|\\{2,7}(?=[^\\\w\s])|⏎")
_MEANS = {"n": "\n", "t": "\t", '"': '"', "'": "'", "⏎": "\n", "\\": "\\"}
_LITERAL = re.compile(r"(?<!\\)(?:\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+')")
_OPENING = re.compile(r"[\[({]?[\"']")
_WORTH = re.compile(r"\\[n\"'u]")


@dataclass(slots=True)
class Unescaped:
    """A text without escapes. `here` and `there` are where its parts begin, in it and in the text it was made of."""

    text: str
    here: list[int] = field(default_factory=lambda: [0])
    there: list[int] = field(default_factory=lambda: [0])

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of the text stands in the one it was made of."""
        return self._place(start), self._place(end - 1) + 1

    def _place(self, position: int) -> int:
        number = bisect_right(self.here, position) - 1
        return self.there[number] + position - self.here[number]


def unescaped(text: str) -> Unescaped | None:
    """Return a text with its line breaks, tabs and quotes as they are; None where none is escaped.

    The quotes around a text that has such become line breaks, so that its first line begins where a line begins.
    """
    if "\\" not in text and "⏎" not in text and not _OPENING.match(text):
        return None
    pieces: list[str] = []
    result = Unescaped("")
    position = length = 0
    for start, end, means in _replaced(text):
        pieces += (text[position:start], means)
        length += start - position + 1
        position = end
        result.here.append(length)
        result.there.append(position)
    result.text = "".join([*pieces, text[position:]])
    return result if pieces else None


def _replaced(text: str) -> list[tuple[int, int, str]]:
    """Return what is replaced by one character each, in order."""
    found = [(*match.span(), _meaning(match)) for match in _ESCAPE.finditer(text)]
    for literal in _LITERAL.finditer(text):
        start, end = literal.span()
        if _WORTH.search(text, start, end) or (start < 2 and end > len(text) - 2):
            found += [(start, start + 1, "\n"), (end - 1, end, "\n")]
    found.sort()
    apart: list[tuple[int, int, str]] = []
    for each in found:
        if not apart or each[0] >= apart[-1][1]:
            apart.append(each)
    return apart


def _meaning(match: re.Match[str]) -> str:
    return chr(int(match["code"], 16)) if match["code"] else _MEANS[match[0][-1]]
