"""Returns a bounded, readable repr of any object, or the error that says why there is none."""

from __future__ import annotations

import collections
import pprint
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

from nbclaude.texts import Cut, beginning, clip, counted, gap, in_words

__all__ = ["bounded_repr", "bounded_str", "is_bare"]

# As many values of nested lists and dicts are looked at; the others are counted.
_MAX_VALUES = 2_000
_MAX_DEPTH = 12
_MAX_TEXT = 2_000  # characters of one in a list
_CONTAINERS: tuple[type, ...] = (
    list,
    tuple,
    dict,
    set,
    frozenset,
    collections.OrderedDict,
    collections.Counter,
    collections.defaultdict,
    collections.deque,
)
_BYTES = (bytes, bytearray)

_MAX_WIDTH = 1_000  # characters of a cell of pandas, which shows 50

# The second is how IPython's own objects show themselves.
_BARE = re.compile(r"<[^\n]{1,200} at 0x[0-9A-Fa-f]+>|<[\w.]{1,200} object>")


class _Text:
    """Stands in a list for what is shown in other words than its own repr."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def bounded_repr(value: object, limit: int) -> tuple[str, str]:
    """Return the repr, lists and dicts laid out over lines, within `limit` characters, and a note of what was cut.

    Raises what the value's own repr raises.
    """
    if type(value) not in (*_CONTAINERS, *_BYTES):
        return clip(_uncut(value, lambda: repr(value)), limit)
    # Trimmed before it is printed: the repr of ten million numbers is not made only to be thrown away.
    trimmer = _Trimmer(limit - 100 if type(value) in _BYTES else _MAX_TEXT)
    trimmed = trimmer.trimmed(value)
    try:
        text = _uncut(value, lambda: _laid_out(trimmed))
    except Exception:  # the repr of something in it: what can be shown of the others is
        trimmer = _Trimmer(_MAX_TEXT, careful=True)
        text = _laid_out(trimmer.trimmed(value))
    text, note = clip(text, limit)
    return text, Cut.joined((note, trimmer.note))


def _laid_out(value: object) -> str:
    return pprint.pformat(value, width=100, compact=True, sort_dicts=False)


def bounded_str(value: object, limit: int) -> tuple[str, str]:
    """Return `str(value)` within `limit` characters, and a note of what was cut."""
    return clip(_uncut(value, lambda: str(value)), limit)


def is_bare(text: str) -> bool:
    """Return whether a repr tells nothing but a type, or that and an address in memory."""
    return bool(_BARE.fullmatch(text))


def _uncut(value: Any, show: Callable[[], str]) -> str:
    """Return what is shown, with longer texts where pandas would cut through one that holds a credential."""
    text = show()
    pandas = sys.modules.get("pandas")
    inside = value if type(value) in _CONTAINERS else (value,)
    inside = inside.values() if isinstance(inside, dict) else inside
    if pandas is None or "..." not in text or not any(map(_is_of_pandas, inside)):
        return text
    from nbclaude.secrets.masking import mask

    with pandas.option_context("display.max_colwidth", _MAX_WIDTH):
        longer = show()
    return longer if len(mask(longer)[1]) > len(mask(text)[1]) else text


def _is_of_pandas(value: object) -> bool:
    return type(value).__module__.partition(".")[0] == "pandas"


class _Trimmer:
    """Makes lists and dicts small enough to be printed, and knows what it has left out of them.

    `careful` asks each value for its repr at once, and shows the class of one that fails.
    """

    def __init__(self, longest: int, *, careful: bool = False) -> None:
        self._longest, self._careful = longest, careful
        self._room = _MAX_VALUES
        self._items = self._texts = 0

    @property
    def note(self) -> str:
        """What was left out; nothing if nothing was."""
        items = Cut(f"{counted(self._items, 'item')} of lists left out") if self._items else ""
        texts = Cut(f"{counted(self._texts, 'text')} shortened") if self._texts else ""
        return Cut.joined((items, texts))

    def trimmed(self, value: Any, depth: int = 0) -> Any:
        self._room -= 1
        value = in_words(value)
        kind = type(value)
        if isinstance(value, (str, *_BYTES)) and len(value) > self._longest:
            self._texts += 1
            return self._shortened(value)
        if kind not in _CONTAINERS:
            return _Text(_safe_repr(value)) if self._careful else value
        if not value:
            return value
        if depth > _MAX_DEPTH:
            return self._left(len(value))
        if isinstance(value, Mapping):
            pairs = self._pairs(value, depth)
            return pairs if kind is dict else self._named(value, pairs)
        items: list[Any] = []
        for item in value:
            if self._room <= 0:
                items.append(self._left(len(value) - len(items)))
                break
            items.append(self.trimmed(item, depth + 1))
        if kind is collections.deque:
            return self._named(value, items)
        # What is in a set must stay hashable: it is trimmed no deeper than its own length.
        return list(items) if kind is list else tuple(items) if kind is tuple else kind(items)

    def _pairs(self, value: Mapping[Any, Any], depth: int) -> dict[Any, Any]:
        pairs: dict[Any, Any] = {}
        items = value.most_common(self._room + 1) if isinstance(value, collections.Counter) else value.items()
        for key, item in items:
            if self._room <= 0:
                pairs[self._left(len(value) - len(pairs))] = ...
                break
            pairs[_Text(_safe_repr(key)) if self._careful else key] = self.trimmed(item, depth + 1)
        return pairs

    def _shortened(self, value: Any) -> Any:
        # Somewhat more than is shown: the cut must not go through a credential.
        if isinstance(value, _BYTES):
            shown = beginning(repr(value[: 3 * self._longest]), self._longest)
            return _Text(f"{shown}… ({len(value):,} bytes in all)")
        shown = beginning(value[: 3 * self._longest], self._longest)
        return shown + gap(len(value) - len(shown)).rstrip("\n")

    def _named(self, value: Any, shown: Any) -> _Text:
        """Return what a container of the standard library looks like around what is shown of it."""
        factory = f"{value.default_factory!r}, " if isinstance(value, collections.defaultdict) else ""
        return _Text(f"{type(value).__name__}({factory}{_laid_out(shown)})")

    def _left(self, count: int) -> _Text:
        self._items += count
        return _Text(f"… {counted(count, 'more item')}")


def _safe_repr(value: object) -> str:
    try:
        return repr(value)
    except Exception as error:
        return f"<{type(value).__name__}, whose repr() failed: {type(error).__name__}>"
