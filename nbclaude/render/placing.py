"""Finds where the note of a citation may stand in an answer's Markdown as it grows.

A note stands after the text that it belongs to, before white space. It must not spoil the markup that it stands in: the
end of a code block, a row of a table, a formula, a rule.
"""

from __future__ import annotations

import re

from nbclaude.render.fences import FenceReader, OpenLine

__all__ = ["NotePlacer"]

# What may come to stand behind a note: white space, the bar that ends a row, the backslash that breaks a line.
_ENDING = " \t\r\n|\\"
# Lines that mean something only as they are: a rule or underline, a definition, the end of a formula.
_WHOLE_LINE = re.compile(r"[ \t>]*+(?:[-=*_ \t]++|\[[^\]]++\]:.*+|.*(?:\$\$|\\\]))")
# Marks without text: nothing to set a note to.
_BARE = re.compile(r"[ \t>]*+(?:[#>*+]++|-(?=[ \t]*+\Z)|\d{1,9}+[.)]|(?=[:\- \t]*+\|)[|:\- \t]++)?+[ \t]*+")
_PREFIX = re.compile(r"[ \t>]*+")


class NotePlacer:
    """Holds the end of a text back until it is known whether a note comes before it: `feed` text, `place` a note, `flush`."""

    def __init__(self) -> None:
        self._held: list[str] = []
        self._line = OpenLine()  # the last line that was passed on
        self._fence = FenceReader()

    def feed(self, text: str) -> str:
        """Take the next text; return what can be passed on."""
        body = text.rstrip(_ENDING)
        if not body:
            self._held.append(text)
            return ""
        passed = "".join(self._held) + body
        self._held = [text[len(body) :]]
        self._note_lines(passed)
        return passed

    def flush(self) -> str:
        """Return what was held back, without a note."""
        passed = "".join(self._held)
        self._held.clear()
        self._note_lines(passed)
        return passed

    def place(self, note: str) -> str:
        """Return what was held back with the note in its place; where none is, it is left out."""
        held = "".join(self._held)
        marks = held.rstrip()
        space = held[len(marks) :]
        line = self._line.text + marks
        if self._fence.mark or _WHOLE_LINE.fullmatch(line):
            if "\n" in line or _BARE.fullmatch(line) or (self._fence.mark and not self._fence.closes(line)):
                return self.flush()
            return self._passed(f"{marks}\n{_prefix(line)}{note}{space}")
        if "\n" in line or _BARE.fullmatch(line) or self._fence.opens(line):
            return self.flush()
        marks, ending = _split(marks)
        return self._passed(marks + note + ending + space)

    def _passed(self, text: str) -> str:
        self._held.clear()
        self._note_lines(text)
        return text

    def _note_lines(self, text: str) -> None:
        *lines, rest = text.split("\n")
        for line in lines:
            self._line.add(line)
            self._fence.read(self._line.text)
            self._line.clear()
        self._line.add(rest)


def _split(marks: str) -> tuple[str, str]:
    """Split the marks at the end of a line where a note may stand: before the bar of a row, before a single backslash."""
    before = marks.removesuffix("|")
    backslashes = len(before) - len(before.rstrip("\\"))
    if backslashes % 2:
        # An escaped bar is text; a backslash would take the note's beginning for itself.
        cut = len(marks) if before != marks else len(marks) - 1
    else:
        cut = len(before.rstrip()) if before != marks else len(marks)
    return marks[:cut], marks[cut:]


def _prefix(line: str) -> str:
    found = _PREFIX.match(line)
    return found.group() if found else ""
