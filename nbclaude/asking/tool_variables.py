"""Tells the model, with the question, which variables its tools can take: the definitions must not change from turn to turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nbclaude.context.attachment import Attachment
from nbclaude.plurals import counted
from nbclaude.tools.functions import Tool
from nbclaude.wire.request import text_block

__all__ = ["variables_for"]


def variables_for(
    tools: Sequence[Tool | Mapping[str, Any]], names: Mapping[str, Any]
) -> tuple[Attachment, ...]:
    """Return the names and types of the variables that these tools can take; nothing if they take none."""
    kinds = tuple(
        dict.fromkeys(
            kind for tool in tools if isinstance(tool, Tool) for kind in tool.arguments.kernel_types
        )
    )
    if not kinds:
        return ()
    from nbclaude.tools.variables import variables_of

    found = variables_of(kinds, names)
    said = ", ".join(f"{name} ({_kind(value)})" for name, value in found.items()) or "none"
    text = f"Variables that tools can take by name: {said}"
    return (Attachment("variables for tools", (text_block(text),), counted(len(found), "name"), kind="text"),)


def _kind(value: object) -> str:
    """Return the type of a value, with its size where it has one."""
    name = type(value).__name__
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and shape and all(isinstance(length, int) for length in shape):
        return f"{name} {'×'.join(map(str, shape))}"
    return name
