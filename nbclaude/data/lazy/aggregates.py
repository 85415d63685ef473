"""Pushes counts and statistics of a query's columns down to its engine, as one aggregate, and reads them as facts."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

import narwhals.stable.v2 as nw

from nbclaude.data.cells import date_text
from nbclaude.data.extents import Extent
from nbclaude.data.fact_words import MAX_COUNTED, boolean_facts, category_facts, missing_text
from nbclaude.data.facts import Facts
from nbclaude.data.lazy.engine import MAX_COLUMNS
from nbclaude.data.number_facts import Numbers, number_facts
from nbclaude.frozen import frozen

__all__ = [
    "Aggregate",
    "aggregated",
    "column_aggregates",
    "counted_values",
    "facts_of",
    "few",
    "row_count",
]

_EXACT = 2**53  # floats hold all whole numbers below this
_OVERFLOW = 2**63  # of 64-bit integers
_ROWS = "rows"


@frozen
class Aggregate:
    """The result of one aggregate: the number of rows, and statistics by the column's position and a word.

    `counts` says how often each value of a column occurs, for the columns that the aggregate counted; `refused` why an engine
    lacks some statistics of a column.
    """

    rows: int
    values: Mapping[str, Any]
    counts: Mapping[int, Sequence[tuple[Any, int]]] = field(default_factory=dict)
    refused: Mapping[int, Exception] = field(default_factory=dict)

    def of(self, column: int, word: str) -> Any:
        """Return a statistic, None where it was not asked for or the column has no value."""
        return self.values.get(f"c{column}_{word}")

    def count(self, column: int, word: str) -> int:
        """Return a count; without rows it is 0."""
        return int(self.of(column, word) or 0)


def aggregated(
    frame: nw.LazyFrame[Any], dtypes: Sequence[Any], few_values: Sequence[int]
) -> nw.LazyFrame[Any]:
    """Return the aggregate of the first columns; those of `few_values` have their distinct values counted."""
    wanted = [nw.len().alias(_ROWS)]
    for column, (name, dtype) in enumerate(
        zip(frame.collect_schema().names()[:MAX_COLUMNS], dtypes, strict=False)
    ):
        for word, expression in _statistics(nw.col(name), dtype, distinct=column in few_values).items():
            wanted.append(expression.alias(f"c{column}_{word}"))
    return frame.select(*wanted)


def column_aggregates(
    frame: nw.LazyFrame[Any], column: int, dtype: Any, *, distinct: bool
) -> Iterator[tuple[bool, Callable[[], nw.LazyFrame[Any]]]]:
    """Give the aggregates of one column that an engine may know, the fullest first, and whether they are all it needs.

    Some engines cannot test for finite numbers; some cannot compare values of a type of theirs, or add them up.
    """
    name = frame.collect_schema().names()[column]

    def of(
        words: Collection[str], *, finite: bool = False, kind: Any = None
    ) -> Callable[[], nw.LazyFrame[Any]]:
        def aggregate() -> nw.LazyFrame[Any]:
            whole = nw.col(name) if kind is None else nw.col(name).cast(kind)
            found = _statistics(whole, kind or dtype, distinct=distinct, finite=finite)
            known = {word: each for word, each in found.items() if not words or word in words}
            return frame.select(*(each.alias(f"c{column}_{word}") for word, each in known.items()))

        return aggregate

    yield True, of((), finite=True)
    if dtype.is_float():
        yield True, of(())
    elif dtype == nw.Date:
        yield True, of((), kind=nw.Datetime("us"))
    elif dtype.is_decimal():
        yield True, of((), kind=nw.Float64)
    yield False, of(("missing", "distinct"))
    yield False, of(("missing",))


def row_count(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return how many rows a query has."""
    return frame.select(nw.len().alias(_ROWS))


