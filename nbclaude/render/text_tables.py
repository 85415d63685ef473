"""Lays out the tables of an arriving answer for a terminal; everything else passes through unchanged."""

from __future__ import annotations

import re

from nbclaude.render.columns import columns_text, text_width
from nbclaude.render.fences import FenceReader
from nbclaude.render.rows import TABLE_RULE

__all__ = ["TextTables"]

_LEAD = " \t>"  # what may stand before a table: the indent of a list item, the marks of a quote
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_ITEM = re.compile(r"\s{0,3}(?:[-*+]|\d{1,9}[.)])\s")
_CODE_INDENT = 4  # columns; outside list items, a line that is indented so far is code
_MAX_NUMBER = 20  # columns: longer cells are wrapped, even in a right-aligned column
_LEAST = 20  # columns


class TextTables:
    """The text of an answer: `feed` gives what can be printed, `flush` the rest.

    A line is held back if it begins with `|` and may belong to a table. Once a table ends, it is laid out in columns that take at
    most `width` columns of the terminal; cells keep their Markdown. With `width` None everything passes unchanged.
    """

    def __init__(self, width: int | None) -> None:
        self._width = width
        self._fences = FenceReader()
        self._line: list[str] = []  # the pieces of the line that has not ended
        self._is_open = False  # whether the pieces so far do not show yet what line it is
        self._is_row = False
        self._is_in_item = False
        self._rows: list[str] = []  # complete lines, held back

    def feed(self, text: str) -> str:
        """Take the next piece of the text; return what can be printed."""
        if self._width is None:
            return text
        return "".join(self._take(piece) for piece in _LINE.findall(text))

    def flush(self) -> str:
        """Return what is held back; the text may go on with the next piece."""
        held = "".join(self._line) if self._is_open or self._is_row else ""
        if not self._is_row:
            return self._table() + self._released(held)
        self._rows.append(held)
        self._line.clear()
        self._is_row = False
        return self._table()

    def _take(self, piece: str) -> str:
        """Take a piece of one line."""
        text = ""
        if not self._line:
            self._is_open = True
        self._line.append(piece)
        if self._is_open:
            if not (rest := piece.lstrip(_LEAD)):
                return ""
            self._is_row = rest[0] == "|" and self._may_be_table()
            self._is_open = False
            if not self._is_row:
                piece = "".join(self._line)
                text = self._table()
        if self._is_row:
            return self._end_row() if piece.endswith("\n") else ""
        if piece.endswith("\n"):
            self._end_line()
        return text + piece

    def _released(self, held: str) -> str:
        """Release the beginning of a line of unknown kind; the rest of the line then passes through."""
        self._is_open = False
        return held

    def _may_be_table(self) -> bool:
        if self._fences.mark:
            return False
        lead = "".join(self._line)
        lead = lead[: len(lead) - len(lead.lstrip(" \t"))].expandtabs(4)
        return self._is_in_item or len(lead) < _CODE_INDENT

    def _end_line(self) -> None:
        line = "".join(self._line)
        self._line.clear()
        self._fences.read(line)
        if _ITEM.match(line):
            self._is_in_item = True
        elif line.strip() and line[0] not in " \t":
            self._is_in_item = False

    def _end_row(self) -> str:
        """Keep a complete row; return the one before where the two do not begin a table."""
        self._rows.append("".join(self._line))
        self._line.clear()
        self._is_row = False
        if len(self._rows) == 2 and not TABLE_RULE.match(self._rows[1].rstrip("\r\n")):
            return self._rows.pop(0)
        return ""

    def _table(self) -> str:
        """Return the lines that are held back, laid out if they are a table."""
        rows, self._rows = self._rows, []
        text = "".join(rows)
        if len(rows) < 2 or self._width is None:
            return text
        lead = rows[0][: len(rows[0]) - len(rows[0].lstrip(_LEAD))]
        lines = _laid_out([row.strip(_LEAD + "\r\n") for row in rows], self._width - text_width(lead))
        end = "\n" if text.endswith("\n") else ""
        return "\n".join((lead + line).rstrip() for line in lines) + end if lines else text


def _laid_out(rows: list[str], width: int) -> list[str]:
    """Return the lines of a table in columns; empty if Markdown sees no table in the rows."""
    from nbclaude.render.markdown import build_parser

    tokens = build_parser().parse("\n".join(rows))
    if [token.type for token in tokens if token.level == 0] != ["table_open", "table_close"]:
        return []
    cells: list[list[str]] = []
    rights: list[bool] = []
    for token in tokens:
        if token.type == "tr_open":
            cells.append([])
        elif token.type == "th_open":
            rights.append("right" in str(token.attrGet("style")))
        elif token.type == "inline":
            cells[-1].append(" ".join(token.content.split()))
    head, *body = cells
    numbers = [
        right and max(map(text_width, column)) <= _MAX_NUMBER
        for right, column in zip(rights, zip(*cells, strict=True), strict=True)
    ]
    return columns_text(head, body, numbers, max(width, _LEAST))
