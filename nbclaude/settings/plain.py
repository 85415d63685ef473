"""Values as users have them (numpy's numbers, Decimals, generators, subclasses of dict) to plain ones, or the reason why not."""

from __future__ import annotations

import itertools
import math
import numbers
from collections.abc import Iterable, Mapping
from typing import Any

from nbclaude.refusal import UnfitError

__all__ = ["a_type", "as_float", "items_of", "number_of", "plain_json", "plain_text"]

_MAX_ITEMS = 100_000
_MAX_DEPTH = 100
_MAX_NUMBER = 2**63 - 1  # of whole numbers


def a_type(value: object) -> str:
    """Name the type of a value, with its article."""
    name = type(value).__name__
    if name == "bytes":
        return name
    return f"{'an' if name[0] in 'aeiouAEIO' else 'a'} {name}"


def plain_text(value: object) -> str | None:
    """Return a text as an exact `str`; None for what is not text. Bytes and paths are not."""
    return str.__str__(value) if isinstance(value, str) else None


def number_of(value: object) -> Any:
    """Return a number of any library as one that can be compared; None for what is not one. True is not a number."""
    try:
        # A scalar of numpy, or an array without dimensions, has a number of Python to give.
        if not isinstance(value, numbers.Number) and getattr(value, "shape", None) == ():
            value = value.item()  # type: ignore[attr-defined]
    except Exception:
        return None
    if isinstance(value, bool) or not isinstance(value, numbers.Number):
        return None
    is_complex = isinstance(value, numbers.Complex) and not isinstance(value, numbers.Real)
    return None if is_complex or not hasattr(value, "__float__") else value


def items_of(value: object) -> list[Any] | None:
    """Return what a list, tuple, array or generator holds; None for a mapping, bytes, and what cannot be iterated.

    A set is sorted: the same set gives the same request.

    Raises:
        UnfitError: it holds too much, or iterating over it fails.

    """
    if isinstance(value, str | bytes | bytearray | memoryview | Mapping) or not isinstance(value, Iterable):
        return None
    try:
        found = list(itertools.islice(value, _MAX_ITEMS + 1))
        if isinstance(value, set | frozenset):
            found.sort(key=repr)
    except Exception as error:
        # Only the kind is told: what user code says could hold a secret.
        raise UnfitError(
            f"it cannot be read: iterating over it raises {a_type(error)}.", shown=False
        ) from None
    if len(found) > _MAX_ITEMS:
        raise UnfitError(f"it has more than {_MAX_ITEMS:,} items.", shown=False)
    return found


def plain_json(value: object, depth: int = 0) -> Any:
    """Return a value as JSON has it: dicts with texts as keys, lists, texts, finite numbers, booleans and None.

    Raises:
        UnfitError: some of it is not JSON.

    """
    if depth > _MAX_DEPTH:
        raise UnfitError("it is nested too deeply.", shown=False)
    if value is None or isinstance(value, bool):
        return value
    if (text := plain_text(value)) is not None:
        return text
    if isinstance(value, Mapping):
        if wrong := [key for key in value if not isinstance(key, str)]:
            raise UnfitError("the names of fields must be text.", part=(wrong[0],))
        return {str.__str__(key): plain_json(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_json(item, depth + 1) for item in value]
    number = number_of(value)
    if number is None:
        raise UnfitError(f"it holds {a_type(value)}, which is not JSON.", part=(value,))
    result = int(number) if isinstance(number, numbers.Integral) else as_float(number)
    if abs(result) > _MAX_NUMBER if isinstance(result, int) else not math.isfinite(result):
        raise UnfitError("it holds a number that JSON cannot write.", part=(value,))
    return result


def as_float(number: Any) -> float:
    """Return a number as a float: 0.3 for what numpy has as 0.3 in fewer bits; nan for what has none."""
    try:
        return float(str(number) if type(number).__module__ == "numpy" else number)
    except (OverflowError, ValueError):
        return math.nan
