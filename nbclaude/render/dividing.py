"""Divides blocks of Markdown that are too long to be parsed and painted at once.

A block (a list, a table, a paragraph, a code block) is parsed as a whole whenever it has grown, and painted as a whole. So a
block that outgrows a bound ends there, and the rest of it is a block of its own: a table with the same head, a code block
in the same language, a list that goes on counting. The bound is far above what an ordinary answer holds.
"""

from __future__ import annotations

import re

from nbclaude.render.fences import FenceReader, OpenLine

__all__ = ["END_LABEL", "BlockDivider", "divided", "parsing_cost"]

# In characters, or what costs as much.
_MAX_BLOCK = 40_000
_MAX_TABLE = 80_000  # a row that is complete is not parsed again while the table grows
_MAX_CODE = 200_000
_LINE_COST = 24
_MARK_COST = 6
_MARKS = "|]<*_`$\\&"
_BRACKET_COST = 20  # whether it begins a link is known only after what follows was read
_LINK_COST = 40  # its address may hold brackets of its own
_PIECE = 4_096  # characters of a line that are looked at together

_LINES = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n|\Z)")
_MAY_GO_ON = re.compile(r"[ \t]|[-*+][ \t\r\n]|\d{1,9}[.)][ \t\r\n]")  # a list, after a blank line
_HEADING = re.compile(r"#{1,6}[ \t]")
_TABLE_RULE = re.compile(r" {0,3}\|?[ \t]*+:?-[ \t:|\-]*+")
# A definition shows nothing, and ends a list or a quote as no blank line does.
END_LABEL = "nbclaude-end"
_END_OF_BLOCK = f"\n[{END_LABEL}]: #\n\n"


class BlockDivider:
    """Passes a growing text on, with an end and a new beginning where a block outgrows its bound: `feed` pieces."""

    def __init__(self) -> None:
        self._fence = FenceReader()
        self._line = OpenLine()
        self._before = ""  # the line before
        self._cost = 0  # of the block that is open
        self._head = ""  # the head of the table that is open
        self._ended_in_cr = False

    def feed(self, text: str) -> str:
        """Take the next piece; return it, divided where it must be."""
        passed: list[str] = []
        for line in _LINES.findall(text):
            if self._ended_in_cr and line == "\n":
                passed.append(line)  # the second half of a line end that was cut in two
            else:
                for start in range(0, len(line), _PIECE):
                    passed.append(self._take(line[start : start + _PIECE]))
            self._ended_in_cr = line.endswith("\r")
        return "".join(passed)

    def _take(self, piece: str) -> str:
        """Take a piece of one line."""
        self._line.add(piece)
        self._cost += len(piece) if self._fence.mark else _cost(piece)
        if piece.endswith(("\n", "\r")):
            return piece + self._end_line()
        if self._cost <= self._bound or self._fence.mark:
            return piece
        # The bound lies within a line. What follows is a paragraph.
        words, space, rest = piece.rpartition(" ")
        if not words:
            words, rest = piece, ""
        self._end_line()
        self._begin_block()
        self._line.add(rest)
        self._cost = len(rest)
        return words + space + "\n" + _END_OF_BLOCK + rest

    def _end_line(self) -> str:
        """Note that a line has ended; return what is to be put behind it."""
        line = self._line.text
        self._line.clear()
        was_open = self._fence.mark
        self._fence.read(line)
        if not was_open and self._begins_block(line):
            self._begin_block()
            self._cost = len(line)
        self._cost += 0 if self._fence.mark else _LINE_COST
        is_rule = not self._fence.mark and "|" in line and "|" in self._before and _TABLE_RULE.match(line)
        if is_rule and not self._head:
            self._head = self._before + line
        self._before = line
        ends_table = self._head and not line.strip()
        if ends_table or (was_open and not self._fence.mark and not line[:1].isspace()):
            self._begin_block()
        return self._division() if self._cost > self._bound else ""

    def _begins_block(self, line: str) -> bool:
        """Tell whether a block begins with this line, whatever stands before it."""
        if not line.strip():
            return False
        if self._fence.mark and not self._fence.is_nested:
            return True
        after_blank = not self._before.strip() and not _MAY_GO_ON.match(line)
        return after_blank or _HEADING.match(line) is not None

    def _begin_block(self) -> None:
        self._cost = 0
        self._head = ""

    @property
    def _bound(self) -> int:
        if self._fence.mark and not self._fence.is_nested:
            return _MAX_CODE
        return _MAX_TABLE if self._head else _MAX_BLOCK

    def _division(self) -> str:
        """End the block, and begin another that goes on with it."""
        self._cost = 0
        if self._fence.mark and not self._fence.is_nested:
            return f"{self._fence.closing}\n\n{self._fence.opening}\n"
        if self._head:
            return f"\n{self._head}"
        self._fence = FenceReader()
        self._before = ""
        return _END_OF_BLOCK


def _cost(text: str) -> int:
    marks = _MARK_COST * sum(map(text.count, _MARKS))
    return len(text) + marks + _BRACKET_COST * text.count("[") + _LINK_COST * text.count("](")


def parsing_cost(text: str) -> int:
    """Estimate what parsing a text costs, in characters of plain prose."""
    return _cost(text) + _LINE_COST * text.count("\n")


def divided(text: str) -> str:
    """Divide a whole text."""
    return BlockDivider().feed(text) if len(text) > _MAX_BLOCK // (_LINE_COST + 1) else text
