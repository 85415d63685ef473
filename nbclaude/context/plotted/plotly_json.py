"""Reads what plotly's JSON says of a figure: titles, axes, traces, and the plotted numbers."""

from __future__ import annotations

import base64
import sys
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from nbclaude.context.plotted.facts import Axis, Layer, PlottedFigure, PlottedPanel
from nbclaude.context.plotted.values import kept, plain_list, span, value_text

__all__ = ["read_plotly"]

_TYPES = {
    "i1": "b",
    "u1": "B",
    "i2": "h",
    "u2": "H",
    "i4": "i",
    "u4": "I",
    "i8": "q",
    "u8": "Q",
    "f4": "f",
    "f8": "d",
}
# The fields of a trace that hold columns, each with the name that is shown for it.
_COLUMNS = {
    "labels": "label", "values": "value", "parents": "parent", "x": "x", "y": "y", "z": "z", "a": "a", "b": "b", "c": "c",
    "r": "r", "theta": "theta", "lat": "lat", "lon": "lon", "locations": "location", "text": "text",
    "open": "open", "high": "high", "low": "low", "close": "close",
}  # fmt: skip
_KINDS = {
    "scattergl": "scatter",
    "histogram": "histogram (of these values)",
    "box": "box plot (of these values)",
    "violin": "violin (of these values)",
}
_MAX_NOTES = 10


def read_plotly(figure: Mapping[str, Any]) -> PlottedFigure:
    """Return what a figure says of itself. `figure` has the keys `data` and `layout`, as `to_plotly_json` gives them."""
    layout = figure.get("layout") or {}
    traces = [trace for trace in figure.get("data") or () if isinstance(trace, Mapping)]
    traces = [trace for trace in traces if trace.get("visible", True) is True]
    places: dict[str, list[Mapping[str, Any]]] = {}
    for trace in traces:
        place = f"{trace.get('xaxis') or 'x'} {trace.get('yaxis') or 'y'}"
        own = str(trace.get("scene") or trace.get("subplot") or trace.get("geo") or "")
        places.setdefault(
            own or (place if "x" in trace or "y" in trace else f"domain {len(places)}"), []
        ).append(trace)
    named = [_text(trace.get("name")) for trace in traces if trace.get("showlegend", len(traces) > 1)]
    title = _text((layout.get("legend") or {}).get("title"))
    entries = list(dict.fromkeys(filter(None, named)))
    legend = [f"{title}:", *entries] if title and entries else entries
    texts = [_text(each) for each in layout.get("annotations") or () if isinstance(each, Mapping)]
    notes = [f"annotations: {'; '.join(filter(None, texts[:_MAX_NOTES]))}"] if any(texts) else []
    panels = [_panel(place, group, layout) for place, group in places.items()]
    return PlottedFigure("plotly", _text(layout.get("title")), panels, legend, notes)


def _panel(place: str, traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]) -> PlottedPanel:
    layers = [_layer(trace) for trace in traces]
    axes: list[Axis] = []
    scene = layout.get(place) or {}
    for name in ("x", "y", "z"):
        given = next((word for word in place.split() if word.startswith(name)), name)
        axis = scene.get(f"{name}axis") or layout.get(f"{name}axis{given[1:]}") or {}
        values = [value for layer in layers for value in layer.columns.get(name, ())]
        if (axis or values) and not place.startswith("domain") and (name != "z" or place.startswith("scene")):
            axes.append(_axis(name, axis, layout, values))
    coloured = layout.get("coloraxis") or next((each for trace in traces if (each := _coloured(trace))), {})
    bar = coloured.get("colorbar") or {}
    low, high = coloured.get("cmin"), coloured.get("cmax")
    if bar.get("title"):
        limits = (value_text(low), value_text(high)) if low is not None and high is not None else None
        axes.append(Axis("color", _text(bar.get("title")), limits))
    return PlottedPanel(axes=axes, layers=layers)


def _coloured(trace: Mapping[str, Any]) -> Mapping[str, Any]:
    marker = trace.get("marker")
    found = marker if isinstance(marker, Mapping) else {}
    return trace if trace.get("colorbar") else found if found.get("colorbar") else {}


