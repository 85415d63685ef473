"""Writes single values: the cells of a table, the names of columns, the numbers of a statistic."""

from __future__ import annotations

import datetime
import decimal
import math
import re
import struct
from typing import Any

from nbclaude.data.nested import nested_text
from nbclaude.texts import one_line

__all__ = [
    "CELL_LIMIT",
    "DIGITS",
    "cell_is_cut",
    "cell_text",
    "date_text",
    "duration_text",
    "full_text",
    "label_text",
    "name_text",
    "number_text",
    "single",
    "value_text",
]

_MAX_NAME = 80
CELL_LIMIT = 60  # characters: what a cell of a table has at least
DIGITS = 10  # what a number has at least
_LARGE = 1e15  # from here on a float has an exponent


def cell_text(value: object, limit: int = CELL_LIMIT, *, digits: int = DIGITS) -> str:
    """Return one value as a cell of CSV: nothing for a missing one, at most `limit` characters, and of a float `digits`."""
    if value is None:
        return ""
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else _float_text(value, digits)
    if isinstance(value, complex):
        return f"{value:.{min(digits, DIGITS)}g}"
    whole = full_text(value)
    # Spaces around a text are a fault that one looks for.
    return "" if whole is None else one_line(str(whole), limit, strip=False)


def cell_is_cut(value: object, limit: int, digits: int) -> tuple[bool, bool]:
    """Return whether a cell of so many characters holds less than the value, and whether a float is rounded in it."""
    if isinstance(value, float):
        return False, math.isfinite(value) and float(_float_text(value, digits)) != value
    if isinstance(value, complex):
        return False, value == value and complex(cell_text(value, digits=digits)) != value
    if value is None or isinstance(value, int):
        return False, False
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
    text = f"{value:.{min(digits, DIGITS)}g}"
    return text if digits <= DIGITS or float(text) == value else repr(value)


def full_text(value: object) -> object:
    """Return an object as its whole text; a number as it is; None for what is missing, also to pandas.

    What consists of many values (a vector, an image, a geometry) is told in short.
    """
    if value is None or isinstance(value, (str, float, int, complex)):
        return value
    if type(value).__name__ in ("NaTType", "NAType"):
        return None
    if isinstance(value, (datetime.datetime, datetime.timedelta)):
        return date_text(value)
    if type(value).__name__ == "datetime64":
        return date_text(value)
    if type(value).__name__ == "Interval" and hasattr(value, "closed_left"):
        return _interval_text(value)
    try:
        return nested_text(value) or str(value)
    except Exception:  # an object of the user's may fail in any way when it is shown
        return f"<{type(value).__name__}>"


_MIDNIGHT = re.compile(r"(?<=\d)[T ]00:00:00(?:\.0+)?(?:[+-]\d\d:\d\d)?$")
_ZEROS = re.compile(r"(?<=:\d\d)(?:\.0+|(\.\d*[1-9])0+)(?=$|[+-])")


def date_text(value: object) -> str:
    """Return a point in time; at midnight only its day, at a whole second no fraction. The type of a column tells the zone.

    A duration is written as `duration_text` does.
    """
    if isinstance(value, datetime.timedelta) and value == value:
        return duration_text(value)
    return _ZEROS.sub(r"\1", _MIDNIGHT.sub("", str(value)))


def duration_text(value: datetime.timedelta) -> str:
    """Return a duration as "2 days 03:00:00.5": days and clock only if they are not zero, and the sign first."""
    size = -value if value.days < 0 else value
    minutes, seconds = divmod(size.seconds, 60)
    fraction = f"{size.microseconds:06}{getattr(size, 'nanoseconds', 0):03}".rstrip("0")
    clock = f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{'.' * bool(fraction)}{fraction}"
    days = f"{size.days} day{'s' * (size.days != 1)}" if size.days else ""
    shown = [part for part in (days, "" if days and clock == "00:00:00" else clock) if part]
    return "-" * (value.days < 0) + " ".join(shown)


def _interval_text(interval: Any) -> str:
    """Return the text of a pandas interval; dates are written without midnight times."""
    left, right = (date_text(end) for end in (interval.left, interval.right))
    return f"{'[' if interval.closed_left else '('}{left}, {right}{']' if interval.closed_right else ')'}"


def name_text(name: object) -> str:
    """Return the name of a column as text; in quotes where it has spaces around it."""
    text = str(full_text(name))
    return one_line(repr(text) if text != text.strip() else text, _MAX_NAME) or "(no name)"


def label_text(name: object) -> str:
    """Return a label as `name_text` does; in quotes also where it is a text that looks like a number."""
    if isinstance(name, str) and _LOOKS_ELSE.fullmatch(name):
        return one_line(repr(name), _MAX_NAME)
    return name_text(name)


_LOOKS_ELSE = re.compile(r"[-+]?\.?\d[\d.,_]*(?:[eE][-+]?\d+)?|True|False|None|NaN|nan|NaT|<NA>|")
_PLAIN = re.compile(r"[^\s,;:'\"](?:[^,;:'\"\n\r\t]*[^\s,;:'\"])?")


_OF_TIME = (datetime.date, datetime.time, datetime.timedelta)


def value_text(value: object, limit: int = CELL_LIMIT) -> str:
    """Return a value as it is quoted among facts: a text bare where nobody could take it for something else."""
    text = cell_text(value, limit)
    if isinstance(value, (bool, int, float, decimal.Decimal, *_OF_TIME)):
        return text
    if isinstance(value, str) and _LOOKS_ELSE.fullmatch(text):
        return repr(text)
    return text if _PLAIN.fullmatch(text) else repr(text)


def number_text(value: float | int | decimal.Decimal, digits: int = 6) -> str:
    """Return a number: whole ones and Decimals whole, others with so many significant digits.

    There is an exponent only where it is needed.
    """
    if isinstance(value, (int, decimal.Decimal)):
        return str(value)
    if value.is_integer() and abs(value) < _LARGE:
        return str(int(value))
    text = f"{value:.{digits}g}"
    # Rounding may have made it a whole number.
    return f"{value:.0f}" if "e+" in text and abs(value) < _LARGE else text
