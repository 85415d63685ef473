"""An Arrow table or the rows of an SQL result come in; the table that `table` can describe goes out."""

from __future__ import annotations

import datetime
import decimal
import math
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from nbclaude.context.tables.facts import Facts, category_facts, name_text, number_facts, single
from nbclaude.context.tables.table import Table

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

    def facts(column: int) -> Facts:
        return _facts(_spread(table.column(column), rows, step))

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
    )


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


def rows_table(title: str, names: Sequence[str], records: Sequence[Sequence[object]]) -> Table:
    """Return rows of Python values, as a database gives them, as a table."""
    step = max(1, math.ceil(len(records) / _SAMPLE))
    sample = records[::step]

    def cells(positions: Sequence[int], width: int) -> list[Sequence[object]]:
        return [[position, *list(records[position])[:width]] for position in positions]

    return Table(
        title=title,
        rows=len(records),
        names=[name_text(name) for name in names],
        dtypes=[_type_of(records, column) for column in range(len(names))],
        labels=["row"],
        index=Facts(),
        step=step,
        facts=lambda column: _facts([row[column] for row in sample]),
        cells=cells,
    )


def _type_of(records: Sequence[Sequence[object]], column: int) -> str:
    types = Counter(type(row[column]).__name__ for row in records[:1_000] if row[column] is not None)
    return ", ".join(name for name, _ in types.most_common(3)) or "unknown"


def _facts(values: Sequence[object]) -> Facts:
    present = [v for v in values if v is not None and not (isinstance(v, float) and math.isnan(v))]
    missing = len(values) - len(present)
    for kinds, told in _BY_TYPE:
        if present and all(isinstance(value, kinds) for value in present):
            return told(present, missing, len(values))
    return category_facts(missing, len(values), None, ())


def _boolean(values: Sequence[Any], missing: int, rows: int) -> Facts:
    return Facts(", ".join(p for p in (number_facts(missing, rows).ranges, f"{sum(values):,} true") if p))


def _numbers(values: Sequence[Any], missing: int, rows: int) -> Facts:
    finite = [value for value in values if isinstance(value, int) or math.isfinite(value)]
    infinite = len(values) - len(finite)
    if not finite:
        return number_facts(missing, rows, infinite=infinite)
    return number_facts(
        missing,
        rows,
        min(finite),
        max(finite),
        mean=statistics.fmean(finite),
        median=statistics.median(finite),
        deviation=statistics.stdev(map(float, finite)) if len(finite) > 1 else math.nan,
        infinite=infinite,
    )


def _texts(values: Sequence[Any], missing: int, rows: int) -> Facts:
    counts = Counter(values)
    return category_facts(missing, rows, len(counts), counts.most_common(5))


def _ordered(values: Sequence[Any], missing: int, rows: int) -> Facts:
    try:
        least, most = min(values), max(values)
    except TypeError:
        return category_facts(missing, rows, None, ())
    told = f"{least} … {most}"
    return Facts(", ".join(part for part in (number_facts(missing, rows).ranges, told) if part))


# The first line whose types all values of a column have. A bool is an int, so it stands before them.
_BY_TYPE: tuple[tuple[Any, Callable[[Sequence[Any], int, int], Facts]], ...] = (
    (bool, _boolean),
    ((int, float), _numbers),
    ((str, bytes), _texts),
    ((datetime.date, datetime.time, datetime.timedelta, decimal.Decimal), _ordered),
)
