"""What is known about a figure besides its picture, as values: panels, axes, series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from nbclaude.frozen import frozen

__all__ = ["Axis", "Layer", "PlottedFigure", "PlottedPanel"]


@frozen
class Axis:
    """An axis or a colour scale.

    `limits` are the limits of the axis, as text; with `of_data`, the lowest and highest plotted value, since the
    library leaves the limits to the browser. `scale` is empty for a linear axis. A categorical axis is described by its
    `categories`, not by its limits. `labels` are texts on a numeric axis, each with its position.
    """

    name: str  # "x", "second y", "color"
    label: str = ""
    limits: tuple[str, str] | None = None
    of_data: bool = False
    scale: str = ""
    categories: Sequence[str] = ()
    labels: Sequence[tuple[str, str]] = ()


@frozen
class Layer:
    """Something drawn as a unit: a line, a scatter, a set of bars.

    `count` says how many `parts` it has, and `part_names` what they are called if the figure says so; for a grid, `size`
    is shown instead ("28 × 28 values"). `columns` are the plotted values by name, all of the same length. A long layer
    keeps only some of its rows.
    """

    kind: str
    name: str = ""
    count: int = 0
    parts: str = "point"
    size: str = ""
    note: str = ""
    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    part_names: Sequence[str] = ()

    @property
    def rows(self) -> int:
        """How many rows the columns have."""
        return min((len(column) for column in self.columns.values()), default=0)


@frozen
class PlottedPanel:
    """One plot of a figure. `texts` are written into it, with their places; `insets` are small plots within it."""

    title: str = ""
    axes: Sequence[Axis] = ()
    legend: Sequence[str] = ()
    layers: Sequence[Layer] = ()
    note: str = ""
    texts: Sequence[str] = ()
    insets: Sequence[PlottedPanel] = ()


@frozen
class PlottedFigure:
    """A figure, or the panel of it that goes along (`number` of `count`)."""

    library: str
    title: str = ""
    panels: Sequence[PlottedPanel] = ()
    legend: Sequence[str] = ()
    notes: Sequence[str] = ()
    number: int = 0
    count: int = 0