def _statistics(column: Any, dtype: Any, *, distinct: bool, finite: bool = True) -> dict[str, Any]:
    found = {"missing": column.null_count()}
    numbers = column
    if dtype.is_float() and finite:
        numbers = nw.when(column.is_finite()).then(column)
        found |= {"nan": _true(column.is_nan()), "finite": _true(column.is_finite())}
    if dtype.is_numeric():
        found |= {
            "least": numbers.min(),
            "most": numbers.max(),
            "mean": numbers.mean(),
            "deviation": numbers.std(),
        }
    elif dtype == nw.Boolean:
        found["true"] = _true(column)
    elif dtype.is_temporal():
        found |= {"least": column.min(), "most": column.max()}
    if distinct:
        # A missing value counts as one of them, in every engine that narwhals knows.
        found["distinct"] = column.n_unique()
    return found


def _true(column: Any) -> Any:
    """Count what is true: Spark cannot add up booleans, and dask cannot turn missing values into integers."""
    return column.fill_null(False).cast(nw.Int64).sum()


def few(rows: Sequence[Sequence[Any]], dtypes: Sequence[Any]) -> list[int]:
    """Return the columns that may have few distinct values, going by some rows: only their values are counted, in all rows.

    To count those of other columns, an engine would have to hold every value there is.
    """
    return [
        column
        for column, dtype in enumerate(dtypes[:MAX_COLUMNS])
        if (dtype.is_integer() or dtype in (nw.String, nw.Categorical) or isinstance(dtype, nw.Enum))
        and rows
        and len({row[column] for row in rows}) <= MAX_COUNTED
    ]


def counted_values(frame: nw.LazyFrame[Any], column: int) -> nw.LazyFrame[Any]:
    """Return how often each value of a column occurs."""
    name = frame.collect_schema().names()[column]
    return frame.select(nw.col(name).alias("value")).group_by("value").agg(nw.len().alias("count"))


def facts_of(
    aggregate: Aggregate,
    column: int,
    dtype: Any,
    counts: Sequence[tuple[Any, int]] | None,
    *,
    nan_is_null: bool,
) -> Facts:
    """Describe a column by what its engine has counted; `counts` are those of all its values, where they are few."""
    if aggregate.of(column, "missing") is None:
        return Facts()
    rows, missing = aggregate.rows, aggregate.count(column, "missing")
    words, present = missing_text(missing, rows), rows - missing
    known = None if counts is None else [(value, count) for value, count in counts if value is not None]
    distinct = aggregate.of(column, "distinct")
    if known is not None:
        # Engines differ in whether a missing value is one of the distinct ones.
        distinct = len(known)
    elif distinct is not None:
        distinct = int(distinct) - (missing > 0)
    if dtype.is_numeric():
        nan = 0 if nan_is_null else aggregate.count(column, "nan")
        is_known = dtype.is_float() and aggregate.of(column, "finite") is not None
        finite = aggregate.count(column, "finite") if is_known else present
        found = Extent(
            aggregate.of(column, "least"), aggregate.of(column, "most"), missing, present - nan - finite, nan
        )
        summed = dtype.is_float() or _can_be_summed(found, rows)
        numbers = Numbers(
            mean=_number(aggregate.of(column, "mean") if summed else None),
            deviation=float(_number(aggregate.of(column, "deviation") if summed else None)),
            looked_at=finite,
            distinct=distinct,
            counts=known or (),
        )
        return number_facts(found, rows, numbers)
    if not present:
        return Facts.of(words)
    if dtype == nw.Boolean:
        return boolean_facts(aggregate.count(column, "true"), present).after(words)
    if dtype.is_temporal() and aggregate.of(column, "least") is not None:
        least, most = (date_text(aggregate.of(column, word)) for word in ("least", "most"))
        return Facts.of(words, f"constant {least}" if least == most else f"{least} … {most}")
    # An engine returns groups in any order, and in a different one each time.
    ordered = sorted(known or (), key=lambda each: (-each[1], str(each[0])))
    return category_facts(distinct, ordered, present).after(words)


def _can_be_summed(found: Extent, rows: int) -> bool:
    """Return whether engines add up whole numbers and Decimals without loss, both in floats and in 64-bit integers."""
    largest = max((abs(end) for end in (found.least, found.most) if end is not None), default=0)
    return bool(largest < _EXACT and largest * rows < _OVERFLOW)


def _number(value: Any) -> Any:
    return math.nan if value is None else value
