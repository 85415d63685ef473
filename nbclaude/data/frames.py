"""Describes frames, arrays, tables and SQL results, of whatever library, as text within a budget."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from typing import Any

from nbclaude.data.arrays import describe_array
from nbclaude.data.queries import describe_query
from nbclaude.data.records import record_table
from nbclaude.data.styled_tables import is_styled, styled_table
from nbclaude.data.table import Described, Table, describe, rows_of, schema_of
from nbclaude.data.xarrays import describe_xarray
from nbclaude.errors import ConfigurationError
from nbclaude.texts import DEFAULT_LIMITS, TextLimits

__all__ = ["describe_data", "read_format"]


def read_format(format: str) -> tuple[str, int]:
    """Return a format for data as its word and its number of rows: "head 20" as ("head", 20), "schema" as ("schema", 0).

    Raises ConfigurationError where the number of rows is none.
    """
    word, _, number = format.strip().partition(" ")
    if word != "head":
        return format.strip(), 0
    if not re.fullmatch(r"[1-9][0-9]{0,6}", number.strip()):
        raise ConfigurationError(f"The format head needs a number of rows, like head 20; it is {format!r}.")
    return word, int(number)


def describe_data(value: Any, format: str = "", limits: TextLimits = DEFAULT_LIMITS) -> Described | None:
    """Describe data as text; None if the value is no data of a library that is known here.

    `format` is "" (columns, statistics, some rows), "schema" (no row and no value of a text column), "head N" or "full".
    No library is imported: what is in the kernel is recognised by the module of its type.
    """
    word, rows = read_format(format)
    family = str(type(value).__module__).partition(".")[0]
    if family == "narwhals" and hasattr(value, "to_native"):
        return describe_data(value.to_native(), format, limits)
    budget = limits.rows if word in ("head", "full") else limits.summary
    if family == "numpy" and _is_a(value, "numpy", "ndarray"):
        return describe_array(value, word, rows, budget)
    if family == "xarray" and hasattr(value, "sizes") and hasattr(value, "coords"):
        return describe_xarray(value, word, rows, budget)
    if (query := describe_query(value, word, rows, budget)) is not None:
        return query
    table = _table_of(value, family, word)
    if table is None:
        return None
    described = _described(table, word, rows, limits)
    return replace(described, notes=(*table.notes, *described.notes)) if table.notes else described


def _described(table: Table, word: str, rows: int, limits: TextLimits) -> Described:
    if word == "schema":
        return schema_of(table, limits.summary)
    if word in ("head", "full"):
        return rows_of(table, rows if word == "head" else table.rows, limits.rows)
    return describe(table, limits.summary)


def _is_a(value: Any, module: str, name: str) -> bool:
    kind = getattr(sys.modules.get(module), name, None)
    return isinstance(kind, type) and isinstance(value, kind)


def _table_of(value: Any, family: str, word: str) -> Table | None:
    if is_styled(value):
        return styled_table(value)
    # Subclasses of a frame live in other packages (geopandas), pandas itself may be replaced by a copy of it.
    if any(_is_a(value, "pandas", name) for name in ("DataFrame", "Series")):
        family = "pandas"
    if family not in _FRAMES:
        return record_table(value, short=bool(word))
    # At the first frame, since it imports narwhals: loading the extension must cost nothing.
    from nbclaude.data.tables import frame_table

    return frame_table(value, family)


_FRAMES = frozenset({"pandas", "modin", "polars", "pyarrow"})
