"""Tells a frame by groups: how many rows each has, and the main statistics of its numbers."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from nbclaude.data.cells import full_text, name_text, value_text
from nbclaude.data.csv_rows import laid_out
from nbclaude.data.table import Described
from nbclaude.data.whole_frames import whole_frame
from nbclaude.errors import ConfigurationError
from nbclaude.texts import Cut, clip, counted, one_line

__all__ = ["describe_groups"]

_MAX_GROUPS = 50
_MAX_NUMBERS = 40
_FEW_NUMBERS = 3  # so many columns of numbers have all statistics, more of them their mean alone
_STATISTICS = ("mean", "median", "min", "max")
_NAMES = re.compile(r"\s*(?:\"([^\"]*)\"|'([^']*)'|([^,]+?))\s*(?:,|$)")


def describe_groups(value: Any, keys: str, budget: int) -> Described:
    """Describe a frame by the groups of one or more of its columns, in about `budget` characters.

    `keys` are names of columns, with commas between them; a name with a comma stands in quotes.

    Raises ConfigurationError for a name that is not a column's, and for columns whose values make no groups.
    """
    frame = whole_frame(value)
    chosen = _columns(frame, keys)
    numbers = [name for name, dtype in frame.schema.items() if dtype.is_numeric() and name not in chosen]
    told = numbers[:_MAX_NUMBERS]
    statistics = _STATISTICS if len(told) <= _FEW_NUMBERS else _STATISTICS[:1]
    columns = [(name, statistic) for name in told for statistic in statistics]
    try:
        groups = frame.group_by(*chosen, drop_null_keys=False).agg(
            nw.len().alias("__rows"),
            *(
                getattr(nw.col(name), statistic)().alias(f"__{n}")
                for n, (name, statistic) in enumerate(columns)
            ),
        )
        groups = groups.sort("__rows", *chosen, descending=[True] + [False] * len(chosen), nulls_last=True)
    except Exception as error:  # lists and other values that no library groups; each has an error of its own
        raise ConfigurationError(
            f"The rows cannot be grouped by {_listed(chosen)}: {one_line(str(error), 200)}"
        ) from error
    title = f"{type(value).__module__.partition('.')[0]} {type(value).__name__}"
    return _described(title, frame, chosen, columns, groups, len(numbers) - len(told), budget)


def _described(
    title: str,
    frame: nw.DataFrame[Any],
    chosen: Sequence[str],
    columns: Sequence[tuple[str, str]],
    groups: nw.DataFrame[Any],
    untold: int,
    budget: int,
) -> Described:
    found, rows = len(groups), len(frame)
    nan_is_missing = frame.implementation.is_pandas_like()
    records: list[list[Any]] = [
        [
            *(_key(value, nan_is_missing=nan_is_missing) for value in record[: len(chosen)]),
            *(_number(value, nan_is_missing=nan_is_missing) for value in record[len(chosen) :]),
        ]
        for record in map(_without_na, groups.head(_MAX_GROUPS).rows())
    ]
    header = [*map(name_text, chosen), "rows", *(f"{statistic} {name_text(n)}" for n, statistic in columns)]
    opening = f"{title}, {counted(rows, 'row')}, by {_listed(chosen)}: {counted(found, 'group')}"
    notes: list[str] = []
    if untold:
        notes.append(Cut(f"{counted(untold, 'more column')} of numbers left out"))
    if found > len(records):
        left = rows - sum(record[len(chosen)] for record in records)
        notes.append(
            Cut(f"{counted(found - len(records), 'more group')} left out, with {counted(left, 'row')}")
        )
    laid = laid_out(header, records, budget - len(opening) - 100, digits=6)
    text, cut = clip(laid.text, max(budget - len(opening) - 100, 200))
    notes += [cut] if cut else []
    said = f"\n[… {'; '.join(notes)} …]" if notes else ""
    summary = f"{counted(rows, 'row')} by {_listed(chosen)}, {counted(found, 'group')}"
    return Described(f"{opening}\n{text.rstrip()}{said}", summary, tuple(notes))


def _without_na(record: Sequence[Any]) -> list[Any]:
    return [None if type(value).__name__ in ("NaTType", "NAType") else value for value in record]


def _number(value: Any, *, nan_is_missing: bool) -> object:
    return None if nan_is_missing and value != value else full_text(value)


def _key(value: object, *, nan_is_missing: bool) -> object:
    if value is None or (nan_is_missing and value != value):
        return "(missing)"
    return value


def _columns(frame: nw.DataFrame[Any], keys: str) -> list[str]:
    """Return the columns that are named."""
    if keys in frame.columns:
        return [keys]
    names = ["".join(match.groups(default="")) for match in _NAMES.finditer(keys)]
    for name in names:
        if name not in frame.columns:
            close = difflib.get_close_matches(name, frame.columns, 1, 0.6)
            meant = f" Did you mean {close[0]!r}?" if close else ""
            there = one_line(", ".join(map(name_text, frame.columns)), 200)
            raise ConfigurationError(
                f"The frame has no column {name!r} to group by.{meant} Its columns are {there}."
            )
    return list(dict.fromkeys(names))


def _listed(names: Sequence[str]) -> str:
    return " and ".join(value_text(name) for name in names)
