"""An Arrow table or the rows of an SQL result come in; the table that `table` can describe goes out."""

from __future__ import annotations

import datetime
import decimal
import importlib
import math
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from nbclaude.data.extents import arrow_pieces, extent
from nbclaude.data.facts import (
    Facts,
    category_facts,
    missing_text,
    name_text,
    number_facts,
    single,
    told,
    values_range,
)
from nbclaude.data.table import Table, is_exact

__all__ = ["arrow_table", "rows_table"]

# Statistics here are made in Python, value by value.
_SAMPLE = 10_000


def arrow_table(value: Any) -> Table | None:
    """Return a pyarrow Table, RecordBatch or array as a table, or None if it is none (a schema, a scalar)."""
    arrow = sys.modules["pyarrow"]
    title = f"pyarrow {type(value).__name__}"
    if isinstance(value, (arrow.Array, arrow.ChunkedArray)):
        value = arrow.table({"values": value})
    if not isinstance(value, (arrow.Table, arrow.RecordBatch)):
        return None
    table = value
    rows = table.num_rows
    step = max(1, math.ceil(rows / _SAMPLE))

    # Arrow works without numpy; then all but what is missing comes from the sample.
    exact = "numpy" in sys.modules and is_exact(rows, [2] * table.num_columns)

    def facts(column: int) -> Facts:
        return _column(table.column(column), _spread(table.column(column), rows, step), exact)

    def cells(positions: Sequence[int], width: int) -> list[Sequence[object]]:
        columns = [table.column(n) for n in range(min(width, table.num_columns))]
        return [[n, *(_plain(column[n].as_py(), column.type) for column in columns)] for n in positions]

    return Table(
        title=title,
        rows=rows,
        names=[name_text(name) for name in table.schema.names],
        dtypes=[str(kind) for kind in table.schema.types],
        labels=["row"],
        index=Facts(),
        step=step,
        facts=facts,
        cells=cells,
        exact=exact,
    )


def _column(column: Any, sample: Sequence[object], exact: bool) -> Facts:
    """Tell a column of Arrow: what is missing of all of it, and if it is to be `exact` the range as well."""
    rows, missing, found, sampled = len(column), column.null_count, None, len(sample) < len(column)
    types = sys.modules["pyarrow"].types
    if exact and (types.is_integer(column.type) or types.is_floating(column.type)):
        found = extent(arrow_pieces(column))
        missing += found.missing
    elif exact and sampled and types.is_temporal(column.type):
        # The sample with the ends of all of it: it is told by its ends alone.
        ends = importlib.import_module("pyarrow.compute").min_max(column).as_py()
        sample, sampled = [*sample, ends["min"], ends["max"]], False
    return _facts(sample, missing_text(missing, rows), sampled=exact and sampled, found=found)


def _plain(value: Any, kind: Any) -> Any:
    # Arrow's `float` has 32 bits.
    return single(value) if str(kind) in ("float", "halffloat") else value


def _spread(column: Any, rows: int, step: int) -> list[object]:
    """Return a sample of a column: all of it, or pieces from all over, which are views."""
    if step == 1:
        return list(column.to_pylist())
    pieces = 100
    starts = (rows * piece // pieces for piece in range(pieces))
    return [value for start in starts for value in column.slice(start, _SAMPLE // pieces).to_pylist()]


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
        facts=lambda column: _row_facts([row[column] for row in sample], step > 1),
        cells=cells,
    )


def _row_facts(values: Sequence[object], sampled: bool) -> Facts:
    missing = sum(map(_is_missing, values))
    return _facts(values, missing_text(missing, len(values), sampled=sampled), sampled=False)


def _type_of(values: Sequence[object]) -> str:
    types = Counter(type(value).__name__ for value in values if value is not None)
    return ", ".join(name for name, _ in types.most_common(3)) or "unknown"


def _facts(values: Sequence[object], missing: str = "", *, sampled: bool = False, found: Any = None) -> Facts:
    """Tell a column by (a sample of) its values; `found` is the extent of all its numbers, where that is known."""
    present = [each for each in values if not _is_missing(each)]
    facts = Facts()
    for kinds, facts_of in _BY_TYPE:
        if present and all(isinstance(value, kinds) for value in present):
            facts = facts_of(present, sampled, found)
            break
    return Facts(told(missing, facts.ranges), facts.values)


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _boolean(values: Sequence[Any], sampled: bool, _found: Any) -> Facts:
    true = sum(values)
    return Facts(f"~{true / len(values):.1%} true" if sampled else f"{true:,} true")


def _numbers(values: Sequence[Any], sampled: bool, found: Any) -> Facts:
    finite = [value for value in values if isinstance(value, int) or math.isfinite(value)]
    infinite = len(values) - len(finite)
    if not finite:
        return number_facts(0, 1, infinite=infinite)
    known = found is not None and found.least is not None
    return number_facts(
        0,
        1,
        found.least.item() if known else min(finite),
        found.most.item() if known else max(finite),
        mean=statistics.fmean(finite),
        median=statistics.median(finite),
        deviation=statistics.stdev(map(float, finite)) if len(finite) > 1 else math.nan,
        infinite=found.infinite if known else infinite,
        sampled=sampled,
    )


def _texts(values: Sequence[Any], sampled: bool, _found: Any) -> Facts:
    counts = Counter(values)
    return category_facts(0, 1, len(counts), counts.most_common(5), sampled=sampled)


def _ordered(values: Sequence[Any], sampled: bool, _found: Any) -> Facts:
    ends = values_range(values, map(type, values))
    return Facts("~" * sampled + ends if ends else "")


# The first line whose types all values of a column have. A bool is an int, so it stands before them.
_BY_TYPE: tuple[tuple[Any, Callable[[Sequence[Any], bool, Any], Facts]], ...] = (
    (bool, _boolean),
    ((int, float), _numbers),
    ((str, bytes), _texts),
    ((datetime.date, datetime.time, datetime.timedelta, decimal.Decimal), _ordered),
)
