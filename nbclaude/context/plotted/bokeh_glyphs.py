"""Reads the glyphs and annotations in a plot of bokeh, with the plotted numbers."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

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


def glyph_layer(renderer: Any) -> tuple[int, Layer] | None:
    """Return what a renderer draws, with the renderer's identity."""
    kind, columns = type(renderer.glyph).__name__, _columns(renderer)
    view = getattr(renderer, "view", None)
    some = type(getattr(view, "filter", None)).__name__ not in ("AllIndices", "NoneType")
    note = "only some of these, because of a filter" if some else ""
    count = max((len(column) for column in columns.values()), default=1)
    if kind == "Image" and (grids := columns.get("image")) is not None and len(grids) == 1:
        return id(renderer), _image(renderer, grids[0], note)
    said = "bars" if kind in _BARS else _SAID.get(kind, kind.lower())
    parts = (
        "bar"
        if kind in _BARS
        else "line"
        if "xs" in columns and "line" in said
        else "shape"
        if "xs" in columns
        else "point"
    )
    columns = _flat(columns) if "xs" in columns else columns
    columns = {name: _factors(column) for name, column in columns.items()}
    return id(renderer), Layer(said, renderer.name or "", count, parts, note=note, columns=kept(columns))


_SAID = {"MultiLine": "lines", "VArea": "area", "HArea": "area", "HexTile": "hexagons", "ImageRGBA": "image"}


def _columns(renderer: Any) -> dict[str, Sequence[Any]]:
    """Return the values that decide where a glyph is drawn, and those by which it is coloured."""
    glyph, data = renderer.glyph, getattr(renderer.data_source, "data", None) or {}
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
    # Stacked bars: the sum of columns.
    fields = getattr(getattr(given, "expr", None), "fields", None)
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


def _image(renderer: Any, grid: Any, note: str) -> Layer:
    rows = [plain_list(row) for row in grid]
    wide = len(rows[0]) if rows else 0
    flat = [(number, place, value) for number, row in enumerate(rows) for place, value in enumerate(row)]
    columns = {name: [each[at] for each in flat] for at, name in enumerate(("row", "column", "value"))}
    return Layer(
        "image",
        renderer.name or "",
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


def label_texts(plot: Any) -> list[str]:
    """Return what is written into a plot, with its place."""
    return [
        f'"{one_line(each.text, _MAX_TEXT)}" at {value_text(each.x)}, {value_text(each.y)}'
        for each in _annotations(plot)
        if type(each).__name__ == "Label" and isinstance(each.text, str)
    ][:_MAX_TEXTS]


def _annotations(plot: Any) -> Iterator[Any]:
    for side in ("center", "left", "right", "above", "below"):
        yield from (each for each in getattr(plot, side) if each.visible)
