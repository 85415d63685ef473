"""A column of a pandas frame comes in; the facts about it go out: missing values, range, statistics, commonest values."""

from __future__ import annotations

import math
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nbclaude.data.extents import arrow_pieces, extent, pieces
from nbclaude.data.facts import (
    Facts,
    category_facts,
    missing_text,
    number_facts,
    range_text,
    told,
    types_text,
    values_range,
)

__all__ = ["column_facts", "cost_of"]

_PART = 1_000_000  # rows that are looked at in one go
_CACHE_LINE = 64  # bytes
_TYPED = 1_000  # Python objects whose types are looked at


def column_facts(series: Any, step: int, exact: bool) -> Facts:
    """Tell a column: missing values and range of all of it if that is to be `exact`, the rest of every `step`-th row."""
    sample = series if step == 1 else series.iloc[::step]
    # Each Python object must be asked whether it is missing: a hundred times the time of a number.
    whole = series if exact and not _is_python(series.dtype) else sample
    sampled, guessed = len(sample) < len(whole), exact and len(whole) < len(series)
    try:
        if not guessed and (facts := _FACTS.get(_kind(series.dtype))):
            return facts(whole, sample, sampled)
        return _category(whole, sample, exact and step > 1, guessed)
    except Exception:  # extension types of others may lack any of these methods
        return Facts(missing_text(_missing(whole), len(whole), sampled=guessed))


def cost_of(series: Any) -> int:
    """Return how many times longer than numbers in one piece it takes to read a column whole."""
    if type(series.dtype).__module__.startswith("numpy"):
        if series.dtype.kind == "c" or series.dtype.char == "e":
            return 4
        if series.dtype.kind == "O":
            return 1
        # A frame that was made from one array has the numbers of a column apart: some in a line of the cache, or one.
        apart = series.to_numpy().strides[0]
        return 1 if apart <= series.dtype.itemsize else 2 if apart <= _CACHE_LINE else 4
    return 1 if type(series.dtype).__name__ in ("CategoricalDtype", "StringDtype", "DatetimeTZDtype") else 3


def _kind(dtype: Any) -> str:
    name = type(dtype).__name__
    if name in ("CategoricalDtype", "PeriodDtype", "IntervalDtype"):
        return name
    # A column of strings in Arrow's layout has a kind of its own.
    return "O" if name == "StringDtype" else str(getattr(dtype, "kind", "O"))


def _is_python(dtype: Any) -> bool:
    return str(dtype) == "object" or getattr(dtype, "storage", "") == "python"


def _missing(series: Any) -> int:
    return sum(int(series.iloc[n : n + _PART].isna().sum()) for n in range(0, len(series), _PART))


def _number(whole: Any, sample: Any, sampled: bool) -> Facts:
    numpy = sys.modules["numpy"]
    found = extent(_numbers(whole))
    missing = found.missing
    if type(whole.dtype).__name__ == "SparseDtype":
        # What is not stored is one value, which was looked at once.
        fill, count = whole.array.fill_value, len(whole) - whole.array.npoints
        missing += count - 1 if count and fill != fill else 0
    elif not type(whole.dtype).__module__.startswith("numpy"):
        # It has a mask of its own.
        missing = _missing(whole)
    numbers = sample.dropna().to_numpy(dtype="float64")
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
        len(whole),
        None if found.least is None else found.least.item(),
        None if found.most is None else found.most.item(),
        mean=mean,
        median=median,
        deviation=deviation,
        infinite=found.infinite,
        sampled=sampled,
    )


def _numbers(series: Any) -> Iterator[Any]:
    """Give the numbers of a column in pieces; what is not laid out as numpy does it is copied piece by piece."""
    numpy = sys.modules["numpy"]
    name = type(series.dtype).__name__
    if type(series.dtype).__module__.startswith("numpy"):
        yield from pieces(series.to_numpy())
    elif name == "SparseDtype":
        yield from pieces(series.array.sp_values)
        if series.array.npoints < len(series):
            yield numpy.array([series.array.fill_value])
    elif name == "ArrowDtype":
        yield from arrow_pieces(sys.modules["pyarrow"].array(series))
    elif not series.isna().all():
        # As integers: a large one is no float. What is missing becomes a number that is there.
        there = series.iloc[int(series.isna().to_numpy().argmin())]
        for start in range(0, len(series), _PART):
            part = series.iloc[start : start + _PART].array
            yield part.to_numpy(dtype=part.dtype.numpy_dtype, na_value=there)


def _complex(whole: Any, sample: Any, sampled: bool) -> Facts:
    values = whole.to_numpy()
    real, imaginary = extent(pieces(values.real)), extent(pieces(values.imag))
    return Facts(
        told(
            missing_text(_missing(whole), len(whole)),
            range_text(real.least, real.most, "real "),
            range_text(imaginary.least, imaginary.most, "imaginary "),
        )
    )


