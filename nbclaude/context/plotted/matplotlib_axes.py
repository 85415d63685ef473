"""Reads what a matplotlib figure knows about itself: titles, axes, legends and (in `matplotlib_layers`) layers."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from nbclaude.context.images.panels import Panel, panels_in
from nbclaude.context.plotted.facts import Axis, PlottedFigure, PlottedPanel
from nbclaude.context.plotted.matplotlib_layers import Scales, layers_of
from nbclaude.context.plotted.seaborn_marks import library_of
from nbclaude.context.plotted.values import value_text

__all__ = ["read_figure"]

_DATES = ("DateConverter", "_SwitchableDateConverter", "ConciseDateConverter", "DatetimeConverter")
_MAX_CATEGORIES = 200
_HALF = 0.5
_DIGITS = 6  # of limits: they are set with a margin, and have as many digits as a float


def read_figure(figure: Any, panel: Panel | None = None) -> PlottedFigure:
    """Return what is known about a figure, or about one of its panels."""
    groups = [panel.axes] if panel is not None else panels_in(figure)
    number, count = (panel.number, panel.count) if panel is not None else (0, 0)
    title = getattr(figure, "_suptitle", None)
    title = figure.get_suptitle() if hasattr(figure, "get_suptitle") else (title.get_text() if title else "")
    legend = [text for each in figure.legends for text in _entries(each)]
    panels = [_panel(group) for group in groups]
    return PlottedFigure(library_of(figure, groups), title, panels, legend, number=number, count=count)


def _panel(group: Sequence[Any]) -> PlottedPanel:
    first = group[0]
    places = ("center", "left", "right")
    title = " | ".join(text for each in group for place in places if (text := each.get_title(loc=place)))
    legend = [text for each in group if each.get_legend() for text in _entries(each.get_legend())]
    axes: list[Axis] = []
    layers = []
    for place, each in enumerate(group):
        own, shared = list(_axes(each)), [axis.name for axis in axes]
        names = {}
        for axis, name in own:
            if place and _is_shared(each, first, name):
                continue
            names[name] = f"second {axis.name}" if axis.name in shared else axis.name
            axes.append(Axis(names[name], axis.label, axis.limits, axis.of_data, axis.scale, axis.categories))
        twin = next((said for said in names.values() if said.startswith("second")), "")
        scales = Scales(*(_writer(each, name) for name in ("x", "y")))
        layers += layers_of(each, scales, f"on the {twin} axis" if twin else "")
    axes += [bar for each in group for bar in _colours(each)]
    kind = "" if first.name in ("rectilinear", "") else f"{first.name} projection"
    return PlottedPanel(title, axes, legend, layers, kind)


def _entries(legend: Any) -> list[str]:
    title = legend.get_title().get_text()
    entries = [text.get_text() for text in legend.get_texts()]
    return [f"{title}:", *entries] if title and title not in entries else entries


def _is_shared(axes: Any, first: Any, name: str) -> bool:
    grouper = getattr(axes, f"get_shared_{name}_axes", None)
    return bool(grouper and grouper().joined(axes, first))


def _axes(axes: Any) -> Iterator[tuple[Axis, str]]:
    for name in ("x", "y", "z"):
        axis = getattr(axes, f"{name}axis", None)
        if axis is None or not getattr(axes, "_axis3don", axes.axison) or not axis.get_visible():
            continue
        if not axis.label.get_text() and not len(axis.get_ticklocs()):
            continue  # nothing tells its values: a pie
        low, high = getattr(axes, f"get_{name}lim")()
        scale = str(axis.get_scale())
        names = categories_of(axis)
        text = (None if names else _writer(axes, name)) or _limit
        limits = (text(low), text(high))
        yield (
            Axis(
                name,
                axis.label.get_text(),
                limits,
                scale="" if scale == "linear" else scale,
                categories=list(names.values())[:_MAX_CATEGORIES],
            ),
            name,
        )


def categories_of(axis: Any) -> dict[float, str]:
    """Return the names on a categorical axis by position; none for numbers that merely have other labels."""
    formatter, locator = axis.get_major_formatter(), axis.get_major_locator()
    kind = type(formatter).__name__
    if kind == "StrCategoryFormatter":
        mapping = getattr(axis.units, "_mapping", None) or {}
        return {float(place): str(name) for name, place in mapping.items()}
    if type(locator).__name__ != "FixedLocator" or not _is_fixed(formatter):
        return {}
    named = {float(place): str(formatter(place, number)) for number, place in enumerate(locator())}
    # pandas and seaborn put categories at 0, 1, 2 (heat maps in the middle of each cell); ticks elsewhere are numbers.
    start = min(named, default=0.0)
    in_row = all(place == start + number for number, place in enumerate(sorted(named)))
    if not in_row or start not in (0.0, 0.5, 1.0) or not all(named.values()):
        return {}
    return named if any(name != value_text(place) for place, name in named.items()) else {}


def _is_fixed(formatter: Any) -> bool:
    """Return whether a formatter only looks up labels that were given for these ticks: no function of the user's runs."""
    looked_up = getattr(getattr(formatter, "func", None), "func", None)
    return (
        type(formatter).__name__ == "FixedFormatter"
        or getattr(looked_up, "__name__", "") == "_format_with_dict"
    )


def _writer(axes: Any, name: str) -> Callable[[float], str] | None:
    """Return a function that writes positions on an axis as the user gave them (dates, names); None for numbers."""
    axis = getattr(axes, f"{name}axis")
    names = categories_of(axis)
    converter = axis.get_converter() if hasattr(axis, "get_converter") else getattr(axis, "converter", None)
    kind = type(converter).__name__
    dates, pandas = sys.modules.get("matplotlib.dates"), sys.modules.get("pandas")
    frequency = getattr(axes, "freq", None) if name == "x" else None
    if names:
        # Bars side by side stand beside the place of their category.
        return lambda place: names.get(float(place)) or names.get(_nearest(place, names)) or value_text(place)
    if kind in _DATES and dates is not None:
        return lambda place: value_text(dates.num2date(place))[:19]
    if kind == "PeriodConverter" and frequency and pandas is not None:
        return lambda place: str(pandas.Period(ordinal=round(place), freq=frequency))
    return None


def _nearest(place: float, names: Mapping[float, str]) -> float:
    closest = min(names, key=lambda each: abs(each - place))
    return closest if abs(closest - place) < _HALF else math.nan


def _limit(place: float) -> str:
    return value_text(float(f"{place:.{max(_DIGITS, len(str(int(abs(place)))) + 1)}g}"))


def _colours(axes: Any) -> Iterator[Axis]:
    for artist in axes.get_children():
        bar = getattr(artist, "colorbar", None)
        if bar is None or getattr(bar, "ax", None) is None:
            continue
        label = bar.ax.get_ylabel() or bar.ax.get_xlabel()
        limits = (value_text(float(bar.vmin)), value_text(float(bar.vmax)))
        scale = type(bar.norm).__name__.removesuffix("Norm").lower()
        yield Axis("color", label, limits, scale=scale if scale not in ("normalize", "no") else "")
