"""Writes the calls of tools that ran as cells: what a reader runs to get the same without the model."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping
from typing import Any

from nbclaude.asking.calls import RanCall, Step

__all__ = ["cells_of_steps"]


def cells_of_steps(steps: Iterable[Step], names: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the cells, in the order in which the calls ran, and the tools of those calls that cannot be written as one.

    Calls that were denied or failed have changed nothing that is worth repeating: they are in neither. `names` are the variables
    of the notebook; a function is called by its name there.
    """
    cells, untold = [], []
    for step in steps:
        for call in step.calls:
            if call.denied or call.error:
                continue
            cell = _cell(call, names)
            if cell is None:
                untold.append(call.name)
            elif cell:
                cells.append(cell)
    return cells, list(dict.fromkeys(untold))


def _cell(call: RanCall, names: Mapping[str, Any]) -> str | None:
    """Return the source of a cell; empty for a call that only looked at something, None where there is none."""
    own = names.get(call.name)
    if callable(own) and not isinstance(own, type):
        return _written(call)
    match call.name:
        case "python":
            return str(call.arguments.get("code", "")).strip("\n")
        case "bash":
            command = str(call.arguments.get("command", "")).strip("\n")
            return f"%%bash\n{command}" if command else ""
        case "inspect":
            return ""
    return None


def _written(call: RanCall) -> str | None:
    arguments = []
    for name, value in call.arguments.items():
        if not name.isidentifier() or keyword.iskeyword(name):
            return None
        is_variable = isinstance(value, str) and value in call.variables
        arguments.append(f"{name}={value if is_variable else repr(value)}")
    return f"{call.name}({', '.join(arguments)})"
