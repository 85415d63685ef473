"""Quotes and unquotes option values, which a line holds in quotes, or with backslashes before what would end the word."""

from __future__ import annotations

import re

__all__ = ["escaped", "quoted", "unquoted"]

_ESCAPED = re.compile(r"\\([ \t\"'\\])")
_ESCAPED_IN_QUOTES = re.compile(r"\\([\"\\])")
_NEEDS_QUOTES = re.compile(r"[\s\"'\\]")
# What a Python string in a reference cannot hold as it is: braces would end the reference.
_IN_STRINGS = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "{": "\\x7b", "}": "\\x7d"}


def unquoted(fragment: str) -> str:
    """Return the typed part of a value, without its quote and backslashes."""
    if fragment[:1] == "'":
        return fragment[1:]
    if fragment[:1] == '"':
        return _ESCAPED_IN_QUOTES.sub(r"\1", fragment[1:])
    return _ESCAPED.sub(r"\1", fragment)


def quoted(text: str, fragment: str, following: str = "") -> str:
    """Return a word as the line needs it: in the quotes that are already open, or in those that its characters need.

    The quotes stay open after a folder (a file in it can follow), after a space, and where the closing quote is
    already in `following`.
    """
    quote = fragment[:1] if fragment[:1] in ("'", '"') else ""
    if not quote and _NEEDS_QUOTES.search(text):
        quote = "'" if '"' in text or "\\" in text else '"'
    if quote == "'" and "'" in text:
        quote = '"'
    inner = re.sub(r"([\"\\])", r"\\\1", text) if quote == '"' else text
    stays_open = text.endswith(("/", " ")) or (quote and following.startswith(quote))
    return f"{quote}{inner}{'' if stays_open else quote}"


def escaped(key: str, quote: str) -> str:
    """Return a key as it stands between the quotes of a Python string."""
    return "".join(_IN_STRINGS.get(sign, f"\\{sign}" if sign == quote else sign) for sign in key)
