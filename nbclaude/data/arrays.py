"""Describes a numpy array as compact text for a model."""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Mapping
from typing import Any

from nbclaude.data.array_facts import array_facts
from nbclaude.data.cells import cell_text
from nbclaude.data.csv_rows import ALL_DIGITS
from nbclaude.data.digits import rounded
from nbclaude.data.table import Described
from nbclaude.texts import clip

__all__ = ["describe_array"]

# What numpy prints whole; of a larger array it prints the corners.
_WHOLE = 200
_EDGE = 3
_CORNERS = 300  # values in all corners; an array of many dimensions has a million
_DOUBLE = 8  # bytes
_PRINTED: Mapping[str, Any] = {"max_line_width": 110, "separator": ", "}


def describe_array(array: Any, format: str, rows: int, budget: int, opening: str = "") -> Described:
    """Describe a numpy array: `format` is "" (with its values, or the corners), "schema", "stats", "head" or "full".

    `opening` says what it is, if it is not a plain array.
    """
    shape = " × ".join(f"{size:,}" for size in array.shape) or "a single value"
    size = f"{shape}, {array.dtype}"
    opening = opening or f"numpy {type(array).__name__}, shape {array.shape}, dtype {array.dtype}"
    facts = array_facts(array)
    known = facts.text(values=format != "schema")
    opening = f"{opening}\n{known}" if known else opening
    if format in ("schema", "stats"):
        text, note = clip(opening, budget)
        words = "schema + statistics" if format == "stats" else "schema only"
        return Described(f"{text}\n(no values were sent)", f"{size}: {words}", (note,) if note else ())
    shown, words = array, "values"
    if format == "head" and array.ndim:
        shown = array[:rows]
        words = f"first {min(rows, len(array)):,}"
    # Each number needs two characters at least, so more than this would never fit.
    threshold = budget // 2 if format else _WHOLE // len(array.dtype.names or "1")
    if shown.size <= threshold:
        printed, rounding = _whole(shown, threshold, every_digit=bool(format))
        text, note = clip(printed, max(budget - len(opening), 200))
        words = "whole" if shown.size == array.size and not note else words
        said = f", {rounding}" if rounding else ""
        notes = tuple(filter(None, (rounding, note)))
        return Described(f"{opening}\n{words}{said}:\n{text}", f"{size}: {words}", notes)
    shown, where = _first_of(shown)
    text, note = clip(_printed(shown, 0), max(budget - len(opening), 200))
    said = f"corners{where} only; … stands for the rest"
    return Described(f"{opening}\n{said}:\n{text}", f"{size}: corners", (note, said) if note else (said,))


def _first_of(array: Any) -> tuple[Any, str]:
    """Return an array whose corners can be shown: of one of many dimensions the first along the first few of them."""
    taken = 0
    while array.ndim > 1 and math.prod(min(size, 2 * _EDGE) for size in array.shape) > _CORNERS:
        array, taken = array[0], taken + 1
    zeros = ", ".join(["0"] * min(taken, 4)) + (f", … {taken} times" if taken > 4 else "")
    return array, f" of [{zeros}]" if taken else ""


def _whole(array: Any, threshold: int, *, every_digit: bool) -> tuple[str, str]:
    """Print a whole array, and say how many numbers were rounded; numpy shows eight digits without saying so."""
    if array.dtype.kind != "f" or array.dtype.itemsize < _DOUBLE or hasattr(array, "compressed"):
        return _printed(array, threshold), ""
    values = array.reshape(-1).astype("float64").tolist()
    short = rounded([(value,) for value in values])
    if every_digit or short.saved <= len(short.note):
        return _printed(
            array, threshold, float_kind=lambda value: cell_text(float(value), digits=ALL_DIGITS)
        ), ""
    texts = {
        old: cell_text(new, digits=ALL_DIGITS) for old, (new,) in zip(values, short.records, strict=True)
    }
    text = _printed(array, threshold, float_kind=lambda value: texts.get(float(value), "NaN"))
    return text, short.note


def _printed(array: Any, threshold: int, **formatter: Any) -> str:
    numpy = sys.modules["numpy"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if hasattr(array, "compressed"):
            return _masked_text(array, threshold, numpy)
        return str(
            numpy.array2string(
                array, threshold=threshold, edgeitems=_EDGE, formatter=formatter or None, **_PRINTED
            )
        )


def _masked_text(array: Any, threshold: int, numpy: Any) -> str:
    """Print an array with -- for what is masked: numpy would print what stands there."""
    if array.dtype.names:
        return str(array)
    if array.size > threshold:
        # Only what is printed becomes objects: one more than the corners, which numpy leaves out again.
        edge = _EDGE + 1
        ends = ([*range(edge), *range(n - edge, n)] if n > 2 * edge else range(n) for n in array.shape)
        array, threshold = array[numpy.ix_(*ends)], 0
    shown = array.astype(object).filled("--")
    return str(
        numpy.array2string(
            shown, threshold=threshold, edgeitems=_EDGE, formatter={"all": _plain_text}, **_PRINTED
        )
    )


def _plain_text(value: object) -> str:
    return f"{value:.8g}" if isinstance(value, float) else str(value)
