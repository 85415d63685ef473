"""Remembers which plotting functions the cell calls that draws a figure, where the figure itself does not tell."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from typing import Any

__all__ = ["calls_for", "note_calls", "noting"]

_called: weakref.WeakKeyDictionary[Any, str] = weakref.WeakKeyDictionary()
_noting: list[Callable[[], None]] = []


def noting(note: Callable[[], None]) -> Callable[[], None]:
    """Have `note` called when a figure is asked for that may be of the cell that runs; return the function that ends this."""
    _noting.append(note)
    return lambda: _noting.remove(note)


def note_calls(figures: Iterable[Any], called: str) -> None:
    """Remember what the cell calls that draws or shows these figures; a cell that calls nothing changes nothing."""
    if called:
        _called.update((figure, called) for figure in figures)


def calls_for(figure: Any) -> str:
    """Return what a cell that drew a figure calls, such as "seaborn.lineplot"; nothing where that is not known."""
    if figure not in _called:
        for note in tuple(_noting):
            note()
    return _called.get(figure, "")
