"""The built-in tools, one row each: the name by which it is turned on, and what makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from nbclaude.context.shown.seen import Seen
from nbclaude.notebook import Shell
from nbclaude.tools.functions import Tool

__all__ = ["BUILT_IN"]


def _python(shell: Shell, seen: Seen) -> Tool:
    from nbclaude.tools.python import python_tool

    return python_tool(shell, seen)


def _inspect(shell: Shell, _: Seen) -> Tool:
    from nbclaude.tools.inspecting import inspect_tool

    return inspect_tool(shell)


def _bash(_: Shell, __: Seen) -> Tool:
    from nbclaude.tools.bash import bash_tool

    return bash_tool()


def _editor(_: Shell, __: Seen) -> Tool:
    from nbclaude.tools.editor import editor_tool

    return editor_tool(Path.cwd())


BUILT_IN: Mapping[str, Callable[[Shell, Seen], Tool]] = {
    "python": _python,
    "inspect": _inspect,
    "bash": _bash,
    "editor": _editor,
}
