"""Writes a value into a sentence, if it has a short text in the wanted format."""

from __future__ import annotations

import datetime
import decimal
import fractions
import numbers
import re
import uuid
from typing import Any

__all__ = [
    "INLINE",
    "inline_text",
    "is_format",
    "is_python_format",
    "is_short",
    "python_text",
    "reads_as_number",
]

# A text that is not longer is put into the sentence.
INLINE = 80

# Ours: schema, head 20, repr; what follows these two words is a name, and may be of several words.
_WORD_FORMAT = re.compile(r"[A-Za-z]+(?: \S+)?|(?:group|compare) \S[^\n]*")
# The format specifications of Python, as in f"{x:>10,.2f}": fill and align, sign, #, 0, width, grouping, precision, type.
# A number alone is not a format (`{a:1}` is JavaScript), nor is a percentage (`{width:50%}` is CSS).
_SPECIFICATION = re.compile(
    r"(?![-+]?\d+(?:\.\d+)?%?\Z)(?:[^\s{}]?[<>=^])?[-+]?z?#?0?\d*[,_]?(?:\.\d+)?[bcdeEfFgGnosxX%]?|0\d+",
    re.ASCII,
)
# Dates: {day:%Y-%m-%d}
_DATE = re.compile(r".*%[A-Za-z].*")
_NUMBER = re.compile(r"[-+\u2212]?\.?\d[\d.,_\u2019'\u00a0\u202f]*(?:[eE][-+]?\d+)?%?")

_SHORT = (
    numbers.Number,
    datetime.date,
    datetime.time,
    datetime.timedelta,
    decimal.Decimal,
    fractions.Fraction,
    uuid.UUID,
)


def is_format(text: str) -> bool:
    """Return whether this could be a format: one of ours, or one of Python's."""
    return bool(_WORD_FORMAT.fullmatch(text)) or is_python_format(text)


def is_python_format(text: str) -> bool:
    """Return whether `format()` could take this for some number, text or date."""
    return bool(text) and bool(_SPECIFICATION.fullmatch(text) or _DATE.fullmatch(text))


def inline_text(value: object, format: str) -> str | None:
    """Return a short value as the text that stands for it in the sentence; None if it is larger, or has another format."""
    if format in ("", "str", "repr"):
        if not is_short(value):
            return None
        return repr(value) if format == "repr" else str(value)
    text = python_text(value, format)
    return text if text is not None and _is_short_text(text) else None


def python_text(value: Any, format: str) -> str | None:
    """Return what Python's `format()` makes of a value; None where it does not take this format for it."""
    # A date takes any text, and puts in what stands after %.
    if not is_python_format(format) or (hasattr(type(value), "strftime") and "%" not in format):
        return None
    # What has no format of its own takes none.
    if getattr(type(value), "__format__", None) is getattr(object, "__format__", None):
        return None
    try:
        text = value.__format__(format)
    except Exception:  # numpy, pandas and others have errors of their own for it
        return None
    return str(text) if isinstance(text, str) else None


def reads_as_number(text: str) -> bool:
    """Return whether a text is a number as people write it: 7, -3.5, 1,234.50."""
    return bool(_NUMBER.fullmatch(text))


def is_short(value: Any) -> bool:
    """Return whether a value stands in the sentence: a number, a date, one line of text, a few of these in a list or tuple."""
    if type(value) in (list, tuple):
        return len(value) <= INLINE and all(map(_is_single, value)) and _is_short_text(repr(value))
    return _is_single(value)


def _is_single(value: Any) -> bool:
    if isinstance(value, str):
        return _is_short_text(value)
    if value is None or isinstance(value, _SHORT):
        # An integer may have a million digits.
        return not isinstance(value, int) or value.bit_length() < 200
    # A single number or date of numpy has the methods of an array.
    return (
        type(value).__module__ == "numpy"
        and getattr(value, "shape", None) == ()
        and not hasattr(value, "fill_value")
    )


def _is_short_text(text: str) -> bool:
    return len(text) <= INLINE and "\n" not in text
