"""Reads the axes of a plotly figure: x and y, polar, ternary and geographic axes, and dimensions side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nbclaude.context.plotted.facts import Axis
from nbclaude.context.plotted.plotly_traces import plain_title, values_of
from nbclaude.context.plotted.values import span, value_text

__all__ = ["axis_of", "color_axes", "is_date", "place_axes", "place_note", "shared_scale"]

_DATE = re.compile(r"\d{4}(?:$|-\d\d)")
_MAX_DIMENSIONS = 20
# For each kind of place, the columns that belong to its axes, and the names of these axes in the layout.
_AXES: Mapping[str, Mapping[str, str]] = {
    "scene": {"x": "xaxis", "y": "yaxis", "z": "zaxis"},
    "polar": {"theta": "angularaxis", "r": "radialaxis"},
    "ternary": {"a": "aaxis", "b": "baxis", "c": "caxis"},
    "smith": {"real": "realaxis", "imag": "imaginaryaxis"},
    "geo": {"lon": "lonaxis", "lat": "lataxis"},
    "map": {"lon": "", "lat": ""},
    "mapbox": {"lon": "", "lat": ""},
}
_DIMENSIONS = ("splom", "parcoords", "parcats")
_TOP = 90  # degrees

_Trace = Mapping[str, Any]
_Columns = Mapping[str, Sequence[Any]]


def is_date(text: str) -> bool:
    """Return whether plotly treats a text as a date."""
    return bool(_DATE.match(text))


def _kind_of(place: str) -> str:
    """Return the kind of a place: "polar" for "polar2"."""
    return place.rstrip("0123456789")


def axis_of(name: str, axis: Mapping[str, Any], layout: Mapping[str, Any], values: Sequence[Any]) -> Axis:
    """Return an axis as described by the layout and the plotted values."""
    matched = str(axis.get("matches") or "")
    of = layout.get(f"{matched[0]}axis{matched[1:]}") or {} if matched else {}
    label = plain_title(axis.get("title"))
    scale = str(axis.get("type") or of.get("type") or "")
    limits = axis.get("range") or of.get("range")
    said = "" if scale in ("linear", "-", "category", "multicategory") else scale
    if "reversed" in str(axis.get("autorange") or of.get("autorange")):
        said = f"{said}, reversed".removeprefix(", ")
    if limits and len(limits) == 2 and None not in limits:
        ends = [10.0 ** float(each) for each in limits] if scale == "log" else limits
        return Axis(name, label, (value_text(ends[0]), value_text(ends[1])), scale=said)
    texts = [value for value in values if isinstance(value, str)]
    if texts and scale != "date" and not all(map(is_date, texts)):
        categories, order = _in_order(list(dict.fromkeys(texts)), axis if "categoryorder" in axis else of)
        return Axis(name, label, categories=categories, scale=", ".join(filter(None, (said, order))))
    return Axis(name, label, span(values), of_data=True, scale=said)


def _in_order(categories: Sequence[str], axis: Mapping[str, Any]) -> tuple[Sequence[str], str]:
    """Return categories in the order of their axis, and a note if that order depends on what is drawn."""
    order, given = (
        str(axis.get("categoryorder") or ""),
        [value_text(each) for each in values_of(axis.get("categoryarray"))],
    )
    if order.startswith("category "):
        return sorted(categories, reverse=order.endswith("descending")), ""
    if order == "array" or (given and not order):
        return sorted(categories, key=lambda each: given.index(each) if each in given else len(given)), ""
    return categories, f"in the order {order}" if order not in ("", "trace") else ""


def place_axes(
    place: str, traces: Sequence[_Trace], columns: Sequence[_Columns], layout: Mapping[str, Any]
) -> Iterator[Axis]:
    """Give the axes of a place that has axes other than x and y; nothing for a pie or the like."""
    kind = _kind_of(place)
    described = layout.get(place) or {}
    for name, field in _AXES.get(kind, {}).items():
        values = [value for each in columns for value in each.get(name, ())]
        axis = axis_of(name, described.get(field) or {}, layout, values)
        yield _angles(axis, described.get(field) or {}, traces) if name == "theta" else axis
    yield from _dimensions(
        [each for trace, each in zip(traces, columns, strict=True) if trace.get("type") in _DIMENSIONS]
    )
    for trace in traces:
        ends = ((trace.get("gauge") or {}).get("axis") or {}).get("range")
        if ends:
            yield Axis("gauge", limits=(value_text(ends[0]), value_text(ends[1])))


def _dimensions(columns: Sequence[_Columns]) -> Iterator[Axis]:
    """Give the axes of traces that show several columns side by side or against each other."""
    names = dict.fromkeys(name for each in columns for name in each if name not in ("color", "size"))
    for name in list(names)[:_MAX_DIMENSIONS]:
        yield axis_of(
            f'dimension "{name}"', {}, {}, [value for each in columns for value in each.get(name, ())]
        )


def _angles(axis: Axis, described: Mapping[str, Any], traces: Sequence[_Trace]) -> Axis:
    """Return the axis of angles with its unit, and with its start and direction if these are unusual."""
    clockwise = described.get("direction") == "clockwise"
    start = described.get("rotation", _TOP if clockwise else 0)
    units = [str(trace.get("thetaunit") or "degrees") for trace in traces]
    said = [] if axis.categories else list(dict.fromkeys(units))
    said += ["clockwise"] if clockwise else []
    if start:
        first = "the first" if axis.categories else "0"
        said.append(f"{first} at the top" if start == _TOP else f"{first} at {value_text(start)} degrees")
    return replace(axis, scale=", ".join(filter(None, (axis.scale, *said))))


def place_note(place: str, layout: Mapping[str, Any]) -> str:
    """Return what a map shows: its scope and projection, or its center and zoom level."""
    kind, described = _kind_of(place), layout.get(place) or {}
    if kind == "geo":
        scope, projection = described.get("scope"), (described.get("projection") or {}).get("type")
        return f"map{f' of {scope}' if scope else ''}{f', {projection} projection' if projection else ''}"
    if kind not in ("map", "mapbox"):
        return ""
    center = described.get("center") or {}
    said = [str(described["style"])] if isinstance(described.get("style"), str) else []
    if None not in (center.get("lat"), center.get("lon")):
        said.append(f"center at latitude {value_text(center['lat'])}, longitude {value_text(center['lon'])}")
    said += [f"zoom {value_text(described['zoom'])}"] if described.get("zoom") is not None else []
    return ", ".join(["tile map", *said])


def color_axes(
    traces: Sequence[_Trace], columns: Mapping[str, Sequence[Any]], layout: Mapping[str, Any]
) -> Iterator[Axis]:
    """Give the colour scales of traces that have a title or limits.

    `columns` holds the values on each scale that traces share; any other scale has the limits of its trace.
    """
    for shared in dict.fromkeys(filter(None, map(shared_scale, traces))):
        scale = layout.get(shared) or {}
        yield from _scale(scale, (scale.get("cmin"), scale.get("cmax")), columns.get(shared, ()))
    for trace in traces:
        marker = trace.get("marker")
        for own, low, high in (
            (trace, "zmin", "zmax"),
            (marker if isinstance(marker, Mapping) else {}, "cmin", "cmax"),
        ):
            if own.get("colorbar"):
                yield from _scale(own, (own.get(low), own.get(high)), ())
                return


def shared_scale(trace: _Trace) -> str:
    """Return the name of the colour scale that a trace shares with others; "" if it shares none."""
    marker = trace.get("marker")
    line = trace.get("line")
    parts = (trace, *(each for each in (marker, line) if isinstance(each, Mapping)))
    return next((str(each["coloraxis"]) for each in parts if each.get("coloraxis")), "")


def _scale(scale: Mapping[str, Any], ends: tuple[Any, Any], values: Sequence[Any]) -> Iterator[Axis]:
    title = plain_title((scale.get("colorbar") or {}).get("title"))
    known = None not in ends
    limits = (value_text(ends[0]), value_text(ends[1])) if known else span(values)
    if title or known:
        yield Axis("color", title, limits, of_data=not known)
