"""Recognises the box plots of matplotlib, pandas and seaborn by the lines that they consist of, and reads their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbclaude.context.libraries import is_a
from nbclaude.context.plotted.facts import Layer
from nbclaude.context.plotted.matplotlib_names import Names, colour_of
from nbclaude.context.plotted.matplotlib_scales import Scales
from nbclaude.frozen import frozen

__all__ = ["box_layers"]

_ENDS = 2
_STROKES = 4  # two whiskers, two caps
_CORNERS = 4
_PARTS = ("whisker low", "box low", "median", "box high", "whisker high")


@frozen
class _Box:
    """One box: where it stands, its values in the order of `_PARTS`, and the artists that draw it."""

    place: float
    values: tuple[float, ...]
    across: bool  # whether it is horizontal
    artists: tuple[Any, ...]


def box_layers(axes: Any, scales: Scales, names: Names, taken: set[int]) -> Iterator[Layer]:
    """Give the box plots in an axes and their outliers, one for each name, and add their artists to `taken`."""
    boxes = list(_boxes([line for line in axes.lines if line.get_visible()], axes))
    groups: dict[tuple[str, bool], list[_Box]] = {}
    for box in boxes:
        filled = next((each for each in box.artists if is_a(each, "matplotlib:Patch")), None)
        name = names.get(colour_of(filled), "") if filled is not None else ""
        groups.setdefault((name, box.across), []).append(box)
    outlying = _outliers(axes, boxes) if boxes else {}
    for (name, across), group in groups.items():
        along, values = ("y", "x") if across else ("x", "y")
        places = [box.place for box in group]
        columns = scales.columns(**{along: places})
        columns |= {part: [box.values[at] for box in group] for at, part in enumerate(_PARTS)}
        taken.update(id(artist) for box in group for artist in box.artists)
        yield Layer("box plot", name, len(group), "box", columns=columns)
        beyond = [(box.place, line) for box in group for line in outlying.get(id(box), ())]
        taken.update(id(line) for _, line in beyond)
        points = [
            (place, float(value))
            for place, line in beyond
            for value in getattr(line, f"get_{values}data")(orig=False)
        ]
        if points:
            columns = scales.columns(
                **{along: [at for at, _ in points], values: [value for _, value in points]}
            )
            yield Layer("outliers", name, len(points), columns=columns)


def _boxes(lines: Sequence[Any], axes: Any) -> Iterator[_Box]:
    """Give the boxes among lines: two whiskers that lead away from each other, their caps, the median between them."""
    at = 0
    while at < len(lines) - 1:
        for across in (False, True):
            if (found := _box_at(lines, at, across) or _thin_box_at(lines, at, across)) is not None:
                break
        else:
            at += 1
            continue
        artists = [*found.artists, *_outlines(lines[max(0, at - 1) : at], axes, found)]
        yield _Box(found.place, found.values, found.across, tuple(artists))
        at += len(found.artists)


def _box_at(lines: Sequence[Any], at: int, across: bool) -> _Box | None:
    low, high = (_stroke(line, across) for line in lines[at : at + 2])
    if low is None or high is None or low[0] != high[0] or low[0][0] != low[0][1]:
        return None
    (bottom, end), (top, far) = low[1], high[1]
    place = low[0][0]
    if not end <= bottom <= top <= far:
        return None
    used, median = list(lines[at : at + 2]), None
    expected = {end, far}
    for line in lines[at + 2 : at + 5]:
        stroke = _stroke(line, across)
        if (
            stroke is None
            or stroke[1][0] != stroke[1][1]
            or abs(sum(stroke[0]) / 2 - place) > _near(stroke[0])
        ):
            break
        height = stroke[1][0]
        if height in expected and len(used) < _STROKES:
            used.append(line)
        elif bottom <= height <= top:
            used.append(line)
            median = height
            break
        else:
            break
    return None if median is None else _Box(place, (end, bottom, median, top, far), across, tuple(used))


def _thin_box_at(lines: Sequence[Any], at: int, across: bool) -> _Box | None:
    """Return the box inside a seaborn violin: a line for the whiskers, a thick line for the box, a point for the median."""
    strokes = [_stroke(line, across) for line in lines[at : at + 2]]
    if len(lines) < at + 3 or any(stroke is None or len(set(stroke[0])) > 1 for stroke in strokes):
        return None
    (places, whiskers), (others, ends) = (stroke for stroke in strokes if stroke is not None)
    point = lines[at + 2]
    x, y = point.get_xdata(orig=False), point.get_ydata(orig=False)
    if len(x) != 1 or places[0] != others[0]:
        return None
    place, median = (float(y[0]), float(x[0])) if across else (float(x[0]), float(y[0]))
    values = (whiskers[0], ends[0], median, ends[1], whiskers[1])
    if place != places[0] or list(values) != sorted(values):
        return None
    return _Box(place, values, across, tuple(lines[at : at + 3]))


def _near(ends: tuple[float, float]) -> float:
    return 1e-6 * (abs(ends[0]) + abs(ends[1]) + abs(ends[1] - ends[0]))


def _stroke(line: Any, across: bool) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Return the places and the values of both ends of a line that has two."""
    x, y = line.get_xdata(orig=False), line.get_ydata(orig=False)
    if len(x) != _ENDS:
        return None
    ends = (float(x[0]), float(x[1])), (float(y[0]), float(y[1]))
    return (ends[1], ends[0]) if across else ends


def _outlines(before: Sequence[Any], axes: Any, box: _Box) -> Iterator[Any]:
    """Give what draws the outline of a box: the line before its whiskers, or a filled patch."""
    _, bottom, _, top, _ = box.values
    for line in before:
        if len(line.get_xdata(orig=False)) > _CORNERS and _spans(line.get_xydata(), box, bottom, top):
            yield line
    for patch in axes.patches:
        if is_a(patch, "matplotlib:PathPatch") and _spans(patch.get_path().vertices, box, bottom, top):
            yield patch


def _spans(corners: Any, box: _Box, bottom: float, top: float) -> bool:
    places, values = (corners[:, 1], corners[:, 0]) if box.across else (corners[:, 0], corners[:, 1])
    inside = float(places.min()) < box.place < float(places.max())
    return inside and bool((values == bottom).any() and (values == top).any())


def _outliers(axes: Any, boxes: Sequence[_Box]) -> Mapping[int, list[Any]]:
    """Return the lines of markers above or beside each box, by the identity of the box."""
    found: dict[int, list[Any]] = {}
    for line in axes.lines:
        if line.get_linestyle() not in ("None", "none", "", " ") or not line.get_visible():
            continue
        for box in boxes:
            places = line.get_ydata(orig=False) if box.across else line.get_xdata(orig=False)
            values = line.get_xdata(orig=False) if box.across else line.get_ydata(orig=False)
            end, *_, far = box.values
            if len(places) and all(places == box.place) and not any((values >= end) & (values <= far)):
                found.setdefault(id(box), []).append(line)
                break
    return found
