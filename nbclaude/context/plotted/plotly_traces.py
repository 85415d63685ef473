"""Reads the traces of a plotly figure: what each is, and the plotted numbers."""

from __future__ import annotations

import base64
import re
import sys
from array import array
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from nbclaude.context.plotted.facts import Layer
from nbclaude.context.plotted.values import kept, plain_list, value_text
from nbclaude.plurals import counted

__all__ = ["plain_title", "read_trace", "values_of"]

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
_BOXES = {
    "lowerfence": "lower fence",
    "q1": "lower quartile",
    "median": "median",
    "q3": "upper quartile",
    "upperfence": "upper fence",
}
# The fields of a trace that hold columns, each with the name that is shown for it.
_COLUMNS = {
    "labels": "label", "values": "value", "parents": "parent", "x": "x", "y": "y", "z": "z", "a": "a", "b": "b", "c": "c",
    "r": "r", "theta": "theta", "real": "real", "imag": "imag", "lat": "lat", "lon": "lon",
    "locations": "location", "text": "text",
    **_BOXES, "open": "open", "high": "high", "low": "low", "close": "close",
}  # fmt: skip
_KINDS = {
    "scattergl": "scatter",
    "histogram": "histogram (of these values)",
    "histogram2d": "2D histogram (of these values)",
    "histogram2dcontour": "density contours (of these values)",
    "violin": "violin (of these values)",
}
_PARTS = {"bar": "bar", **dict.fromkeys(("pie", "funnelarea"), "wedge")}
_PARTS |= dict.fromkeys(("treemap", "sunburst", "icicle"), "part")
_XY = ("scatter", "scattergl", "bar")
_CLEAR = re.compile(r"rgba\(\d+,\d+,\d+,0(?:\.0*)?\)|transparent")
_TAG = re.compile(r"</?(?:b|i|u|s|em|strong|sup|sub|span|a|br)\b[^>]*>")


def read_trace(trace: Mapping[str, Any]) -> tuple[Layer, Mapping[str, Any]]:
    """Return a trace, and all of its values by name: the layer may keep only some of them."""
    kind = str(trace.get("type") or "scatter")
    name = _name_of(kind, trace)
    if kind in _SPECIAL:
        columns, parts = _SPECIAL[kind](trace)
    else:
        columns = {
            said: values for field, said in _COLUMNS.items() if (values := values_of(trace.get(field)))
        }
        if kind == "image" or any(isinstance(each, list) for each in columns.get("z", ())):
            grid = _grid(kind, name, columns, _levels(trace))
            return grid, grid.columns
        columns |= {name: _joined(columns[name]) for name in ("x", "y") if _is_nested(columns.get(name, ()))}
        columns |= _looks(trace, max(map(len, columns.values()), default=0))
        if kind in _XY:
            columns = _with_places(trace, columns)
        parts = _PARTS.get(kind, "value" if len(columns) == 1 else "point")
    count = max(map(len, columns.values()), default=0)
    columns = {said: values for said, values in columns.items() if len(values) == count}
    names = list(dict.fromkeys(value_text(each) for each in columns.get("label", ())))
    # Values with the same name form one wedge.
    added = parts == "wedge" and 0 < len(names) < count
    size = f"{counted(count, 'value')} in {counted(len(names), parts)}" if added else ""
    layer = Layer(_said(kind, trace), name, count, parts if count else "", size, "", kept(columns), names)
    return layer, columns


def _name_of(kind: str, trace: Mapping[str, Any]) -> str:
    """Return the name of a trace; nothing for the numbers that plotly express gives to grids."""
    name = plain_title(trace.get("name"))
    return "" if kind in ("heatmap", "image") and name.isdigit() else name


def _is_nested(values: Sequence[Any]) -> bool:
    return bool(values) and all(isinstance(each, list | tuple) for each in values)


def _joined(levels: Sequence[Sequence[Any]]) -> list[str]:
    """Return nested categories as texts, from the outer to the inner level."""
    return [" / ".join(map(value_text, each)) for each in zip(*levels, strict=False)]


def _said(kind: str, trace: Mapping[str, Any]) -> str:
    """Return what a trace is called."""
    mode = str(trace.get("mode") or "")
    return f"{_drawn(kind, mode, trace)}{' with error bars' if _has_errors(trace) else ''}"


def _has_errors(trace: Mapping[str, Any]) -> bool:
    errors = (trace.get(f"error_{axis}") for axis in "xyz")
    return any(isinstance(each, Mapping) and each and each.get("visible", True) for each in errors)


def _drawn(kind: str, mode: str, trace: Mapping[str, Any]) -> str:
    if trace.get("stackgroup"):
        return "stacked area in percent" if trace.get("groupnorm") == "percent" else "stacked area"
    if kind in ("scatter", "scattergl") and mode:
        return {"lines": "line", "lines+markers": "line with markers"}.get(mode, "scatter")
    if kind == "box":
        given = any(values_of(trace.get(field)) for field in _BOXES)
        bare = (
            trace.get("boxpoints") == "all" and _is_clear(trace.get("fillcolor")) and _is_clear(_line(trace))
        )
        return "points" if bare else "box plot" if given else "box plot (of these values)"
    if kind == "bar":
        return "horizontal bars" if trace.get("orientation") == "h" else "bars"
    return _KINDS.get(kind, kind)


def _line(trace: Mapping[str, Any]) -> Any:
    line = trace.get("line")
    return line.get("color") if isinstance(line, Mapping) else None


