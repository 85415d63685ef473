"""A pandas DataFrame, Series or Index comes in; the table that `table` can describe goes out."""

from __future__ import annotations

import math
import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from nbclaude.context.tables.extents import Extent, extent, pieces
from nbclaude.context.tables.facts import Facts, category_facts, missing_text, name_text, number_facts, single
from nbclaude.context.tables.table import Table, is_exact, sample_step

__all__ = ["pandas_table"]

_PART = 1_000_000  # rows that are looked at in one go


def pandas_table(value: Any) -> Table | None:
    """Return a pandas object as a table, or None if it is none (a GroupBy, an offset).

    Nothing is copied: columns are views, statistics look at a sample, and rows are taken by position.
    """
    pandas = sys.modules["pandas"]
    title = f"pandas {type(value).__name__}"
    if type(value).__name__ == "Styler":
        value = value.data
    if isinstance(value, pandas.Index):
        value = value.to_frame(index=False) if value.nlevels > 1 else pandas.Series(value)
    if isinstance(value, pandas.Series):
        value = value.to_frame("values" if value.name is None else value.name)
    if not isinstance(value, pandas.DataFrame):
        return None
    frame = value
    rows, columns = frame.shape
    step, exact = sample_step(rows, columns), is_exact(rows, columns)
    plain = _is_plain(frame.index)

    def facts(column: int) -> Facts:
        return _facts(frame.iloc[:, column], step, exact)

    def cells(positions: Sequence[int], width: int) -> list[Sequence[object]]:
        part = frame.iloc[list(positions), :width]
        labels = part.index.tolist()
        columns = [_values(part.iloc[:, n]) for n in range(part.shape[1])]
        # Of no columns there are no tuples, however many rows there are.
        values = zip(*columns, strict=True) if columns else ((),) * len(labels)
        return [
            [*(label if isinstance(label, tuple) else (label,)), *row]
            for label, row in zip(labels, values, strict=True)
        ]

    return Table(
        title=title,
        rows=rows,
        names=[name_text(name) for name in frame.columns],
        dtypes=[str(dtype) for dtype in frame.dtypes],
        labels=_labels(frame.index),
        index=Facts() if plain else _index_facts(frame.index, step, exact),
        step=step,
        facts=facts,
        cells=cells,
        exact=exact,
    )


def _values(column: Any) -> list[Any]:
    values: list[Any] = column.tolist()
    return list(map(single, values)) if str(column.dtype) in ("float32", "float16") else values


def _is_plain(index: Any) -> bool:
    """Return whether an index only counts the rows."""
    return (
        type(index).__name__ == "RangeIndex" and index.start == 0 and index.step == 1 and index.name is None
    )


def _labels(index: Any) -> list[str]:
    if index.nlevels == 1:
        return ["row" if index.name is None and _is_plain(index) else str(index.name or "index")]
    return [str(name if name is not None else f"level {n}") for n, name in enumerate(index.names)]


def _index_facts(index: Any, step: int, exact: bool) -> Facts:
    if index.nlevels > 1:
        levels = zip(_labels(index), index.levels, strict=True)
        told = ", ".join(f"{name} ({len(level):,} distinct)" for name, level in levels)
        return Facts(f"MultiIndex of {told}")
    name = f" {index.name!s}" if index.name is not None else ""
    known = _facts(sys.modules["pandas"].Series(index), step, exact)
    told = f"index{name}: {type(index).__name__} ({index.dtype})"
    return Facts("; ".join(part for part in (told, known.ranges) if part), known.values)


