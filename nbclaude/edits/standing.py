"""The widgets of offers that stand in the notebook, each with the id of the cell that shows it."""

from __future__ import annotations

from typing import Any

__all__ = ["forget_widgets", "keep_widget"]

_MAX_WIDGETS = 60  # of one kernel; the oldest close then
_widgets: list[tuple[str, Any]] = []


def keep_widget(cell: str, widget: Any) -> None:
    """Note that a cell shows a widget."""
    _widgets.append((cell, widget))
    while len(_widgets) > _MAX_WIDGETS:
        _widgets.pop(0)[1].close()


def forget_widgets(cell: str | None = None) -> None:
    """Close the widgets of a cell, or of all cells; their buttons disappear."""
    for pair in _widgets[:]:
        if cell is None or pair[0] == cell:
            _widgets.remove(pair)
            pair[1].close()
