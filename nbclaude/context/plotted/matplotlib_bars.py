"""Reads what one call to matplotlib has drawn as several artists: bars, error bars, stems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from nbclaude.context.plotted.facts import Layer
from nbclaude.context.plotted.matplotlib_names import Names, colour_of, name_of
from nbclaude.context.plotted.matplotlib_scales import Scales
from nbclaude.context.plotted.values import MAX_KEPT

__all__ = ["container_layer"]


def container_layer(container: Any, scales: Scales, names: Names, taken: set[int]) -> Layer | None:
    """Return what one call drew as several artists, and add these to `taken`."""
    kind = type(container).__name__
    if kind == "BarContainer":
        bars = list(container)
        if not bars:
            return None
        taken.update(map(id, bars))
        # A histogram labels only one of its bars; a list of labels names each bar.
        labels = [label for bar in bars[:MAX_KEPT] if (label := name_of(bar))]
        own = name_of(container) or (labels[0] if len(labels) == 1 < len(bars) else "")
        layer = _bars(container, bars, scales, own or names.get(colour_of(bars[0]), ""))
        return replace(layer, part_names=labels) if len(labels) == len(bars) else layer
    if kind == "ErrorbarContainer":
        line, caps, ranges = container
        taken.update(id(each) for each in (line, *caps, *ranges) if each is not None)
        columns = _ranges(line, ranges)
        count = len(next(iter(columns.values()), ()))
        said = "error bars" if line is None else "line with error bars"
        parts = "bar" if line is None else "point"
        return Layer(said, name_of(container), count, parts, columns=scales.columns(**columns))
    if kind == "StemContainer":
        taken.update(id(each) for each in container)
        x, y = container.markerline.get_data(orig=False)
        return Layer("stems", name_of(container), len(x), columns=scales.columns(x=x, y=y))
    return None


def _ranges(line: Any, ranges: Any) -> Mapping[str, Any]:
    """Return the points of error bars with the ends of their ranges; the bars of a bar plot have no line of their own."""
    columns: dict[str, Any] = {}
    if line is not None:
        columns = {"x": line.get_xdata(orig=False), "y": line.get_ydata(orig=False)}
    for each in ranges:
        segments = [segment for segment in each.get_segments() if len(segment)]
        upright = all(segment[0, 0] == segment[-1, 0] for segment in segments)
        along, across = ("x", "y") if upright else ("y", "x")
        if line is None:
            columns.setdefault(along, [float(segment[0, "xy".index(along)]) for segment in segments])
        ends = [segment[:, "xy".index(across)] for segment in segments]
        if len(ends) == len(next(iter(columns.values()))):
            columns[f"{across}_low"] = [float(min(each)) for each in ends]
            columns[f"{across}_high"] = [float(max(each)) for each in ends]
    return columns


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
        columns |= scales.columns(
            **{
                f"{end}_from": [float(start) for start, _ in ends],
                f"{end}_to": [float(start + length) for start, length in ends],
            }
        )
    else:
        columns[end] = [float(length) for _, length in ends]
    return Layer("bars" if upright else "horizontal bars", name, len(bars), "bar", columns=columns)
