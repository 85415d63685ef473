"""Reads what folium and ipyleaflet know about a map: its area, its named layers, and its markers with their texts."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from nbclaude.context.libraries import is_a
from nbclaude.context.plotted.facts import Axis, Layer, PlottedFigure, PlottedPanel
from nbclaude.context.plotted.values import kept, span, value_text
from nbclaude.frozen import frozen
from nbclaude.texts import one_line

__all__ = ["read_folium", "read_ipyleaflet"]

_MAX_LABEL = 80  # characters
_FEW = 5  # labels listed
_MAX_DEPTH = 20  # groups within groups
_VARIABLE = re.compile(r"_[0-9a-f]{32}\Z")
_TAG = re.compile(r"<[^>]*>")
# By class name in either library: what the class draws, in the plural and the singular.
_KINDS: Mapping[str, tuple[str, str]] = {
    "Marker": ("markers", "marker"),
    "CircleMarker": ("circles", "circle"),
    "Circle": ("circles", "circle"),
    "PolyLine": ("lines", "line"),
    "Polyline": ("lines", "line"),
    "AntPath": ("lines", "line"),
    "Polygon": ("polygons", "polygon"),
    "Rectangle": ("rectangles", "rectangle"),
    "HeatMap": ("heat map", "point"),
    "Heatmap": ("heat map", "point"),
    "FastMarkerCluster": ("markers", "marker"),
    "ImageOverlay": ("image", ""),
    "VideoOverlay": ("video", ""),
}

_Place = tuple[float, float]


@frozen
class _Drawn:
    """Something on a map: its kind, its layer, its label, and its latitudes and longitudes."""

    kind: str
    part: str
    layer: str
    label: str
    places: Sequence[_Place]
    count: int = 1


def read_folium(shown: Any) -> PlottedFigure:
    """Return what folium knows about a map."""
    colors = [
        Axis("color", str(each.caption or ""), (value_text(each.vmin), value_text(each.vmax)))
        for each in _below(shown)
        if is_a(each, "branca:ColorMap")
    ]
    drawn = list(_of_folium(shown, ""))
    for each in shown._children.values():
        if is_a(each, "folium:FitBounds") and len(ends := list(_places(each.bounds))) > 1:
            lat, lon = (span([end[at] for end in ends]) for at in (0, 1))
            if lat and lon:
                fitted = f"fitted to latitudes {lat[0]} to {lat[1]}, longitudes {lon[0]} to {lon[1]}"
                return _map("folium", [fitted], drawn, colors)
    zoom = shown.options.get("zoom") if isinstance(shown.options, Mapping) else None
    return _map("folium", _view(shown.location, zoom), drawn, colors)


def read_ipyleaflet(shown: Any) -> PlottedFigure:
    """Return what ipyleaflet knows about a map."""
    return _map("ipyleaflet", _view(shown.center, shown.zoom), list(_of_ipyleaflet(shown.layers, "")), [])


def _view(center: Any, zoom: Any) -> list[str]:
    """Say where the map is."""
    said = [f"zoom {value_text(zoom)}"] if zoom is not None else []
    if center is not None and len(center) == 2:
        said = [f"center at latitude {value_text(center[0])}, longitude {value_text(center[1])}", *said]
    return said


def _map(library: str, view: Sequence[str], drawn: Sequence[_Drawn], colors: Sequence[Axis]) -> PlottedFigure:
    places = [place for each in drawn for place in each.places]
    axes = [
        Axis(name, "", span([place[at] for place in places]), of_data=True)
        for at, name in enumerate(("lat", "lon"))
        if places
    ]
    return PlottedFigure(
        library,
        panels=[PlottedPanel("", [*axes, *colors], (), list(_layers(drawn)), ", ".join(["tile map", *view]))],
    )


def _layers(drawn: Sequence[_Drawn]) -> Iterator[Layer]:
    """Give what is drawn, grouped by kind and layer."""
    together: dict[tuple[str, str, str], list[_Drawn]] = {}
    for each in drawn:
        together.setdefault((each.kind, each.part, each.layer), []).append(each)
    for (kind, part, name), group in together.items():
        count = sum(each.count for each in group)
        labels = [each.label for each in group if each.label]
        rows = [(each, number, place) for number, each in enumerate(group, 1) for place in each.places]
        columns: dict[str, list[Any]] = {"lat": [p[0] for *_, p in rows], "lon": [p[1] for *_, p in rows]}
        if labels:
            columns = {"label": [each.label for each, *_ in rows], **columns}
        if len(rows) > len(group) > 1:
            columns = {"number": [number for _, number, _ in rows], **columns}
        yield Layer(
            kind,
            name,
            count if part else 0,
            part,
            columns=kept(columns) if rows else {},
            part_names=_some(labels),
        )


def _some(labels: Sequence[str]) -> Sequence[str]:
    """Return the first labels; the plotted numbers have all of them."""
    return labels if len(labels) <= _FEW else [*labels[:_FEW], "…"]


def _of_folium(element: Any, layer: str, depth: int = 0) -> Iterator[_Drawn]:
    for child in element._children.values() if depth < _MAX_DEPTH else ():
        # folium names an unnamed layer after its variable in the page.
        own = getattr(child, "layer_name", None)
        name = layer if not own or _VARIABLE.search(str(own)) else str(own)
        kind = next((base.__name__ for base in type(child).__mro__ if base.__name__ in _KINDS), "")
        if is_a(child, "folium:TileLayer"):
            continue
        if is_a(child, "folium:GeoJson"):
            yield from _of_features(getattr(child, "data", None), name)
        elif kind:
            places = (
                getattr(child, "location", None)
                or getattr(child, "locations", None)
                or getattr(child, "data", ())
            )
            yield _one(kind, name, " | ".join(_said_by(child)), list(_places(places)))
        else:
            yield from _of_folium(child, name, depth + 1)


def _said_by(element: Any) -> Iterator[str]:
    """Give the texts of the tooltip and the popup of a folium element."""
    for child in element._children.values():
        if is_a(child, "folium:Tooltip"):
            yield _plain(str(child.text))
        elif is_a(child, "folium:Popup"):
            within = getattr(child.html, "_children", {}).values()
            yield from filter(None, (_plain(str(getattr(each, "data", "") or "")) for each in within))


def _of_ipyleaflet(layers: Iterable[Any], layer: str, depth: int = 0) -> Iterator[_Drawn]:
    for each in layers if depth < _MAX_DEPTH else ():
        name = str(getattr(each, "name", "") or layer)
        kind = next((base.__name__ for base in type(each).__mro__ if base.__name__ in _KINDS), "")
        if is_a(each, "ipyleaflet:TileLayer"):
            continue
        within = getattr(each, "layers", None) or getattr(each, "markers", None)
        if within:
            yield from _of_ipyleaflet(within, name, depth + 1)
        elif kind:
            places = next(
                (
                    found
                    for field in ("location", "locations", "bounds")
                    if (found := getattr(each, field, None))
                ),
                (),
            )
            popup = getattr(getattr(each, "popup", None), "value", "")
            said = [
                _plain(str(text))
                for text in (getattr(each, "title", ""), popup)
                if isinstance(text, str) and text
            ]
            yield _one(kind, name, " | ".join(said), list(_places(places)))
        elif (data := getattr(each, "geo_data", None) or getattr(each, "data", None)) and isinstance(
            data, Mapping
        ):
            yield from _of_features(data, name)


def _one(kind: str, layer: str, label: str, places: Sequence[_Place]) -> _Drawn:
    said, part = _KINDS[kind]
    count = len(places) if part in ("point", "marker") else 1
    return _Drawn(said, part, layer, label, places, max(count, 1))


def _of_features(data: Any, layer: str) -> Iterator[_Drawn]:
    """Give the features of GeoJSON by the type of their geometries."""
    features = data.get("features", [data]) if isinstance(data, Mapping) else ()
    for each in features:
        shape = (each.get("geometry") or each) if isinstance(each, Mapping) else {}
        # GeoJSON has the longitude first.
        places = [(lat, lon) for lon, lat in _places(shape.get("coordinates", ()))]
        yield _Drawn(str(shape.get("type") or "feature"), "feature", layer, "", places)


def _places(nested: Any) -> Iterator[_Place]:
    """Give the pairs of numbers in lists of lists."""
    nested = nested.tolist() if hasattr(nested, "tolist") else nested
    if not isinstance(nested, list | tuple):
        return
    if len(nested) >= 2 and all(isinstance(each, int | float) for each in nested[:2]):
        yield float(nested[0]), float(nested[1])
        return
    for each in nested:
        yield from _places(each)


def _below(element: Any) -> Iterator[Any]:
    for child in element._children.values():
        yield child
        yield from _below(child)


def _plain(text: str) -> str:
    """Return a text without its tags."""
    return one_line(html.unescape(_TAG.sub(" ", text)).strip(), _MAX_LABEL)
