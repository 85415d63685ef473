"""Turns the unsettled end of a growing text into a text that can be shown without flicker.

Markup that is not finished yet reads as something else: `**bo` as two asterisks, `| a | b |` as a paragraph, `---` under a
line as its heading. What is half written is held back or completed, for display only.
"""

from __future__ import annotations

import re

from nbclaude.render.fences import FenceReader
from nbclaude.render.open_marks import completed

__all__ = ["presentable", "presentable_row", "shared_length"]

# What one part of these patterns has taken it does not give back, so that a line is read once, however long it is.
_BARE_MARKER = re.compile(
    r"[ \t>]*+(?:(?:[#>*+\-=_~`|:]++|\d{1,9}+[.)](?=[ \t]|\Z))[ \t]*+)*+(?:\d{1,9}+|\[[^\]\n]*+\]?+:?+|\\)?+[ \t]*+"
)
_BEGINS = re.compile(r"[ \t>]*+(?:(?:[-*+]|\d{1,9}+[.)])[ \t]++|#{1,6}[ \t]++)*+")
_APART = re.compile(r"[ \t>]*+(?:#{1,6}[ \t]|\||[-*_=][-*_= \t]*+\Z|`{3}|~{3}|</?(?:details|summary)|\Z)")
_FENCE = re.compile(r"(?:[ \t>]++|[-*+][ \t]|\d{1,9}+[.)][ \t])*+(?:`{3,}+[^`]*+|~{3,}+.*+)\Z")
_BOX = re.compile(r"\[[ xX]\]\s*+")
_MARGIN = " \t>"
_MOST_LINES = 60  # of one paragraph that are completed together


def presentable(text: str) -> str:
    """Return the part of `text` that can be shown now, its last paragraph completed."""
    head, newline, line = text.rpartition("\n")
    fence = _fence_after(head) if "```" in text or "~~~" in text else FenceReader()
    if fence.mark:
        return head + newline if fence.closes(line) or _may_close(line, fence) else text
    if _FENCE.match(line):
        return _without_half_lines(head + newline)
    return _without_half_lines(text)


def presentable_row(row: str) -> str:
    """Return the part of the last row of a table that can be shown now."""
    return "" if _BARE_MARKER.fullmatch(row) else completed(row, in_row=True)


def shared_length(source: str, shown: str) -> int:
    """Return how much of the beginning of a text is shown as it is."""
    low, high = 0, min(len(source), len(shown))
    if source.startswith(shown):
        return high
    while low < high:
        middle = (low + high + 1) // 2
        if source.startswith(shown[low:middle], low):
            low = middle
        else:
            high = middle - 1
    return low


def _fence_after(text: str) -> FenceReader:
    fence = FenceReader()
    for line in text.split("\n"):
        fence.read(line)
    return fence


def _may_close(line: str, fence: FenceReader) -> bool:
    """Tell whether an open line consists of the beginning of a mark that would end the code block."""
    begun = line.lstrip(_MARGIN if fence.is_nested else " ")
    is_apart = fence.is_nested or len(line) - len(begun) < 4
    begun = begun.rstrip(" \t")
    return is_apart and bool(begun) and fence.mark.startswith(begun)


def _without_half_lines(text: str) -> str:
    """Do the same outside of code."""
    head, newline, line = text.rpartition("\n")
    if line and _BARE_MARKER.fullmatch(line):
        text, line = head + newline, ""
    begin = text.rfind("\n", 0, len(text) - (not line)) + 1
    last = text[begin:].lstrip(_MARGIN)
    if not last.strip() or (
        not line and (_BARE_MARKER.fullmatch(last.rstrip("\n")) or _FENCE.match(last.rstrip("\n")))
    ):
        # A finished line of marks means what it says; completed, it could mean something else.
        return text
    is_row = last.startswith("|")
    if is_row and not _line_before(text, begin).lstrip(_MARGIN).startswith("|"):
        return _without_half_lines(text[:begin])  # it begins a table, unless the next line shows otherwise
    start = _start_of_run(text, begin)
    shown = completed(text[start:], in_row=is_row)
    if (shown.strip() and not _BOX.fullmatch(shown)) or start == 0:
        return text[:start] + shown
    return _without_half_lines(text[:start].rstrip(" "))  # what it stands behind may be a mark alone


def _start_of_run(text: str, begin: int) -> int:
    """Return where the text begins in which marks of the line at `begin` may have been opened."""
    found = _BEGINS.match(text, begin)
    for _ in range(_MOST_LINES):
        if (
            begin == 0
            or (found and found[0].strip(_MARGIN))
            or text.startswith("|", found.end() if found else begin)
        ):
            break
        before = _line_before(text, begin)
        if _APART.match(before) or _FENCE.match(before):
            break
        begin -= len(before) + 1
        found = _BEGINS.match(text, begin)
    return found.end() if found else begin


def _line_before(text: str, begin: int) -> str:
    return text[text.rfind("\n", 0, max(0, begin - 1)) + 1 : max(0, begin - 1)]
