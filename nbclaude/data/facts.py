"""Writes a line of facts about the numbers and values of a column, split by what it gives away."""

from __future__ import annotations

import datetime
import decimal
import math
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbclaude.texts import one_line

__all__ = [
    "CELL_LIMIT",
    "DIGITS",
    "Facts",
    "category_facts",
    "cell_is_cut",
    "cell_text",
    "full_text",
    "missing_text",
    "name_text",
    "number_facts",
    "number_text",
    "range_text",
    "single",
    "told",
    "types_text",
    "values_range",
]

_NAME_LIMIT = 80
CELL_LIMIT = 60  # characters: what a cell of a table has at least
DIGITS = 10  # what a number has at least


@dataclass(frozen=True, slots=True)
class Facts:
    """What is in a column: `ranges` tell no single row, `values` quote what stands in some."""

    ranges: str = ""
    values: str = ""


def cell_text(value: object, limit: int = CELL_LIMIT, *, digits: int = DIGITS) -> str:
    """Return one value as a cell of CSV: nothing for a missing one, at most `limit` characters, and of a float `digits`."""
    if value is None:
        return ""
    if isinstance(value, float):
        return "" if math.isnan(value) else _float_text(value, digits)
    if isinstance(value, (bytes, bytearray)):
        # Much more than is shown: `one_line` must see where a credential ends.
        return one_line(repr(bytes(value[: 10 * limit])), limit)
    whole = full_text(value)
    # Spaces around a text are a fault that one looks for.
    return "" if whole is None else one_line(str(whole), limit, strip=False)


def cell_is_cut(value: object, limit: int, digits: int) -> tuple[bool, bool]:
    """Return whether a cell of so many characters holds less than the value, and whether a float is rounded in it."""
    if isinstance(value, float):
        return False, math.isfinite(value) and float(_float_text(value, digits)) != value
    if value is None or isinstance(value, int):
        return False, False
    if isinstance(value, (bytes, bytearray)):
        return len(repr(bytes(value[: limit + 1]))) > limit, False
    text = str(full_text(value))
    # As `one_line` counts.
    return len(text) > limit and (len(text) > 2 * limit or len(text.replace("\r", "")) > limit), False


def single(value: float | None) -> float | None:
    """Return a number of 32 bits with the few digits that tell it from others of 32 bits: 0.1, not 0.10000000149011612."""
    if value is None or not math.isfinite(value):
        return value
    stored = struct.pack("f", value)
    shorter = (float(f"{value:.{digits}g}") for digits in range(6, 10))
    return next(
        (each for each in shorter if abs(each) <= _LARGEST and struct.pack("f", each) == stored), value
    )


_LARGEST = 3.4028234663852886e38  # of 32 bits


def _float_text(value: float, digits: int) -> str:
    """Return a float with `digits`, or with all of them where more than 10 are asked for and it has more."""
    text = f"{value:.{DIGITS}g}"
    return text if digits <= DIGITS or float(text) == value else repr(value)


def full_text(value: object) -> object:
    """Return an object as its whole text; a number and bytes as they are; None for what is missing, also to pandas."""
    if value is None or isinstance(value, (str, float, int, bytes, bytearray)):
        return value
    if type(value).__name__ in ("NaTType", "NAType"):
        return None
    try:
        return str(value)
    except Exception:  # an object of the user's may fail in any way when it is shown
        return f"<{type(value).__name__}>"


def name_text(name: object) -> str:
    """Return the name of a column as text; in quotes where it has spaces around it."""
    text = str(full_text(name))
    return one_line(repr(text) if text != text.strip() else text, _NAME_LIMIT) or "(no name)"


def number_text(value: float | int | decimal.Decimal) -> str:
    """Return a statistic: whole numbers and Decimals whole, others with six significant digits."""
    if isinstance(value, (int, decimal.Decimal)):
        return str(value)
    return f"{value:.6g}"


def number_facts(
    missing: int,
    rows: int,
    least: float | int | None = None,
    most: float | int | None = None,
    *,
    mean: float = math.nan,
    median: float = math.nan,
    deviation: float = math.nan,
    infinite: int = 0,
    sampled: bool = False,
) -> Facts:
    """Tell a column of numbers: missing, range, mean, median, standard deviation; what is `sampled` is marked, not the range."""
    parts = [missing_text(missing, rows)]
    if least is not None and most is not None:
        parts.append(f"{number_text(least)} … {number_text(most)}")
        known = (("mean", mean), ("median", median), ("std", deviation))
        mark = "~" if sampled else ""
        parts += [f"{mark}{word} {number_text(number)}" for word, number in known if not math.isnan(number)]
    if infinite:
        parts.append(f"{infinite:,} infinite")
    return Facts(", ".join(part for part in parts if part))


def category_facts(
    missing: int,
    rows: int,
    distinct: int | None,
    top: Sequence[tuple[object, int]],
    types: str = "",
    *,
    sampled: bool = False,
    missing_sampled: bool = False,
) -> Facts:
    """Tell a column of texts, categories or objects: missing, distinct values, and the commonest, marked if `sampled`."""
    mark = "~" if sampled else ""
    parts = [missing_text(missing, rows, sampled=missing_sampled)]
    if distinct is not None:
        parts.append(f"{mark}{distinct:,} distinct")
    if types:
        parts.append(types)
    quoted = [(cell_text(value), count) for value, count in top]
    if quoted and quoted[0][1] > 1:
        values = f"{mark}top: " + ", ".join(f"{text!r} {count:,}" for text, count in quoted)
    else:
        values = "such as " + ", ".join(repr(text) for text, _ in quoted[:3]) if quoted else ""
    return Facts(", ".join(part for part in parts if part), values)


def told(*parts: str) -> str:
    """Join what there is to say."""
    return ", ".join(part for part in parts if part)


def range_text(least: float | int | None, most: float | int | None, what: str = "") -> str:
    """Return "0 … 9", or nothing where no number is known."""
    if least is None or most is None:
        return ""
    return f"{what}{number_text(least)} … {number_text(most)}"


def types_text(kinds: Mapping[type, int]) -> str:
    """Return the types of Python objects, the commonest first; nothing if all are texts, which needs no saying."""
    names = [kind.__name__ for kind in sorted(kinds, key=lambda each: -kinds[each])]
    if names == ["str"]:
        return ""
    return f"holds {', '.join(names[:4])}{f' and {len(names) - 4} other types' if len(names) > 4 else ''}"


_ORDERED = (decimal.Decimal, datetime.date, datetime.time, datetime.timedelta)


def values_range(values: Iterable[Any], kinds: Iterable[type]) -> str | None:
    """Return the range of dates, times or Decimals; None for other values, and where they cannot be compared."""
    if not all(issubclass(kind, _ORDERED) for kind in kinds):
        return None
    known = list(values)
    try:
        return f"{min(known)} … {max(known)}"
    except (TypeError, ArithmeticError):  # dates with and without a time zone, a NaN that signals
        return None


def missing_text(missing: int, rows: int, *, sampled: bool = False) -> str:
    """Return how many values are missing, or nothing where none is; of a sample only which share, marked."""
    if sampled and missing != rows:
        return f"~{missing / rows:.1%} missing" if missing else "~none missing"
    if not missing:
        return ""
    if missing == rows:
        return "~all missing" if sampled else "all missing"
    share = f"{missing / rows:.1%}" if missing / rows >= 0.0005 else "< 0.1%"
    return f"{missing:,} missing ({share})"
