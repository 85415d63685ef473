"""Tells columns of the types that only pandas has: objects, categories, sparse numbers, periods, intervals, times as numpy's."""

from __future__ import annotations

import datetime
import numbers
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import narwhals.stable.v2 as nw

from nbclaude.data.cells import date_text, number_text, value_text
from nbclaude.data.columns import Column, nested_column, spelled
from nbclaude.data.dates import duration_facts, duration_rhythm, ordinal_facts, rhythm_facts
from nbclaude.data.decimals import decimal_facts, sample_facts
from nbclaude.data.extents import Extent, code_counts, extent, pieces, plain
from nbclaude.data.fact_words import (
    DECREASING,
    INCREASING,
    MAX_COUNTED,
    boolean_facts,
    category_facts,
    complex_text,
    end_text,
    level_facts,
    missing_facts,
    range_text,
    repeated_facts,
    share_text,
    types_text,
    values_range,
)
from nbclaude.data.facts import Fact, Facts
from nbclaude.data.nested import is_nested
from nbclaude.data.numbers import number_column
from nbclaude.data.statistics import numbers_in

__all__ = ["cost_of", "is_python", "pandas_facts"]

_CACHE_LINE = 64  # bytes
_MAX_INTERVALS = 10_000  # are counted
_MAX_POINTS = 2_000_000  # of geometries that are tested


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
    sampled = column.sampled
    if not len(present):
        return Facts.of(column.missing)
    kinds = Counter(map(type, present))
    if any(is_nested(present.iloc[place]) for place in {0, len(present) // 2, len(present) - 1}):
        return nested_column(column, list(present))
    types = "~" * sampled * bool(types_text(kinds)) + types_text(kinds)
    # Lists and dicts cannot be counted everywhere; their types can.
    if any(kind.__hash__ is None for kind in kinds):
        return Facts.of(column.missing, types)
    if all(issubclass(kind, Decimal) for kind in kinds):
        return decimal_facts(list(present), sampled=sampled).after(column.missing, types)
    if (ends := values_range(present, kinds)) is not None:
        more = () if sampled else _rhythm(present)
        if not more and not any(issubclass(kind, datetime.date) for kind in kinds):
            more = repeated_facts(*_commonest(present), len(present), sampled=sampled)
        return Facts.of(column.missing, types, ends and "~" * sampled + ends, *more)
    if bool not in kinds and all(issubclass(kind, (numbers.Real, Decimal)) for kind in kinds):
        return _numbers(present, sampled=sampled).after(column.missing, types)
    if set(kinds) == {bool}:
        return boolean_facts(sum(present), len(present), sampled=sampled).after(column.missing, types)
    distinct, counts = _commonest(present)
    facts = category_facts(distinct, counts, len(present), types, sampled=sampled).after(column.missing)
    if set(kinds) != {str}:
        return facts
    return facts.before(*spelled(column, nw.from_native(present, series_only=True), distinct))


def _rhythm(present: Any) -> tuple[Fact, ...]:
    """Tell the rhythm of dates that are Python objects without a time zone."""
    if any(getattr(value, "tzinfo", None) for value in present):
        return ()
    try:
        return rhythm_facts(sys.modules["numpy"].array(list(present), dtype="M8[us]"))
    except (TypeError, ValueError, OverflowError):  # durations, times of a day
        return ()


def _numbers(present: Any, *, sampled: bool) -> Facts:
    """Tell numbers that are Python objects."""
    numpy = sys.modules["numpy"]
    whole = all(isinstance(value, numbers.Integral) for value in present)
    try:
        array = numpy.array([*map(int if whole else float, present)], dtype="int64" if whole else "float64")
    except OverflowError:
        if whole:
            return decimal_facts([Decimal(int(value)) for value in present], sampled=sampled)
        return Facts.of(range_text(min(present), max(present)))
    found = plain(extent(pieces(array)))
    return sample_facts(found, len(present), numbers_in(array, whole=not sampled), sampled=sampled)


def _sparse(column: Column) -> Facts | None:
    """Tell numbers of which only those are stored that differ from one, the fill value."""
    whole = column.whole.to_native()
    stored = f"{whole.array.npoints:,} of {len(whole):,} stored"
    if whole.dtype.kind == "b":
        return boolean_facts(int(whole.sum()), len(whole)).after(column.missing).before(Fact(stored, 2))
    if whole.dtype.kind not in "iuf":
        return None
    fill, filled = whole.array.fill_value, len(whole) - whole.array.npoints
    # The fill value is looked at once.
    rest = sys.modules["numpy"].array([fill] * bool(filled), dtype=whole.dtype.subtype)
    found = plain(extent([*pieces(whole.array.sp_values), rest])).without_nan()
    missing = found.missing + (filled - 1 if filled and fill != fill else 0)
    sample = nw.from_native(column.sample.to_native().sparse.to_dense(), series_only=True)
    facts = number_column(replace(found, missing=missing), sample, len(whole), sampled=column.sampled)
    # The number of stored values is the main fact about a sparse column.
    return facts.before(Fact(stored))


def _complex(column: Column) -> Facts:
    values = column.whole.to_native().to_numpy()
    # A value with NaN in one part is missing, whatever its other part is.
    values = values[~sys.modules["numpy"].isnan(values)] if column.missing_count else values
    real, imaginary = (plain(extent(pieces(part))) for part in (values.real, values.imag))
    return Facts.of(column.missing, complex_text(real, imaginary))


def _time(column: Column) -> Facts:
    """Tell dates and durations: least and most, as pandas shows them, read from numpy's memory in a fifth of the time."""
    whole = column.whole.to_native()
    zone = getattr(whole.dtype, "tz", None)
    naive = whole.dt.tz_convert(None) if zone is not None else whole
    found = extent(pieces(naive.to_numpy()))
    missing = missing_facts(found, len(whole))
    if found.least is None:
        return Facts.of(*missing)
    ends = sys.modules["pandas"].Series([found.least, found.most]).astype(naive.dtype)
    least, most = ends.dt.tz_localize("UTC").dt.tz_convert(zone) if zone is not None else ends
    said = f"constant {date_text(least)}" if least == most else f"{date_text(least)} … {date_text(most)}"
    there = ~naive.isna().to_numpy() if found.missing else slice(None)
    if naive.dtype.kind == "m":
        duration, lasting = sys.modules["pandas"].Timedelta, column.sample.to_native().dropna().to_numpy()
        told = duration_facts(lasting, sampled=column.sampled, text=lambda each: date_text(duration(each)))
        rhythm = duration_rhythm(naive.to_numpy()[there])
        often = () if rhythm else _repeated(column)
        return Facts.of(*missing, said, *rhythm, *told, *often)
    local = None if zone is None else lambda: whole.dt.tz_localize(None).to_numpy()[there]
    return Facts.of(*missing, said, *rhythm_facts(naive.to_numpy()[there], local))


def _repeated(column: Column) -> tuple[Fact, ...]:
    present = column.sample.to_native().dropna()
    return repeated_facts(*_commonest(present), len(present), sampled=column.sampled)


def _period(column: Column) -> Facts:
    whole = column.whole.to_native()
    found = extent(pieces(whole.array.asi8.view("m8[s]")))
    missing = missing_facts(found, len(whole))
    if found.least is None:
        return Facts.of(*missing)
    period, freq = sys.modules["pandas"].Period, whole.dtype.freq
    least, most = (period(ordinal=int(end.astype("int64")), freq=freq) for end in (found.least, found.most))
    ordinals = whole.array.asi8[~whole.isna().to_numpy()] if found.missing else whole.array.asi8
    said = f"constant {least}" if least == most else f"{least} … {most}"
    return Facts.of(*missing, said, *ordinal_facts(ordinals))


def _interval(column: Column) -> Facts:
    # An interval is slow to count in a large column, and no two are alike in most: their ends tell more.
    array = column.whole.to_native().array
    left, right = _ends(array.left), _ends(array.right)
    ends = f"from {_end_text(left[0])} to {_end_text(right[1])}"
    present = column.sample.to_native().dropna()
    if column.rows > _MAX_INTERVALS:
        shown = ", ".join(value_text(value) for value in present.iloc[:3])
        return Facts.of(
            column.missing, ends, Fact(shown and f"such as {shown}", 3, schema="", apart=True, in_rows=True)
        )
    return category_facts(*_commonest(present), len(present)).after(
        column.missing, ends, *_side_by_side(present)
    )


def _side_by_side(present: Any) -> tuple[Fact, ...]:
    """Describe how intervals follow each other: whether they overlap, their order, and the number of gaps."""
    index = sys.modules["pandas"].Index(present.unique())
    if len(index) < 2:
        return ()
    if index.is_overlapping:
        return (Fact("overlapping", 1),)
    ordered = index.sort_values()
    gaps = int((ordered.left[1:] > ordered.right[:-1]).sum())
    alone = len(index) == len(present)
    rising, falling = alone and index.is_monotonic_increasing, alone and index.is_monotonic_decreasing
    return (
        Fact(f"{gaps:,} gap{'s' if gaps > 1 else ''}" if gaps else ""),
        Fact(INCREASING if rising else DECREASING if falling else "", 1),
    )


def _ends(index: Any) -> tuple[Any, Any]:
    values = index.to_numpy()
    if values.dtype.kind not in "iuf":
        return index.min(), index.max()
    found = plain(extent(pieces(values)))
    return found.least, found.most


def _end_text(end: Any) -> str:
    return end_text(end) if isinstance(end, numbers.Real) else date_text(end)


def _categorical(column: Column) -> Facts:
    whole = column.whole.to_native()
    levels = whole.dtype.categories
    missing, *of_levels = code_counts(whole.cat.codes.to_numpy(), len(levels)).tolist()
    words = missing_facts(Extent(missing=missing), len(whole))
    if missing == len(whole):
        return Facts.of(*words, f"{len(levels):,} categories")
    facts = level_facts(levels, of_levels, ordered=bool(whole.dtype.ordered))
    return facts.after(*words, _range_of(levels, of_levels))


def _range_of(levels: Any, counts: Sequence[int]) -> str:
    """Return the range of categories that are numbers or dates, if there are too many to count."""
    used = levels[[count > 0 for count in counts]]
    if len(used) <= MAX_COUNTED or getattr(levels.dtype, "kind", "") not in "iufM":
        return ""
    return f"{_end_text(used.min())} … {_end_text(used.max())}"


def _geometry(column: Column) -> Facts:
    """Tell geometries of geopandas: how many of each type, where they are, and in which coordinates."""
    whole = column.whole.to_native()
    types = whole.geom_type.value_counts()
    crs = whole.crs
    said = "no CRS" if crs is None else f"CRS {crs.to_string() if len(crs.to_string()) < 60 else crs.name}"
    west, south, east, north = (number_text(float(end)) for end in whole.total_bounds)
    empty = int(whole.is_empty.sum())
    return Facts.of(
        column.missing,
        ", ".join(f"{name}: {count:,}" for name, count in types.items()),
        f"{empty:,} empty" if empty else "",
        _invalid(whole, column.sample.to_native()),
        said,
        f"bounds {west} {south} … {east} {north}",
    )


def _invalid(whole: Any, sample: Any) -> str:
    """Tell how many geometries are invalid, such as polygons that cross themselves; in a sample if there are very many points."""
    for looked_at in (whole, sample):
        if hasattr(looked_at, "count_coordinates") and looked_at.count_coordinates().sum() <= _MAX_POINTS:
            invalid = int((~looked_at.is_valid & looked_at.geom_type.notna()).sum())
            said = f"{invalid:,}" if looked_at is whole else f"~{share_text(invalid / len(looked_at))}"
            return f"{said} invalid" if invalid else ""
    return ""


def _commonest(present: Any) -> tuple[int, list[tuple[Any, int]]]:
    """Return how many values are distinct, and how often all of them occur if they are few, else the commonest."""
    counts = present.value_counts()
    return len(counts), [(value, int(count)) for value, count in counts.iloc[:MAX_COUNTED].items()]


# By the name of a type of pandas, or the kind of one of numpy.
_FACTS: Mapping[str, Callable[[Column], Facts | None]] = {
    "CategoricalDtype": _categorical,
    "GeometryDtype": _geometry,
    "DatetimeTZDtype": _time,
    "IntervalDtype": _interval,
    "M": _time,
    "O": _object,
    "PeriodDtype": _period,
    "SparseDtype": _sparse,
    "c": _complex,
    "m": _time,
}
