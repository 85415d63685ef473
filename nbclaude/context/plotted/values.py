"""Writes plotted values as short, exact texts, and keeps as many of them as are worth keeping."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from nbclaude.texts import one_line

__all__ = ["MAX_KEPT", "chosen_rows", "kept", "measured", "plain_list", "span", "value_text"]

MAX_KEPT = 4_000  # rows of one layer that are remembered with a shown figure
_MAX_TEXT = 80
_FEW = 50  # times as many rows as are kept
# Columns that tell how a point looks, or how far off it may be.
_LOOKS = frozenset(("color", "size", "group", "text"))
_ERRORS = (" low", " high")
_EXACT = 2**53
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)T00:00:00(?:\.0+)?Z?\Z")


def value_text(value: Any) -> str:
    """Return a value as it was plotted: numbers with up to ten digits, dates without an empty time."""
    if value is None:
        return ""
    if hasattr(value, "item") and not hasattr(value, "isoformat"):
        value = value.item()  # numpy's numbers
    if isinstance(value, bool | str):
        return _MIDNIGHT.sub(r"\1", one_line(str(value), _MAX_TEXT))
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return "NaN" if math.isnan(value) else ("inf" if value > 0 else "-inf")
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else f"{value:.10g}"
    if isinstance(value, datetime | date):
        text = value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
        return text.removesuffix("+00:00").removesuffix(" 00:00:00")
    return one_line(str(value), _MAX_TEXT)


def chosen_rows(columns: Mapping[str, Sequence[Any]], rows: int, room: int) -> list[int]:
    """Return which rows to keep: all, or evenly spaced ones, with the lowest and highest plotted value."""
    if rows <= room:
        return list(range(rows))
    if room < 1:
        return []
    found = {0} if room == 1 else {round(place * (rows - 1) / (room - 1)) for place in range(room)}
    numbers = [
        (value, row)
        for row, value in enumerate(measured(columns)[:rows])
        if isinstance(value, int | float) and math.isfinite(value)
    ]
    if numbers and room > 4:
        inner = sorted(found - {0, rows - 1})
        extremes = {min(numbers)[1], max(numbers)[1]} - found
        # They take the places of others, so that no more rows are kept than there is room for.
        found -= set(inner[1 : 1 + len(extremes)])
        found |= extremes
    return sorted(found)


def kept(columns: Mapping[str, Sequence[Any]], most: int = MAX_KEPT) -> dict[str, list[Any]]:
    """Return the columns as lists of plain values, with at most so many rows."""
    rows = min((len(column) for column in columns.values()), default=0)
    if rows > _FEW * most:
        # Among millions of points nothing is sorted: showing a figure must not take longer because of us.
        spread = range(0, rows, rows // (most - 3) + 1)
        places = sorted({*spread, rows - 1, *_extremes(measured(columns), rows)})
        return {name: _at(column, places) for name, column in columns.items()}
    lists = {name: plain_list(column[:rows]) for name, column in columns.items()}
    places = chosen_rows(lists, rows, most)
    if len(places) == rows:
        return lists
    return {name: [column[place] for place in places] for name, column in lists.items()}


def measured(columns: Mapping[str, Sequence[Any]]) -> Sequence[Any]:
    """Return the column that holds what was plotted: the last one that is not just the look or the error of a point."""
    names = [name for name in columns if name not in _LOOKS and not name.endswith(_ERRORS)]
    return columns[names[-1] if names else next(iter(columns))]


def _extremes(column: Sequence[Any], rows: int) -> tuple[int, ...]:
    """Return where the lowest and the highest value of a large array are; nothing for anything else."""
    numpy = sys.modules.get("numpy")
    if numpy is None or getattr(getattr(column, "dtype", None), "kind", "") not in "iuf":
        return ()
    try:
        return int(numpy.nanargmin(column[:rows])), int(numpy.nanargmax(column[:rows]))
    except ValueError:  # nothing but NaN
        return ()


def _at(column: Sequence[Any], places: Sequence[int]) -> list[Any]:
    if hasattr(column, "take"):
        return plain_list(column.take(places))
    values = plain_list(column)
    return [values[place] for place in places]


def plain_list(column: Any) -> list[Any]:
    """Return the values of a list or array as those of Python: numpy's dates as dates."""
    if getattr(getattr(column, "dtype", None), "kind", "") == "M" and type(column).__module__ == "numpy":
        column = column.astype("datetime64[us]")
    return list(column.tolist() if hasattr(column, "tolist") else column)


def span(values: Sequence[Any]) -> tuple[str, str] | None:
    """Return the lowest and highest value as text; None if there are none, or if they cannot be compared."""
    present = [value for value in values if value is not None and value == value]
    try:
        return (value_text(min(present)), value_text(max(present))) if present else None
    except TypeError:
        return None
