"""Makes rows of Python values, such as an SQL result, a table that `table` can describe."""

from __future__ import annotations

import datetime
import decimal
import math
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from nbclaude.data.cells import name_text
from nbclaude.data.decimals import decimal_facts, middles
from nbclaude.data.extents import Extent
from nbclaude.data.fact_words import (
    MAX_COUNTED,
    boolean_facts,
    category_facts,
    missing_text,
    repeated_facts,
    values_range,
)
from nbclaude.data.facts import Facts
from nbclaude.data.number_facts import Numbers, number_facts
from nbclaude.data.spelled import LOOKED_AT, text_facts
from nbclaude.data.table import Table

__all__ = ["rows_table"]

# Statistics here are made in Python, value by value.
_SAMPLE = 10_000
_EXACT = 2**53  # the integers below are floats without loss


def rows_table(
    title: str,
    names: Sequence[object],
    records: Sequence[Any],
    values: Callable[[Any], Sequence[object]] = list,
) -> Table:
    """Return records of Python values as a table; `values` gives those of one record, in the order of the names."""
    step = max(1, math.ceil(len(records) / _SAMPLE))
    sample = [values(record) for record in records[::step]]

    def cells(positions: Sequence[int], columns: Sequence[int]) -> list[Sequence[object]]:
        rows = ((position, values(records[position])) for position in positions)
        return [[position, *(row[column] for column in columns)] for position, row in rows]

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
    present = [each for each in values if each is not None]
    missing = missing_text(len(values) - len(present), len(values), sampled=sampled)
    for kinds, facts_of in _BY_TYPE:
        if present and all(isinstance(value, kinds) for value in present):
            return facts_of(present, sampled).after(missing)
    return Facts.of(missing)


def _boolean(values: Sequence[Any], sampled: bool) -> Facts:
    return boolean_facts(sum(values), len(values), sampled=sampled)


def _numbers(values: Sequence[Any], sampled: bool) -> Facts:
    numbers = [value for value in values if value == value]
    finite = [value for value in numbers if isinstance(value, int) or math.isfinite(value)]
    infinite, nan = len(numbers) - len(finite), len(values) - len(numbers)
    if not finite:
        return number_facts(Extent(infinite=infinite, nan=nan), len(values), Numbers())
    counts = Counter(finite).most_common()
    # The distances from the least one: a float does not hold all digits of large numbers.
    least, most = min(finite), max(finite)
    distances = [float(value - least) for value in finite]
    found = Extent(least, most, infinite=infinite, nan=nan)
    numbers_of = Numbers(
        *_middles(finite, max(abs(least), abs(most))),
        deviation=statistics.stdev(distances) if len(finite) > 1 else math.nan,
        looked_at=len(finite),
        zeros=sum(1 for value in finite if not value),
        negative=sum(1 for value in finite if value < 0),
        distinct=len(counts),
        counts=counts if len(counts) <= MAX_COUNTED else counts[:1],
    )
    return number_facts(found, len(values), numbers_of, sampled=sampled)


def _middles(finite: Sequence[Any], largest: Any) -> tuple[float | decimal.Decimal, float | decimal.Decimal]:
    """Return the mean and the median; those of integers too large for a float keep all digits."""
    if largest >= _EXACT and all(isinstance(value, int) for value in finite):
        return middles([decimal.Decimal(value) for value in finite])
    try:
        return statistics.fmean(finite), statistics.median(finite)
    except OverflowError:  # the sum of numbers this large is infinite
        middle = (statistics.median_low(finite) / 2, statistics.median_high(finite) / 2)
        return math.fsum(value / len(finite) for value in finite), sum(middle)


def _texts(values: Sequence[Any], sampled: bool) -> Facts:
    counts = Counter(values)
    facts = category_facts(len(counts), counts.most_common(MAX_COUNTED), len(values), sampled=sampled)
    if not all(isinstance(value, str) for value in values):
        return facts
    step = max(1, len(values) // LOOKED_AT)
    return facts.before(*text_facts(values[::step], len(counts), sampled=sampled or step > 1))


def _decimals(values: Sequence[Any], sampled: bool) -> Facts:
    return decimal_facts(values, sampled=sampled)


def _ordered(values: Sequence[Any], sampled: bool) -> Facts:
    ends = values_range(values, map(type, values)) or ""
    counts = Counter(values)
    often = repeated_facts(len(counts), counts.most_common(MAX_COUNTED), len(values), sampled=sampled)
    return Facts.of("~" * sampled * bool(ends) + ends, *often)


# The first line whose types all values of a column have. A bool is an int, so it stands before them.
_BY_TYPE: tuple[tuple[Any, Callable[[Sequence[Any], bool], Facts]], ...] = (
    (bool, _boolean),
    ((int, float), _numbers),
    ((str, bytes), _texts),
    (decimal.Decimal, _decimals),
    ((datetime.date, datetime.time, datetime.timedelta), _ordered),
)
