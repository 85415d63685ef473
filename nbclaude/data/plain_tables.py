"""Makes rows of Python values, such as an SQL result, a table that `table` can describe."""

from __future__ import annotations

import datetime
import decimal
import math
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from nbclaude.data.facts import (
    Facts,
    category_facts,
    missing_text,
    name_text,
    number_facts,
    told,
    values_range,
)
from nbclaude.data.table import Table

__all__ = ["rows_table"]

# Statistics here are made in Python, value by value.
_SAMPLE = 10_000


def rows_table(
    title: str,
    names: Sequence[object],
    records: Sequence[Any],
    values: Callable[[Any], Sequence[object]] = list,
) -> Table:
    """Return records of Python values as a table; `values` gives those of one record, in the order of the names."""
    step = max(1, math.ceil(len(records) / _SAMPLE))
    sample = [values(record) for record in records[::step]]

    def cells(positions: Sequence[int], width: int) -> list[Sequence[object]]:
        return [[position, *values(records[position])[:width]] for position in positions]

    return Table(
        title=title,
        rows=len(records),
        names=[name_text(name) for name in names],
        dtypes=[_type_of([row[column] for row in sample]) for column in range(len(names))],
        labels=["row"],
        index=Facts(),
        step=step,
        facts=lambda column: _facts([row[column] for row in sample], step > 1),
        cells=cells,
    )


def _type_of(values: Sequence[object]) -> str:
    types = Counter(type(value).__name__ for value in values if value is not None)
    return ", ".join(name for name, _ in types.most_common(3)) or "unknown"


def _facts(values: Sequence[object], sampled: bool) -> Facts:
    """Tell a column by its values, or a sample of them."""
    present = [each for each in values if not _is_missing(each)]
    missing = missing_text(len(values) - len(present), len(values), sampled=sampled)
    facts = Facts()
    for kinds, facts_of in _BY_TYPE:
        if present and all(isinstance(value, kinds) for value in present):
            facts = facts_of(present)
            break
    return Facts(told(missing, facts.ranges), facts.values)


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _boolean(values: Sequence[Any]) -> Facts:
    return Facts(f"{sum(values):,} true")


def _numbers(values: Sequence[Any]) -> Facts:
    finite = [value for value in values if isinstance(value, int) or math.isfinite(value)]
    infinite = len(values) - len(finite)
    if not finite:
        return number_facts(0, 1, infinite=infinite)
    return number_facts(
        0,
        1,
        min(finite),
        max(finite),
        mean=statistics.fmean(finite),
        median=statistics.median(finite),
        deviation=statistics.stdev(map(float, finite)) if len(finite) > 1 else math.nan,
        infinite=infinite,
    )


def _texts(values: Sequence[Any]) -> Facts:
    counts = Counter(values)
    return category_facts(0, 1, len(counts), counts.most_common(5))


def _ordered(values: Sequence[Any]) -> Facts:
    return Facts(values_range(values, map(type, values)) or "")


# The first line whose types all values of a column have. A bool is an int, so it stands before them.
_BY_TYPE: tuple[tuple[Any, Callable[[Sequence[Any]], Facts]], ...] = (
    (bool, _boolean),
    ((int, float), _numbers),
    ((str, bytes), _texts),
    ((datetime.date, datetime.time, datetime.timedelta, decimal.Decimal), _ordered),
)
