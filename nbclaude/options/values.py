"""The text of an option's value comes in; the value goes out, or a ValueError that ends the sentence "it must be ..."."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Callable, Mapping
from typing import Any

__all__ = [
    "SECRET_HEADERS",
    "cells",
    "escaped_text",
    "figure",
    "fraction",
    "header",
    "identifier",
    "json_object",
    "one_of",
    "whole_number",
    "word",
]


SECRET_HEADERS = frozenset({"authorization", "x-api-key", "proxy-authorization", "cookie"})


def whole_number(minimum: int) -> Callable[[str], int]:
    """Read a whole number that is not below `minimum`."""

    def read(text: str) -> int:
        number = int(text) if text.isascii() and text.isdigit() else -1
        if number < minimum:
            raise ValueError(f"a whole number from {minimum}")
        return number

    return read


def fraction(text: str) -> float:
    """Read a number from 0 to 1."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0.0 <= number <= 1.0:
        raise ValueError("a number from 0 to 1")
    return number


def one_of(*words: str) -> Callable[[str], str]:
    """Read one of these words, in any case."""

    def read(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"one of {', '.join(words)}")
        return text.lower()

    return read


def identifier(text: str) -> str:
    """Read the name of a variable."""
    if not text.isidentifier() or keyword.iskeyword(text):
        raise ValueError("the name of a Python variable")
    return text


def word(text: str) -> str:
    """Read a text without the blanks around it."""
    if not text.strip():
        raise ValueError("some text")
    return text.strip()


def escaped_text(text: str) -> str:
    """Read a text in which a line break is written as in Python, since it is typed on one line."""
    value = text.replace("\\n", "\n").replace("\\t", "\t")
    if not value.strip():
        raise ValueError("a text that is not only white space")
    return value


def header(text: str) -> tuple[str, str]:
    """Read an HTTP header."""
    name, colon, value = (part.strip() for part in text.partition(":"))
    if (
        not colon
        or not re.fullmatch(r"[A-Za-z0-9-]+", name)
        or not value.isascii()
        or not value.isprintable()
    ):
        raise ValueError("a header like 'Name: value', in ASCII")
    if name.lower() in SECRET_HEADERS:
        raise ValueError("a header that is no secret: a notebook is no place for a key (see %claude_login)")
    return name.lower(), value


def json_object(text: str) -> Mapping[str, Any]:
    """Read a JSON object."""
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ValueError("""a JSON object in quotes, like '{"top_k": 5}'""")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)


def figure(text: str) -> str:
    """Read which figure: 1 is the last, `cell` all of the last cell that plotted."""
    if text != "cell" and not (text.isascii() and text.isdigit() and int(text)):
        raise ValueError("a number from 1 (1 is the last figure), or cell; -- ends the options")
    return text


def cells(text: str) -> str:
    """Read how many cells, or `all`."""
    if text != "all" and not (text.isascii() and text.isdigit()):
        raise ValueError("how many cells, or all")
    return text
