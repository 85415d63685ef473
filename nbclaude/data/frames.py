"""Describes frames, arrays, tables and SQL results, of whatever library, as text within a budget."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

from nbclaude.data.arrays import describe_array
from nbclaude.data.formats import Format, read_format
from nbclaude.data.lazy.queries import describe_query
from nbclaude.data.records import record_table
from nbclaude.data.styled_tables import is_styled, styled_table
from nbclaude.data.table import Described, Table, describe, rows_of, schema_of, statistics_of
from nbclaude.data.xarrays import describe_xarray
from nbclaude.frozen import frozen
from nbclaude.texts import DEFAULT_LIMITS, TextLimits

__all__ = ["Compared", "describe_data", "is_frame"]


@frozen
class Compared:
    """A frame and another one that it is compared with, with the names of both."""

    frame: Any
    other: Any
    name: str
    other_name: str


def describe_data(value: Any, format: str = "", limits: TextLimits = DEFAULT_LIMITS) -> Described | None:
    """Describe data as text; None if the value is no data of a library that is known here.

    `format` is one of `formats.FORMATS`, or nothing: columns, statistics and some rows. For "compare NAME" the value is a
    `Compared`. No library is imported: what is in the kernel is recognised by the module of its type.

    Raises ConfigurationError for a format that does not fit the value.
    """
    wanted = read_format(format)
    word, rows = wanted.word, wanted.rows
    family = _family_of(value)
    if family == "narwhals" and hasattr(value, "to_native"):
        return describe_data(value.to_native(), format, limits)
    if word in ("group", "compare"):
        return _of_frames(value, wanted, limits.summary)
    budget = limits.rows if wanted.shows_rows else limits.summary
    if family == "numpy" and _is_a(value, "numpy", "ndarray"):
        return describe_array(value, word, rows, budget)
    if family == "xarray" and hasattr(value, "sizes") and hasattr(value, "coords"):
        return describe_xarray(value, word, rows, budget)
    if (query := describe_query(value, word, rows, budget, limits.seconds)) is not None:
        return query
    table = _table_of(value, family, word)
    if table is None:
        return None
    described = _described(table, wanted, limits)
    return replace(described, notes=(*table.notes, *described.notes)) if table.notes else described


def is_frame(value: Any) -> bool:
    """Return whether a value is a frame or series with its rows in memory, of a library that is known here."""
    family = _family_of(value)
    name = type(value).__name__
    return family in _FRAMES and (hasattr(value, "iloc") or name in ("DataFrame", "Series", "Table"))


def _of_frames(value: Any, wanted: Format, budget: int) -> Described | None:
    """Describe a frame by its groups or by its differences from another frame; None unless both are frames."""
    if wanted.word == "compare":
        from nbclaude.data.comparison import describe_comparison

        is_pair = isinstance(value, Compared) and is_frame(value.frame) and is_frame(value.other)
        return describe_comparison(value, budget) if is_pair else None
    from nbclaude.data.groups import describe_groups

    return describe_groups(value, wanted.argument, budget) if is_frame(value) else None


def _described(table: Table, wanted: Format, limits: TextLimits) -> Described:
    if wanted.word == "schema":
        return schema_of(table, limits.summary)
    if wanted.word == "stats":
        return statistics_of(table, limits.summary)
    if wanted.shows_rows:
        return rows_of(table, wanted.rows or table.rows, limits.rows)
    return describe(table, limits.summary)


def _family_of(value: Any) -> str:
    # Subclasses of a frame live in other packages (geopandas), pandas itself may be replaced by a copy of it.
    if any(_is_a(value, "pandas", name) for name in ("DataFrame", "Series")):
        return "pandas"
    return str(type(value).__module__).partition(".")[0]


def _is_a(value: Any, module: str, name: str) -> bool:
    kind = getattr(sys.modules.get(module), name, None)
    return isinstance(kind, type) and isinstance(value, kind)


def _table_of(value: Any, family: str, word: str) -> Table | None:
    if is_styled(value):
        return styled_table(value)
    if family not in _FRAMES:
        return record_table(value, short=bool(word))
    # At the first frame, since it imports narwhals: loading the extension must cost nothing.
    from nbclaude.data.tables import frame_table

    return frame_table(value, family)


_FRAMES = frozenset({"pandas", "modin", "polars", "pyarrow"})
