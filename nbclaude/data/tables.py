"""Makes frames, series and columns of pandas, polars, Arrow and modin tables that `table` can describe."""

from __future__ import annotations

import datetime
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

import narwhals.stable.v2 as nw
from narwhals.stable.v2 import dependencies

from nbclaude.data.cells import label_text, name_text, single
from nbclaude.data.columns import Column, column_facts
from nbclaude.data.facts import Facts
from nbclaude.data.pandas_columns import cost_of, is_python, pandas_facts
from nbclaude.data.pandas_index import index_facts, index_labels
from nbclaude.data.table import Table, is_exact, sample_step
from nbclaude.data.whole_tables import about
from nbclaude.frozen import frozen
from nbclaude.texts import one_line

__all__ = ["frame_table"]

_ARROW_SAMPLE = 10_000  # rows
_ARROW_PIECES = 100
_HAVE_NULL = frozenset(
    {"ArrowDtype", "Float32Dtype", "Float64Dtype"}
)  # types of pandas with both null and NaN
_HALF = frozenset({"float16", "halffloat"})  # 16 bits


@frozen
class _Frame:
    """What a table takes from a frame: names and types in its library's own words, and columns of that library.

    `costs` are those of reading each column whole, `index` is that of pandas.
    """

    names: Sequence[object]
    dtypes: Sequence[str]
    rows: int
    column: Callable[[int], Any]
    costs: Sequence[int]
    whole: Any
    index: Any = None


def frame_table(value: Any, family: str) -> Table | None:
    """Return a frame, series or array of a library as a table, or None if it is none (an expression, a schema).

    Nothing is copied: columns are views, statistics look at a sample, and rows are taken by position.
    """
    frame = _READERS[family](value)
    if frame is None:
        return None
    in_pieces = family == "pyarrow"
    step = sample_step(frame.rows, len(frame.names))
    if in_pieces:
        step = max(1, math.ceil(frame.rows / _ARROW_SAMPLE))
    exact = is_exact(frame.rows, frame.costs)

    def facts_of(native: Any) -> Facts:
        series = nw.from_native(native, series_only=True)
        if str(getattr(native, "dtype", None) or native.type).lower() in _HALF:
            # Most versions of narwhals have no name for these.
            native = series.cast(nw.Float32).to_native()
            series = nw.from_native(native, series_only=True)
        if in_pieces and str(native.type) == "string_view":
            # Arrow itself cannot count these.
            native = series.cast(nw.String).to_native()
            series = nw.from_native(native, series_only=True)
        # A level of an index has fewer values than the table has rows.
        every = step if len(series) == frame.rows else sample_step(len(series), 1)
        sample = series if every == 1 else _in_pieces(native) if in_pieces else series.gather_every(every)
        # Each Python object must be asked whether it is missing: a hundred times the time of a number.
        whole = series if exact and not is_python(series) else sample
        column = Column(whole, sample, counts_sample=in_pieces, guessed=exact and len(whole) < len(series))
        return column_facts(column, pandas_facts if series.implementation.is_pandas() else None)

    def cells(positions: Sequence[int], width: Sequence[int]) -> list[Sequence[object]]:
        columns = [_values(frame.column(n), positions) for n in width]
        # Of no columns there are no tuples, however many rows there are.
        values = zip(*columns, strict=True) if columns else ((),) * len(positions)
        labels = positions if frame.index is None else frame.index[list(positions)].tolist()
        return [
            [*map(_label, label if isinstance(label, tuple) else (label,)), *row]
            for label, row in zip(labels, values, strict=True)
        ]

    return Table(
        title=f"{family} {type(value).__name__}",
        rows=frame.rows,
        names=_names(frame.names),
        dtypes=frame.dtypes,
        labels=["row"] if frame.index is None else index_labels(frame.index),
        index=Facts() if frame.index is None else index_facts(frame.index, facts_of),
        step=step,
        facts=lambda column: facts_of(frame.column(column)),
        cells=cells,
        exact=exact,
        about=lambda: about(frame.whole, family, step),
    )


def _label(label: Any) -> Any:
    """Return a label of pandas; None for NaN, which is a missing label there."""
    return None if isinstance(label, float) and label != label else label