def _is_clear(color: Any) -> bool:
    """Return whether a color is fully transparent: plotly express draws strips and rugs as transparent boxes."""
    return isinstance(color, str) and bool(_CLEAR.fullmatch(color.replace(" ", "")))


def _levels(trace: Mapping[str, Any]) -> str:
    """Say at which values contours are drawn, if they were given."""
    given = trace.get("contours")
    ends = [given.get(name) for name in ("start", "end", "size")] if isinstance(given, Mapping) else []
    if not ends or None in ends:
        return ""
    start, end, size = map(value_text, ends)
    return f", contours from {start} to {end} in steps of {size}"


def _looks(trace: Mapping[str, Any], count: int) -> dict[str, Any]:
    """Return colors, sizes and errors of so many points, if each has its own."""
    marker = trace.get("marker")
    found: dict[str, Any] = {}
    for field, name in (("color", "color"), ("colors", "color"), ("size", "size")):
        values = values_of(marker.get(field)) if isinstance(marker, Mapping) else []
        # `colors` of wedges and parts are values only if a color scale maps them.
        if values and len(values) == count and not (field == "colors" and isinstance(values[0], str)):
            found[name] = values
    for axis in ("x", "y", "z"):
        error = trace.get(f"error_{axis}")
        if isinstance(error, Mapping):
            for field, name in (("array", f"{axis} error"), ("arrayminus", f"{axis} error below")):
                if values := values_of(error.get(field)):
                    found[name] = values
    return found


def _with_places(trace: Mapping[str, Any], columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of points or bars where plotly places them: at 0, 1, 2 if they have no places, bars from a base."""
    places, values = ("y", "x") if trace.get("orientation") == "h" else ("x", "y")
    if values in columns and places not in columns:
        start, step = trace.get(f"{places}0", 0), trace.get(f"d{places}", 1)
        if isinstance(start, int | float) and isinstance(step, int | float):
            columns = {places: [start + step * at for at in range(len(columns[values]))], **columns}
    base = trace.get("base")
    if base is None or values not in columns:
        return dict(columns)
    starts = values_of(base) or [base] * len(columns[values])
    ends = [_after(*each) for each in zip(starts, columns[values], strict=False)]
    rest = {name: column for name, column in columns.items() if name != values}
    return {**rest, f"{values} from": starts, f"{values} to": ends}


def _after(start: Any, length: Any) -> Any:
    """Return where a bar ends: it begins at a number, or at a date, with its length in milliseconds."""
    try:
        moment = datetime.fromisoformat(start) if isinstance(start, str) else start
        if isinstance(moment, datetime):
            moment += length if isinstance(length, timedelta) else timedelta(milliseconds=length)
            return moment.isoformat() if isinstance(start, str) else moment
        return start + length
    except (TypeError, ValueError, OverflowError):
        return None


def _links(trace: Mapping[str, Any]) -> tuple[dict[str, list[Any]], str]:
    links, nodes = trace.get("link") or {}, trace.get("node") or {}
    names = values_of(nodes.get("label"))

    def named(field: str) -> list[Any]:
        return [
            names[at] if isinstance(at, int) and 0 <= at < len(names) else at
            for at in values_of(links.get(field))
        ]

    columns = {"source": named("source"), "target": named("target"), "value": values_of(links.get("value"))}
    return columns, "link"


def _dimensions(trace: Mapping[str, Any]) -> tuple[dict[str, list[Any]], str]:
    found: dict[str, list[Any]] = {}
    for number, each in enumerate(trace.get("dimensions") or (), 1):
        if isinstance(each, Mapping) and each.get("visible", True):
            found[plain_title(each.get("label")) or f"dimension {number}"] = values_of(each.get("values"))
    return found, "row"


def _gauge(trace: Mapping[str, Any]) -> tuple[dict[str, list[Any]], str]:
    delta = trace.get("delta")
    columns: dict[str, list[Any]] = {
        "title": [plain_title(trace.get("title"))],
        "value": [trace.get("value")],
    }
    if isinstance(delta, Mapping) and delta.get("reference") is not None:
        columns["reference"] = [delta["reference"]]
    return columns, "value"


def _table(trace: Mapping[str, Any]) -> tuple[dict[str, list[Any]], str]:
    names = values_of((trace.get("header") or {}).get("values"))
    cells = values_of((trace.get("cells") or {}).get("values"))
    found = {}
    for number, column in enumerate(cells):
        title = plain_title(names[number]) if number < len(names) else ""
        found[title or f"column {number + 1}"] = values_of(column)
    return found, "row"


_SPECIAL: Mapping[str, Callable[[Mapping[str, Any]], tuple[dict[str, list[Any]], str]]] = {
    "sankey": _links,
    "parcoords": _dimensions,
    "parcats": _dimensions,
    "splom": _dimensions,
    "indicator": _gauge,
    "table": _table,
}


def _grid(kind: str, name: str, columns: Mapping[str, list[Any]], levels: str) -> Layer:
    rows = [row for row in columns.get("z", ()) if isinstance(row, list)]
    if kind == "image" or not rows:
        size = f"{len(rows):,} × {len(rows[0]):,} colors" if rows else "colors"
        return Layer(kind, name, size=size)
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
        name,
        len(flat),
        size=f"{len(rows):,} × {wide:,} values{levels}",
        columns=kept(found),
    )


def values_of(field: Any) -> list[Any]:
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


def plain_title(titled: Any) -> str:
    """Return a title, which may be a text or an object that holds one."""
    text = titled.get("text") if isinstance(titled, Mapping) else titled
    return _TAG.sub(" ", text).replace("  ", " ").strip() if isinstance(text, str) else ""
