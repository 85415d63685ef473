"""Tells columns of the types that only pandas has: objects, categories, sparse numbers, periods, intervals, times as numpy's."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import narwhals.stable.v2 as nw

from nbclaude.data.columns import Column
from nbclaude.data.extents import extent, pieces
from nbclaude.data.facts import (
    Facts,
    category_facts,
    missing_text,
    range_text,
    told,
    types_text,
    values_range,
)
from nbclaude.data.numbers import number_column, plain

__all__ = ["cost_of", "is_python", "pandas_facts"]

_CACHE_LINE = 64  # bytes
_TYPED = 1_000  # Python objects whose types are looked at


def pandas_facts(column: Column) -> Facts | None:
    """Tell a column of pandas of a type that narwhals has no word for, or of which pandas tells more; None for others."""
    dtype = column.whole.to_native().dtype
    facts_of = _FACTS.get(type(dtype).__name__) or _FACTS.get(_numpy_kind(dtype))
    return facts_of(column) if facts_of else None


def is_python(series: nw.Series[Any]) -> bool:
    """Return whether the values of a column are Python objects, each on its own."""
    dtype = getattr(series.to_native(), "dtype", None)
    return str(dtype) == "object" or getattr(dtype, "storage", "") == "python"


def cost_of(series: Any) -> int:
    """Return how many times longer than numbers in one piece it takes to read a column whole."""
    if not isinstance(series, sys.modules["pandas"].Series):
        return 3
    if type(series.dtype).__module__.startswith("numpy"):
        if series.dtype.kind == "c" or series.dtype.char == "e":
            return 4
        if series.dtype.kind == "O":
            return 1
        # A frame that was made from one array has the numbers of a column apart: some in a line of the cache, or one.
        apart = series.to_numpy().strides[0]
        return 1 if apart <= series.dtype.itemsize else 2 if apart <= _CACHE_LINE else 4
    return 1 if type(series.dtype).__name__ in ("CategoricalDtype", "StringDtype", "DatetimeTZDtype") else 3


def _numpy_kind(dtype: Any) -> str:
    return str(dtype.kind) if type(dtype).__module__.startswith("numpy") else ""


def _object(column: Column) -> Facts:
    present: Any = column.sample.to_native().dropna()
    missing, rows, sampled = column.missing_count, column.rows, column.sampled
    if not len(present):
        return Facts(column.missing)
    kinds = Counter(map(type, present.iloc[:: max(1, len(present) // _TYPED)]))
    types = types_text(kinds)
    # Lists and dicts cannot be counted everywhere; their types can.
    if any(kind.__hash__ is None for kind in kinds):
        return category_facts(missing, rows, None, (), types, missing_sampled=column.guessed)
    if (ends := values_range(present, kinds)) is not None:
        return Facts(told(column.missing, types, ends and "~" * sampled + ends))
    distinct, top = _commonest(present)
    return category_facts(
        missing, rows, distinct, top, types, sampled=sampled, missing_sampled=column.guessed
    )


def _sparse(column: Column) -> Facts | None:
    """Tell numbers of which only those are stored that differ from one, the fill value."""
    whole = column.whole.to_native()
    if whole.dtype.kind not in "iuf":
        return Facts(told(column.missing, f"{int(whole.sum()):,} true")) if whole.dtype.kind == "b" else None
    fill, filled = whole.array.fill_value, len(whole) - whole.array.npoints
    # The fill value is looked at once.
    rest = sys.modules["numpy"].array([fill] * bool(filled), dtype=whole.dtype.subtype)
    found = plain(extent([*pieces(whole.array.sp_values), rest]))
    missing = found.missing + (filled - 1 if filled and fill != fill else 0)
    sample = nw.from_native(column.sample.to_native().sparse.to_dense(), series_only=True)
    return number_column(replace(found, missing=missing), sample, len(whole), sampled=column.sampled)


def _complex(column: Column) -> Facts:
    values = column.whole.to_native().to_numpy()
    real, imaginary = extent(pieces(values.real)), extent(pieces(values.imag))
    return Facts(
        told(
            column.missing,
            range_text(real.least, real.most, "real "),
            range_text(imaginary.least, imaginary.most, "imaginary "),
        )
    )


def _time(column: Column) -> Facts:
    """Tell dates and durations: least and most, as pandas shows them, read from numpy's memory in a fifth of the time."""
    whole = column.whole.to_native()
    zone = getattr(whole.dtype, "tz", None)
    naive = whole.dt.tz_convert(None) if zone is not None else whole
    found = extent(pieces(naive.to_numpy()))
    missing = missing_text(found.missing, len(whole))
    if found.least is None:
        return Facts(missing)
    ends = sys.modules["pandas"].Series([found.least, found.most]).astype(naive.dtype)
    least, most = ends.dt.tz_localize("UTC").dt.tz_convert(zone) if zone is not None else ends
    return Facts(told(missing, f"{least} … {most}"))


def _period(column: Column) -> Facts:
    whole = column.whole.to_native()
    found = extent(pieces(whole.array.asi8.view("m8[s]")))
    missing = missing_text(found.missing, len(whole))
    if found.least is None:
        return Facts(missing)
    period, freq = sys.modules["pandas"].Period, whole.dtype.freq
    least, most = (period(ordinal=int(end.astype("int64")), freq=freq) for end in (found.least, found.most))
    return Facts(told(missing, f"{least} … {most}"))


def _interval(column: Column) -> Facts:
    # An interval is slow to count, and no two are alike in most columns: their ends tell more.
    array = column.whole.to_native().array
    left, right = _ends(array.left), _ends(array.right)
    shown = column.sample.to_native().dropna().iloc[:3]
    return Facts(
        told(column.missing, f"from {left[0]} to {right[1]}"),
        "such as " + ", ".join(repr(str(value)) for value in shown) if len(shown) else "",
    )


def _ends(index: Any) -> tuple[Any, Any]:
    values = index.to_numpy()
    if values.dtype.kind not in "iuf":
        return index.min(), index.max()
    found = extent(pieces(values))
    return found.least, found.most


def _categorical(column: Column) -> Facts:
    dtype = column.whole.to_native().dtype
    categories = len(dtype.categories)
    known = f"{categories:,} categories{', ordered' if dtype.ordered else ''}"
    distinct, top = _commonest(column.sample.to_native().dropna())
    used = distinct if distinct < categories else None
    facts = category_facts(column.missing_count, column.rows, used, top, sampled=column.sampled)
    return Facts(told(known, facts.ranges), facts.values)


def _commonest(present: Any) -> tuple[int, list[tuple[Any, int]]]:
    """Return how many values are distinct, and the commonest with how often they occur."""
    counts = present.value_counts()
    # A category that no row has is counted, as 0.
    counts = counts[counts > 0]
    return len(counts), [(value, int(count)) for value, count in counts.iloc[:5].items()]


# By the name of a type of pandas, or the kind of one of numpy.
_FACTS: Mapping[str, Callable[[Column], Facts | None]] = {
    "CategoricalDtype": _categorical,
    "DatetimeTZDtype": _time,
    "IntervalDtype": _interval,
    "M": _time,
    "O": _object,
    "PeriodDtype": _period,
    "SparseDtype": _sparse,
    "c": _complex,
    "m": _time,
}
