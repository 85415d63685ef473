"""Finds the columns that tell the rows of a frame apart together: a row for each firm and year."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import narwhals.stable.v2 as nw

from nbclaude.data.cells import name_text
from nbclaude.texts import one_line

__all__ = ["combination_text", "combinations_of"]

_LEAST, _MOST = 20, 50_000  # rows
_CANDIDATES = 6  # columns
_TOGETHER = 3  # columns
_MEASURED = 0.9  # share of points in time that are distinct
# At most so many combinations of values for each row: if few of them have a row, rows may differ by chance.
_FILLED = 4


def combination_text(frame: Any) -> str:
    """Return which columns tell all rows apart together, and how many of their combinations have a row; else nothing.

    Nothing is said if one column alone does so, if there are too few or too many rows, or too many combinations without one.
    """
    rows = len(frame)
    if not _LEAST <= rows <= _MOST:
        return ""
    whole = nw.from_native(frame, eager_only=True)
    for names, possible in combinations_of(whole):
        if len(whole.select(*names).unique()) == rows:
            said = ", ".join(one_line(name_text(name), 40) for name in names)
            share = f"all {rows:,}" if possible == rows else f"{rows:,} of {possible:,}"
            return f"unique by {said}: {share} combinations"
    return ""


def combinations_of(whole: nw.DataFrame[Any]) -> Iterator[tuple[Sequence[str], int]]:
    """Yield columns that may together identify a row, and how many combinations they have; none if one column is enough."""
    found: dict[str, int] = {}
    for name in whole.columns:
        distinct = _distinct(whole.get_column(name))
        if distinct == len(whole):
            return
        if distinct > _MEASURED * len(whole) and whole.schema[name] == nw.Datetime:
            continue  # timestamps of measurements hardly ever repeat, so being unique with them means nothing
        if distinct > 1 and len(found) < _CANDIDATES:
            found[name] = distinct
    yield from _possible(found, len(whole))


def _possible(found: dict[str, int], rows: int) -> Iterator[tuple[Sequence[str], int]]:
    """Give the columns that may tell the rows apart, with the number of their combinations: few columns first."""
    for together in range(2, _TOGETHER + 1):
        for names in combinations(found, together):
            possible = math.prod(found[name] for name in names)
            if rows <= possible <= _FILLED * rows:
                yield names, possible


def _distinct(column: nw.Series[Any]) -> int:
    """Return how many distinct values a column has; 0 if it holds measurements, or values are missing."""
    dtype = column.dtype
    if dtype.is_float():
        whole = column.drop_nulls()
        if len(whole) < len(column) or not bool((whole == whole.round(0)).all()):
            return 0
    elif not (dtype.is_integer() or dtype in _LABELS):
        return 0
    return 0 if column.null_count() else int(column.n_unique())


_LABELS = (nw.String, nw.Categorical, nw.Enum, nw.Date, nw.Datetime, nw.Boolean)
