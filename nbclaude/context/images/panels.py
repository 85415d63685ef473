"""Finds which panel of a figure a matplotlib axes is, of how many, and the area that it takes up with its labels."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from typing import Any

from nbclaude.context.libraries import is_a
from nbclaude.frozen import frozen

__all__ = ["Panel", "bars_of", "colorbars", "panel_of", "panels_in"]

_PAD = 0.1  # inches around it, as around a figure


@frozen
class Panel:
    """One of several panels: its axes (with twins of the same place) and those of the other panels."""

    axes: Sequence[Any]
    others: Sequence[Any]
    number: int
    count: int

    @property
    def caption(self) -> str:
        """Which panel it is, in words."""
        return f"panel {self.number} of {self.count}"

    def box(self, figure: Any, renderer: Any) -> Any:
        """Return the box in inches that holds the panel with its labels and a colorbar of its own; None if nothing is visible.

        The figure must have been laid out.
        """
        union = importlib.import_module("matplotlib.transforms").Bbox.union
        found = [box for axes in self.axes if (box := axes.get_tightbbox(renderer)) is not None]
        if not found:
            return None
        whole = union(found)
        for bar in colorbars(self.axes):
            box = bar.get_tightbbox(renderer)
            # A colorbar that several panels share lies beyond them.
            if box is not None and not any(_holds(union([whole, box]), other) for other in self.others):
                whole = union([whole, box])
        return whole.transformed(figure.dpi_scale_trans.inverted()).padded(_PAD)


def panel_of(value: Any, figure: Any) -> Panel | None:
    """Return the panel that an axes is; None for other values, and where the figure has no other panel."""
    if not is_a(value, "matplotlib:_AxesBase"):
        return None
    places = _places(figure)
    own = places.get(_place(value), [])
    if len(places) < 2 or not any(axes is value for axes in own):
        return None
    others = [axes for each in places.values() if each is not own for axes in each]
    number = list(places).index(_place(value)) + 1
    return Panel(own, others, number, len(places))


def panels_in(figure: Any) -> list[list[Any]]:
    """Return the axes of each panel of a figure, without colorbars; a panel with twins has several."""
    return list(_places(figure).values())


def _places(figure: Any) -> dict[tuple[object, ...], list[Any]]:
    places: dict[tuple[object, ...], list[Any]] = {}
    bars = {id(bar) for bar in colorbars(figure.axes)}
    for axes in figure.axes:
        if id(axes) not in bars and axes.get_visible():
            places.setdefault(_place(axes), []).append(axes)
    return places


def _place(axes: Any) -> tuple[object, ...]:
    """Return what twins have in common: their position, and the part of the figure that they are in."""
    bounds = axes.get_position(original=True).bounds
    return (id(axes.figure), *(round(float(number), 6) for number in bounds))


def colorbars(every: Sequence[Any]) -> Iterator[Any]:
    """Give the axes of the colorbars that belong to what is drawn in some axes."""
    for axes in every:
        yield from (bar.ax for bar in bars_of(axes))


def bars_of(axes: Any) -> list[Any]:
    """Return the colorbars of the artists in an axes, and those beside it whose mappable is not drawn anywhere."""
    own = (getattr(artist, "colorbar", None) for artist in axes.get_children())
    beside = (
        getattr(each, "_colorbar", None)
        for each in axes.figure.axes
        if axes in (getattr(each, "_colorbar_info", None) or {}).get("parents", ())
    )
    bars = [bar for bar in (*own, *beside) if getattr(bar, "ax", None) is not None]
    return list({id(bar): bar for bar in bars}.values())


def _holds(box: Any, axes: Any) -> bool:
    place = axes.get_window_extent()
    return bool(box.contains((place.x0 + place.x1) / 2, (place.y0 + place.y1) / 2))
