"""A polars DataFrame, LazyFrame or Series comes in; the table that `table` can describe goes out."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any

from nbclaude.data.facts import Facts, category_facts, missing_text, name_text, number_facts, single
from nbclaude.data.table import Table, is_exact, sample_step
from nbclaude.texts import one_line

__all__ = ["lazy_schema", "polars_table"]

_PART = 1_000_000  # rows that are copied in one go


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
    step, exact = sample_step(rows, columns), is_exact(rows, [1] * columns)

    def facts(column: int) -> Facts:
        series = frame.to_series(column)
        sample = series if step == 1 else series.gather_every(step)
        return _facts(series if exact else sample, sample, polars)

    def cells(positions: Sequence[int], width: int) -> list[Sequence[object]]:
        part = frame[list(positions), :width]
        singles = [n for n, dtype in enumerate(part.dtypes) if dtype == polars.Float32]
        rows = [[position, *row] for position, row in zip(positions, part.iter_rows(), strict=True)]
        for row in rows if singles else ():
            for n in singles:
                row[n + 1] = single(row[n + 1])
        return list[Sequence[object]](rows)

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
        exact=exact,
    )


def lazy_schema(value: Any) -> str:
    """Return the columns of a polars LazyFrame, which is not computed."""
    columns = [f"  {name_text(name)}: {_dtype(dtype)}" for name, dtype in value.collect_schema().items()]
    return "\n".join(["polars LazyFrame (not computed: no rows, no statistics)", "columns:", *columns])


def _dtype(dtype: Any) -> str:
    # An Enum's type lists its categories, which are values.
    return "Enum" if type(dtype).__name__ == "Enum" else one_line(str(dtype), 120)


def _facts(series: Any, sample: Any, polars: Any) -> Facts:
    """Tell a column: missing values and range of `series`, the rest of a sample of it."""
    rows = len(series)
    missing = series.null_count()
    dtype = series.dtype
    if missing == rows or dtype == polars.Object:
        return Facts(missing_text(missing, rows))
    try:
        if dtype.is_numeric():
            return _number(series, sample, missing, rows)
        if dtype == polars.Boolean:
            told = f"{series.sum():,} true"
        elif dtype.is_temporal():
            told = f"{series.min()} … {series.max()}"
        else:
            return _category(sample, missing, rows)
    except Exception:  # nested and future types may lack any of these methods
        return Facts(missing_text(missing, rows))
    return Facts(", ".join(part for part in (missing_text(missing, rows), told) if part))


def _number(series: Any, sample: Any, missing: int, rows: int) -> Facts:
    present = sample.drop_nulls()
    least, most, infinite = series.min(), series.max(), 0
    if series.dtype.is_float():
        # A NaN is no null to polars; to the reader both are missing.
        missing += int(series.is_nan().sum())
        present = present.filter(present.is_finite())
        least, most, infinite = _finite(series, least, most)
    whole = series.dtype.is_integer()
    mean, median, deviation = present.mean(), present.median(), present.std()
    return number_facts(
        missing,
        rows,
        least if whole or least is None else float(least),
        most if whole or most is None else float(most),
        mean=math.nan if mean is None else float(mean),
        median=math.nan if median is None else float(median),
        deviation=math.nan if deviation is None else float(deviation),
        infinite=infinite,
        sampled=len(sample) < rows,
    )


def _finite(series: Any, least: Any, most: Any) -> tuple[Any, Any, int]:
    """Return least and most of the finite numbers, and how many are infinite; in parts, since it copies them."""
    if least is not None and math.isfinite(least) and math.isfinite(most):
        return least, most, 0
    least = most = None
    for start in range(0, len(series), _PART):
        part = series.slice(start, _PART)
        finite = part.filter(part.is_finite())
        if len(finite):
            least = finite.min() if least is None else min(least, finite.min())
            most = finite.max() if most is None else max(most, finite.max())
    return least, most, int(series.is_infinite().sum())


def _category(series: Any, missing: int, rows: int) -> Facts:
    present = series.drop_nulls()
    sampled = len(series) < rows
    if series.dtype.is_nested():
        return category_facts(missing, rows, present.n_unique(), (), sampled=sampled)
    counts = present.value_counts(sort=True)
    return category_facts(missing, rows, len(counts), counts.head(5).rows(), sampled=sampled)
