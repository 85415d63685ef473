"""Reads what plotly's JSON says of a figure: titles, axes, traces, and the plotted numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nbclaude.context.plotted.facts import Axis, Layer, PlottedFigure, PlottedPanel
from nbclaude.context.plotted.plotly_axes import (
    axis_of,
    color_axes,
    is_date,
    place_axes,
    place_note,
    shared_scale,
)
from nbclaude.context.plotted.plotly_legend import hidden_traces, legend_of
from nbclaude.context.plotted.plotly_shapes import shape_layers
from nbclaude.context.plotted.plotly_titles import panel_titles
from nbclaude.context.plotted.plotly_traces import plain_title, read_trace
from nbclaude.plurals import counted

__all__ = ["read_plotly"]

_MAX_NOTES = 10
_WITHOUT_AXES = frozenset(
    (
        "pie",
        "sunburst",
        "treemap",
        "icicle",
        "funnelarea",
        "sankey",
        "parcoords",
        "parcats",
        "indicator",
        "table",
    )
)
# What traces are drawn in that do not say so themselves.
_OWN = {
    **dict.fromkeys(
        ("scatter3d", "surface", "mesh3d", "cone", "streamtube", "volume", "isosurface"), "scene"
    ),
    **dict.fromkeys(("scatterpolar", "scatterpolargl", "barpolar"), "polar"),
    **dict.fromkeys(("scattergeo", "choropleth"), "geo"),
    **dict.fromkeys(("scattermap", "choroplethmap", "densitymap"), "map"),
    **dict.fromkeys(("scattermapbox", "choroplethmapbox", "densitymapbox"), "mapbox"),
    "scatterternary": "ternary",
    "scattersmith": "smith",
    "scattercarpet": "carpet",
    "splom": "splom",
}
_Read = tuple[Layer, Mapping[str, Sequence[Any]]]
_STANDING = {"stack": "stacked", "relative": "stacked", "overlay": "overlaid"}
_BOXES = ("lower fence", "lower quartile", "median", "upper quartile", "upper fence")
# Columns that belong to the y axis under another name.
_ON_Y = ("y", "open", "high", "low", "close")


def read_plotly(figure: Mapping[str, Any]) -> PlottedFigure:
    """Return what a figure says of itself. `figure` has the keys `data` and `layout`, as `to_plotly_json` gives them."""
    layout = figure.get("layout") or {}
    traces = [trace for trace in figure.get("data") or () if isinstance(trace, Mapping)]
    listed = [trace for trace in traces if trace.get("visible", True) in (True, "legendonly")]
    traces = [trace for trace in listed if trace.get("visible", True) is True]
    places: dict[str, list[Mapping[str, Any]]] = {}
    for trace in traces:
        places.setdefault(_place(trace, layout) or f"domain {len(places)}", []).append(trace)
    titles, texts = panel_titles(places, layout)
    read = {place: [read_trace(trace) for trace in group] for place, group in places.items()}
    coloured = _on_shared_scales(places, read)
    panels = [
        replace(_panel(place, group, read[place], layout, coloured), title=titles[place])
        for place, group in places.items()
    ]
    notes = list(_notes(figure, texts, hidden_traces(listed)))
    return PlottedFigure("plotly", _title(layout.get("title")), panels, legend_of(listed, layout), notes)


def _title(titled: Any) -> str:
    """Return the title of a figure, with its subtitle."""
    below = titled.get("subtitle") if isinstance(titled, Mapping) else None
    return " | ".join(filter(None, (plain_title(titled), plain_title(below))))


def _on_shared_scales(
    places: Mapping[str, Sequence[Mapping[str, Any]]], read: Mapping[str, Sequence[_Read]]
) -> dict[str, list[Any]]:
    """Return the values on each colour scale that traces share."""
    found: dict[str, list[Any]] = {}
    for place, traces in places.items():
        for trace, (_, columns) in zip(traces, read[place], strict=True):
            values = columns.get("z") or columns.get("color") or ()
            # The colors of a histogram show counts or means, which the browser computes.
            if (shared := shared_scale(trace)) and not str(trace.get("type")).startswith("histogram"):
                found.setdefault(shared, []).extend(each for each in values if isinstance(each, int | float))
    return found


def _notes(figure: Mapping[str, Any], texts: Sequence[str], hidden: Sequence[str]) -> Iterator[str]:
    # Each panel may have the same annotation.
    if said := list(dict.fromkeys(filter(None, texts)))[:_MAX_NOTES]:
        yield f"annotations: {'; '.join(said)}"
    if hidden:
        yield f"not shown until chosen in the legend: {', '.join(hidden[:_MAX_NOTES])}"
    if frames := [each for each in figure.get("frames") or () if isinstance(each, Mapping)]:
        names = [str(each.get("name") or number) for number, each in enumerate(frames, 1)]
        more = f" and {len(names) - _MAX_NOTES:,} more" if len(names) > _MAX_NOTES else ""
        yield f"animation of {counted(len(frames), 'frame')} ({', '.join(names[:_MAX_NOTES])}{more}), not yet played"


def _place(trace: Mapping[str, Any], layout: Mapping[str, Any]) -> str:
    """Return what traces of one panel have in common; nothing for a trace that has a panel of its own, as a pie has."""
    kind = str(trace.get("type") or "scatter")
    own = trace.get("scene") or trace.get("subplot") or trace.get("geo") or _OWN.get(kind)
    if own:
        return str(own)
    if kind in _WITHOUT_AXES:
        return ""
    return " ".join(_under(axis, layout) for axis in _axes_of(trace))


def _axes_of(trace: Mapping[str, Any]) -> tuple[str, str]:
    return str(trace.get("xaxis") or "x"), str(trace.get("yaxis") or "y")


def _under(axis: str, layout: Mapping[str, Any]) -> str:
    """Return the axis that this one overlays, or itself if it overlays none: "y" for a second y axis on the right."""
    over = (layout.get(f"{axis[0]}axis{axis[1:]}") or {}).get("overlaying")
    return over if isinstance(over, str) and over != "free" else axis


def _panel(
    place: str,
    traces: Sequence[Mapping[str, Any]],
    read: Sequence[_Read],
    layout: Mapping[str, Any],
    coloured: Mapping[str, Sequence[Any]],
) -> PlottedPanel:
    columns = [each for _, each in read]
    if " " in place and not place.startswith("domain"):
        axes, notes = _axes(traces, columns, layout)
    else:
        axes, notes = list(place_axes(place, traces, columns, layout)), [""] * len(traces)
    layers = [
        replace(layer, note=note) if note else layer for (layer, _), note in zip(read, notes, strict=True)
    ]
    dates = [axis.name for axis in axes if axis.limits and is_date(axis.limits[0])]
    layers += shape_layers(place, layout, dates)
    axes += color_axes(traces, coloured, layout)
    note = place_note(place, layout) or _bars(traces, layout)
    return PlottedPanel(axes=axes, layers=layers, note=note)


def _axes(
    traces: Sequence[Mapping[str, Any]],
    columns: Sequence[Mapping[str, Sequence[Any]]],
    layout: Mapping[str, Any],
) -> tuple[list[Axis], list[str]]:
    """Return the x and y axes of a panel, and for each trace a note if it is on a second axis."""
    axes: list[Axis] = []
    notes = [""] * len(traces)
    own = [_axes_of(trace) for trace in traces]
    for at, name in enumerate("xy"):
        for axis in sorted({each[at] for each in own}, key=lambda axis: (axis != _under(axis, layout), axis)):
            within = [number for number, each in enumerate(own) if each[at] == axis]
            said = name if axis == _under(axis, layout) else f"second {name}"
            if said != name:
                notes = [
                    f"on the {said} axis" if number in within else note for number, note in enumerate(notes)
                ]
            values = [value for number in within for value in _values(traces[number], columns[number], name)]
            described = layout.get(f"{name}axis{axis[1:]}") or {}
            if described or values:
                found = axis_of(said, described, layout, values)
                stacked = (
                    found.of_data
                    and found.limits
                    and _stacks([traces[each] for each in within], name, layout)
                )
                axes.append(
                    replace(found, scale=f"{found.scale}, before stacking".removeprefix(", "))
                    if stacked
                    else found
                )
    return axes, notes


def _stacks(traces: Sequence[Mapping[str, Any]], axis: str, layout: Mapping[str, Any]) -> bool:
    """Return whether bars or areas are stacked along an axis, which then extends beyond their values."""
    along = [each for each in traces if (each.get("orientation") == "h") == (axis == "x")]
    bars = [each for each in along if each.get("type") == "bar"]
    areas = [each for each in along if each.get("stackgroup")]
    return len(areas) > 1 or (len(bars) > 1 and layout.get("barmode") in ("stack", "relative"))


def _bars(traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]) -> str:
    """Say how the bars of several traces are arranged; nothing if fewer than two traces have bars."""
    if sum(trace.get("type") in ("bar", "histogram") for trace in traces) < 2:
        return ""
    share = ", normalized" if layout.get("barnorm") else ""
    return f"bars {_STANDING.get(str(layout.get('barmode') or 'group'), 'side by side')}{share}"


def _values(trace: Mapping[str, Any], columns: Mapping[str, Sequence[Any]], axis: str) -> Iterator[Any]:
    """Give the values that belong to an axis."""
    kind, lying = trace.get("type"), trace.get("orientation") == "h"
    if kind == "waterfall" and (axis == "x") == lying:
        return  # its values are the steps from one bar to the next
    if kind in ("box", "violin"):
        if (axis == "y") == lying and axis not in columns and trace.get("name"):
            yield plain_title(trace.get("name"))  # a box without a position is placed at its name
        if (axis == "x") == lying:
            yield from (each for name in _BOXES for each in columns.get(name, ()))
    for name, column in columns.items():
        if name in (axis, f"{axis} from", f"{axis} to") or (axis == "y" and name in _ON_Y):
            yield from column
