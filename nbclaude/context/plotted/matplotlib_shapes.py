"""Reads the shapes in a matplotlib axes, with their values: areas, segments, hexagons, arrows, contours, patches, tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbclaude.context.libraries import is_a
from nbclaude.context.plotted.facts import Layer
from nbclaude.context.plotted.matplotlib_names import Names, colour_of, name_of
from nbclaude.context.plotted.matplotlib_scales import Scales
from nbclaude.context.plotted.values import MAX_KEPT, kept, value_text
from nbclaude.texts import counted

__all__ = ["collection_layer", "patch_layers", "table_layer"]

_ENDS = 2
_FEW_LEVELS = 12
_RECTANGLE = 5  # points, with the first at the end again


def collection_layer(artist: Any, scales: Scales, names: Names) -> Layer | None:
    """Return a collection of shapes; None for one that holds none."""
    kind = type(artist).__name__
    is_arrows = is_a(artist, "matplotlib:Quiver") or is_a(artist, "matplotlib:Barbs")
    is_3d = is_a(artist, "mpl_toolkits:Poly3DCollection") or is_a(artist, "mpl_toolkits:Line3DCollection")
    # Arrows and 3D collections have no paths until they are drawn.
    if not (is_arrows or is_3d) and not artist.get_paths():
        return None
    name = name_of(artist) or names.get(colour_of(artist), "")
    if is_a(artist, "matplotlib:ContourSet"):
        levels = [float(level) for level in artist.levels]
        said = "filled contours" if artist.filled else "contours"
        listed = f", {', '.join(map(value_text, levels))}" if len(levels) <= _FEW_LEVELS else ""
        size = f"{counted(len(levels), 'level')}{listed}"
        return Layer(said, name_of(artist), len(levels), "level", size, columns={"level": levels})
    if is_a(artist, "matplotlib:EventCollection"):
        places = [float(each) for each in artist.get_positions()]
        columns = scales.columns(**{"x" if artist.is_horizontal() else "y": places})
        return Layer("event marks", name, len(places), "mark", columns=columns)
    if is_3d:
        said, parts = ("surface in 3D", "face") if "Poly" in kind else ("lines in 3D", "line")
        shapes: Any = getattr(artist, "_faces", None)
        shapes = getattr(artist, "_segments3d", ()) if shapes is None else shapes
        return Layer(said, name, len(shapes) or len(artist.get_paths()), parts, columns=_corners(artist))
    if is_a(artist, "matplotlib:LineCollection"):
        return _segments(artist, scales, name)
    if is_arrows:
        return _arrows(artist, scales, name)
    if is_a(artist, "matplotlib:PolyCollection"):
        return _polygons(artist, scales, name)
    paths = artist.get_paths()
    said = "shapes" if kind == "PatchCollection" or kind.startswith("_") else kind
    known = _rectangles(artist, scales, name)
    return known or Layer(said, name, len(paths), "shape", columns=_values(artist, paths))


def _segments(artist: Any, scales: Scales, name: str) -> Layer:
    segments = artist.get_segments()
    columns: Mapping[str, Any] = {}
    if all(len(segment) == _ENDS for segment in segments[:MAX_KEPT]):
        ends = [(segment[0], segment[1]) for segment in segments[:MAX_KEPT]]
        columns = scales.columns(
            x_from=[float(start[0]) for start, _ in ends],
            x_to=[float(end[0]) for _, end in ends],
            y_from=[float(start[1]) for start, _ in ends],
            y_to=[float(end[1]) for _, end in ends],
        )
    return Layer("lines", name, len(segments), "segment", columns=columns)


def _corners(artist: Any) -> Mapping[str, Any]:
    """Return the corners of a surface in 3D, each once; nothing where this version of matplotlib keeps them elsewhere."""
    whole = getattr(artist, "_vec", None)
    faces = getattr(artist, "_faces", None)
    found = (
        [corner for face in faces for corner in face]
        if faces is not None
        else zip(*whole[:3], strict=True)
        if whole is not None
        else [corner for line in getattr(artist, "_segments3d", ()) for corner in line]
    )
    corners = list(dict.fromkeys(tuple(map(float, corner)) for corner in found))
    return (
        {axis: [corner[at] for corner in corners[:MAX_KEPT]] for at, axis in enumerate("xyz")}
        if corners
        else {}
    )


def _arrows(artist: Any, scales: Scales, name: str) -> Layer:
    if is_a(artist, "matplotlib:Quiver"):
        columns = {"x": artist.X, "y": artist.Y, "u": artist.U, "v": artist.V}
        kind, parts = "arrows", "arrow"
    else:
        columns = {"x": artist.x, "y": artist.y, "u": artist.u, "v": artist.v}
        kind, parts = "wind barbs", "barb"
    return Layer(kind, name, len(columns["x"]), parts, columns=scales.columns(**columns))


def _polygons(artist: Any, scales: Scales, name: str) -> Layer:
    """Return the area between two lines, hexagons that count points, rectangles; for other polygons, only their number."""
    paths, values = artist.get_paths(), artist.get_array()
    offsets = artist.get_offsets()
    if len(paths) == 1 and len(offsets) > 1 and values is not None and len(values) == len(offsets):
        columns = scales.columns(x=offsets[:, 0], y=offsets[:, 1], value=values)
        return Layer("hexagons", name, len(offsets), "hexagon", columns=columns)
    for along, across in (("x", "y"), ("y", "x")):
        between = [_between(path.vertices if along == "x" else path.vertices[:, ::-1]) for path in paths]
        if between and all(between):
            rows = [row for each in between for row in each or ()]
            if len(paths) == 1 and (violin := _violin(rows, along, across, scales, name)):
                return violin
            columns = scales.columns(
                **{
                    along: [float(place) for place, *_ in rows],
                    f"{across}_low": [float(min(ends)) for _, *ends in rows],
                    f"{across}_high": [float(max(ends)) for _, *ends in rows],
                }
            )
            return Layer("area", name, len(rows), columns=columns)
    if known := _rectangles(artist, scales, name):
        return known
    if len(paths) == 1:
        return Layer("area", name, parts="")
    return Layer("areas", name, len(paths), "shape", columns=_values(artist, paths))


def _values(artist: Any, paths: Sequence[Any]) -> Mapping[str, Any]:
    """Return the values that shapes are coloured by, each with the number of its shape."""
    values = artist.get_array()
    if values is None or len(values) != len(paths):
        return {}
    return kept({"number": range(1, len(paths) + 1), "value": values})


def _rectangles(artist: Any, scales: Scales, name: str) -> Layer | None:
    boxes = [path.vertices for path in artist.get_paths()]
    if not boxes or not all(len(box) == _RECTANGLE and _is_upright(box) for box in boxes):
        return None
    columns = scales.columns(
        x_from=[float(box[:, 0].min()) for box in boxes],
        x_to=[float(box[:, 0].max()) for box in boxes],
        y_from=[float(box[:, 1].min()) for box in boxes],
        y_to=[float(box[:, 1].max()) for box in boxes],
    )
    values = {name: each for name, each in _values(artist, boxes).items() if name == "value"}
    if len(boxes) <= MAX_KEPT:
        columns |= values
    return Layer("rectangles", name, len(boxes), "rectangle", columns=columns)


def _violin(
    rows: Sequence[tuple[float, float, float]], along: str, across: str, scales: Scales, name: str
) -> Layer | None:
    """Return an area as a violin if it lies around, or on one side of, the position of a category; otherwise None."""
    if not scales.has_names(across):
        return None
    ends = [(min(low, high), max(low, high)) for _, low, high in rows]
    lows, highs, middles = (
        {round(float(place), 6) for place in places}
        for places in (
            [low for low, _ in ends],
            [high for _, high in ends],
            [(low + high) / 2 for low, high in ends],
        )
    )
    center = next((places for places in (middles, lows, highs) if len(places) == 1), None)
    if center is None:
        return None
    columns = scales.columns(
        **{along: [float(place) for place, *_ in rows], "width": [float(high - low) for low, high in ends]}
    )
    return Layer(f"violin at {scales.place(across, *center)}", name, len(rows), columns=columns)


def _between(corners: Any) -> list[tuple[float, float, float]] | None:
    """Return x and both ends of an area between two lines, as `fill_between` draws it; None for another polygon.

    Its outline goes from the beginning of one line along the other one to its end, and back along the first.
    """
    count = (len(corners) - 3) // 2
    if count < 1 or len(corners) != 2 * count + 3:
        return None
    there, back = corners[1 : count + 1], corners[count + 2 : 2 * count + 2][::-1]
    if not all(there[:, 0] == back[:, 0]):
        return None
    return list(zip(there[:, 0], there[:, 1], back[:, 1], strict=True))


def _is_upright(box: Any) -> bool:
    return len(set(box[:, 0].tolist())) <= _ENDS and len(set(box[:, 1].tolist())) <= _ENDS


def patch_layers(patches: Sequence[Any], axes: Any, scales: Scales, by_colour: Names) -> Iterator[Layer]:
    """Give wedges as one pie, bands across the axes by their ends, the steps of histograms, and what else was drawn alone."""
    wedges = [patch for patch in patches if is_a(patch, "matplotlib:Wedge")]
    if wedges:
        share = [round((wedge.theta2 - wedge.theta1) / 3.6, 6) for wedge in wedges]
        names = [name_of(wedge) or by_colour.get(colour_of(wedge), "") for wedge in wedges]
        columns = {"name": names, "percent": share}
        yield Layer(
            "pie", count=len(wedges), parts="wedge", part_names=[*filter(None, names)], columns=columns
        )
    for patch in patches:
        # Legends use bars without a size as samples.
        is_sample = is_a(patch, "matplotlib:Rectangle") and not (patch.get_width() and patch.get_height())
        if is_a(patch, "matplotlib:Wedge") or is_sample:
            continue
        yield _band(patch, axes, scales) or _outline(patch, scales)


def _band(patch: Any, axes: Any, scales: Scales) -> Layer | None:
    """Return a band from one side of the axes to the other."""
    if not is_a(patch, "matplotlib:Rectangle"):
        return None
    across = {
        "vertical": ("x", axes.get_xaxis_transform(which="grid")),
        "horizontal": ("y", axes.get_yaxis_transform(which="grid")),
    }
    for said, (name, transform) in across.items():
        if patch.get_data_transform() == transform:
            start = patch.get_x() if name == "x" else patch.get_y()
            length = patch.get_width() if name == "x" else patch.get_height()
            ends = (scales.place(name, float(start)), scales.place(name, float(start + length)))
            return Layer(f"{said} band from {ends[0]} to {ends[1]}", name_of(patch), parts="")
    return None


def _outline(patch: Any, scales: Scales) -> Layer:
    name = name_of(patch)
    if is_a(patch, "matplotlib:StepPatch"):
        values, edges, _ = patch.get_data()
        columns = scales.columns(x_from=edges[:-1], x_to=edges[1:], y=values)
        return Layer("steps", name, len(values), "step", columns=columns)
    if is_a(patch, "matplotlib:Polygon") and not is_a(patch, "matplotlib:FancyArrow"):
        corners = patch.get_xy()
        columns = scales.columns(x=corners[:, 0], y=corners[:, 1])
        return Layer("polygon", name, len(corners), "corner", columns=columns)
    kind = type(patch).__name__.lower()
    return Layer("arrow" if "arrow" in kind else kind, name, parts="")


def table_layer(table: Any) -> Layer:
    """Return a table that is drawn in the axes."""
    cells = sorted(table.get_celld().items())
    columns = {
        "row": [row for (row, _), _ in cells],
        "column": [column for (_, column), _ in cells],
        "text": [cell.get_text().get_text() for _, cell in cells],
    }
    return Layer("table", count=len(cells), parts="cell", columns=columns)
