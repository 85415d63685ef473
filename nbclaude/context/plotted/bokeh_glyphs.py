"""Reads the glyphs and annotations in a plot of bokeh, with the plotted numbers."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from nbclaude.context.plotted.bokeh_views import drawn_rows
from nbclaude.context.plotted.facts import Layer
from nbclaude.context.plotted.values import kept, plain_list, value_text
from nbclaude.texts import one_line

__all__ = ["annotation_layers", "factor_text", "glyph_layer", "label_texts", "plotted_values"]

_BARS = ("VBar", "HBar", "Quad")
# How glyphs are coloured: a field of numbers or names says more than the colours themselves.
_COLORS = ("fill_color", "line_color")
_LOOK = ("fill_", "line_", "hatch_", "text_", "border_", "background_", "outline_")
# Columns that belong to an axis under another name.
_ON = {
    "x": ("x", "xs", "left", "right", "x0", "x1", "x1", "x2"),
    "y": ("y", "ys", "top", "bottom", "y0", "y1", "y2"),
}
_MAX_TEXTS = 10
_MAX_TEXT = 80  # characters


def glyph_layer(renderer: Any, label: str = "") -> tuple[int, Layer]:
    """Return what a renderer draws, with the renderer's identity; `label` is its entry in a legend."""
    kind, columns = type(renderer.glyph).__name__, _columns(renderer)
    count = max((len(column) for column in columns.values()), default=1)
    name, note = renderer.name or label, _filtered(renderer, count)
    if kind == "Image" and (grids := columns.get("image")) is not None and len(grids) == 1:
        return id(renderer), _image(grids[0], name, note)
    said = _SAID.get(kind, kind.lower())
    parts = _PARTS.get(kind, ("line" if "line" in said else "shape") if "xs" in columns else "point")
    columns = _flat(columns) if "xs" in columns else columns
    columns = {name: _factors(column) for name, column in columns.items()}
    return id(renderer), Layer(said, name, count, parts, note=note, columns=kept(columns))


_SAID = {
    **dict.fromkeys(_BARS, "bars"),
    "MultiLine": "lines",
    "VArea": "area",
    "HArea": "area",
    "HexTile": "hexagons",
    "ImageRGBA": "image",
    "AnnularWedge": "wedges of a ring",
    "Wedge": "wedges",
}
_PARTS = {**dict.fromkeys(_BARS, "bar"), "HexTile": "hexagon", "AnnularWedge": "wedge", "Wedge": "wedge"}


def _filtered(renderer: Any, count: int) -> str:
    """Say how many of its rows a renderer draws, where a filter leaves some out."""
    data = _data_of(renderer)
    try:
        rows = drawn_rows(renderer, data)
    except LookupError:
        return "only some of these, because of a filter"
    return "" if rows is None else f"{count:,} of {max(map(len, data.values())):,} rows, because of a filter"


def _data_of(renderer: Any) -> Mapping[str, Any]:
    return getattr(renderer.data_source, "data", None) or {}


def _drawn(renderer: Any) -> Mapping[str, Any]:
    """Return the data of a renderer without the rows that a filter leaves out, as far as they are known."""
    data = _data_of(renderer)
    try:
        rows = drawn_rows(renderer, data)
    except LookupError:
        return data
    return data if rows is None else {name: _at(column, rows) for name, column in data.items()}


def _at(column: Any, rows: Sequence[int]) -> list[Any]:
    values = plain_list(column)
    return [values[row] for row in rows]


def _columns(renderer: Any) -> dict[str, Sequence[Any]]:
    """Return the values that decide where a glyph is drawn, and those by which it is coloured."""
    glyph, data = renderer.glyph, _drawn(renderer)
    found: dict[str, Sequence[Any]] = {}
    for name in sorted(glyph.dataspecs(), key=lambda name: (name.startswith(_LOOK), name not in ("x", "xs"))):
        if name.startswith(_LOOK) and name not in _COLORS:
            continue
        column = _column(getattr(glyph, name, None), data)
        said = "color" if name in _COLORS else name
        if (
            column is not None
            and len(column)
            and said not in found
            and not (said == "color" and _is_color(column[0]))
        ):
            found[said] = column
    count = max(map(len, found.values()), default=0)
    return {name: column for name, column in found.items() if len(column) == count}


def _column(given: Any, data: Mapping[str, Any]) -> Sequence[Any] | None:
    field = given if isinstance(given, str) else getattr(given, "field", None)
    if isinstance(field, str):
        return data.get(field)
    computed: Any = getattr(given, "expr", None)
    if type(computed).__name__ == "CumSum" and computed.field in data:
        sums = list(accumulate(plain_list(data[computed.field])))
        return [0, *sums[:-1]] if computed.include_zero else sums
    # Stacked bars: the sum of columns.
    fields = getattr(computed, "fields", None)
    if fields is not None and all(each in data for each in fields):
        columns = [plain_list(data[each]) for each in fields]
        return [sum(row) for row in zip(*columns, strict=False)] if columns else None
    return None


def _is_color(value: Any) -> bool:
    return isinstance(value, tuple | list) or (
        isinstance(value, str) and (value.startswith("#") or value in _named())
    )