def _boolean(whole: Any, _sample: Any, _sampled: bool) -> Facts:
    return Facts(told(missing_text(_missing(whole), len(whole)), f"{int(whole.sum()):,} true"))


def _time(whole: Any, _sample: Any, _sampled: bool) -> Facts:
    """Tell dates and durations: least and most, as pandas shows them."""
    if type(whole.dtype).__name__ == "ArrowDtype":
        missing, least, most = _missing(whole), whole.min(), whole.max()
    else:
        zone = getattr(whole.dtype, "tz", None)
        naive = whole.dt.tz_convert(None) if zone is not None else whole
        found = extent(pieces(naive.to_numpy()))
        missing, least, most = found.missing, None, None
        if found.least is not None:
            ends = sys.modules["pandas"].Series([found.least, found.most]).astype(naive.dtype)
            least, most = ends.dt.tz_localize("UTC").dt.tz_convert(zone) if zone is not None else ends
    return Facts(
        told(missing_text(missing, len(whole)), "" if missing == len(whole) else f"{least} … {most}")
    )


def _period(whole: Any, _sample: Any, _sampled: bool) -> Facts:
    found = extent(pieces(whole.array.asi8.view("m8[s]")))
    missing = missing_text(found.missing, len(whole))
    if found.least is None:
        return Facts(missing)
    period, freq = sys.modules["pandas"].Period, whole.dtype.freq
    least, most = (period(ordinal=int(end.astype("int64")), freq=freq) for end in (found.least, found.most))
    return Facts(told(missing, f"{least} … {most}"))


def _interval(whole: Any, sample: Any, _sampled: bool) -> Facts:
    # An interval is slow to count, and no two are alike in most columns: their ends tell more.
    left, right = (_ends(side) for side in (whole.array.left, whole.array.right))
    shown = sample.dropna().iloc[:3]
    return Facts(
        told(missing_text(_missing(whole), len(whole)), f"from {left[0]} to {right[1]}"),
        "such as " + ", ".join(repr(str(value)) for value in shown) if len(shown) else "",
    )


def _ends(index: Any) -> tuple[Any, Any]:
    values = index.to_numpy()
    if values.dtype.kind not in "iuf":
        return index.min(), index.max()
    found = extent(pieces(values))
    return found.least, found.most


def _categorical(whole: Any, sample: Any, sampled: bool) -> Facts:
    missing = _missing(whole)
    categories = len(whole.dtype.categories)
    known = f"{categories:,} categories{', ordered' if whole.dtype.ordered else ''}"
    distinct, top = _commonest(sample.dropna())
    used = distinct if distinct < categories else None
    facts = category_facts(missing, len(whole), used, top, sampled=sampled)
    return Facts(told(known, facts.ranges), facts.values)


def _category(whole: Any, sample: Any, sampled: bool, guessed: bool) -> Facts:
    missing, rows = _missing(whole), len(whole)
    present = sample.dropna()
    if not len(present):
        return Facts(missing_text(missing, rows, sampled=guessed))
    types = ""
    if str(sample.dtype) == "object" or type(sample.dtype).__name__ == "ArrowDtype":
        kinds = Counter(map(type, present.iloc[:: max(1, len(present) // _TYPED)]))
        types = types_text(kinds) if str(sample.dtype) == "object" else ""
        # Lists and dicts cannot be counted everywhere; their types can.
        if any(kind.__hash__ is None for kind in kinds):
            return category_facts(missing, rows, None, (), types, missing_sampled=guessed)
        if (ends := values_range(present, kinds)) is not None:
            parts = (missing_text(missing, rows, sampled=guessed), types, ends and "~" * sampled + ends)
            return Facts(told(*parts))
    distinct, top = _commonest(present)
    return category_facts(missing, rows, distinct, top, types, sampled=sampled, missing_sampled=guessed)


def _commonest(present: Any) -> tuple[int, list[tuple[Any, int]]]:
    """Return how many values are distinct, and the commonest with how often they occur."""
    counts = present.value_counts()
    # A category that no row has is counted, as 0.
    counts = counts[counts > 0]
    return len(counts), [(value, int(count)) for value, count in counts.iloc[:5].items()]


_FACTS: Mapping[str, Callable[[Any, Any, bool], Facts]] = {
    "i": _number,
    "u": _number,
    "f": _number,
    "c": _complex,
    "b": _boolean,
    "M": _time,
    "m": _time,
    "PeriodDtype": _period,
    "IntervalDtype": _interval,
    "CategoricalDtype": _categorical,
}
