"""Tells the index of a pandas frame, which no other library has: the labels of its rows, and what is in them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from nbclaude.data.facts import Facts, name_text

__all__ = ["index_facts", "index_labels", "is_plain"]


def is_plain(index: Any) -> bool:
    """Return whether an index only counts the rows."""
    return (
        type(index).__name__ == "RangeIndex" and index.start == 0 and index.step == 1 and index.name is None
    )


def index_labels(index: Any) -> list[str]:
    """Return the names of an index's levels."""
    if index.nlevels == 1:
        return [
            "row"
            if index.name is None and is_plain(index)
            else name_text("index" if index.name is None else index.name)
        ]
    return [name_text(f"level {n}" if name is None else name) for n, name in enumerate(index.names)]


def index_facts(index: Any, facts_of: Callable[[Any], Facts]) -> Facts:
    """Tell an index; `facts_of` tells a column, as which one of a single level is told."""
    if is_plain(index):
        return Facts()
    if index.nlevels > 1:
        levels = zip(index_labels(index), index.levels, strict=True)
        told = ", ".join(f"{name} ({len(level):,} distinct)" for name, level in levels)
        return Facts(f"MultiIndex of {told}")
    name = f" {name_text(index.name)}" if index.name is not None else ""
    known = facts_of(sys.modules["pandas"].Series(index))
    told = f"index{name}: {type(index).__name__} ({index.dtype})"
    return Facts("; ".join(part for part in (told, known.ranges) if part), known.values)
