"""Reads and writes JSON such that whatever a server sends can be shown, kept and sent back.

Python's own reader takes what JSON does not have (`NaN`), makes infinities of large numbers and halves of characters of
escapes; its writer then puts words on the wire that no server reads.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["MAX_NESTING", "from_json", "to_json"]

MAX_NESTING = 100  # levels: all that walk through a value do so by recursion
_MAX_DIGITS = 300  # of a whole number: as a float it is still finite, and so are sums of such


def from_json(text: str | bytes, *, exact: bool = False, keeps_halves: bool = False) -> Any:
    """Read JSON; half a character (a lone surrogate, which JSON can escape) becomes `?`, unless the caller joins them.

    A number that is too large for a float, `NaN` and `Infinity` become None; where a value must be `exact`, they are errors.

    Raises:
        ValueError: it is not JSON, or it is nested more than `MAX_NESTING` levels deep.

    """
    if isinstance(text, bytes):
        text = text.decode("utf-8-sig", "replace")
    try:
        value = (_EXACT if exact else _LENIENT).decode(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if text.count("[") + text.count("{") > MAX_NESTING and _is_deeper(value, MAX_NESTING):
        raise ValueError("it is nested too deeply")
    if not keeps_halves and ("\\ud" in text or "\\uD" in text):
        value = json.loads(to_json(value))
    return value


def to_json(value: object) -> bytes:
    """Return UTF-8 JSON, the same bytes for the same value; half a character becomes `?`, what is no finite number null.

    Raises:
        ValueError: the value is nested too deeply to be written, or contains itself.

    """
    try:
        try:
            text = _WRITER.encode(value)
        except ValueError:
            text = _WRITER.encode(_finite(value))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return text.encode("utf-8", "replace")


def _whole_number(digits: str) -> int | None:
    return int(digits) if len(digits) <= _MAX_DIGITS else None


def _float(number: str) -> float | None:
    value = float(number)
    return value if math.isfinite(value) else None


def _no_number(word: str) -> None:
    return None


def _refuse_word(word: str) -> None:
    raise ValueError(f"{word} is not a number of JSON")


def _exact_whole_number(digits: str) -> int:
    value = _whole_number(digits)
    if value is None:
        raise ValueError("a number in it is too large")
    return value


def _exact_float(number: str) -> float:
    value = _float(number)
    if value is None:
        raise ValueError("a number in it is too large")
    return value


_LENIENT = json.JSONDecoder(parse_int=_whole_number, parse_float=_float, parse_constant=_no_number)
_EXACT = json.JSONDecoder(
    parse_int=_exact_whole_number, parse_float=_exact_float, parse_constant=_refuse_word
)
_WRITER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _is_deeper(value: Any, levels: int) -> bool:
    """Tell whether a value has more levels of lists and objects, without recursion."""
    level = [value]
    for _ in range(levels + 1):
        if not level:
            return False
        level = [inner for outer in level for inner in _inside(outer) if isinstance(inner, (dict, list))]
    return True


def _inside(value: Any) -> Iterator[Any]:
    yield from value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
