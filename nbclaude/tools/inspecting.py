"""The built-in tool `inspect`: describes the variables of the kernel without their values.

It runs without approval: it reports names, types, sizes, columns, signatures, documentation and source code. It
runs none of the user's code and evaluates no expressions.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Iterator
from typing import Any

from nbclaude.context.glance.glance import glance, is_a
from nbclaude.context.glance.libraries import columns_of
from nbclaude.context.glance.objects import attributes_of
from nbclaude.context.sources import describe_source
from nbclaude.notebook import Shell
from nbclaude.texts import TextLimits, clip, one_line
from nbclaude.tools.functions import Tool
from nbclaude.tools.running import ToolFailedError

__all__ = ["INSPECT", "inspect_tool"]

INSPECT = "inspect"
_ABOUT = (
    "Look at the variables of the user's notebook kernel without their values. Without a name: all variables with their types "
    "and sizes. With a name, such as df, model.fit or np.linalg.solve: type, size, columns or attributes, signature, "
    "documentation and source code. It evaluates no expressions."
)
_LONGEST = 12_000  # characters
_MAX_VARIABLES = 200
_MAX_ATTRIBUTES = 100
_HAVE_SOURCE = (
    type,
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    types.ModuleType,
    property,
    functools.partial,
    type(functools.cache(len)),
)


def inspect_tool(shell: Shell) -> Tool:
    """Make the tool for a shell."""
    from nbclaude.tools.arguments import arguments_of
    from nbclaude.tools.docstrings import Documented

    def look(name: str = "") -> str:
        return _told(shell, name.strip())

    told = Documented(parameters={"name": "a variable, or a dotted path into a module, class or object"})
    arguments = arguments_of(look, INSPECT, told)
    definition = {"name": INSPECT, "description": _ABOUT, "input_schema": arguments.schema}
    touches = "the names and types of your variables"
    return Tool(INSPECT, definition, look, arguments, safe=True, touches=touches)


def _told(shell: Shell, name: str) -> str:
    if not name:
        return _all(shell)
    value = _found(shell, name)
    lines = [f"{name}: {glance(value, name).text(values=False)}"]
    if columns := columns_of(value):
        lines.append(f"columns: {', '.join(columns[:_MAX_ATTRIBUTES])}")
    # Other objects could run their own code when they are inspected.
    described = describe_source(value, TextLimits(source=_LONGEST)) if is_a(value, _HAVE_SOURCE) else None
    if described is not None:
        lines.append(described.text)
    elif not columns and (attributes := attributes_of(value)):
        lines.append(f"attributes: {', '.join(attributes[:_MAX_ATTRIBUTES])}")
    return clip("\n".join(lines), _LONGEST)[0]


def _all(shell: Shell) -> str:
    lines = [
        f"{name}: {one_line(glance(value, name).text(values=False), 200)}"
        for name, value in _variables(shell)
    ]
    shown = lines[:_MAX_VARIABLES]
    if len(lines) > len(shown):
        shown.append(f"… and {len(lines) - len(shown):,} more")
    return clip("\n".join(shown), _LONGEST)[0] or "There are no variables yet."


def _variables(shell: Shell) -> Iterator[tuple[str, Any]]:
    hidden = shell.user_ns_hidden
    for name, value in tuple(shell.user_ns.items()):
        if not name.startswith("_") and name not in hidden:
            yield name, value


def _found(shell: Shell, path: str) -> Any:
    """Return what a dotted path leads to, past properties and whatever else would run code.

    Raises:
        ToolFailedError: the path does not resolve; the message says how far it goes.

    """
    first, *rest = path.split(".")
    if not all(part.isidentifier() for part in (first, *rest)):
        raise ToolFailedError(
            f"{path} is not a name. Give a variable, or a dotted path such as np.linalg.solve."
        )
    if first not in shell.user_ns or first.startswith("__"):
        there = ", ".join(name for name, _ in _variables(shell)) or "none"
        raise ToolFailedError(f"There is no variable {first}. Variables: {one_line(there, 2_000)}")
    value, so_far = shell.user_ns[first], first
    for part in rest:
        try:
            inner = inspect.getattr_static(value, part)
        except AttributeError:
            raise ToolFailedError(f"{so_far} has no attribute {part}.") from None
        if isinstance(inner, staticmethod | classmethod):
            inner = inner.__func__
        if isinstance(inner, types.MemberDescriptorType | types.GetSetDescriptorType):
            raise ToolFailedError(f"{so_far}.{part} is a computed attribute, and this tool runs no code.")
        value, so_far = inner, f"{so_far}.{part}"
    return value
