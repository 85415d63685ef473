"""Renders a fenced code block while it grows: a line that is complete is looked at once.

What a parser needs to know of such a line is whether it ends the block, so a long block need not be parsed again for each new piece.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from markdown_it.token import Token

__all__ = ["GrowingCode"]

Render = Callable[[Sequence[Token]], str]


class GrowingCode:
    """A code block whose source is the end of a text: `begin` with all of it, then `grow` by what has been added.

    https://spec.commonmark.org/0.31.2/#fenced-code-blocks
    """

    def __init__(self, token: Token, read_to: int, code: str) -> None:
        mark = re.escape(token.markup[0])
        self._end = re.compile(rf"^ {{0,3}}{mark}{{{len(token.markup)},}}[ \t]*+$", re.MULTILINE)
        self._token = token
        self._code = code
        self._read_to = read_to

    @classmethod
    def begin(cls, source: str, tokens: Sequence[Token]) -> GrowingCode | None:
        """Begin with a block that was parsed already; None if the tokens are not those of one open block at the margin."""
        if len(tokens) != 1 or tokens[0].type != "fence" or tokens[0].map is None or tokens[0].level:
            return None
        token = tokens[0].copy(meta={"open": True})
        start = 0
        for _ in range(tokens[0].map[0]):
            start = source.find("\n", start) + 1
        if not source.startswith(token.markup, start):
            return None  # an indented fence takes as much off its lines
        read_to = source.find("\n", start) + 1
        code = cls(token, read_to, "")
        return code if read_to and code._read(source) else None

    def grow(self, source: str) -> Token | None:
        """Return the block as it can be shown; None if it has ended, or its source is another one."""
        if not self._read(source):
            return None
        line = source[self._read_to :]
        # A line that ends the block unless more follows on it is not shown.
        self._token.content = self._code if self._end.match(line) else self._code + _clean(line)
        return self._token

    def _read(self, source: str) -> bool:
        """Take the lines that are complete now; tell whether the block goes on after them."""
        complete = source.rfind("\n") + 1
        lines = source[self._read_to : complete]
        if self._end.search(lines):
            return False
        self._code += _clean(lines)
        self._read_to = max(complete, self._read_to)
        return True


def _clean(lines: str) -> str:
    return lines.replace("\0", "\ufffd")
