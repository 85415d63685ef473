"""Tells which figures of matplotlib seaborn has drawn, by what it leaves behind.

Most of seaborn's functions leave nothing: their lines and points are matplotlib's own. Such a figure counts as matplotlib's,
which it is; the functions that its cell calls are named as well.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbclaude.context.code.magic_calls import magic_call
from nbclaude.context.libraries import is_a
from nbclaude.context.shown.callers import calls_for
from nbclaude.notebook.sources import python_of

__all__ = ["library_of", "seaborn_calls"]

_MAX_CALLS = 3


def library_of(figure: Any, panels: Sequence[Sequence[Any]]) -> str:
    """Return who has drawn these panels of a figure (a list of axes each): matplotlib, seaborn, or both."""
    if "seaborn" not in sys.modules:
        return "matplotlib"
    if any(getattr(grid, "figure", None) is figure for grid in _grids()):
        return "seaborn"
    marked = [any(_is_marked(axes) for axes in panel) for panel in panels]
    if not any(marked):
        called = calls_for(figure)
        return f"matplotlib, drawn by a cell that calls {called}" if called else "matplotlib"
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


def seaborn_calls(python: str, names: Mapping[str, Any]) -> str:
    """Return which of seaborn's plotting functions some code calls: "seaborn.lineplot"; nothing if it calls none.

    `names` are what the code's names stand for. Functions that take no `data` draw none: `set_theme`, `load_dataset`.
    """
    if "seaborn" not in sys.modules:
        return ""
    found = (_function(call, names) for call in _calls(python))
    called = list(dict.fromkeys(f"seaborn.{each.__name__}" for each in found if _plots(each)))
    more = f" and {len(called) - _MAX_CALLS} more" if len(called) > _MAX_CALLS else ""
    return ", ".join(called[:_MAX_CALLS]) + more


def _calls(python: str) -> Iterator[ast.expr]:
    """Yield what some code calls, including code that its magics run, such as that below `%%time`."""
    try:
        calls = [node for node in ast.walk(ast.parse(python)) if isinstance(node, ast.Call)]
    except (SyntaxError, ValueError, RecursionError):
        return
    for call in calls:
        yield call.func
        for code in magic.code if (magic := magic_call(call)) is not None else ():
            yield from _calls(python_of(code))


def _function(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """Return the function that is called: a name, or an attribute of a module."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        module = _function(node.value, names)
        return vars(module).get(node.attr) if inspect.ismodule(module) else None
    return None


def _plots(function: Any) -> bool:
    if not f"{getattr(function, '__module__', '')}.".startswith("seaborn.") or not hasattr(
        function, "__name__"
    ):
        return False
    try:
        return "data" in inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False
