"""Tells which values a call may change in place, from the words of the call alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator

__all__ = ["changed_anywhere", "changed_by_call", "root_name"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Calls of these change nothing: what they return is shown, or they print.
_HARMLESS = _words("print display len type help repr str sorted dir vars id")
# Methods that show a value, or give another one: a line that only calls one of them changes nothing.
_SHOWING = _words(
    """head tail describe info show mean sum min max std count value_counts unique nunique groupby copy keys values items
    corr sample isna isnull plot hist boxplot predict score transform to_csv to_string savefig format"""
)
# Functions of modules that change their first argument.
_CHANGING_ARGUMENTS = _words("shuffle heapify heappush heappop insort insort_left insort_right")
# Methods that change what they belong to, also where their result is used.
_CHANGING = _words("fit fit_transform partial_fit pop popitem popleft setdefault insert")


def changed_by_call(call: ast.Call) -> Iterator[str]:
    """Yield the names whose values a call may change that is a statement of its own.

    What is called for nothing but its effect has one: `rows.append(x)`, `shuffle(rows)`, `model.fit(X)`.
    """
    called = call.func
    changed: list[ast.expr] = []
    if isinstance(called, ast.Attribute):
        changed += [called.value] if called.attr not in _SHOWING else []
        changed += call.args[:1] if called.attr in _CHANGING_ARGUMENTS else []
    elif isinstance(called, ast.Name) and called.id not in _HARMLESS:
        changed += [*call.args, *(each.value for each in call.keywords)]
    yield from _roots(changed)


def changed_anywhere(call: ast.Call) -> Iterator[str]:
    """Yield what a call changes wherever it stands: `last = f(rows.pop())`, `df.dropna(inplace=True)`."""
    called = call.func
    if not isinstance(called, ast.Attribute):
        return
    in_place = any(
        each.arg == "inplace" and not (isinstance(each.value, ast.Constant) and not each.value.value)
        for each in call.keywords
    )
    if in_place or called.attr in _CHANGING:
        yield from _roots([called.value])


def root_name(node: ast.expr) -> str | None:
    """Return the name that an expression begins with: `df` of `df.loc[0].x`."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _roots(nodes: list[ast.expr]) -> Iterator[str]:
    return (name for each in nodes if (name := root_name(each)) is not None)
