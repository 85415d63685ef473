"""Turns the unsettled end of a growing text into a text that can be shown without flicker.

Markup that is not finished yet reads as something else: `**bo` as two asterisks, `| a | b |` as a paragraph, `---` under a
line as its heading. What is half written is held back or completed, for display only.
"""

from __future__ import annotations

import re

from nbclaude.render.fences import FenceReader

__all__ = ["presentable"]

# What one part of these patterns has taken it does not give back, so that a line is read once, however long it is.
_BARE_MARKER = re.compile(r"[ \t>]*+(?:[#>*+\-=_~`|:]++|\d{1,9}+[.)]?+|\[[^\]\n]*+\]?+:?+|\\)?+[ \t]*+")
_TABLE_START = re.compile(r"[ \t]*+\|[^\n]*+(?:\n[ \t:|\-]*+)?+")
_HALF_LINK = re.compile(r"!?\[([^\[\]\n]*+)\]\([^()\s]*+\Z")
_EMPHASIS = re.compile(r"(?<![\\*])\*\*(?!\*)")
_CODE_SPAN = re.compile(r"`++")


def presentable(text: str) -> str:
    """Return the part of `text` that can be shown now, its last paragraph completed."""
    head, newline, line = text.rpartition("\n")
    fence = _fence_after(head) if "```" in text or "~~~" in text else FenceReader()
    if fence.mark:
        return head + newline if fence.closes(line) else text
    if fence.opens(line):
        return text
    if line and _BARE_MARKER.fullmatch(line):
        text = head + newline
    if text.endswith("\n") and _BARE_MARKER.fullmatch(text[:-1].rpartition("\n")[2]):
        # A complete line of marks means what it says; completed, it could mean another thing.
        return text
    start = text.rstrip("\n").rfind("\n\n") + 1
    block = text[start:]
    if _TABLE_START.fullmatch(block.strip("\n")):
        return text[:start]
    return text[:start] + _completed(block)


def _fence_after(text: str) -> FenceReader:
    fence = FenceReader()
    for line in text.split("\n"):
        fence.read(line)
    return fence


def _completed(block: str) -> str:
    """Close the code span or the strong emphasis that is still open; show the text of a link before its address."""
    end = len(block.rstrip())
    body, space = block[:end], block[end:]
    # Only in a line that is still being written may a half mark be taken away: a complete line stays as it is.
    open_line = "\n" not in space
    if len(_CODE_SPAN.findall(body)) % 2:
        return (body.rstrip("`") if open_line and body.endswith("`") else body + "`") + space
    if open_line:
        body = _HALF_LINK.sub(r"\1", body)
    if len(_EMPHASIS.findall(body)) % 2:
        if open_line and body.endswith("**"):
            return body.removesuffix("**") + space
        return (body.removesuffix("*") if open_line else body) + "**" + space
    return body + space
