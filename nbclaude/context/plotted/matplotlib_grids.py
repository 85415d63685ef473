"""Reads images and grids of colours in a matplotlib axes, each cell with its place and its value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from nbclaude.context.plotted.facts import Layer
from nbclaude.context.plotted.matplotlib_names import name_of
from nbclaude.context.plotted.matplotlib_scales import Scales
from nbclaude.context.plotted.values import MAX_KEPT

__all__ = ["grid_layer"]

_FLAT = 2  # dimensions: one number in each cell


def grid_layer(kind: str, artist: Any, scales: Scales) -> Layer:
    """Return an image or a mesh: its shape and, if each cell has one number, the numbers (every n-th if there are very many)."""
    values = artist.get_array()
    if values is None:
        return Layer(kind, name_of(artist), parts="")
    shape = tuple(values.shape)
    corners = artist.get_coordinates() if hasattr(artist, "get_coordinates") else None
    if len(shape) == 1 and corners is not None:
        shape = tuple(length - 1 for length in corners.shape[:_FLAT])
    size = " × ".join(f"{length:,}" for length in shape)
    if len(shape) != _FLAT:
        return Layer(kind, name_of(artist), size=f"{size} colors" if len(shape) > _FLAT else f"{size} values")
    count = shape[0] * shape[1]
    step = math.ceil(math.sqrt(count / MAX_KEPT)) if count > MAX_KEPT else 1
    cells = values.reshape(shape)[::step, ::step]
    rows, across = range(0, shape[0], step), range(0, shape[1], step)
    places = _middles(artist, corners, shape)
    if places is None:
        columns = {"row": [at for at in rows for _ in across], "column": [at for _ in rows for at in across]}
    else:
        x, y = places
        columns = scales.columns(
            x=[x[at] for _ in rows for at in across], y=[y[at] for at in rows for _ in across]
        )
    columns["value"] = cells.reshape(-1).tolist()
    return Layer(kind, name_of(artist), count, size=f"{size} values", columns=columns)


def _middles(
    artist: Any, corners: Any, shape: tuple[int, ...]
) -> tuple[Sequence[float], Sequence[float]] | None:
    """Return where the middles of the columns and the rows are on the axes; None where the grid is bent."""
    if corners is None:
        left, right, bottom, top = artist.get_extent()
        if artist.origin == "upper":
            bottom, top = top, bottom
        return _between(left, right, shape[1]), _between(bottom, top, shape[0])
    if tuple(length - 1 for length in corners.shape[:_FLAT]) != shape:
        return None  # shaded from corner to corner
    x, y = corners[0, :, 0], corners[:, 0, 1]
    if (corners[:, :, 0] != x).any() or (corners[:, :, 1] != y[:, None]).any():
        return None
    return _halfway(x), _halfway(y)


def _halfway(ends: Any) -> list[float]:
    return [float(each) for each in (ends[:-1] + ends[1:]) / 2]


def _between(start: float, end: float, count: int) -> list[float]:
    width = (end - start) / count
    return [round(start + (at + 0.5) * width, 10) for at in range(count)]
