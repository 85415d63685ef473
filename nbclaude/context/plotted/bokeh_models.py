"""Reads what bokeh's models know of a figure: titles, axes, glyphs, and the plotted numbers."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from nbclaude.context.libraries import is_a
from nbclaude.context.plotted.bokeh_glyphs import (
    annotation_layers,
    factor_text,
    glyph_layer,
    label_texts,
    plotted_values,
)
from nbclaude.context.plotted.facts import Axis, PlottedFigure, PlottedPanel
from nbclaude.context.plotted.values import plain_list, span, value_text
from nbclaude.texts import one_line

__all__ = ["read_bokeh"]

_MAX_TITLE = 80  # characters
# The value of `renderer.x_range_name` that means the plot's own axes.
_OWN = "default"


def read_bokeh(roots: Iterable[Any]) -> PlottedFigure | None:
    """Return what is known about the plots in these models; None if there are none."""
    plots: list[Any] = []
    tabs: dict[str, str] = {}
    for root in roots:
        found = [each for each in root.references() if is_a(each, "bokeh:Plot")]
        # References have no order of their own; ids count up as models are made.
        plots += sorted(found, key=lambda plot: (len(plot.id), plot.id))
        tabs |= _tabs(root)
    return (
        PlottedFigure("bokeh", panels=[_panel(plot, tabs.get(plot.id, "")) for plot in plots])
        if plots
        else None
    )


def _tabs(root: Any) -> dict[str, str]:
    """Say for each plot in a tab which tab it is in, and whether another one is in front."""
    found: dict[str, str] = {}
    for tabs in (each for each in root.references() if is_a(each, "bokeh:Tabs")):
        for number, tab in enumerate(tabs.tabs):
            said = f'in the tab "{one_line(tab.title, _MAX_TITLE)}"{"" if number == tabs.active else ", not in front"}'
            for plot in (each for each in tab.child.references() if is_a(each, "bokeh:Plot")):
                # For nested tabs, all levels are listed.
                found[plot.id] = ", ".join(filter(None, (found.get(plot.id), said)))
    return found


def _panel(plot: Any, note: str = "") -> PlottedPanel:
    labels = _labelled(plot)
    layers = [
        glyph_layer(each, labels.get(each.id, ""))
        for each in plot.renderers
        if getattr(each, "glyph", None) is not None and each.visible
    ]
    axes, notes = [], dict.fromkeys(map(id, plot.renderers), "")
    for name in ("x", "y"):
        for which in (_OWN, *getattr(plot, f"extra_{name}_ranges", {})):
            within = [each for each in plot.renderers if getattr(each, f"{name}_range_name", _OWN) == which]
            values = [value for each in within for value in plotted_values(each, name)]
            axis = _axis(plot, name, which, values)
            if axis is not None:
                axes.append(axis)
            if which != _OWN:
                notes |= {id(each): f"on the second {name} axis" for each in within}
    axes += _color_bars(plot)
    legend = [text for each in plot.select({"type": _type(plot, "Legend")}) for text in _entries(each)]
    title = getattr(plot.title, "text", "")
    told = [replace(layer, note=notes[key] or layer.note) for key, layer in layers]
    told += annotation_layers(plot)
    return PlottedPanel(title if isinstance(title, str) else "", axes, legend, told, note, label_texts(plot))


def _labelled(plot: Any) -> dict[str, str]:
    """Return the legend entry of each renderer that has its own."""
    items = [item for each in plot.select({"type": _type(plot, "Legend")}) for item in each.items]
    # The points of one glyph may have several entries, one for each group.
    often = Counter(renderer.id for item in items for renderer in item.renderers)
    return {
        renderer.id: label
        for item in items
        for renderer in item.renderers
        if often[renderer.id] == 1 and isinstance(label := getattr(item.label, "value", item.label), str)
    }


def _type(plot: Any, name: str) -> Any:
    """Return one of bokeh's model classes by name, without importing bokeh."""
    return getattr(sys.modules["bokeh.models"], name)


def _axis(plot: Any, name: str, which: str, values: Sequence[Any]) -> Axis | None:
    """Return the x or y axis of this range, or a second one; None if nothing is known about it."""
    second = which != _OWN
    ranges = getattr(plot, f"extra_{name}_ranges")[which] if second else getattr(plot, f"{name}_range")
    sides = ("below", "above") if name == "x" else ("left", "right")
    axes = [each for side in sides for each in getattr(plot, side) if is_a(each, "bokeh:Axis")]
    axes = [each for each in axes if getattr(each, f"{name}_range_name") == which]
    label = next((text for each in axes if isinstance(text := each.axis_label, str) and text), "")
    scales = getattr(plot, f"extra_{name}_scales", {}) if second else {}
    scale = type(scales.get(which) or getattr(plot, f"{name}_scale")).__name__.removesuffix("Scale").lower()
    scale = "" if scale in ("linear", "categorical") else scale
    if getattr(ranges, "flipped", False):
        scale = f"{scale}, reversed".removeprefix(", ")
    said = f"second {name}" if second else name
    is_date = any("Datetime" in type(each).__name__ for each in axes)
    if factors := getattr(ranges, "factors", None):
        return Axis(said, label, categories=[factor_text(each) for each in factors], scale=scale)
    ends = (getattr(ranges, "start", None), getattr(ranges, "end", None))
    if all(_is_number(end) for end in ends):
        return Axis(said, label, (_place(ends[0], is_date), _place(ends[1], is_date)), scale=scale)
    return Axis(said, label, span(values), of_data=True, scale=scale)


def _color_bars(plot: Any) -> Iterator[Axis]:
    for bar in plot.select({"type": _type(plot, "ColorBar")}):
        mapper, title = getattr(bar, "color_mapper", None), getattr(bar, "title", "")
        ends = (getattr(mapper, "low", None), getattr(mapper, "high", None))
        limits = (value_text(ends[0]), value_text(ends[1])) if all(map(_is_number, ends)) else None
        scale = "log" if type(mapper).__name__.startswith("Log") else ""
        yield Axis("color", title if isinstance(title, str) else "", limits, scale=scale)


def _is_number(value: Any) -> bool:
    return hasattr(value, "isoformat") or (isinstance(value, int | float) and value == value)


def _place(value: Any, is_date: bool) -> str:
    if is_date and isinstance(value, int | float):
        from datetime import UTC, datetime

        return value_text(datetime.fromtimestamp(value / 1000, UTC))
    return value_text(value)


def _entries(legend: Any) -> list[str]:
    title = [f"{legend.title}:"] if isinstance(legend.title, str) and legend.title else []
    return title + [text for item in legend.items for text in _labels(item)]


def _labels(item: Any) -> list[str]:
    """Return the entry of a legend, or those of a column by which its points are told apart."""
    value, field = getattr(item.label, "value", item.label), getattr(item.label, "field", "")
    if isinstance(value, str):
        return [value] if value else []
    sources = [getattr(each, "data_source", None) for each in item.renderers]
    found = [
        each for source in sources if source is not None for each in plain_list(source.data.get(field, ()))
    ]
    return list(dict.fromkeys(map(factor_text, found))) or ([f"by {field}"] if field else [])
