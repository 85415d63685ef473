"""Reads the lines and bands across the panels of a plotly figure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from nbclaude.context.plotted.facts import Layer
from nbclaude.context.plotted.plotly_traces import plain_title
from nbclaude.context.plotted.values import value_text

__all__ = ["shape_layers"]


def shape_layers(place: str, layout: Mapping[str, Any], dates: Collection[str]) -> Iterator[Layer]:
    """Give the lines and bands across a panel (`add_hline`, `add_vrect`); `dates` names the axes that show dates."""
    for shape in layout.get("shapes") or ():
        axes = [str(shape.get(f"{name}ref") or name) for name in "xy"]
        across = [axis.endswith(" domain") or axis == "paper" for axis in axes]
        own = [axis.removesuffix(" domain") for axis in axes]
        if sum(across) != 1 or not any(axis in place.split(" ") for axis in own):
            continue
        along, said = ("y", "horizontal") if across[0] else ("x", "vertical")
        start, end = (_place_text(shape.get(f"{along}{number}"), along in dates) for number in (0, 1))
        where = f"line at {start}" if start == end else f"band from {start} to {end}"
        yield Layer(f"{said} {where}", plain_title(shape.get("name")), parts="")


def _place_text(place: Any, is_date: bool) -> str:
    """Return a position on an axis as text; on a date axis, a number is in milliseconds."""
    if is_date and isinstance(place, int | float):
        return value_text(datetime.fromtimestamp(place / 1000, UTC))
    return value_text(place)
