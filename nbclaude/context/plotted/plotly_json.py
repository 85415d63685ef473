"""Reads what plotly's JSON says of a figure: titles, axes, traces, and the plotted numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nbclaude.context.plotted.facts import Axis, PlottedFigure, PlottedPanel
from nbclaude.context.plotted.plotly_traces import plain_title, read_trace, shape_layers
from nbclaude.context.plotted.values import span, value_text
from nbclaude.plurals import counted

__all__ = ["read_plotly"]

_MAX_NOTES = 10
_DATE = re.compile(r"\d{4}(?:$|-\d\d)")
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
        "splom",
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
    "scattercarpet": "carpet",
}
# Columns that belong to the y axis under another name.
_ON_Y = ("y", "open", "high", "low", "close")


def read_plotly(figure: Mapping[str, Any]) -> PlottedFigure:
    """Return what a figure says of itself. `figure` has the keys `data` and `layout`, as `to_plotly_json` gives them."""
    layout = figure.get("layout") or {}
    traces = [trace for trace in figure.get("data") or () if isinstance(trace, Mapping)]
    traces = [trace for trace in traces if trace.get("visible", True) is True]
    places: dict[str, list[Mapping[str, Any]]] = {}
    for trace in traces:
        places.setdefault(_place(trace, layout) or f"domain {len(places)}", []).append(trace)
    named = [plain_title(trace.get("name")) for trace in traces if trace.get("showlegend", len(traces) > 1)]
    title = plain_title((layout.get("legend") or {}).get("title"))
    entries = list(dict.fromkeys(filter(None, named)))
    legend = [f"{title}:", *entries] if title and entries else entries
    panels = [_panel(place, group, layout) for place, group in places.items()]
    return PlottedFigure(
        "plotly", plain_title(layout.get("title")), panels, legend, list(_notes(figure, layout))
    )


def _notes(figure: Mapping[str, Any], layout: Mapping[str, Any]) -> Iterator[str]:
    texts = [plain_title(each) for each in layout.get("annotations") or () if isinstance(each, Mapping)]
    if any(texts):
        yield f"annotations: {'; '.join(filter(None, texts[:_MAX_NOTES]))}"
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


def _panel(place: str, traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]) -> PlottedPanel:
    scene = layout.get(place) or {}
    read = [read_trace(trace) for trace in traces]
    axes: list[Axis] = []
    notes = [""] * len(traces)
    if " " in place and not place.startswith("domain"):
        own = [_axes_of(trace) for trace in traces]
        for at, name in enumerate("xy"):
            for axis in sorted(
                {each[at] for each in own}, key=lambda axis: (axis != _under(axis, layout), axis)
            ):
                within = [number for number, each in enumerate(own) if each[at] == axis]
                said = name if axis == _under(axis, layout) else f"second {name}"
                if said != name:
                    notes = [
                        f"on the {said} axis" if number in within else note
                        for number, note in enumerate(notes)
                    ]
                values = [value for number in within for value in _values(read[number][1], name)]
                described = layout.get(f"{name}axis{axis[1:]}") or {}
                if described or values:
                    axes.append(_axis(said, described, layout, values))
    elif place.startswith("scene"):
        for name in ("x", "y", "z"):
            values = [value for _, columns in read for value in columns.get(name, ())]
            axes.append(_axis(name, scene.get(f"{name}axis") or {}, layout, values))
    layers = [
        replace(layer, note=note) if note else layer for (layer, _), note in zip(read, notes, strict=True)
    ]
    layers += shape_layers(place, layout)
    coloured = layout.get("coloraxis") or next((each for trace in traces if (each := _coloured(trace))), {})
    bar = coloured.get("colorbar") or {}
    low, high = coloured.get("cmin"), coloured.get("cmax")
    if bar.get("title"):
        limits = (value_text(low), value_text(high)) if low is not None and high is not None else None
        axes.append(Axis("color", plain_title(bar.get("title")), limits))
    return PlottedPanel(axes=axes, layers=layers)


def _values(columns: Mapping[str, Sequence[Any]], axis: str) -> Iterator[Any]:
    """Give the values that belong to an axis."""
    for name, column in columns.items():
        if name in (axis, f"{axis} from", f"{axis} to") or (axis == "y" and name in _ON_Y):
            yield from column


def _coloured(trace: Mapping[str, Any]) -> Mapping[str, Any]:
    marker = trace.get("marker")
    found = marker if isinstance(marker, Mapping) else {}
    return trace if trace.get("colorbar") else found if found.get("colorbar") else {}


def _axis(name: str, axis: Mapping[str, Any], layout: Mapping[str, Any], values: Sequence[Any]) -> Axis:
    matched = str(axis.get("matches") or "")
    of = layout.get(f"{matched[0]}axis{matched[1:]}") or {} if matched else {}
    label = plain_title(axis.get("title"))
    scale = str(axis.get("type") or of.get("type") or "")
    limits = axis.get("range") or of.get("range")
    scale = "" if scale in ("linear", "-", "category") else scale
    if limits and len(limits) == 2 and None not in limits:
        ends = [10.0 ** float(each) for each in limits] if scale == "log" else limits
        return Axis(name, label, (value_text(ends[0]), value_text(ends[1])), scale=scale)
    texts = [value for value in values if isinstance(value, str)]
    if texts and scale != "date" and not all(_DATE.match(text) for text in texts):
        return Axis(name, label, categories=list(dict.fromkeys(texts)))
    return Axis(name, label, span(values), of_data=True, scale=scale)
