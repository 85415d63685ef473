"""Makes a pandas DataFrame, Series or Index the table that `table` can describe."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from nbclaude.data.facts import Facts, name_text, single
from nbclaude.data.pandas_columns import column_facts, cost_of
from nbclaude.data.table import Table, is_exact, sample_step

__all__ = ["pandas_table"]


def pandas_table(value: Any) -> Table | None:
    """Return a pandas object as a table, or None if it is none (a GroupBy, an offset).

    Nothing is copied: columns are views, statistics look at a sample, and rows are taken by position.
    """
    pandas = sys.modules["pandas"]
    title = f"pandas {type(value).__name__}"
    if isinstance(value, pandas.api.extensions.ExtensionArray):
        value = pandas.Series(value, copy=False)
    if isinstance(value, pandas.Index):
        value = value.to_frame(index=False) if value.nlevels > 1 else pandas.Series(value)
    if isinstance(value, pandas.Series):
        value = value.to_frame("values" if value.name is None else value.name)
    if not isinstance(value, pandas.DataFrame):
        return None
    frame = value
    rows, columns = frame.shape
    step = sample_step(rows, columns)
    exact = is_exact(rows, [cost_of(frame.iloc[:, n]) for n in range(min(columns, 100))])
    plain = _is_plain(frame.index)

    def facts(column: int) -> Facts:
        return column_facts(frame.iloc[:, column], step, exact)

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
        return [
            "row"
            if index.name is None and _is_plain(index)
            else name_text("index" if index.name is None else index.name)
        ]
    return [name_text(f"level {n}" if name is None else name) for n, name in enumerate(index.names)]


def _index_facts(index: Any, step: int, exact: bool) -> Facts:
    if index.nlevels > 1:
        levels = zip(_labels(index), index.levels, strict=True)
        told = ", ".join(f"{name} ({len(level):,} distinct)" for name, level in levels)
        return Facts(f"MultiIndex of {told}")
    name = f" {name_text(index.name)}" if index.name is not None else ""
    known = column_facts(sys.modules["pandas"].Series(index), step, exact)
    told = f"index{name}: {type(index).__name__} ({index.dtype})"
    return Facts("; ".join(part for part in (told, known.ranges) if part), known.values)
