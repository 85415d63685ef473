"""Quotes and unquotes option values, which a line holds in quotes, or with backslashes before what would end the word."""

from __future__ import annotations

import re

__all__ = ["quoted", "unquoted"]

_ESCAPED = re.compile(r"\\([ \t\"'\\])")
_NEEDS_QUOTES = re.compile(r"[\s\"'\\]")


def unquoted(fragment: str) -> str:
    """Return the typed part of a value, without its quote and backslashes."""
    return fragment[1:] if fragment[:1] in ("'", '"') else _ESCAPED.sub(r"\1", fragment)


def quoted(text: str, fragment: str) -> str:
    """Return a word as the line needs it: in the quotes that are already open, or in those that its characters need.

    After a folder the quotes stay open, so that a file in it can follow.
    """
    quote = fragment[:1] if fragment[:1] in ("'", '"') else ""
    if not quote and _NEEDS_QUOTES.search(text):
        quote = "'" if '"' in text or "\\" in text else '"'
    if quote == "'" and "'" in text:
        quote = '"'
    inner = re.sub(r"([\"\\])", r"\\\1", text) if quote == '"' else text
    return f"{quote}{inner}{'' if text.endswith('/') else quote}"
