"""Reads what is drawn in a matplotlib axes, with the plotted numbers: lines, points, bars, images, wedges."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from nbclaude.context.libraries import is_a
from nbclaude.context.plotted.facts import Layer
from nbclaude.context.plotted.values import MAX_KEPT, kept, value_text
from nbclaude.frozen import frozen

__all__ = ["Scales", "layers_of"]

_MAX_ARTISTS = 2_000  # of one axes
_COLLECTIONS = {
    "LineCollection": ("lines", "segment"),
    "FillBetweenPolyCollection": ("area", ""),
    "PolyCollection": ("areas", "shape"),
    "Quiver": ("arrows", "arrow"),
}


@frozen
class Scales:
    """How places on the two axes are written: a number, a date, a category."""

    x: Callable[[float], str] | None
    y: Callable[[float], str] | None

    def columns(self, **values: Any) -> dict[str, list[Any]]:
        """Return plotted places as columns of what the user has given; numbers stay numbers."""
        found = kept(values)
        for name, text in (("x", self.x), ("y", self.y)):
            if name in found and text is not None:
                found[name] = [text(value) if value == value else None for value in found[name]]
        return found

    def place(self, name: str, value: float) -> str:
        """Return one place on an axis as its user has given it."""
        text = self.x if name == "x" else self.y
        return text(value) if text else value_text(value)


def layers_of(axes: Any, scales: Scales, note: str = "") -> list[Layer]:
    """Return what is drawn in an axes, containers first and single patches last; each layer gets the `note`."""
    names = _names_by_colour(axes.get_legend())
    taken: set[int] = set()
    layers = [layer for each in axes.containers if (layer := _container(each, axes, scales, names, taken))]
    drawn = [
        artist
        for artist in axes.get_children()[:_MAX_ARTISTS]
        if id(artist) not in taken and artist.get_visible()
    ]
    own = {id(axes.patch), *map(id, axes.spines.values())}
    patches: list[Any] = []
    for artist in drawn:
        if id(artist) in own:
            continue
        if is_a(artist, "matplotlib:Line2D"):
            layers += _line(artist, axes, scales, names)
        elif is_a(artist, "matplotlib:Patch"):
            patches.append(artist)
        elif is_a(artist, "matplotlib:AxesImage"):
            layers.append(_grid("image", artist))
        elif is_a(artist, "matplotlib:Collection"):
            layers += _collection(artist, axes, scales, names)
    layers += _patches(patches)
    return [_noted(layer, note) for layer in layers] if note else layers


def _noted(layer: Layer, note: str) -> Layer:
    return replace(layer, note=note)


def _name(artist: Any) -> str:
    label = str(artist.get_label() or "")
    return "" if label.startswith("_") else label


def _names_by_colour(legend: Any) -> Mapping[Any, str]:
    """Return a legend's entries by colour, except shared colours: seaborn labels only the legend's handles."""
    if legend is None:
        return {}
    handles = getattr(legend, "legend_handles", None) or getattr(legend, "legendHandles", None) or ()
    found = [
        (colour, text.get_text())
        for handle, text in zip(handles, legend.get_texts(), strict=False)
        if (colour := _colour(handle)) is not None
    ]
    often = Counter(colour for colour, _ in found)
    return {colour: text for colour, text in found if often[colour] == 1}


def _colour(artist: Any) -> Any:
    """Return the one colour of an artist, without its opacity; None where it has several or none."""
    if is_a(artist, "matplotlib:Line2D"):
        drawn = artist.get_linestyle() not in ("None", "none", "", " ")
        colour = artist.get_color() if drawn else artist.get_markerfacecolor()
    elif hasattr(artist, "get_facecolor"):
        colour = artist.get_facecolor()
    else:
        return None
    rgba = sys.modules["matplotlib.colors"].to_rgba_array(colour)
    return tuple(round(float(part), 4) for part in rgba[0][:3]) if len(rgba) == 1 else None


def _line(line: Any, axes: Any, scales: Scales, names: Mapping[Any, str]) -> Iterator[Layer]:
    x, y = line.get_xdata(orig=False), line.get_ydata(orig=False)
    if len(x) == 0:
        return  # a sample for the legend
    if line.get_transform() != axes.transData:
        across = (
            "vertical" if line.get_transform() == axes.get_xaxis_transform(which="grid") else "horizontal"
        )
        place = scales.place("x", float(x[0])) if across == "vertical" else scales.place("y", float(y[0]))
        yield Layer(f"{across} line at {place}", _name(line), parts="")
        return
    markers = line.get_linestyle() in ("None", "none", "", " ")
    name = _name(line) or names.get(_colour(line), "")
    columns = {"x": x, "y": y}
    if hasattr(line, "get_data_3d"):
        columns = dict(zip("xyz", line.get_data_3d(), strict=True))
    yield Layer("markers" if markers else "line", name, len(x), columns=scales.columns(**columns))


def _container(
    container: Any, axes: Any, scales: Scales, names: Mapping[Any, str], taken: set[int]
) -> Layer | None:
    """Return what one call drew as several artists, and add these to `taken`."""
    kind = type(container).__name__
    if kind == "BarContainer":
        bars = list(container)
        if not bars:
            return None
        taken.update(map(id, bars))
        return _bars(container, bars, scales, _name(container) or names.get(_colour(bars[0]), ""))
    if kind == "ErrorbarContainer":
        line, caps, ranges = container
        taken.update(id(each) for each in (line, *caps, *ranges) if each is not None)
        if line is None:
            return Layer(
                "error bars", _name(container), sum(len(each.get_segments()) for each in ranges), "bar"
            )
        columns = {"x": line.get_xdata(orig=False), "y": line.get_ydata(orig=False)}
        for each, place in zip(ranges, ("x", "y")[-len(ranges) :], strict=False):
            ends = [segment[:, "xy".index(place)] for segment in each.get_segments()]
            if len(ends) == len(columns["x"]):
                columns |= {
                    f"{place} low": [float(min(e)) for e in ends],
                    f"{place} high": [float(max(e)) for e in ends],
                }
        return Layer(
            "line with error bars", _name(container), len(columns["x"]), columns=scales.columns(**columns)
        )
    if kind == "StemContainer":
        taken.update(id(each) for each in container)
        x, y = container.markerline.get_data(orig=False)
        return Layer("stems", _name(container), len(x), columns=scales.columns(x=x, y=y))
    return None


def _bars(container: Any, bars: list[Any], scales: Scales, name: str) -> Layer:
    upright = getattr(container, "orientation", None) != "horizontal"
    boxes = [(bar.get_x(), bar.get_y(), bar.get_width(), bar.get_height()) for bar in bars[:MAX_KEPT]]
    along = [(x, width) if upright else (y, height) for x, y, width, height in boxes]
    ends = [(y, height) if upright else (x, width) for x, y, width, height in boxes]
    place, end = ("x", "y") if upright else ("y", "x")
    touching = len(along) > 1 and all(
        abs(start + width - following) <= 1e-6 * abs(width)
        for (start, width), (following, _) in pairwise(along)
    )
    text = scales.x if place == "x" else scales.y
    if touching and text is None:
        # The bars of a histogram stand for ranges.
        columns: dict[str, Any] = {
            f"{place} from": [float(start) for start, _ in along],
            f"{place} to": [float(start + width) for start, width in along],
        }
    else:
        middles = [round(float(start + width / 2), 10) for start, width in along]
        columns = {place: [text(middle) for middle in middles] if text else middles}
    if any(start for start, _ in ends):
        columns[f"{end} from"] = [float(start) for start, _ in ends]
        columns[f"{end} to"] = [float(start + length) for start, length in ends]
    else:
        columns[end] = [float(length) for _, length in ends]
    return Layer("bars" if upright else "horizontal bars", name, len(bars), "bar", columns=columns)


def _collection(artist: Any, axes: Any, scales: Scales, names: Mapping[Any, str]) -> Iterator[Layer]:
    kind = type(artist).__name__
    name = _name(artist)
    if is_a(artist, "matplotlib:PathCollection"):
        yield from _scatter(artist, axes, scales, names)
    elif is_a(artist, "matplotlib:QuadMesh"):
        yield _grid("grid of colors", artist)
    elif is_a(artist, "matplotlib:ContourSet"):
        levels = [float(level) for level in artist.levels]
        yield Layer("contours", name, len(levels), "level", columns={"level": levels})
    else:
        said, parts = _COLLECTIONS.get(kind, (kind, "shape"))
        yield Layer(said, name or names.get(_colour(artist), ""), len(artist.get_paths()), parts)


def _scatter(artist: Any, axes: Any, scales: Scales, names: Mapping[Any, str]) -> Iterator[Layer]:
    three = getattr(artist, "_offsets3d", None)
    offsets = artist.get_offsets()
    if len(offsets) == 0:
        return
    columns: dict[str, Any] = {"x": offsets[:, 0], "y": offsets[:, 1]}
    if three is not None:
        columns = dict(zip("xyz", three, strict=True))
    colours, values = artist.get_facecolor(), artist.get_array()
    if values is not None and len(values) == len(offsets):
        columns["color"] = values
    elif len(colours) == len(offsets) > 1 and names:
        groups = [names.get(tuple(round(float(part), 4) for part in colour[:3]), "") for colour in colours]
        if all(groups):
            columns["group"] = groups
    sizes = artist.get_sizes()
    if len(sizes) == len(offsets) > 1 and len(set(sizes.tolist())) > 1:
        columns["size"] = sizes
    name = _name(artist) or names.get(_colour(artist), "")
    yield Layer("scatter", name, len(offsets), columns=scales.columns(**columns))


def _grid(kind: str, artist: Any) -> Layer:
    """Return an image or a mesh: its shape and, if each cell has one number, the numbers."""
    values = artist.get_array()
    if values is None:
        return Layer(kind, _name(artist), parts="")
    shape = tuple(values.shape)
    if len(shape) == 1 and hasattr(artist, "get_coordinates"):
        shape = tuple(length - 1 for length in artist.get_coordinates().shape[:2])
    size = " × ".join(f"{length:,}" for length in shape)
    if len(shape) != 2:
        return Layer(kind, _name(artist), size=f"{size} colors" if len(shape) == 3 else f"{size} values")
    columns = {}
    if shape[0] * shape[1] <= MAX_KEPT:
        flat = values.reshape(-1).tolist()
        places = [(row, column) for row in range(shape[0]) for column in range(shape[1])]
        columns = {
            "row": [row for row, _ in places],
            "column": [column for _, column in places],
            "value": flat,
        }
    return Layer(kind, _name(artist), shape[0] * shape[1], size=f"{size} values", columns=columns)


def _patches(patches: list[Any]) -> Iterator[Layer]:
    wedges = [patch for patch in patches if is_a(patch, "matplotlib:Wedge")]
    if wedges:
        share = [round((wedge.theta2 - wedge.theta1) / 3.6, 6) for wedge in wedges]
        columns = {"name": [_name(wedge) for wedge in wedges], "percent": share}
        yield Layer("pie", count=len(wedges), parts="wedge", columns=columns)
    for patch in patches:
        # Legends have bars without a size for samples.
        is_sample = is_a(patch, "matplotlib:Rectangle") and not (patch.get_width() and patch.get_height())
        if not is_a(patch, "matplotlib:Wedge") and not is_sample:
            yield Layer(type(patch).__name__.lower(), _name(patch), parts="")
