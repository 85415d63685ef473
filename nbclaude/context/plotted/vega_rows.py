"""Describes how the transforms of a Vega-Lite chart change its rows before they are drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbclaude.context.plotted.values import value_text
from nbclaude.texts import one_line

__all__ = ["COMPUTED", "drawn_rows", "rows_drawn", "transforms_said"]

COMPUTED = "computed from these rows"
_MAX_CONDITION = 80  # characters
# How a filter compares a field with a value.
_SIGNS = {"equal": "=", "lt": "<", "lte": "≤", "gt": ">", "gte": "≥"}
_TRANSFORMS = frozenset(
    (
        *(
            "filter",
            "calculate",
            "aggregate",
            "bin",
            "timeUnit",
            "window",
            "fold",
            "regression",
            "loess",
            "density",
        ),
        *("sample", "impute", "flatten", "pivot", "stack", "lookup", "joinaggregate", "quantile"),
    )
)
# These transforms change the rows, so neither values nor categories are known after them.
_OTHER_ROWS = frozenset(
    (
        "filter",
        "sample",
        "aggregate",
        "impute",
        "flatten",
        "pivot",
        "regression",
        "loess",
        "density",
        "quantile",
    )
)


def transforms_said(transforms: Sequence[Any]) -> str:
    """Return the transforms of a chart in words, with the conditions of filters; nothing if there are none."""
    said = [
        f"filter ({condition})" if kind == "filter" and (condition := _condition(each["filter"])) else kind
        for each in transforms
        if isinstance(each, Mapping)
        for kind in each
        if kind in _TRANSFORMS
    ]
    return f"the rows are transformed before they are drawn: {', '.join(dict.fromkeys(said))}" if said else ""


def _condition(given: Any) -> str:
    """Return the condition of a filter; nothing for one that combines others."""
    if isinstance(given, str):
        within = given[1:-1] if given.startswith("(") and given.endswith(")") else ""
        # The outer parentheses of "(a) & (b)" are not a pair.
        return one_line(within if within and ")" not in within.partition("(")[0] else given, _MAX_CONDITION)
    if not isinstance(given, Mapping):
        return ""
    if "param" in given:
        return "the selection"
    field = given.get("field")
    for name, sign in _SIGNS.items():
        if isinstance(field, str) and isinstance(given.get(name), int | float | str):
            return f"{field} {sign} {value_text(given[name])}"
    among = given.get("oneOf") or given.get("range")
    if isinstance(field, str) and isinstance(among, list):
        word = " or " if given.get("oneOf") else " to "
        return one_line(f"{field} = {word.join(map(value_text, among))}", _MAX_CONDITION)
    return ""


def rows_drawn(unit: Mapping[str, Any]) -> str:
    """Say how transforms change the rows of the data; nothing if all rows are drawn."""
    changed = {kind for each in unit.get("transform") or () for kind in each if kind in _OTHER_ROWS}
    if not changed:
        return ""
    return "some of these rows" if changed <= {"filter", "sample"} else COMPUTED


def drawn_rows(unit: Mapping[str, Any], rows: Sequence[Any]) -> Sequence[Any]:
    """Return the rows that are drawn, without computed fields; none if a transform changes the rows."""
    made: set[str] = set()
    for transform in unit.get("transform") or ():
        if not _OTHER_ROWS.isdisjoint(transform):
            return ()
        made |= set(_made_by(transform))
    return (
        [{name: value for name, value in row.items() if name not in made} for row in rows] if made else rows
    )


def _made_by(transform: Mapping[str, Any]) -> Iterator[str]:
    """Yield the fields that a transform creates."""
    within = [
        transform,
        *(each for kind in ("window", "joinaggregate") for each in transform.get(kind) or ()),
    ]
    for each in within:
        named = each.get("as") if isinstance(each, Mapping) else None
        yield from map(str, named if isinstance(named, list) else [named] if named else [])
