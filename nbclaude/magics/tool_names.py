"""Finds the tools that `--tools` names: the user's functions and definitions, then those that are built in."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any

from nbclaude.errors import ConfigurationError
from nbclaude.magics.mcp_shown import show_descriptions
from nbclaude.magics.variables import named_in, variable
from nbclaude.notebook import Shell
from nbclaude.options import Options
from nbclaude.output import say
from nbclaude.settings.brackets import parts_between_commas
from nbclaude.tools.built_in import built_in, name_of_word
from nbclaude.tools.definitions import definitions_of, is_of_server, tools_of
from nbclaude.tools.functions import Tool, is_function
from nbclaude.workspace import Workspace

__all__ = ["Tools", "tools_given"]

Tools = tuple[Tool | Mapping[str, Any], ...]


_said: set[str] = set()  # sentences that were shown once, and are not repeated


def tools_given(
    shell: Shell, workspace: Workspace, options: Options, names: Mapping[str, Any]
) -> Tools | None:
    """Return the tools that the options name; None if they name none.

    Raises:
        ConfigurationError: there is no such variable, or it holds no tool.

    """
    if options.tools is None:
        return None
    words = [word for given in options.tools for word in parts_between_commas(given)]
    found: Tools = ()
    for word in words:
        if _is_built_in(word, names):
            with named_in(f"--tools {word}"):
                model = workspace.settings({"model": options.model} if options.model else {}).model
                found += built_in(word, shell, workspace.seen, model, words)
        elif _is_of_server(word, names):
            found += _of_server(shell, word)
        else:
            found += _named(names, word)
    with named_in(f"--tools {','.join(words)}"):
        definitions_of(found)
    return found


def _is_built_in(word: str, names: Mapping[str, Any]) -> bool:
    """Tell whether a word means a built-in tool: a tool of the user's goes before it, and it goes before all else of its name."""
    name = name_of_word(word)
    if not name or name not in names:
        return bool(name)
    is_theirs = _is_tool(names[name])
    _say_once(
        f"{name} is your own tool here, not the built-in one of that name."
        if is_theirs
        else f"{name} means the built-in tool, not your variable of that name, which is not a tool."
    )
    return not is_theirs


def _is_of_server(word: str, names: Mapping[str, Any]) -> bool:
    """Tell whether a word means an MCP server, or with `server.tool` one of its tools; a tool of the user's goes before it."""
    name = word.partition(".")[0]
    if not is_of_server(word) or name not in names:
        return is_of_server(word)
    is_theirs = _is_tool(names[name])
    _say_once(
        f"{name} is your own tool here, not the MCP server of that name."
        if is_theirs
        else f"{name} means the MCP server, not your variable of that name, which is not a tool."
    )
    return not is_theirs


def _of_server(shell: Shell, word: str) -> Tools:
    """Return the tools of an MCP server; the first time the user is shown what it says of them."""
    from nbclaude.tools.mcp.servers import SERVERS

    server = SERVERS.get(word.partition(".")[0])
    if server.is_starting:
        say(f"Waiting for the MCP server {server.name} to start...")
    try:
        named = SERVERS.named(word)
    except ConfigurationError:
        if server.problem and server.words.text:
            say(f"What the MCP server {server.name} wrote last:", server.words.end)
        raise
    if named.shown:
        show_descriptions(shell, server, named.shown)
    return named.tools


def _say_once(text: str) -> None:
    if text not in _said:
        _said.add(text)
        say(text)


def _named(names: Mapping[str, Any], word: str) -> Tools:
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
