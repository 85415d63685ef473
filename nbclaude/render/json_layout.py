"""Lays out JSON on indented lines, piece by piece as it streams, with every literal as it came."""

from __future__ import annotations

import re

from nbclaude.wire.json_text import from_json

__all__ = ["JsonLayout", "is_json"]

_TOKEN = re.compile(r'["{}\[\],:]|[^\s{}\[\],:"]+')
_INSIDE_STRING = re.compile(r'(?:[^"\\]+|\\.)*+', re.DOTALL)
_MAX_INDENTED = 20  # levels; deeper ones stay on one line: their white space would be most of what is shown


class JsonLayout:
    """Lays JSON out while it grows: `feed` pieces, read `text`. What was laid out never changes, so the cost is linear."""

    def __init__(self) -> None:
        self._laid: list[str] = []
        self._in_string = False
        self._backslash = ""  # one that ended the last piece: it belongs to what follows it
        self._depth = 0
        self._before = ""  # the last mark, or "value"

    @property
    def text(self) -> str:
        """What has come, laid out."""
        self._laid = ["".join(self._laid)]
        return self._laid[0]

    def feed(self, piece: str) -> None:
        """Take the next piece."""
        text, self._backslash = self._backslash + piece, ""
        position = 0
        while position < len(text):
            if self._in_string:
                position = self._go_on_in_string(text, position)
                continue
            match = _TOKEN.search(text, position)
            if match is None:
                return
            self._lay(match.group())
            position = match.end()

    def _go_on_in_string(self, text: str, start: int) -> int:
        found = _INSIDE_STRING.match(text, start)
        end = found.end() if found else start
        self._laid.append(text[start:end])
        if text[end : end + 1] == '"':
            self._laid.append('"')
            self._in_string = False
            return end + 1
        self._backslash = text[end:]
        return len(text)

    def _lay(self, mark: str) -> None:
        self._laid.append(self._lead(mark) + mark)
        self._in_string = mark == '"'
        self._depth += (mark in "{[") - (mark in "}]")
        self._before = mark if mark in "{[,:" else "value"

    def _lead(self, mark: str) -> str:
        """Return the white space before a mark."""
        if mark in "}]":
            return "" if self._before in ("{", "[") else self._indented(self._depth - 1)
        if self._before == ":":
            return " "
        return self._indented(self._depth) if self._before in ("{", "[", ",") else ""

    def _indented(self, depth: int) -> str:
        if depth > _MAX_INDENTED:
            return " " if self._before == "," else ""
        return "\n" + "  " * depth


def is_json(text: str) -> bool:
    """Tell whether a text is complete JSON."""
    try:
        from_json(text, exact=True)
    except ValueError:
        return False
    return True