def _axis(name: str, axis: Mapping[str, Any], layout: Mapping[str, Any], values: Sequence[Any]) -> Axis:
    matched = str(axis.get("matches") or "")
    of = layout.get(f"{matched[0]}axis{matched[1:]}") or {} if matched else {}
    label = _text(axis.get("title"))
    scale = str(axis.get("type") or of.get("type") or "")
    limits = axis.get("range") or of.get("range")
    scale = "" if scale in ("linear", "-", "category") else scale
    if limits and len(limits) == 2 and None not in limits:
        ends = [10.0 ** float(each) for each in limits] if scale == "log" else limits
        return Axis(name, label, (value_text(ends[0]), value_text(ends[1])), scale=scale)
    texts = [value for value in values if isinstance(value, str)]
    if texts and scale != "date" and not all(text[:4].isdigit() for text in texts):
        return Axis(name, label, categories=list(dict.fromkeys(texts)))
    return Axis(name, label, span(values), of_data=True, scale=scale)


def _layer(trace: Mapping[str, Any]) -> Layer:
    kind = str(trace.get("type") or "scatter")
    mode = str(trace.get("mode") or "")
    if kind in ("scatter", "scattergl") and mode:
        kind = {"lines": "line", "markers": "scatter", "lines+markers": "line with markers"}.get(
            mode, "scatter"
        )
    columns = {name: values for field, name in _COLUMNS.items() if (values := _values(trace.get(field)))}
    rows = [each for each in columns.get("z", ()) if isinstance(each, list)]
    if rows:
        return _grid(kind, trace, columns)
    marker = trace.get("marker")
    for field, name in (("color", "color"), ("size", "size")):
        values = _values(marker.get(field)) if isinstance(marker, Mapping) else []
        if values and len(values) == max(map(len, columns.values()), default=0):
            columns[name] = values
    count = max(map(len, columns.values()), default=0)
    columns = {name: values for name, values in columns.items() if len(values) == count}
    parts = {"bar": "bar", "pie": "wedge"}.get(kind, "value" if len(columns) == 1 else "point")
    kind = _KINDS.get(kind, "bars" if kind == "bar" else kind)
    if trace.get("orientation") == "h" and kind == "bars":
        kind = "horizontal bars"
    return Layer(kind, _text(trace.get("name")), count, parts, columns=kept(columns))


def _grid(kind: str, trace: Mapping[str, Any], columns: Mapping[str, list[Any]]) -> Layer:
    rows = columns["z"]
    wide = max(map(len, rows))
    x, y = columns.get("x") or list(range(wide)), columns.get("y") or list(range(len(rows)))
    flat = [
        (x[j], y[i], value)
        for i, row in enumerate(rows)
        for j, value in enumerate(row)
        if i < len(y) and j < len(x)
    ]
    found = {name: [row[place] for row in flat] for place, name in enumerate(("x", "y", "z"))}
    return Layer(
        kind,
        _text(trace.get("name")),
        len(flat),
        size=f"{len(rows):,} × {wide:,} values",
        columns=kept(found),
    )


def _values(field: Any) -> list[Any]:
    """Return the values of a field: a list, an array of a library, or plotly's own packed form."""
    if isinstance(field, Mapping):
        code, data = _TYPES.get(str(field.get("dtype"))), field.get("bdata")
        if code is None or not isinstance(data, str):
            return []
        numbers = array(code)
        numbers.frombytes(base64.b64decode(data))
        if sys.byteorder == "big":
            numbers.byteswap()
        shape = [int(part) for part in str(field.get("shape") or "").split(",") if part.strip()]
        flat = numbers.tolist()
        return [flat[at : at + shape[1]] for at in range(0, len(flat), shape[1])] if len(shape) == 2 else flat
    return plain_list(field) if isinstance(field, list | tuple) or hasattr(field, "tolist") else []


def _text(titled: Any) -> str:
    """Return a title, which may be a text or an object that holds one."""
    text = titled.get("text") if isinstance(titled, Mapping) else titled
    return text.replace("<br>", " ") if isinstance(text, str) else ""
