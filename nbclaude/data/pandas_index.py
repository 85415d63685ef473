"""Tells the index of a pandas frame, which no other library has: the labels of its rows, and what is in them."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nbclaude.data.array_facts import step_fact
from nbclaude.data.cells import name_text, value_text
from nbclaude.data.extents import Extent, code_counts
from nbclaude.data.fact_words import DECREASING, INCREASING, UNORDERED, missing_facts
from nbclaude.data.facts import Fact, Facts

__all__ = ["index_facts", "index_labels", "is_plain"]


_STATISTICS = ("mean ", "median ", "std ")
_FEW_VALUES = 8
_MAX_LABELS = 1_000_000
_FEW_ROWS = 20  # with fewer, it may be chance which combinations have a row
_FILLED = 4  # possible combinations for each row, at most


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
    """Tell an index; `facts_of` tells a column, as which each of its levels is told."""
    if is_plain(index):
        return Facts()
    pandas = sys.modules["pandas"]
    if index.nlevels == 1:
        name = f" {name_text(index.name)}" if index.name is not None else ""
        known = facts_of(pandas.Series(index))
        order = () if any(map(_tells_order, known.facts)) else _order(index)
        told = f"index{name}: {index.dtype}"
        # The mean of labels says nothing.
        own = tuple(each for each in known.facts if not each.text.lstrip("~").startswith(_STATISTICS))
        step = step_fact(index.to_numpy()) if type(index.dtype).__module__.startswith("numpy") else Fact("")
        return replace(Facts.of(*own, *order, step), title=told)
    levels = [_level(name, index, n, facts_of) for n, name in enumerate(index_labels(index))]
    title = f"MultiIndex{_repeated(index)}{_filled(index)}:"
    return Facts(
        (
            Fact(
                "\n".join([title, *(f"  {each.text()}" for each in levels)]),
                schema="\n".join([title, *(f"  {each.text(values=False)}" for each in levels)]),
            ),
        )
    )


def _filled(index: Any) -> str:
    """Return how many combinations of the levels' values have a row, where most of them have one and none has two."""
    if not _FEW_ROWS <= len(index) <= _MAX_LABELS or not index.is_unique:
        return ""
    possible = math.prod(len(level) for level in index.remove_unused_levels().levels)
    if not len(index) < possible <= _FILLED * len(index) or any((codes < 0).any() for codes in index.codes):
        return ""
    return f", {len(index):,} of {possible:,} combinations"


def _level(name: str, index: Any, n: int, facts_of: Callable[[Any], Facts]) -> Facts:
    codes, level = index.codes[n], index.levels[n]
    # A level keeps values that no row has any more.
    numpy = sys.modules["numpy"]
    times = code_counts(codes, len(level))
    used = level.take(numpy.flatnonzero(times[1:]))
    missing = missing_facts(Extent(missing=int(times[0])), len(codes))
    if len(used) == 1:
        known = Facts.of(*missing, Fact(f"constant {value_text(used[0], 24)}", schema="constant"))
    else:
        known = Facts.of(*missing, f"{len(used):,} distinct").before(*_values_of(used, facts_of))
    return replace(known, title=f"{name}: {level.dtype}")


def _values_of(level: Any, facts_of: Callable[[Any], Facts]) -> tuple[Fact, ...]:
    """Tell the range of a level's values where they are ordered, else the values if they are few."""
    if level.dtype.kind in "iufmM" or str(level.dtype).startswith(("datetime", "period")):
        facts = facts_of(sys.modules["pandas"].Series(level)).facts
        left_out = (*_STATISTICS, INCREASING, DECREASING, UNORDERED, "unique")
        own = (each for each in facts if not each.apart and not each.text.lstrip("~").startswith(left_out))
        return tuple(each for each in own if not each.text.endswith(("zero", "zeros", "negative")))
    if len(level) <= _FEW_VALUES:
        said = f"values {', '.join(value_text(value, 24) for value in level)}"
    else:
        said = f"such as {value_text(level[0], 24)}, {value_text(level[-1], 24)}"
    return (Fact(said, schema="", apart=True),)


def _order(index: Any) -> tuple[Fact, ...]:
    """Tell what a column of the same values would not: labels that occur twice."""
    if len(index) > _MAX_LABELS:
        return ()
    repeated = int(index.duplicated().sum())
    return (Fact(f"{repeated:,} duplicate{'s' if repeated > 1 else ''}", 1),) if repeated else ()


def _tells_order(fact: Fact) -> bool:
    """Return whether a fact already tells if labels occur twice."""
    return fact.text.endswith(("duplicate", "duplicates", "unique"))


def _repeated(index: Any) -> str:
    if len(index) > _MAX_LABELS:
        return ""
    repeated = int(index.duplicated().sum())
    return f", {repeated:,} duplicate{'s' if repeated > 1 else ''}" if repeated else ", unique"