def _facts(series: Any, step: int, exact: bool) -> Facts:
    """Tell a column: missing values and range of all of it if that is to be `exact`, the rest of every `step`-th row."""
    sample = series if step == 1 else series.iloc[::step]
    # Each Python object must be asked whether it is missing: a hundred times the time of a number.
    whole = series if exact and not _is_python(series.dtype) else sample
    rows = len(whole)
    missing = sum(
        int(whole.iloc[start : start + _PART].isna().sum()) for start in range(0, len(whole), _PART)
    )
    guessed = exact and len(whole) < len(series)
    if missing == rows:
        return Facts(missing_text(missing, rows, sampled=guessed))
    present = sample.dropna()
    kind = getattr(series.dtype, "kind", "O")
    # A column of strings in Arrow's layout has a kind of its own.
    if type(series.dtype).__name__ in ("CategoricalDtype", "StringDtype"):
        kind = "O"
    try:
        if kind in _FACTS:
            return _FACTS[kind](whole, present, missing, rows)
        return _category(present, missing, rows, sampled=exact and step > 1, missing_sampled=guessed)
    except Exception:  # extension types of others may lack any of these methods
        return Facts(missing_text(missing, rows, sampled=guessed))


def _is_python(dtype: Any) -> bool:
    return str(dtype) == "object" or getattr(dtype, "storage", "") == "python"


def _number(whole: Any, sample: Any, missing: int, rows: int) -> Facts:
    numpy = sys.modules["numpy"]
    found = extent(_numbers(whole))
    if whole.dtype.kind in "iu":
        # As integers: a large one is no float.
        found = Extent(int(whole.min()), int(whole.max()))
    numbers = sample.to_numpy(dtype="float64")
    finite = numbers[numpy.isfinite(numbers)]
    mean = median = deviation = math.nan
    with warnings.catch_warnings():
        # One number has no deviation, and the squares of large ones overflow.
        warnings.simplefilter("ignore")
        if finite.size:
            mean, median = float(finite.mean()), float(numpy.median(finite))
        if finite.size > 1:
            deviation = float(finite.std(ddof=1))
    return number_facts(
        missing,
        rows,
        found.least if found.least is None or whole.dtype.kind in "iu" else float(found.least),
        found.most if found.most is None or whole.dtype.kind in "iu" else float(found.most),
        mean=mean,
        median=median,
        deviation=deviation,
        infinite=found.infinite,
        sampled=len(sample) < rows - missing,
    )


def _numbers(series: Any) -> Iterator[Any]:
    """Give the numbers of a column in pieces; one that is not numpy's own is copied piece by piece."""
    if series.dtype.kind in "iu":
        return
    if type(series.dtype).__module__.startswith("numpy"):
        yield from pieces(series.to_numpy())
        return
    for start in range(0, len(series), _PART):
        yield series.iloc[start : start + _PART].dropna().to_numpy(dtype="float64")


def _boolean(whole: Any, _sample: Any, missing: int, rows: int) -> Facts:
    parts = (missing_text(missing, rows), f"{int(whole.sum()):,} true")
    return Facts(", ".join(part for part in parts if part))


def _time(whole: Any, _sample: Any, missing: int, rows: int) -> Facts:
    parts = (missing_text(missing, rows), f"{whole.min()} … {whole.max()}")
    return Facts(", ".join(part for part in parts if part))


def _category(
    sample: Any, missing: int, rows: int, *, sampled: bool = False, missing_sampled: bool = False
) -> Facts:
    # Lists and dicts cannot be counted everywhere; their types can.
    types = Counter(type(value) for value in sample.iloc[:1_000])
    if any(kind.__hash__ is None for kind in types):
        names = ", ".join(kind.__name__ for kind, _ in types.most_common(3))
        return category_facts(missing, rows, None, (), names, missing_sampled=missing_sampled)
    counts = sample.value_counts()
    # A category that no row has is counted, as 0.
    counts = counts[counts > 0]
    top = [(value, int(count)) for value, count in counts.iloc[:5].items()]
    return category_facts(missing, rows, len(counts), top, sampled=sampled, missing_sampled=missing_sampled)


_FACTS = {
    "i": _number,
    "u": _number,
    "f": _number,
    "b": _boolean,
    "M": _time,
    "m": _time,
}
