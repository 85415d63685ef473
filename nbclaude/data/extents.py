"""Finds the exact range, missing and infinite values of a large array, read in small pieces that are never copied."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from nbclaude.frozen import frozen

__all__ = ["EXACT_CELLS", "Extent", "code_counts", "extent", "pieces", "plain", "present"]

# Up to so many cells of a table are all looked at for ranges and missing values: 1 to 3 ms for each million.
EXACT_CELLS = 100_000_000

_NAT = -(2**63)
_PIECE = 1 << 16  # values: what fits into a processor's cache


@frozen
class Extent:
    """The least and the most of the finite values (None if there is none), and how many are missing, NaN or infinite.

    A value that is `missing` is not there: null, NaT, masked. Where a library takes NaN for that, it is missing as well.
    """

    least: Any = None
    most: Any = None
    missing: int = 0
    infinite: int = 0
    nan: int = 0

    def without_nan(self) -> Extent:
        """Return the extent as a library sees it for which NaN is a missing value."""
        return replace(self, missing=self.missing + self.nan, nan=0)


def extent(parts: Iterable[Any]) -> Extent:
    """Return the extent of numbers, dates or durations in numpy arrays; NaT and what is masked are missing."""
    numpy = sys.modules["numpy"]
    least = most = None
    missing = infinite = nan = 0
    with numpy.errstate(all="ignore"):
        for whole in parts:
            part = present(whole)
            missing += whole.size - part.size
            if not part.size:
                continue
            low, high, absent, endless = _ends(part, numpy)
            missing, nan = (missing, nan + absent) if part.dtype.kind == "f" else (missing + absent, nan)
            infinite += endless
            if low is not None:
                least = low if least is None or low < least else least
                most = high if most is None or high > most else most
    return Extent(least, most, missing, infinite, nan)


def _ends(part: Any, numpy: Any) -> tuple[Any, Any, int, int]:
    """Return the least and the most finite value of a piece (None if it has none), and how many are missing and infinite."""
    kind = part.dtype.kind
    # Numbers that lie apart, and those of 16 bits, are compared many times slower than their copy.
    part = (part.astype("float32") if part.dtype.char == "e" else numpy.ascontiguousarray(part)).reshape(-1)
    if kind in "mM":
        # As integers they are compared in a quarter of the time; NaT is the least of them.
        numbers = part.astype(part.dtype.newbyteorder("="), copy=False).view("int64")
        if numbers.min() == _NAT:
            numbers = numbers[numbers != _NAT]
        if not numbers.size:
            return None, None, part.size, 0
        low, high = numpy.array([numbers.min(), numbers.max()]).view(part.dtype.newbyteorder("="))
        return low, high, part.size - numbers.size, 0
    if kind != "f":
        return part.min(), part.max(), 0, 0
    # These two pass over NaN.
    low, high = numpy.fmin.reduce(part), numpy.fmax.reduce(part)
    absent = part.size - int(numpy.count_nonzero(part == part))
    if absent == part.size:
        return None, None, absent, 0
    if numpy.isfinite(low) and numpy.isfinite(high):
        return low, high, absent, 0
    finite = part[numpy.isfinite(part)]
    endless = part.size - absent - finite.size
    return (finite.min(), finite.max(), absent, endless) if finite.size else (None, None, absent, endless)


def present(array: Any) -> Any:
    """Return an array without what is masked in it; one that has no mask as it is."""
    return array.compressed() if hasattr(array, "compressed") else array


def pieces(array: Any) -> Iterator[Any]:
    """Give an array in pieces that are views, in any order."""
    if array.ndim > 1 and array.flags.c_contiguous:
        array = array.reshape(-1)
    elif array.ndim > 1 and array.flags.f_contiguous:
        array = array.T.reshape(-1)
    if array.ndim == 0 or not array.size:
        yield array.reshape(-1)
        return
    rows = max(1, _PIECE // math.prod(array.shape[1:]))
    for start in range(0, len(array), rows):
        part = array[start : start + rows]
        if part.size > _PIECE:
            yield from pieces(part[0])
        else:
            yield part


def code_counts(codes: Any, levels: int) -> Any:
    """Return how often each code occurs, from -1 (a missing value) to `levels` - 1, as integers."""
    numpy = sys.modules["numpy"]
    # A piece is at least as long as the counts: otherwise adding would take longer than counting.
    step = max(_PIECE, levels + 1)
    counts = numpy.zeros(levels + 1, dtype="int64")
    for start in range(0, len(codes), step):
        counts += numpy.bincount(codes[start : start + step].astype("int64") + 1, minlength=levels + 1)
    return counts


def plain(found: Extent, nulls: int = 0) -> Extent:
    """Return an extent in Python's numbers."""
    if found.least is None:
        return Extent(missing=found.missing + nulls, infinite=found.infinite, nan=found.nan)
    least, most = found.least, found.most
    if least.dtype.char == "f":
        # The least number of 32 bits has only its own digits.
        return Extent(float(str(least)), float(str(most)), found.missing + nulls, found.infinite, found.nan)
    return Extent(least.item(), most.item(), found.missing + nulls, found.infinite, found.nan)
