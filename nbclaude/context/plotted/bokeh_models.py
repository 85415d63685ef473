"""Reads what bokeh's models know of a figure: titles, axes, glyphs, and the plotted numbers."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from nbclaude.context.libraries import is_a
from nbclaude.context.plotted.facts import Axis, Layer, PlottedFigure, PlottedPanel
from nbclaude.context.plotted.values import kept, span, value_text

__all__ = ["read_bokeh"]

_BARS = ("VBar", "HBar", "Quad")
_FIELDS = (
    "x",
    "y",
    "top",
    "bottom",
    "left",
    "right",
    "x0",
    "y0",
    "x1",
    "y1",
    "y2",
    "start_angle",
    "end_angle",
    "size",
    "color",
)


def read_bokeh(roots: Iterable[Any]) -> PlottedFigure | None:
    """Return what is known about the plots in these models; None if there are none."""
    plots: list[Any] = []
    for root in roots:
        found = [each for each in root.references() if is_a(each, "bokeh:Plot")]
        # References have no order of their own; ids count up as models are made.
        plots += sorted(found, key=lambda plot: (len(plot.id), plot.id))
    return PlottedFigure("bokeh", panels=[_panel(plot) for plot in plots]) if plots else None


def _panel(plot: Any) -> PlottedPanel:
    layers = [
        layer for each in plot.renderers if getattr(each, "glyph", None) is not None for layer in _layer(each)
    ]
    legend = [text for each in plot.select({"type": _type(plot, "Legend")}) for text in _entries(each)]
    title = getattr(plot.title, "text", "")
    return PlottedPanel(title if isinstance(title, str) else "", list(_axes(plot, layers)), legend, layers)


def _type(plot: Any, name: str) -> Any:
    """Return one of bokeh's model classes by name, without importing bokeh."""
    return getattr(sys.modules["bokeh.models"], name)


def _axes(plot: Any, layers: Sequence[Layer]) -> Iterator[Axis]:
    for name, first in (("x", "below above"), ("y", "left right")):
        ranges = getattr(plot, f"{name}_range")
        axes = [each for side in first.split() for each in getattr(plot, side) if is_a(each, "bokeh:Axis")]
        label = next((text for each in axes if isinstance(text := each.axis_label, str) and text), "")
        scale = type(getattr(plot, f"{name}_scale")).__name__.removesuffix("Scale").lower()
        scale = "" if scale in ("linear", "categorical") else scale
        is_date = any("Datetime" in type(each).__name__ for each in axes)
        if factors := getattr(ranges, "factors", None):
            yield Axis(name, label, categories=[value_text(each) for each in factors])
            continue
        ends = (getattr(ranges, "start", None), getattr(ranges, "end", None))
        if all(_is_number(end) for end in ends):
            yield Axis(name, label, (_place(ends[0], is_date), _place(ends[1], is_date)), scale=scale)
            continue
        values = [
            value
            for layer in layers
            for column in (name, "top" if name == "y" else "right")
            for value in layer.columns.get(column, ())
        ]
        yield Axis(name, label, span(values), of_data=True, scale=scale)


def _is_number(value: Any) -> bool:
    return hasattr(value, "isoformat") or (isinstance(value, int | float) and value == value)


def _place(value: Any, is_date: bool) -> str:
    if is_date and isinstance(value, int | float):
        from datetime import UTC, datetime

        return value_text(datetime.fromtimestamp(value / 1000, UTC))
    return value_text(value)


def _entries(legend: Any) -> list[str]:
    title = [f"{legend.title}:"] if isinstance(legend.title, str) and legend.title else []
    return title + [text for item in legend.items if (text := _plain(item.label))]


def _plain(label: Any) -> str:
    value = getattr(label, "value", label)
    field = getattr(label, "field", "")
    return value if isinstance(value, str) else f"by {field}" if field else ""


def _layer(renderer: Any) -> Iterator[Layer]:
    if not renderer.visible:
        return
    glyph, data = renderer.glyph, getattr(renderer.data_source, "data", None) or {}
    columns: dict[str, Any] = {}
    for name in _FIELDS:
        given = getattr(glyph, name, None)
        field = given if isinstance(given, str) else getattr(given, "field", None)
        if isinstance(field, str) and field in data:
            columns[name] = data[field]
    kind = type(glyph).__name__
    kind = "bars" if kind in _BARS else kind.lower()
    count = max((len(column) for column in columns.values()), default=0)
    columns = {name: column for name, column in columns.items() if len(column) == count}
    yield Layer(kind, renderer.name or "", count, "bar" if kind == "bars" else "point", columns=kept(columns))
