"""Tells what is in a column, of whatever library: missing values, range, statistics, commonest values."""

from __future__ import annotations

import contextlib
import heapq
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from nbclaude.data.facts import Facts, category_facts, missing_text, told, values_range
from nbclaude.data.numbers import extent_of, is_number, number_column, parts

__all__ = ["Column", "column_facts", "commonest"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: missing values and range are those of `whole`, the rest is that of `sample`.

    Where `counts_sample`, so are the true values of booleans. `guessed` says that other columns of the table are read whole.
    """

    whole: nw.Series[Any]
    sample: nw.Series[Any]
    counts_sample: bool = False
    guessed: bool = False

    @property
    def rows(self) -> int:
        """How many rows are looked at for missing values and the range."""
        return len(self.whole)

    @property
    def sampled(self) -> bool:
        """Whether statistics look at a part of the rows alone."""
        return self.guessed or len(self.sample) < len(self.whole)

    @property
    def missing_count(self) -> int:
        """How many values are missing; looked at in parts, since some libraries make a mask of as many bytes."""
        return sum(part.null_count() for part in parts(self.whole))

    @property
    def missing(self) -> str:
        """How many values are missing, in words."""
        return missing_text(self.missing_count, self.rows, sampled=self.guessed)


def column_facts(column: Column, special: Callable[[Column], Facts | None] | None = None) -> Facts:
    """Tell a column; `special` is asked first, for the types that only one library has."""
    try:
        facts = special(column) if special else None
        return _facts(column) if facts is None else facts
    except Exception:  # nested types, and extension types of others, may lack any method
        return Facts(column.missing)


def commonest(present: nw.Series[Any]) -> tuple[int, list[tuple[Any, int]]]:
    """Return how many values are distinct, and the commonest with how often they occur."""
    # polars counts in any order; others would sort without regard to what comes first.
    ordered = present.implementation.is_polars()
    counts = present.alias("value").value_counts(sort=ordered, name="count")
    numbers = counts.get_column("count").to_list()
    values = counts.get_column("value")
    # Of values that are as common, the one that comes first.
    places = heapq.nsmallest(5, range(len(numbers)), key=lambda place: (-numbers[place], place))
    return len(numbers), [(values[place : place + 1].to_list()[0], int(numbers[place])) for place in places]


def _facts(column: Column) -> Facts:
    dtype = column.whole.dtype
    if is_number(column.whole):
        found = extent_of(column.whole)
        return number_column(found, column.sample, column.rows, sampled=column.sampled)
    missing = column.missing_count
    words = missing_text(missing, column.rows, sampled=column.guessed)
    if missing == column.rows or dtype == nw.Object:
        return Facts(words)
    if dtype == nw.Boolean:
        return Facts(told(words, _true(column)))
    if (dtype.is_temporal() or dtype == nw.Unknown) and (ends := _ends(column)):
        return Facts(told(words, ends))
    present = column.sample.drop_nulls()
    distinct, top = (present.n_unique(), []) if dtype.is_nested() else commonest(present)
    return category_facts(
        missing, column.rows, distinct, top, sampled=column.sampled, missing_sampled=column.guessed
    )


def _ends(column: Column) -> str:
    """Return the range of dates, times or durations; nothing for other values."""
    if column.whole.dtype.is_temporal():
        with contextlib.suppress(Exception):  # Arrow has no least duration
            return f"{column.whole.min()} … {column.whole.max()}"
    values = column.sample.drop_nulls().to_list()
    ends = values_range(values, map(type, values))
    return "~" * column.sampled + ends if ends else ""


def _true(column: Column) -> str:
    if not (column.counts_sample and column.sampled):
        return f"{int(column.whole.sum()):,} true"
    present = column.sample.drop_nulls()
    return f"~{int(present.sum()) / len(present):.1%} true" if len(present) else ""
