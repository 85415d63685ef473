"""Tells which figures of matplotlib seaborn has drawn, by what it leaves behind.

Most of seaborn's functions leave nothing: their lines and points are matplotlib's own. Such a figure counts as matplotlib's,
which it is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from nbclaude.context.libraries import is_a

__all__ = ["library_of"]


def library_of(figure: Any, panels: Sequence[Sequence[Any]]) -> str:
    """Return who has drawn these panels of a figure (a list of axes each): matplotlib, seaborn, or both."""
    if "seaborn" not in sys.modules:
        return "matplotlib"
    if any(getattr(grid, "figure", None) is figure for grid in _grids()):
        return "seaborn"
    marked = [any(_is_marked(axes) for axes in panel) for panel in panels]
    if not any(marked):
        return "matplotlib"
    return "seaborn" if all(marked) else "matplotlib and seaborn"


def _grids() -> Iterator[Any]:
    """Give seaborn's grids (what `relplot`, `catplot`, `pairplot` and others return) that the user's names stand for."""
    names = vars(sys.modules["__main__"])
    return (value for value in tuple(names.values()) if is_a(value, "seaborn:_BaseGrid"))


def _is_marked(axes: Any) -> bool:
    """Return whether an axes holds what only seaborn makes: its boxes, its swarms of points, a scale of `seaborn.objects`."""
    scales = (getattr(getattr(axes, f"{name}axis", None), "_scale", None) for name in ("x", "y"))
    drawing = (vars(artist).get("draw") for artist in axes.get_children())
    made = (*map(type, axes.containers), *map(type, scales), *filter(None, drawing))
    return any(f"{getattr(each, '__module__', '')}.".startswith("seaborn.") for each in made)
