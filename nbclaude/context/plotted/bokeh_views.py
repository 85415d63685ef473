"""Finds which rows of its data a bokeh glyph draws if a view filters them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

from nbclaude.context.plotted.values import plain_list

__all__ = ["drawn_rows"]

_Rows = frozenset[int]


def drawn_rows(renderer: Any, data: Mapping[str, Sequence[Any]]) -> list[int] | None:
    """Return the positions of the rows that a renderer draws; None if it draws all of them.

    Raises LookupError if only the browser knows, as with a filter in JavaScript.
    """
    count = max(map(len, data.values()), default=0)
    found = _kept(getattr(getattr(renderer, "view", None), "filter", None), data, count)
    return None if len(found) == count else sorted(found)


def _kept(filtering: Any, data: Mapping[str, Sequence[Any]], count: int) -> _Rows:
    kind = type(filtering).__name__
    if filtering is None or kind in ("AllIndices", "NoneType"):
        return frozenset(range(count))
    return frozenset(_FILTERS[kind](filtering, data, count))


def _indices(filtering: Any, _data: Any, count: int) -> _Rows:
    return frozenset(range(count) if filtering.indices is None else filtering.indices)


def _booleans(filtering: Any, _data: Any, count: int) -> _Rows:
    if filtering.booleans is None:
        return frozenset(range(count))
    return frozenset(row for row, kept in enumerate(filtering.booleans) if kept)


def _group(filtering: Any, data: Mapping[str, Sequence[Any]], _count: int) -> _Rows:
    column = plain_list(data[filtering.column_name])
    return frozenset(row for row, value in enumerate(column) if value == filtering.group)


def _inverted(filtering: Any, data: Any, count: int) -> _Rows:
    return frozenset(range(count)) - _kept(filtering.operand, data, count)


def _combined(together: Callable[[_Rows, _Rows], _Rows]) -> Callable[[Any, Any, int], _Rows]:
    return lambda filtering, data, count: reduce(
        together, (_kept(each, data, count) for each in filtering.operands)
    )


_FILTERS: Mapping[str, Callable[[Any, Any, int], _Rows]] = {
    "IndexFilter": _indices,
    "BooleanFilter": _booleans,
    "GroupFilter": _group,
    "InversionFilter": _inverted,
    "IntersectionFilter": _combined(frozenset.__and__),
    "UnionFilter": _combined(frozenset.__or__),
    "DifferenceFilter": _combined(frozenset.__sub__),
    "SymmetricDifferenceFilter": _combined(frozenset.__xor__),
}
