"""A pandas DataFrame, Series or Index comes in; the table that `tables` can describe goes out."""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from collections.abc import Sequence
from typing import Any

from nbclaude.context.facts import Facts, category_facts, missing_text, name_text, number_facts
from nbclaude.context.tables import Table, sample_step

__all__ = ["pandas_table"]


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
    step = sample_step(rows, columns)
    plain = _is_plain(frame.index)

    def facts(column: int) -> Facts:
        series = frame.iloc[:, column]
        return _facts(series if step == 1 else series.iloc[::step])

    def cells(positions: Sequence[int], width: int) -> list[Sequence[object]]:
        part = frame.iloc[list(positions), :width]
        labels = part.index.tolist()
        values = zip(*(part.iloc[:, n].tolist() for n in range(part.shape[1])), strict=True)
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
        index=Facts() if plain else _index_facts(frame.index, step),
        step=step,
        facts=facts,
        cells=cells,
    )


def _is_plain(index: Any) -> bool:
    """Return whether an index only counts the rows."""
    return (
        type(index).__name__ == "RangeIndex" and index.start == 0 and index.step == 1 and index.name is None
    )


def _labels(index: Any) -> list[str]:
    if index.nlevels == 1:
        return ["row" if index.name is None and _is_plain(index) else str(index.name or "index")]
    return [str(name if name is not None else f"level {n}") for n, name in enumerate(index.names)]


def _index_facts(index: Any, step: int) -> Facts:
    if index.nlevels > 1:
        levels = zip(_labels(index), index.levels, strict=True)
        told = ", ".join(f"{name} ({len(level):,} distinct)" for name, level in levels)
        return Facts(f"MultiIndex of {told}")
    name = f" {index.name!s}" if index.name is not None else ""
    known = _facts(index[::step].to_series())
    told = f"index{name}: {type(index).__name__} ({index.dtype})"
    return Facts("; ".join(part for part in (told, known.ranges) if part), known.values)


def _facts(series: Any) -> Facts:
    rows = len(series)
    missing = int(series.isna().sum())
    if missing == rows:
        return Facts(missing_text(missing, rows))
    present = series.dropna() if missing else series
    kind = getattr(series.dtype, "kind", "O")
    # A column of strings in Arrow's layout has a kind of its own.
    if type(series.dtype).__name__ in ("CategoricalDtype", "StringDtype"):
        kind = "O"
    try:
        return _FACTS.get(kind, _category)(present, missing, rows)
    except Exception:  # extension types of others may lack any of these methods
        return Facts(missing_text(missing, rows))


def _number(series: Any, missing: int, rows: int) -> Facts:
    numpy = sys.modules["numpy"]
    numbers = series.to_numpy(dtype="float64")
    finite = numbers[numpy.isfinite(numbers)]
    if not finite.size:
        return number_facts(missing, rows, infinite=numbers.size)
    whole = series.dtype.kind in "iu"
    with warnings.catch_warnings():
        # One number has no deviation, and the squares of large ones overflow.
        warnings.simplefilter("ignore")
        deviation = float(finite.std(ddof=1)) if finite.size > 1 else float("nan")
        return number_facts(
            missing,
            rows,
            int(series.min()) if whole else float(finite.min()),
            int(series.max()) if whole else float(finite.max()),
            mean=float(finite.mean()),
            median=float(numpy.median(finite)),
            deviation=deviation,
            infinite=int(numbers.size - finite.size),
        )


def _boolean(series: Any, missing: int, rows: int) -> Facts:
    parts = (missing_text(missing, rows), f"{int(series.sum()):,} true")
    return Facts(", ".join(part for part in parts if part))


def _time(series: Any, missing: int, rows: int) -> Facts:
    parts = (missing_text(missing, rows), f"{series.min()} … {series.max()}")
    return Facts(", ".join(part for part in parts if part))


def _category(series: Any, missing: int, rows: int) -> Facts:
    # Lists and dicts cannot be counted everywhere; their types can.
    types = Counter(type(value) for value in series.iloc[:1_000])
    if any(kind.__hash__ is None for kind in types):
        return category_facts(
            missing, rows, None, (), ", ".join(kind.__name__ for kind, _ in types.most_common(3))
        )
    counts = series.value_counts()
    # A category that no row has is counted, as 0.
    counts = counts[counts > 0]
    top = [(value, int(count)) for value, count in counts.iloc[:5].items()]
    return category_facts(missing, rows, len(counts), top)


_FACTS = {
    "i": _number,
    "u": _number,
    "f": _number,
    "b": _boolean,
    "M": _time,
    "m": _time,
}
