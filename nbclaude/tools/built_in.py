"""The built-in tools, one row each: the name by which it is turned on, and what makes it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from nbclaude.context.shown.seen import Seen
from nbclaude.frozen import frozen
from nbclaude.notebook import Shell
from nbclaude.refusal import UnfitError
from nbclaude.settings.plain import plain_json
from nbclaude.tools.functions import Tool
from nbclaude.tools.versions import FAMILIES, SERVER_TOOLS, Version, family_of, version_for

__all__ = ["BUILT_IN", "Kernel", "built_in", "name_of_word"]

_MADE_AND_OPTIONS = ("type", "name")


@frozen
class Kernel:
    """What a tool may need from the kernel; `version` is the API's, where it is one of the API's tools.

    `options` are those in the parentheses of its word.
    """

    shell: Shell
    seen: Seen
    version: Version | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def known(self) -> Version:
        """The version, for a tool that has versions."""
        assert self.version is not None  # noqa: S101 - the table below says so
        return self.version


def _python(kernel: Kernel) -> Tool:
    from nbclaude.tools.python import python_tool

    return python_tool(kernel.shell, kernel.seen)


def _inspect(kernel: Kernel) -> Tool:
    from nbclaude.tools.inspecting import inspect_tool

    return inspect_tool(kernel.shell)


def _bash(kernel: Kernel) -> Tool:
    from nbclaude.tools.bash import bash_tool

    return bash_tool(kernel.known)


def _editor(kernel: Kernel) -> Tool:
    from nbclaude.tools.editor import editor_tool

    return editor_tool(Path.cwd(), kernel.known)


def _memory(kernel: Kernel) -> Tool:
    from nbclaude.tools.memory import FOLDER, memory_tool

    return memory_tool(Path.cwd() / FOLDER, kernel.known)


def _computer(kernel: Kernel) -> tuple[Tool, ...]:
    from nbclaude.tools.computer.built_in import page_tools

    return page_tools(kernel.known, kernel.options)


_MADE: Mapping[str, Callable[[Kernel], Tool | tuple[Tool, ...]]] = {
    "python": _python,
    "inspect": _inspect,
    "bash": _bash,
    "editor": _editor,
    "memory": _memory,
    "computer": _computer,
}
_WITH_OPTIONS = ("computer",)


BUILT_IN = (*_MADE, *SERVER_TOOLS)
"""Their names: those that the kernel runs, and those that the server runs."""


def name_of_word(word: str) -> str:
    """Return the name in a word such as web_search(max_uses=3), if it is that of a built-in tool; otherwise empty."""
    name = word.partition("(")[0].strip()
    return name if name in _MADE or family_of(name) else ""


def built_in(
    word: str, shell: Shell, seen: Seen, model: str, beside: Collection[str] = ()
) -> tuple[Tool | Mapping[str, Any], ...]:
    """Make the built-in tool that a word names, in the version that fits the model. `beside` are the words of the same line.

    A toolset is several tools with one definition.

    Raises:
        UnfitError: the options in its parentheses cannot be read, or it takes none.

    """
    name = name_of_word(word)
    family = family_of(name) or name
    families = [family_of(name_of_word(each)) for each in beside]
    version = version_for(name, model, families) if family in FAMILIES else None
    options = _options(word, name)
    if version is not None and family in SERVER_TOOLS:
        return ({"type": version.type, "name": version.name, **options},)
    if options and family not in _WITH_OPTIONS:
        raise UnfitError(f"{name} takes no options.")
    made = _MADE[family](Kernel(shell, seen, version, options))
    return made if isinstance(made, tuple) else (made,)


def _options(word: str, name: str) -> dict[str, Any]:
    """Read the options in the parentheses of a word: names with Python literals; nothing is evaluated."""
    if "(" not in word:
        return {}
    own = "url='https://example.org'" if name in _WITH_OPTIONS else "max_uses=3"
    example = f"Write them like {name}({own})."
    try:
        call = ast.parse(word.strip(), mode="eval").body
        if not isinstance(call, ast.Call) or call.args or not isinstance(call.func, ast.Name):
            raise ValueError
        given = {str(each.arg): ast.literal_eval(each.value) for each in call.keywords if each.arg}
        if len(given) != len(call.keywords) or set(given) & set(_MADE_AND_OPTIONS):
            raise ValueError
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        raise UnfitError(f"the options of {name} cannot be read. {example}") from None
    found: dict[str, Any] = plain_json(given)
    if isinstance(found.get("citations"), bool):
        found["citations"] = {"enabled": found["citations"]}
    return found
