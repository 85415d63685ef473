"""A polars DataFrame, LazyFrame or Series comes in; the table that `tables` can describe goes out."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any

from nbclaude.context.facts import Facts, category_facts, missing_text, name_text, number_facts
from nbclaude.context.tables import Table, sample_step
from nbclaude.context.texts import one_line

__all__ = ["lazy_schema", "polars_table"]


def polars_table(value: Any) -> Table | None:
    """Return a polars object as a table, or None if it is none (an expression, a lazy frame)."""
    polars = sys.modules["polars"]
    title = f"polars {type(value).__name__}"
    if isinstance(value, polars.Series):
        value = value.to_frame() if value.name else value.alias("values").to_frame()
    if not isinstance(value, polars.DataFrame):
        return None
    frame = value
    rows, columns = frame.shape
    step = sample_step(rows, columns)

    def facts(column: int) -> Facts:
        series = frame.to_series(column)
        return _facts(series if step == 1 else series.gather_every(step), polars)

    def cells(positions: Sequence[int], width: int) -> list[Sequence[object]]:
        part = frame[list(positions), :width]
        return [[position, *row] for position, row in zip(positions, part.iter_rows(), strict=True)]

    return Table(
        title=title,
        rows=rows,
        names=[name_text(name) for name in frame.columns],
        dtypes=[_dtype(dtype) for dtype in frame.dtypes],
        labels=["row"],
        index=Facts(),
        step=step,
        facts=facts,
        cells=cells,
    )


def lazy_schema(value: Any) -> str:
    """Return the columns of a polars LazyFrame, which is not computed."""
    columns = [f"  {name_text(name)}: {_dtype(dtype)}" for name, dtype in value.collect_schema().items()]
    return "\n".join(["polars LazyFrame (not computed: no rows, no statistics)", "columns:", *columns])


def _dtype(dtype: Any) -> str:
    # An Enum's type lists its categories, which are values.
    return "Enum" if type(dtype).__name__ == "Enum" else one_line(str(dtype), 120)


def _facts(series: Any, polars: Any) -> Facts:
    rows = len(series)
    missing = series.null_count()
    dtype = series.dtype
    if missing == rows or dtype == polars.Object:
        return Facts(missing_text(missing, rows))
    try:
        if dtype.is_numeric():
            return _number(series, missing, rows)
        if dtype == polars.Boolean:
            told = f"{series.sum():,} true"
        elif dtype.is_temporal():
            told = f"{series.min()} … {series.max()}"
        else:
            return _category(series, missing, rows)
    except Exception:  # nested and future types may lack any of these methods
        return Facts(missing_text(missing, rows))
    return Facts(", ".join(part for part in (missing_text(missing, rows), told) if part))


def _number(series: Any, missing: int, rows: int) -> Facts:
    present = series.drop_nulls()
    infinite = 0
    if series.dtype.is_float():
        # A NaN is no null to polars; to the reader both are missing.
        numbers = present.drop_nans()
        missing += len(present) - len(numbers)
        present = numbers.filter(numbers.is_finite())
        infinite = len(numbers) - len(present)
    if not len(present):
        return number_facts(missing, rows, infinite=infinite)
    least, most = present.min(), present.max()
    whole = series.dtype.is_integer()
    deviation = present.std()
    return number_facts(
        missing,
        rows,
        least if whole else float(least),
        most if whole else float(most),
        mean=float(present.mean()),
        median=float(present.median()),
        deviation=math.nan if deviation is None else float(deviation),
        infinite=infinite,
    )


def _category(series: Any, missing: int, rows: int) -> Facts:
    present = series.drop_nulls()
    if series.dtype.is_nested():
        return category_facts(missing, rows, present.n_unique(), ())
    counts = present.value_counts(sort=True)
    return category_facts(missing, rows, len(counts), counts.head(5).rows())
