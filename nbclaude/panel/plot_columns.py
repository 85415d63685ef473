"""Tells which columns of a frame can be chosen for a plot, and which of them hold numbers."""

from __future__ import annotations

import datetime
import decimal
import math
from collections.abc import Hashable, Sequence
from typing import Any

__all__ = [
    "Name",
    "can_be_compared",
    "columns_of",
    "dates_first",
    "dates_in",
    "decimals_in",
    "durations_in",
    "has_infinite",
    "is_polars",
    "numbers_in",
    "varies",
    "varies_in",
]

MAX_LOOKED_AT = 1_000  # values that are looked at to find out what a column of objects holds

Name = str | int | tuple[Any, ...]
"""The name of a column, as it can be written in code."""


def is_polars(frame: object) -> bool:
    """Tell whether a frame is a polars frame, without importing polars."""
    return type(frame).__module__.partition(".")[0] == "polars"


def columns_of(frame: Any) -> tuple[list[Name], list[Name]]:
    """Return the names of the columns that can be chosen, and of those that hold numbers.

    A name that several columns share is left out, and so are dates and other names that cannot be written in a line of code.
    """
    every = list(frame.columns)
    counts: dict[Any, int] = {}
    for name in every:
        counts[name] = counts.get(name, 0) + 1
    names = [name for name in every if counts[name] == 1 and _can_be_written(name)]
    numbers = numbers_in(frame)
    return names, [name for name in names if name in numbers]


def _can_be_written(name: object) -> bool:
    if isinstance(name, tuple):
        return all(_can_be_written(part) for part in name)
    return type(name) in (str, int)


def numbers_in(frame: Any) -> set[Any]:
    """Return the names of the columns that hold numbers or durations."""
    if is_polars(frame):
        numeric = {name for name, kind in frame.schema.items() if kind.is_numeric()}
        return {*numeric, *durations_in(frame)}
    # Of complex numbers, a plot would silently show only the real part.
    numeric = set(frame.select_dtypes("number", exclude="complexfloating").columns)
    return {*numeric, *decimals_in(frame, list(frame.columns))}


def decimals_in(frame: Any, names: Sequence[Name]) -> list[Name]:
    """Return the columns of a pandas frame that hold decimals: Python's, which pandas stores as objects, or Arrow's."""
    if is_polars(frame) or not frame.columns.is_unique:
        return []
    return [name for name in names if _holds_decimals(frame[name])]


def _holds_decimals(column: Any) -> bool:
    if column.dtype != object:
        return str(column.dtype).startswith("decimal")
    known = column.dropna().head(MAX_LOOKED_AT)
    return bool(len(known) and known.map(type).eq(decimal.Decimal).all())


def dates_first(frame: Any, names: Sequence[Name]) -> list[Name]:
    """Return the names, with columns of dates and times first: most plots have these as x."""
    return sorted(names, key=lambda name: not _is_date(_first_value(frame, name)))


def dates_in(frame: Any) -> list[Name]:
    """Return the names of the datetime columns: pandas draws them, too, if it is not told what to draw."""
    if is_polars(frame):
        return [name for name, kind in frame.schema.items() if type(kind).__name__ == "Datetime"]
    return list(frame.select_dtypes(["datetime", "datetimetz"]).columns)


def can_be_compared(frame: Any, name: Name) -> bool:
    """Return whether the values of a column can be told apart: not lists, dicts and the like."""
    return isinstance(_first_value(frame, name), Hashable)


def _is_date(value: object) -> bool:
    return isinstance(value, datetime.date) or hasattr(value, "start_time")  # a period


def _first_value(frame: Any, name: Name) -> Any:
    """Return the first value of a column that is not missing; None if there is none."""
    if is_polars(frame):
        present = frame[name].drop_nulls()
        return present[0].to_list() if len(present) and hasattr(present[0], "to_list") else present.first()
    place = frame[name].reset_index(drop=True).first_valid_index()
    return None if place is None else frame[name].iloc[place]


def durations_in(frame: Any) -> list[Name]:
    """Return the names of the columns that hold durations."""
    if is_polars(frame):
        return [name for name, kind in frame.schema.items() if type(kind).__name__ == "Duration"]
    return list(frame.select_dtypes("timedelta").columns)


def has_infinite(frame: Any, name: Name) -> bool:
    """Return whether a column of numbers holds an infinite one."""
    values = frame[name]
    if is_polars(frame):
        return bool(values.dtype.is_float() and values.is_infinite().any())
    return getattr(values.dtype, "kind", "") == "f" and bool(values.isin([math.inf, -math.inf]).any())


def varies(frame: Any, name: Name) -> bool:
    """Return whether a column holds at least two different values."""
    values = frame[name].drop_nulls() if is_polars(frame) else frame[name].dropna()
    if is_polars(frame) and values.dtype.is_float():
        values = values.drop_nans()
    if not len(values):
        return False
    return bool((values != values[0] if is_polars(frame) else values != values.iloc[0]).any())


def varies_in(frame: Any, name: Name, group: Name | None) -> bool:
    """Return whether a column has at least two different values in each group of another column."""
    if group == name:
        return False
    if is_polars(frame):
        pairs = frame.select(name, group).drop_nulls().unique()
        counts = pairs.group_by(group).len()["len"]
        return len(counts) == frame[group].drop_nulls().n_unique() and bool((counts > 1).all())
    pairs = frame[[name, group]].dropna().drop_duplicates()
    counts = pairs.groupby(group, observed=True).size()
    return len(counts) == frame[group].nunique() and bool(counts.min() > 1)
