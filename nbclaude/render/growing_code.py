"""Renders a fenced code block while it grows: a line that is complete is looked at once.

What a parser needs to know of such a line is whether it ends the block, so a long block is not parsed again for each
new piece.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it.token import Token

from nbclaude.render.fences import nests

__all__ = ["GrowingCode"]

_LINE = re.compile(r"( {0,3})[^\r\n]*+(?:\n|\r\n|\r(?=[^\n]))")  # a last carriage return may be half an end
_BLANKS = re.compile(r"(?m:^)[ \t]++\Z")
_TABS = re.compile(r"^ {0,3}\t", re.MULTILINE)  # an indented fence takes a part of such a tab


class GrowingCode:
    """A code block whose source is the end of a text: `begin` with all of it, then `grow` by what has been added.

    https://spec.commonmark.org/0.31.2/#fenced-code-blocks
    """

    def __init__(self, token: Token, indent: int, read_to: int) -> None:
        mark = re.escape(token.markup[0])
        self._end = re.compile(rf"^ {{0,3}}{mark}{{{len(token.markup)},}}[ \t]*+$", re.MULTILINE)
        self._half_end = re.compile(rf" {{0,3}}{mark}++[ \t]*+")
        self._indent = re.compile(rf"^ {{1,{indent}}}", re.MULTILINE) if indent else None
        self._token = token
        self._code = ""
        self._read_to = read_to

    @classmethod
    def begin(cls, source: str, first: int, tokens: Sequence[Token]) -> GrowingCode | None:
        """Begin with a block that was parsed already, on line `first` of the source.

        None if the tokens are not those of one open block, or if it has ended.
        """
        if [token.type for token in tokens] != ["fence"] or nests(tokens[0].info):
            return None  # which fence ends a block of Markdown depends on those in it
        line = _LINE.match(source)
        for _ in range(first):
            line = line and _LINE.match(source, line.end())
        if line is None:
            return None
        code = cls(tokens[0].copy(meta={"open": True}), len(line[1]), line.end())
        return code if code._read(source) else None

    def grow(self, source: str) -> Token | None:
        """Return the block as it can be shown; None if it has ended, or must be parsed again for another reason."""
        if not self._read(source):
            return None
        line = source[self._read_to :].removesuffix("\r")
        # A line that may become the end of the block is not shown, nor is one of blanks.
        begin = line.rfind("\r") + 1
        rest = self._content(line[:begin] if self._half_end.fullmatch(line, begin) else line)
        if rest is None:
            return None
        self._token.content = self._code + _BLANKS.sub("", rest)
        return self._token

    def _read(self, source: str) -> bool:
        """Take the lines that are complete now; tell whether the block goes on after them."""
        complete = max(source.rfind("\n") + 1, self._read_to)
        content = self._content(source[self._read_to : complete])
        if content is None:
            return False
        self._code += content
        self._read_to = complete
        return True

    def _content(self, lines: str) -> str | None:
        """Return the code of some lines; None if one of them ends the block."""
        lines = lines.replace("\0", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")
        if self._end.search(lines) or (self._indent and _TABS.search(lines)):
            return None
        return self._indent.sub("", lines) if self._indent else lines
