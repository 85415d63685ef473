"""Any object comes in; a bounded, readable repr goes out, or the error that says why there is none."""

from __future__ import annotations

import pprint
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

from nbclaude.context.texts import clip, counted
from nbclaude.errors import ConfigurationError

__all__ = ["bounded_repr", "bounded_str", "is_bare"]

# As many values of nested lists and dicts are looked at; the others are counted.
_MOST_VALUES = 2_000
_DEEPEST = 12
_LONGEST_TEXT = 2_000  # characters of one in a list

_WIDEST = 1_000  # characters of a cell of pandas, which shows 50

_ADDRESS = re.compile(r"<[^\n]{1,200} at 0x[0-9A-Fa-f]+>")


class _Left:
    """Stands in a list for what was left out of it."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __repr__(self) -> str:
        return f"… {counted(self.count, 'more item')}"


def bounded_repr(value: object, limit: int) -> tuple[str, str]:
    """Return the repr, lists and dicts laid out over lines, within `limit` characters, and a note of what was cut."""
    trimmer = _Trimmer()
    if type(value) in (list, tuple, dict, set, frozenset):
        # Trimmed before it is printed: the repr of ten million numbers is not made only to be thrown away.
        trimmed = trimmer.trimmed(value)
        text = _uncut(value, lambda: pprint.pformat(trimmed, width=100, compact=True, sort_dicts=False))
    else:
        text = _called(repr, value)
    text, note = clip(text, limit)
    return text, "; ".join(part for part in (note, trimmer.note) if part)


def bounded_str(value: object, limit: int) -> tuple[str, str]:
    """Return `str(value)` within `limit` characters, and a note of what was cut."""
    return clip(_called(str, value), limit)


def is_bare(text: str) -> bool:
    """Return whether a repr tells nothing but a type and an address in memory."""
    return bool(_ADDRESS.fullmatch(text))


def _called(show: Any, value: object) -> str:
    try:
        return _uncut(value, lambda: str(show(value)))
    except Exception as error:
        raise ConfigurationError(
            f"{show.__name__}() of this {type(value).__name__} failed: {type(error).__name__}: {error}"
        ) from error


def _uncut(value: Any, show: Callable[[], str]) -> str:
    """Return what is shown, with longer texts where pandas would cut through one that holds a credential."""
    text = show()
    pandas = sys.modules.get("pandas")
    inside = value.values() if type(value) is dict else value if type(value) in (list, tuple) else (value,)
    if pandas is None or "..." not in text or not any(map(_is_of_pandas, inside)):
        return text
    from nbclaude.context.secrets.masking import mask

    with pandas.option_context("display.max_colwidth", _WIDEST):
        longer = show()
    return longer if len(mask(longer)[1]) > len(mask(text)[1]) else text


def _is_of_pandas(value: object) -> bool:
    return type(value).__module__.partition(".")[0] == "pandas"


class _Trimmer:
    """Makes lists and dicts small enough to be printed, and knows what it has left out of them."""

    def __init__(self) -> None:
        self._room = _MOST_VALUES
        self._items = self._texts = 0

    @property
    def note(self) -> str:
        """What was left out; nothing if nothing was."""
        items = f"{counted(self._items, 'item')} of lists left out" if self._items else ""
        texts = f"{counted(self._texts, 'text')} shortened" if self._texts else ""
        return "; ".join(part for part in (items, texts) if part)

    def trimmed(self, value: Any, depth: int = 0) -> Any:
        self._room -= 1
        if isinstance(value, str) and len(value) > _LONGEST_TEXT:
            self._texts += 1
            return clip(value, _LONGEST_TEXT)[0]
        kind = type(value)
        if kind not in (list, tuple, dict, set, frozenset) or not value:
            return value
        if depth > _DEEPEST:
            return self._left(len(value))
        if isinstance(value, Mapping):
            return self._pairs(value, depth)
        items: list[Any] = []
        for item in value:
            if self._room <= 0:
                items.append(self._left(len(value) - len(items)))
                break
            items.append(self.trimmed(item, depth + 1))
        # What is in a set must stay hashable: it is trimmed no deeper than its own length.
        return list(items) if kind is list else tuple(items) if kind is tuple else kind(items)

    def _pairs(self, value: Mapping[Any, Any], depth: int) -> dict[Any, Any]:
        pairs: dict[Any, Any] = {}
        for key, item in value.items():
            if self._room <= 0:
                pairs[self._left(len(value) - len(pairs))] = ...
                break
            pairs[key] = self.trimmed(item, depth + 1)
        return pairs

    def _left(self, count: int) -> _Left:
        self._items += count
        return _Left(count)
