"""Reads what is drawn in a matplotlib axes, with the plotted numbers: lines and points here, the rest with other modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from nbclaude.context.libraries import is_a
from nbclaude.context.plotted.facts import Layer
from nbclaude.context.plotted.matplotlib_bars import container_layer
from nbclaude.context.plotted.matplotlib_boxes import box_layers
from nbclaude.context.plotted.matplotlib_grids import grid_layer
from nbclaude.context.plotted.matplotlib_names import Names, colour_of, name_of, names_by_colour
from nbclaude.context.plotted.matplotlib_scales import Scales
from nbclaude.context.plotted.matplotlib_shapes import collection_layer, patch_layers, table_layer

__all__ = ["layers_of"]

_MAX_ARTISTS = 2_000  # of one axes
_ENDS = 2
_NO_LINE = ("None", "none", "", " ")
# What the two axes of a polar plot are called.
_POLAR = {"x": "theta", "y": "r"}


def layers_of(axes: Any, scales: Scales, note: str = "") -> list[Layer]:
    """Return what is drawn in an axes, containers first and single patches last; each layer gets the `note`."""
    names = names_by_colour(axes)
    taken = {id(axes.patch), *map(id, axes.spines.values())}
    layers = [layer for each in axes.containers if (layer := container_layer(each, scales, names, taken))]
    layers += box_layers(axes, scales, names, taken)
    shown = [
        each for each in axes.get_children()[:_MAX_ARTISTS] if id(each) not in taken and each.get_visible()
    ]
    for artist in shown:
        read = next((each for kind, each in _READERS.items() if is_a(artist, f"matplotlib:{kind}")), None)
        if read is not None:
            layers += read(artist, axes, scales, names)
    layers += patch_layers([each for each in shown if is_a(each, "matplotlib:Patch")], axes, scales, names)
    if axes.name == "polar":
        layers = [_polar(layer) for layer in layers]
    return [replace(layer, note=note) for layer in layers] if note else layers


def _polar(layer: Layer) -> Layer:
    columns = {
        " ".join(_POLAR.get(word, word) for word in name.split(" ")): each
        for name, each in layer.columns.items()
    }
    return replace(layer, columns=columns)


def _line(line: Any, axes: Any, scales: Scales, names: Names) -> Iterator[Layer]:
    x, y = line.get_xdata(orig=False), line.get_ydata(orig=False)
    if len(x) == 0:
        return  # a sample for the legend
    if is_a(line, "matplotlib:AxLine"):
        yield Layer(_endless(line, scales), name_of(line), parts="")
        return
    if line.get_transform() == axes.get_xaxis_transform(which="grid"):
        yield Layer(f"vertical line at {scales.place('x', float(x[0]))}", name_of(line), parts="")
        return
    if line.get_transform() == axes.get_yaxis_transform(which="grid"):
        yield Layer(f"horizontal line at {scales.place('y', float(y[0]))}", name_of(line), parts="")
        return
    if not line.get_transform().contains_branch(axes.transData):
        yield Layer("line across the axes", name_of(line), parts="")
        return
    name = name_of(line) or names.get(colour_of(line), "")
    columns = {"x": x, "y": y}
    if hasattr(line, "get_data_3d"):
        columns = dict(zip("xyz", line.get_data_3d(), strict=True))
    kind = "markers" if line.get_linestyle() in _NO_LINE else "line"
    if kind == "line" and line.get_drawstyle() != "default":
        kind = "line of steps"
    elif kind == "line" and len(x) == _ENDS and "z" not in columns:
        kind = "vertical segment" if x[0] == x[1] else "horizontal segment" if y[0] == y[1] else kind
    yield Layer(kind, name, len(x), columns=scales.columns(**columns))


def _endless(line: Any, scales: Scales) -> str:
    """Say where a line without ends (`axline`) is."""
    x, y = line.get_xy1()
    through = f"({scales.place('x', float(x))}, {scales.place('y', float(y))})"
    if line.get_slope() is not None:
        return f"endless line through {through} with slope {line.get_slope():g}"
    x, y = line.get_xy2()
    return (
        f"endless line through {through} and ({scales.place('x', float(x))}, {scales.place('y', float(y))})"
    )


def _scatter(artist: Any, _axes: Any, scales: Scales, names: Names) -> Iterator[Layer]:
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
    name = name_of(artist) or names.get(colour_of(artist), "")
    yield Layer("scatter", name, len(offsets), columns=scales.columns(**columns))


def _image(artist: Any, _axes: Any, scales: Scales, _names: Names) -> Iterator[Layer]:
    yield grid_layer("image", artist, scales)


def _mesh(artist: Any, _axes: Any, scales: Scales, _names: Names) -> Iterator[Layer]:
    yield grid_layer("grid of colors", artist, scales)


def _collection(artist: Any, _axes: Any, scales: Scales, names: Names) -> Iterator[Layer]:
    if (layer := collection_layer(artist, scales, names)) is not None:
        yield layer


def _table(artist: Any, _axes: Any, _scales: Scales, _names: Names) -> Iterator[Layer]:
    yield table_layer(artist)


# What reads each kind of artist; the first match counts.
_READERS: Mapping[str, Callable[[Any, Any, Scales, Names], Iterator[Layer]]] = {
    "Line2D": _line,
    "AxesImage": _image,
    "QuadMesh": _mesh,
    "PathCollection": _scatter,
    "Collection": _collection,
    "Table": _table,
}
