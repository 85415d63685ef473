"""Finds the statistics of numbers: mean, median, deviation, how many are distinct, zero or negative, and the commonest."""

from __future__ import annotations

import decimal
import math
import sys
from typing import Any

from nbclaude.data.cells import single
from nbclaude.data.fact_words import DECREASING, INCREASING, MAX_COUNTED
from nbclaude.data.number_facts import Numbers

__all__ = ["numbers_in"]

_EXACT = 2**53  # the integers below are floats without loss
_TAIL = 5  # times farther from the median than 99 % of the numbers
_TAIL_ROWS = 100
_DIGITS = 60  # of a mean


def numbers_in(array: Any, *, ddof: int = 1, whole: bool = True) -> Numbers:
    """Return the statistics of a flat numpy array of integers or floats; what is not finite is left out.

    `ddof` is 1 for the deviation of a sample, as pandas and polars have it, and 0 for that of numpy. `whole` says that no value
    of the column is missing here, so that its order can be told.
    """
    numpy = sys.modules["numpy"]
    with numpy.errstate(all="ignore"):
        is_short = array.dtype.kind == "f" and array.dtype.itemsize < 8
        if array.dtype.kind == "f":
            array = array.astype("float64", copy=False)
            finite = array[numpy.isfinite(array)]
        else:
            finite = array.astype(array.dtype.newbyteorder("="), copy=False)
        if not finite.size:
            return Numbers()
        ordered = numpy.sort(finite)
        large = _is_large(ordered)
        middle = _median(ordered)
        average, deviation = _moments(_shifted(finite, ordered, numpy) if large else finite, ddof, numpy)
        distinct, counts = _counts(ordered, numpy)
        return Numbers(
            mean=_exact_mean(finite, numpy) if large else average,
            median=middle,
            deviation=deviation,
            looked_at=int(finite.size),
            zeros=int(numpy.searchsorted(ordered, 0, "right") - numpy.searchsorted(ordered, 0, "left")),
            negative=int(numpy.searchsorted(ordered, 0, "left")),
            distinct=distinct,
            counts=[(single(value), count) for value, count in counts] if is_short else counts,
            p99=math.nan if large else _tail(ordered, float(middle)),
            order=_order(array, distinct, numpy) if whole else "",
        )


def _moments(offsets: Any, ddof: int, numpy: Any) -> tuple[float, float]:
    """Return mean and deviation; NaN for a deviation that floats cannot hold."""
    offsets = offsets.astype("float64", copy=False)
    mean = float(offsets.mean())
    deviation = float(offsets.std(ddof=ddof)) if offsets.size > ddof else math.nan
    if not math.isfinite(mean) or math.isinf(deviation):
        # The sum of numbers this large, or of their squares, is infinite.
        largest = float(numpy.abs(offsets).max())
        scaled = offsets / largest
        mean, deviation = float(scaled.mean()) * largest, float(scaled.std(ddof=ddof)) * largest
    # The squares of the tiniest numbers are 0.
    return mean, math.nan if deviation == 0 and offsets.min() != offsets.max() else deviation


def _is_large(ordered: Any) -> bool:
    """Return whether these are integers too large for floats to hold all their digits."""
    return ordered.dtype.kind != "f" and not -_EXACT < int(ordered[0]) <= int(ordered[-1]) < _EXACT


def _shifted(numbers: Any, ordered: Any, numpy: Any) -> Any:
    """Return large integers as their distances from the smallest one."""
    return numbers.astype("uint64") - numpy.uint64(int(ordered[0]) % 2**64)


def _exact_mean(numbers: Any, numpy: Any) -> float | decimal.Decimal:
    """Return the mean of integers whose sum neither 64 bits nor floats can hold: high and low halves are summed separately."""
    half = numpy.array(2**32, numbers.dtype)
    total = int((numbers // half).sum(dtype="int64")) * 2**32 + int((numbers % half).sum(dtype="int64"))
    with decimal.localcontext(prec=_DIGITS):
        return _plain(decimal.Decimal(total) / numbers.size)


def _plain(number: decimal.Decimal) -> float | decimal.Decimal:
    return number if abs(number) >= _EXACT else float(number)


def _median(ordered: Any) -> float | decimal.Decimal:
    half = ordered.size // 2
    low, high = ordered[half - 1 + ordered.size % 2].item(), ordered[half].item()
    if isinstance(low, int):
        return _plain((decimal.Decimal(low) + high) / 2)
    return float(low + (high - low) / 2 if math.isfinite(high - low) else low / 2 + high / 2)


def _counts(ordered: Any, numpy: Any) -> tuple[int, list[tuple[Any, int]]]:
    """Return how many numbers are distinct, and how often each occurs if they are few, else the commonest."""
    starts = numpy.concatenate([[0], numpy.flatnonzero(ordered[1:] != ordered[:-1]) + 1])
    times = numpy.diff(numpy.append(starts, ordered.size))
    places = range(starts.size) if starts.size <= MAX_COUNTED else [int(times.argmax())]
    return int(starts.size), [(ordered[starts[place]].item(), int(times[place])) for place in places]


def _tail(ordered: Any, middle: float) -> float:
    """Return the number that 99 % do not exceed, where the largest is far beyond it; else NaN."""
    if ordered.size < _TAIL_ROWS:
        return math.nan
    p99, most = float(ordered[math.ceil(0.99 * ordered.size) - 1]), float(ordered[-1])
    return p99 if most - p99 > _TAIL * (p99 - middle) > 0 else math.nan


def _order(array: Any, distinct: int, numpy: Any) -> str:
    """Return whether numbers that are all distinct rise or fall from row to row; nothing where they do neither."""
    if distinct != array.size or distinct < 3:
        return ""
    if bool(numpy.all(array[1:] > array[:-1])):
        return INCREASING
    return DECREASING if bool(numpy.all(array[1:] < array[:-1])) else ""
