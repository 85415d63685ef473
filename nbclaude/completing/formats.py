"""The formats that may follow the colon of a reference."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from nbclaude.completing.known import Known, Word
from nbclaude.completing.looking import has, is_a, keys_of, packages_of, value_at

__all__ = ["formats"]

_NAMED = ("group", "compare")
"""Formats that a name follows."""
_LOOKED_AT = 20  # items of a container
# Packages whose types are not data: the user's own classes, and figures.
_NO_DATA = frozenset({"__main__", "builtins", "matplotlib", "plotly", "altair", "bokeh", "seaborn", "PIL"})


def formats(expression: str, typed: str, known: Known) -> Iterator[Word]:
    """Give the formats that fit what an expression names; after `group` its columns, and after `compare` the other frames.

    Where only running code could tell what it is, all formats are given.
    """
    from nbclaude.data.formats import FORMATS
    from nbclaude.data.frames import is_frame

    value = value_at(expression, known.namespace)
    word, space, _ = typed.partition(" ")
    if space and word == "group":
        columns = keys_of(value) if _fits("group", value) else ()
        yield from (Word(f"group {column}", "column") for column in columns if _can_be_in_braces(column))
    elif space and word == "compare":
        packages = packages_of(value)
        for name, other in known.namespace.items():
            is_other = not name.startswith("_") and name != expression
            if is_other and is_frame(other) and not packages.isdisjoint(packages_of(other)):
                yield Word(f"compare {name}", "frame")
    else:
        for row in FORMATS.values():
            if value is None or _fits(row.word, value):
                yield Word(f"{row.word} " if row.word in _NAMED else row.example or row.word, "format")
        yield from (Word(name, "format") for name in ("repr", "str"))


def _fits(word: str, value: Any) -> bool:
    from nbclaude.data.frames import is_frame
    from nbclaude.data.lazy.engines import engine_of

    match word:
        case "group":
            return is_frame(value) and has(value, "columns")
        case "compare":
            return is_frame(value)
        case "full":
            return is_a(value, str) or (_may_be_data(value) and engine_of(value) is None)
        case _:
            return _may_be_data(value)


def _can_be_in_braces(column: str) -> bool:
    return column.strip() == column != "" and not any(sign in column for sign in "{}\n\r")


def _may_be_data(value: Any) -> bool:
    if type(value) is dict:
        return any(map(_may_be_data, islice(value.values(), _LOOKED_AT)))
    if type(value) in (list, tuple):
        return any(is_a(item, dict, tuple) or _may_be_data(item) for item in value[:_LOOKED_AT])
    return type(value).__module__.partition(".")[0] not in _NO_DATA
