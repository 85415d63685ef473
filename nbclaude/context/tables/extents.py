"""A large array comes in; its exact range, missing and infinite values go out, read in small pieces that are never copied."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["EXACT_CELLS", "Extent", "extent", "pieces", "present"]

# Up to so many cells of a table are all looked at for ranges and missing values: about 5 ms for each million at the worst.
EXACT_CELLS = 100_000_000

_PIECE = 1 << 16  # values: what fits into a processor's cache


@dataclass(frozen=True, slots=True)
class Extent:
    """The least and the most of the finite values (None if there is none), and how many are missing or infinite."""

    least: Any = None
    most: Any = None
    missing: int = 0
    infinite: int = 0


def extent(parts: Iterable[Any]) -> Extent:
    """Return the extent of numbers, dates or durations in numpy arrays; NaN, NaT and what is masked are missing."""
    numpy = sys.modules["numpy"]
    least = most = None
    missing = infinite = 0
    with numpy.errstate(all="ignore"):
        for whole in parts:
            part = present(whole)
            missing += whole.size - part.size
            if not part.size:
                continue
            low, high = part.min(), part.max()
            # One value that is missing, or infinite, is in both or in one of them: only then are all looked at.
            if not (numpy.isfinite(low) and numpy.isfinite(high)):
                finite = part[numpy.isfinite(part)]
                here = int((numpy.isnat if part.dtype.kind in "mM" else numpy.isnan)(part).sum())
                missing += here
                infinite += part.size - here - finite.size
                if not finite.size:
                    continue
                low, high = finite.min(), finite.max()
            least = low if least is None or low < least else least
            most = high if most is None or high > most else most
    return Extent(least, most, missing, infinite)


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