def _names(names: Sequence[object]) -> list[str]:
    """Return the names of columns; where some are no texts, those that look like numbers are in quotes."""
    text_of = name_text if all(isinstance(name, str) for name in names) else label_text
    return [text_of(name) for name in names]


def _values(native: Any, positions: Sequence[int]) -> list[Any]:
    series = nw.from_native(native, series_only=True)
    if isinstance(positions, range):
        values = series[positions.start : positions.stop].to_list()
    else:
        # To gather rows, some versions of Arrow first make one piece of all chunks.
        values = [value for place in positions for value in series[place : place + 1].to_list()]
    if series.dtype.is_float() and series.dtype != nw.Float64:
        values = list(map(single, values))
    if series.implementation.is_pandas_like() and type(native.dtype).__name__ not in _HAVE_NULL:
        # What is missing is NaN to pandas.
        values = [None if isinstance(value, float) and value != value else value for value in values]
    # The type of an object column does not include the time zone of its values.
    return [str(value) if _has_zone(value) else value for value in values] if is_python(series) else values


def _has_zone(value: Any) -> bool:
    return isinstance(value, datetime.datetime) and value.tzinfo is not None


def _in_pieces(column: Any) -> nw.Series[Any]:
    """Return a sample of a column of Arrow: pieces from all over, which are views; to gather every n-th row copies."""
    starts = (len(column) * piece // _ARROW_PIECES for piece in range(_ARROW_PIECES))
    slices = [column.slice(start, _ARROW_SAMPLE // _ARROW_PIECES) for start in starts]
    chunks = [chunk for each in slices for chunk in each.chunks]
    sample = sys.modules["pyarrow"].chunked_array(chunks, type=column.type)
    return nw.from_native(sample, series_only=True)


def _pandas(value: Any) -> _Frame | None:
    pandas = sys.modules["pandas"]
    if isinstance(value, pandas.api.extensions.ExtensionArray):
        value = pandas.Series(value, copy=False)
    if isinstance(value, pandas.Index):
        value = value.to_frame(index=False) if value.nlevels > 1 else pandas.Series(value)
    if dependencies.is_pandas_like_series(value):
        value = value.to_frame("values" if value.name is None else value.name)
    if not dependencies.is_pandas_like_dataframe(value):
        return None
    frame = value
    rows, columns = frame.shape
    return _Frame(
        names=list(frame.columns),
        dtypes=[str(dtype) for dtype in frame.dtypes],
        rows=rows,
        column=lambda n: frame.iloc[:, n],
        costs=[cost_of(frame.iloc[:, n]) for n in range(min(columns, 100))],
        whole=frame,
        index=frame.index,
    )


def _polars(value: Any) -> _Frame | None:
    if dependencies.is_polars_series(value):
        value = value.to_frame() if value.name else value.alias("values").to_frame()
    if not dependencies.is_polars_dataframe(value):
        return None
    # An Enum's type lists its categories, which are values.
    dtypes = ["Enum" if type(d).__name__ == "Enum" else one_line(str(d), 120) for d in value.dtypes]
    return _Frame(value.columns, dtypes, value.height, value.to_series, [1] * value.width, value)


def _arrow(value: Any) -> _Frame | None:
    arrow = sys.modules["pyarrow"]
    if isinstance(value, (arrow.Array, arrow.ChunkedArray)):
        value = arrow.table({"values": value})
    if isinstance(value, arrow.RecordBatch):
        value = arrow.Table.from_batches([value])
    if not isinstance(value, arrow.Table):
        return None
    dtypes = [str(kind) for kind in value.schema.types]
    return _Frame(
        value.schema.names,
        dtypes,
        value.num_rows,
        lambda n: _decoded(value.column(n)),
        [2] * value.num_columns,
        value,
    )


def _decoded(column: Any) -> Any:
    """Return a column without run-end encoding, which narwhals does not support."""
    if not str(column.type).startswith("run_end_encoded"):
        return column
    compute = import_module("pyarrow.compute")
    chunks = [compute.run_end_decode(chunk) for chunk in column.chunks]
    return sys.modules["pyarrow"].chunked_array(chunks, type=column.type.value_type)


_READERS: Mapping[str, Callable[[Any], _Frame | None]] = {
    "pandas": _pandas,
    "modin": _pandas,
    "polars": _polars,
    "pyarrow": _arrow,
}
