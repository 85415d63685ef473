"""Reads and writes the value of an option as a line has it: in quotes, or with backslashes before what would end the word."""

from __future__ import annotations

import re

__all__ = ["quoted", "unquoted"]

_ESCAPED = re.compile(r"\\([ \t\"'\\])")
_NEEDS_QUOTES = re.compile(r"[\s\"'\\]")


def unquoted(fragment: str) -> str:
    """Return what has been typed of a value, without its quote and backslashes."""
    return fragment[1:] if fragment[:1] in ("'", '"') else _ESCAPED.sub(r"\1", fragment)


def quoted(text: str, fragment: str) -> str:
    """Return a word as the line needs it: in the quotes that are open already, or in those that its signs need.

    The quotes of a folder stay open for what is in it.
    """
    quote = fragment[:1] if fragment[:1] in ("'", '"') else ""
    if not quote and _NEEDS_QUOTES.search(text):
        quote = "'" if '"' in text or "\\" in text else '"'
    if quote == "'" and "'" in text:
        quote = '"'
    inner = re.sub(r"([\"\\])", r"\\\1", text) if quote == '"' else text
    return f"{quote}{inner}{'' if text.endswith('/') else quote}"
