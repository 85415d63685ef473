"""Turns what the user calls tools into tools: definitions as on the API's pages, functions, and built-in ones by their names."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence, Set, ValuesView
from typing import Any

from nbclaude.refusal import UnfitError
from nbclaude.settings.plain import a_type, items_of, plain_json
from nbclaude.tools.functions import Tool, is_function, tool_of
from nbclaude.tools.searching import with_search

__all__ = ["definitions_of", "is_of_server", "names_of_servers", "tools_of"]

# Loaded with the first server, and not before.
_SERVERS = "nbclaude.tools.mcp.servers"


def tools_of(value: object, called: str = "") -> tuple[Tool | Mapping[str, Any], ...]:
    """Read one tool, a list of them, or `{"tools": [...]}`; a tool is a function, or a definition, which goes as it is.

    A text names an MCP server of this kernel, or with `server.tool` one of its tools.

    `called` is the name of the variable that holds it.

    Raises:
        UnfitError: it is neither; the message says what one looks like.
        ConfigurationError: an MCP server cannot be used.

    """
    if isinstance(value, Mapping) and isinstance(value.get("tools"), Sequence):
        value = value["tools"]
    is_one = isinstance(value, Mapping | Tool) or is_function(value)
    is_named = isinstance(value, str) and is_of_server(value)
    # A frame or an array can be iterated, but it is not a list of tools.
    is_several = isinstance(value, Sequence | Set | ValuesView | Iterator)
    items = [value] if is_one or is_named else items_of(value) if is_several else None
    if not items:
        raise UnfitError(f"it is {_described(value)}. {_WANTED}")
    found: list[Tool | Mapping[str, Any]] = []
    for item in items:
        if isinstance(item, str) and is_of_server(item):
            found += sys.modules[_SERVERS].SERVERS.named(item).tools
        else:
            found.append(_tool(item, called if is_one else ""))
    return tuple(found)


def is_of_server(word: str) -> bool:
    """Tell whether a word names an MCP server of this kernel, or with `server.tool` one of its tools."""
    loaded = sys.modules.get(_SERVERS)
    return loaded is not None and word.partition(".")[0] in loaded.SERVERS


def names_of_servers() -> dict[str, tuple[str, ...]]:
    """Return the MCP servers of this kernel by name, each with the names of its tools as far as they are known."""
    loaded = sys.modules.get(_SERVERS)
    if loaded is None:
        return {}
    return {server.name: tuple(tool.name for tool in server.tools) for server in loaded.SERVERS}


def definitions_of(tools: Sequence[Tool | Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Return the definitions of these tools for a request; if many can be deferred, the model is to search for them.

    Raises:
        UnfitError: two of them have the same name.

    """
    found: dict[str, Mapping[str, Any]] = {}
    ours: dict[str, Tool] = {}
    for tool in tools:
        if isinstance(tool, Tool) and ours.setdefault(tool.name, tool).definition != tool.definition:
            raise _same_name(tool.name)
        definition = tool.definition if isinstance(tool, Tool) else tool
        # Toolsets of the API have only a type.
        name = str(definition.get("name") or definition.get("type"))
        if name in found and found[name] != definition:
            raise _same_name(name)
        found[name] = definition
    return with_search(tuple(found.values()), {tool.name for tool in ours.values() if tool.deferrable})


def _same_name(name: str) -> UnfitError:
    return UnfitError(f"two tools are called {name}. Name one with @nbclaude.tool(name=...).")


def _tool(item: object, called: str) -> Tool | Mapping[str, Any]:
    if isinstance(item, Tool):
        return item
    if is_function(item):
        return tool_of(item, called)  # type: ignore[arg-type]
    if not isinstance(item, Mapping) or not ("name" in item or "type" in item):
        raise UnfitError(f"it holds {_described(item)}. {_WANTED}")
    if item.get("type", "custom") == "custom" and not isinstance(item.get("input_schema"), Mapping):
        raise UnfitError(
            f"the tool {item.get('name')!r} has no input_schema. "
            'It is a JSON schema like {"type": "object", "properties": {...}}.'
        )
    definition: Mapping[str, Any] = plain_json(item)
    return definition


_WANTED = (
    'A tool is a function, a dict like {"name": "get_weather", "description": "...", "input_schema": {"type": "object", ...}}, '
    "or one of the API's own, with a type."
)


def _described(value: object) -> str:
    is_empty = value is None or (isinstance(value, list | tuple | Mapping) and not value)
    return "empty" if is_empty else a_type(value)
