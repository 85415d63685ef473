"""Lists the words for values of options and arguments of magics, each with a short description.

The user is typing, so the code that knows models, tools or frames is loaded only where its words are needed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain, starmap
from types import FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from nbclaude.completing.formats import formats
from nbclaude.completing.known import Known, Word
from nbclaude.completing.looking import has, is_a, names_something
from nbclaude.completing.paths import paths
from nbclaude.settings.table import MAIN

if TYPE_CHECKING:
    from nbclaude.models.table import ModelInfo

__all__ = ["LISTS", "OF_OPTIONS", "variables"]

_List = Callable[[Known, str], Iterable[Word]]
_MAX_CODE = 24  # characters of a cell's code
_LINES_WITH_ALIAS = ("sonnet", "opus", "haiku", "fable")


def _models(known: Known, begun: str) -> Iterator[Word]:
    from nbclaude.models.catalog import Catalog
    from nbclaude.models.names import resolve_model

    try:
        catalog = known.workspace.catalog(known.workspace.settings({}))
    except Exception:  # an unusable setting is reported when somebody asks
        catalog = Catalog()
    if not catalog.offered:
        for alias in _LINES_WITH_ALIAS:
            yield Word(alias, _about_model(catalog.info(resolve_model(alias))))
    for info in catalog.listed():
        if info.lifecycle != "retired":
            yield Word(info.id, _about_model(info))


def _about_model(info: ModelInfo) -> str:
    from nbclaude.models.info import in_short

    price = f"${info.price.input:g}/${info.price.output:g}" if info.price else ""
    return "\u00a0".join(filter(None, (in_short(info.context_window), price)))


def _conversations(known: Known, begun: str) -> Iterator[Word]:
    names = dict.fromkeys(
        [*known.workspace.conversations.names(), known.workspace.conversation_name() or MAIN]
    )
    return (Word(name, "conversation") for name in names)


def _connections(known: Known, begun: str) -> Iterator[Word]:
    from nbclaude.client.connections import known_connections

    for entry in known_connections(known.workspace.named_connections()):
        yield Word(entry.name, "connection")


def variables(known: Known, begun: str) -> Iterator[Word]:
    """Give the variables of the notebook, each with its type."""
    for name, value in list(known.namespace.items()):
        if begun.startswith("_") or not (name.startswith("_") or is_a(value, ModuleType)):
            yield Word(name, type(value).__name__)


def _blocks(known: Known, begun: str) -> Iterator[Word]:
    """Return the numbers of the code blocks of the last answer."""
    from nbclaude.asking.reply import Reply

    reply = known.namespace.get("_claude")
    if isinstance(reply, Reply):
        for number, block in enumerate(reply.code, 1):
            yield Word(str(number), block.language or "code")


def _texts(known: Known, begun: str) -> Iterator[Word]:
    """Variables that may hold a system prompt: `@name`."""
    for name, value in list(known.namespace.items()):
        if is_a(value, str, list) and not name.startswith("_"):
            yield Word(f"@{name}", type(value).__name__)


def _schemas(known: Known, begun: str) -> Iterator[Word]:
    for name, value in list(known.namespace.items()):
        is_schema = _is_dict_with(value, "type", "properties", "$ref")
        is_model = is_a(value, type) and (
            has(value, "__dataclass_fields__") or has(value, "model_json_schema")
        )
        if (is_schema or is_model) and not name.startswith("_"):
            yield Word(name, "schema" if is_schema else "class")


def _is_dict_with(value: Any, *keys: str) -> bool:
    return is_a(value, dict) and any(dict.__contains__(value, key) for key in keys)


def _tools(known: Known, begun: str) -> Iterator[Word]:
    """Functions and definitions, built-in tools, and MCP servers with their tools; several are separated by commas."""
    if begun.count("(") > begun.count(")"):
        return  # options of a tool
    before, comma, last = begun.rpartition(",")
    taken = [each.strip() for each in before.split(",")]
    blanks = last[: len(last) - len(last.lstrip())]
    for word in _each_tool(known):
        if word.text not in taken:
            yield Word(f"{before}{comma}{blanks}{word.text}", word.about)


def _each_tool(known: Known) -> Iterator[Word]:
    from nbclaude.tools.built_in import BUILT_IN
    from nbclaude.tools.definitions import names_of_servers

    for name, value in list(known.namespace.items()):
        several = value if type(value) is list else [value]
        if several and not name.startswith("_") and all(map(_is_tool, several)):
            yield Word(name, "function" if is_a(value, FunctionType) else "tools")
    yield from (Word(name, "built\u2011in") for name in BUILT_IN if name not in known.namespace)
    for server, tools in names_of_servers().items():
        yield Word(server, "MCP\u00a0server")
        yield from (Word(f"{server}.{tool}", "MCP\u00a0tool") for tool in tools)


def _is_tool(value: Any) -> bool:
    from nbclaude.tools.functions import Tool

    if _is_dict_with(value, "name"):
        return _is_dict_with(value, "input_schema", "type")
    return is_a(value, FunctionType, MethodType, partial, Tool)


def _servers(known: Known, begun: str) -> Iterator[Word]:
    from nbclaude.tools.definitions import names_of_servers

    return (Word(name, "MCP\u00a0server") for name in names_of_servers())


def _paths(*endings: str) -> _List:
    return lambda known, begun: starmap(Word, paths(begun, *endings))


def _attachables(known: Known, begun: str) -> Iterator[Word]:
    yield from variables(known, begun)
    expression, colon, form = begun.partition(":")
    if colon and names_something(expression, known.namespace):
        for word in formats(expression, form, known):
            yield Word(f"{expression}:{word.text}", word.about)
    yield from starmap(Word, paths(begun))


def _cells(known: Known, begun: str) -> Iterator[Word]:
    """Give the numbers of the cells that ran, latest first, each with the start of its code."""
    for number in range(len(known.inputs) - 1, 0, -1):
        code = known.inputs[number].strip().partition("\n")[0]
        yield Word(str(number), "\u00a0".join(code[:_MAX_CODE].split()) or "cell")


def _named_cells(known: Known, begun: str) -> Iterator[Word]:
    return (Word(f"In[{word.text}]", word.about) for word in _cells(known, begun))


def _turns(known: Known, begun: str) -> Iterator[Word]:
    """Give the numbers of the turns of the conversation in use, the latest first."""
    conversations, name = known.workspace.conversations, known.workspace.conversation_name() or MAIN
    count = len(conversations[name].turns) if name in conversations.names() else 0
    return (Word(str(number), "turn") for number in range(count, 0, -1))


OF_OPTIONS: Mapping[str, _List] = {
    "model": _models,
    "conversation": _conversations,
    "attach": _attachables,
    "system": _texts,
    "json": _schemas,
    "tools": _tools,
    "tool_choice": lambda known, begun: map(Word, ("auto", "any", "none")),
    "figures": lambda known, begun: chain(
        (Word("1", "last\u00a0figure"), Word("cell", "last\u00a0cell")), _named_cells(known, begun)
    ),
    "cells": lambda known, begun: chain(map(Word, ("1", "all", "needed")), _named_cells(known, begun)),
    "into": variables,
    "cell": _cells,
}
LISTS: Mapping[str, _List] = {
    "MODEL": _models,
    "CONVERSATION": _conversations,
    "CONNECTION": _connections,
    "NOTEBOOK": _paths(".ipynb"),
    "CONVERSATION_FILE": _paths(".ipynb", ".json"),
    "EXPORT": _paths(".md", ".html", ".ipynb", ".json"),
    "ENVIRONMENT": lambda known, begun: (Word(name, "variable") for name in sorted(os.environ)),
    "TURN": _turns,
    "VARIABLE": variables,
    "BLOCK": _blocks,
    "SERVER": _servers,
}
