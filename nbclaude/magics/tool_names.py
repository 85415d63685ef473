"""Finds the tools that `--tools` names: the user's functions and definitions, then those that are built in."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any

from nbclaude.context.shown.seen import Seen
from nbclaude.magics.variables import named_in, variable
from nbclaude.notebook import Shell
from nbclaude.options import Options
from nbclaude.tools.built_in import BUILT_IN
from nbclaude.tools.definitions import definitions_of, tools_of
from nbclaude.tools.functions import Tool, is_function

__all__ = ["Tools", "tools_given"]

Tools = tuple[Tool | Mapping[str, Any], ...]


def tools_given(shell: Shell, seen: Seen, options: Options, names: Mapping[str, Any]) -> Tools | None:
    """Return the tools that the options name; None if they name none.

    Raises:
        ConfigurationError: there is no such variable, or it holds no tool.

    """
    if options.tools is None:
        return None
    words = [word.strip() for given in options.tools for word in given.split(",") if word.strip()]
    found = tuple(tool for word in words for tool in _named(shell, seen, names, word))
    with named_in(f"--tools {','.join(words)}"):
        definitions_of(found)
    return found


def _named(shell: Shell, seen: Seen, names: Mapping[str, Any], word: str) -> Tools:
    # A tool of the user's wins over one of ours, and one of ours over a module or anything else of its name.
    if (built_in := BUILT_IN.get(word)) is not None and not (word in names and _is_tool(names[word])):
        return (built_in(shell, seen),)
    value = variable(names, word, "--tools")
    with named_in(f"--tools {word}"):
        return tools_of(value, word.rpartition(".")[2])


def _is_tool(value: object) -> bool:
    """Tell whether a variable that has the name of a built-in tool is meant as a tool itself: a module is not."""
    if isinstance(value, types.ModuleType):
        return False
    if is_function(value) or isinstance(value, Tool | Mapping):
        return True
    return isinstance(value, list | tuple) and bool(value)
