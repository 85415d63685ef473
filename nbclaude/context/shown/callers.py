"""Remembers which plotting functions a figure's cell calls, where the figure itself does not show it."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from typing import Any

__all__ = ["calls_for", "note_calls", "noting"]

_called: weakref.WeakKeyDictionary[Any, str] = weakref.WeakKeyDictionary()
_noting: list[Callable[[], None]] = []


def noting(note: Callable[[], None]) -> Callable[[], None]:
    """Have `note` called when somebody asks about a figure that the running cell may have drawn; return what ends this."""
    _noting.append(note)
    return lambda: _noting.remove(note)


def note_calls(figures: Iterable[Any], called: str) -> None:
    """Remember what is called by the cell that draws or shows these figures; an empty `called` changes nothing."""
    if called:
        _called.update((figure, called) for figure in figures)


def calls_for(figure: Any) -> str:
    """Return what the cell that drew a figure calls, such as "seaborn.lineplot"; empty if that is not known."""
    if figure not in _called:
        for note in tuple(_noting):
            note()
    return _called.get(figure, "")