def _named() -> frozenset[str]:
    colors = sys.modules.get("bokeh.colors.named") or sys.modules.get("bokeh.colors")
    return frozenset(getattr(colors, "__all__", ()))


def _flat(columns: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """Return lines or shapes as rows of points, each with the number of its line."""
    rows = [
        (number, x, y)
        for number, (xs, ys) in enumerate(zip(columns["xs"], columns.get("ys", ()), strict=False), 1)
        for x, y in zip(plain_list(xs), plain_list(ys), strict=False)
    ]
    return {name: [row[at] for row in rows] for at, name in enumerate(("number", "x", "y"))}


def _image(grid: Any, name: str, note: str) -> Layer:
    rows = [plain_list(row) for row in grid]
    wide = len(rows[0]) if rows else 0
    flat = [(number, place, value) for number, row in enumerate(rows) for place, value in enumerate(row)]
    columns = {name: [each[at] for each in flat] for at, name in enumerate(("row", "column", "value"))}
    return Layer(
        "image",
        name,
        len(flat),
        size=f"{len(rows):,} × {wide:,} values",
        note=note,
        columns=kept(columns),
    )


def plotted_values(renderer: Any, axis: str) -> Iterator[Any]:
    """Give the values of a renderer that belong to the x or the y axis."""
    if getattr(renderer, "glyph", None) is None or not renderer.visible:
        return
    columns = _columns(renderer)
    columns = _flat(columns) if "xs" in columns else columns
    for name in _ON[axis]:
        yield from plain_list(columns.get(name, ()))
    if type(renderer.glyph).__name__.startswith("Image"):
        start, length = (
            getattr(renderer.glyph, name, None) for name in (axis, f"d{'w' if axis == 'x' else 'h'}")
        )
        if isinstance(start, int | float) and isinstance(length, int | float):
            yield from (start, start + length)


def factor_text(factor: Any) -> str:
    """Return a category, which may be nested in others: "2024 / Rome"."""
    if isinstance(factor, tuple | list):
        return " / ".join(map(value_text, factor))
    return value_text(factor)


def _factors(column: Sequence[Any]) -> Sequence[Any]:
    """Return nested categories as texts, and other values unchanged."""
    first = next(iter(column), None)
    return [factor_text(each) for each in column] if isinstance(first, tuple) else column


def annotation_layers(plot: Any) -> Iterator[Layer]:
    """Give the lines and bands across a plot."""
    for each in _annotations(plot):
        kind = type(each).__name__
        if kind == "Span":
            said = "horizontal" if each.dimension == "width" else "vertical"
            yield Layer(f"{said} line at {value_text(each.location)}", each.name or "", parts="")
        elif kind == "BoxAnnotation":
            for said, ends in (
                ("vertical", (each.left, each.right)),
                ("horizontal", (each.bottom, each.top)),
            ):
                if all(isinstance(end, int | float) for end in ends):
                    yield Layer(
                        f"{said} band from {value_text(ends[0])} to {value_text(ends[1])}",
                        each.name or "",
                        parts="",
                    )
        elif kind == "Slope" and each.gradient is not None and each.y_intercept is not None:
            through = f"endless line through (0, {value_text(each.y_intercept)})"
            yield Layer(f"{through} with slope {value_text(each.gradient)}", each.name or "", parts="")
        elif kind in _RANGES:
            yield _ranges(each, _RANGES[kind])


_RANGES = {"Whisker": "error bars", "Band": "area"}


def _ranges(annotation: Any, said: str) -> Layer:
    """Return whiskers or a band, with the lower and upper end at each place."""
    along, across = ("x", "y") if annotation.dimension == "height" else ("y", "x")
    given = {along: "base", f"{across} low": "lower", f"{across} high": "upper"}
    data = getattr(annotation.source, "data", None) or {}
    columns = {name: _column(getattr(annotation, field), data) for name, field in given.items()}
    known = {name: _factors(column) for name, column in columns.items() if column is not None}
    count = max(map(len, known.values()), default=0)
    return Layer(
        said, annotation.name or "", count, "bar" if "bars" in said else "point", columns=kept(known)
    )


def label_texts(plot: Any) -> list[str]:
    """Return what is written into a plot, with its place."""
    labels = [
        (each.text, each.x, each.y)
        for each in _annotations(plot)
        if type(each).__name__ == "Label" and isinstance(each.text, str)
    ]
    for each in _annotations(plot):
        if type(each).__name__ == "LabelSet" and (data := getattr(each.source, "data", None)):
            columns = [_column(getattr(each, name), data) for name in ("text", "x", "y")]
            if all(column is not None for column in columns):
                labels += zip(*(plain_list(column) for column in columns), strict=False)
    return [
        f'"{one_line(value_text(text), _MAX_TEXT)}" at {factor_text(x)}, {factor_text(y)}'
        for text, x, y in labels[:_MAX_TEXTS]
    ]


def _annotations(plot: Any) -> Iterator[Any]:
    for side in ("center", "left", "right", "above", "below"):
        yield from (each for each in getattr(plot, side) if each.visible)
