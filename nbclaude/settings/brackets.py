"""Finds where brackets close in Python code on the line of a magic, and splits at commas outside of them."""

from __future__ import annotations

import re

__all__ = ["closing", "parts_between_commas"]

# Brackets, and the strings in which they do not count. The end of a line closes nothing.
_TOKENS = re.compile(
    r"[()\[\]{}\n]"
    r'|"""(?:\\.|(?!""")[^\\\n])*"""|' + r"'''(?:\\.|(?!''')[^\\\n])*'''"
    r"|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
)


def closing(text: str, position: int) -> int:
    """Return the end of the brackets that open at a position; 0 if they are not closed on the line."""
    depth = 0
    for token in _TOKENS.finditer(text, position):
        if token[0] == "\n":
            return 0
        depth += (token[0] in "([{") - (token[0] in ")]}")
        if depth == 0:
            return token.end()
    return 0


def parts_between_commas(text: str) -> list[str]:
    """Split a text at its commas, except those in brackets; empty parts are left out."""
    parts, position = [""], 0
    while position < len(text):
        end = (text[position] in "([{" and closing(text, position)) or position + 1
        if text[position] == ",":
            parts.append("")
        else:
            parts[-1] += text[position:end]
        position = end
    return [part.strip() for part in parts if part.strip()]
