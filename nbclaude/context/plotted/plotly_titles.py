"""Finds the panel titles of a plotly figure: annotations beside the panels, as `make_subplots` and facets place them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbclaude.context.plotted.plotly_traces import plain_title

__all__ = ["panel_titles"]

_NEAR = 1e-3  # of the figure's width or height
_UPRIGHT = 90  # degrees: the rotation of row titles

_Ends = tuple[float, float]


def panel_titles(
    places: Mapping[str, Sequence[Mapping[str, Any]]], layout: Mapping[str, Any]
) -> tuple[dict[str, str], list[str]]:
    """Return the title of each place, and the texts of the annotations that are not titles.

    `places` has the traces of each place by its name.
    """
    annotations = [each for each in layout.get("annotations") or () if isinstance(each, Mapping)]
    used: set[int] = set()
    titles: dict[str, str] = {}
    for place, traces in places.items():
        found = [*_titles(annotations, *_domain(place, traces, layout))] if len(places) > 1 else []
        used |= {id(each) for each in found}
        titles[place] = " | ".join(filter(None, map(plain_title, found)))
    return titles, [plain_title(each) for each in annotations if id(each) not in used]


def _titles(
    annotations: Sequence[Mapping[str, Any]], across: _Ends, along: _Ends
) -> Iterator[Mapping[str, Any]]:
    """Give the title of a panel's row, then its own or that of its column."""
    beside = [each for each in annotations if _is_beside(each)]
    middle = sum(along) / 2
    yield from (each for each in beside if each.get("textangle") and abs(each["y"] - middle) < _NEAR)
    above = [
        each
        for each in beside
        if not each.get("textangle")
        and abs(each["x"] - sum(across) / 2) < _NEAR
        and each["y"] > along[1] - _NEAR
    ]
    nearest = min(above, key=lambda each: float(each["y"]), default=None)
    # A title above the first row may be that of its panel alone, unless it reads "species=Adelie", as in facets.
    if nearest is not None and (nearest["y"] < along[1] + _NEAR or "=" in plain_title(nearest)):
        yield nearest


def _is_beside(annotation: Mapping[str, Any]) -> bool:
    """Return whether an annotation is placed relative to the figure, and is horizontal or rotated like a row title."""
    placed = annotation.get("xref") == annotation.get("yref") == "paper" and not annotation.get(
        "showarrow", True
    )
    numbers = all(isinstance(annotation.get(name), int | float) for name in ("x", "y"))
    return placed and numbers and annotation.get("textangle") in (None, 0, _UPRIGHT)


def _domain(
    place: str, traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]
) -> tuple[_Ends, _Ends]:
    """Return the part of the figure that a place occupies, horizontally and vertically."""
    first = traces[0]
    if " " in place and not place.startswith("domain"):
        names = place.split(" ")
        found = [(layout.get(f"{name[0]}axis{name[1:]}") or {}).get("domain") for name in names]
    else:
        domain = first.get("domain") or (layout.get(place) or {}).get("domain") or {}
        found = [domain.get("x"), domain.get("y")]
    left, below = (
        (float(each[0]), float(each[1])) if each is not None and len(each) == 2 else (0.0, 1.0)
        for each in found
    )
    return left, below
