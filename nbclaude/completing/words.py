"""The words that may stand at a place, each with a few words about it.

The user is typing, so the code that knows models, tools or frames is loaded only where its words are needed.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from nbclaude.completing.looking import attributes_of, keys_of, value_at
from nbclaude.completing.places import Place
from nbclaude.completing.quoting import quoted, unquoted
from nbclaude.frozen import frozen
from nbclaude.options import OPTIONS, Option
from nbclaude.settings.kinds import Choice, Texts
from nbclaude.settings.table import MAIN
from nbclaude.workspace import Workspace

if TYPE_CHECKING:
    from nbclaude.models.table import ModelInfo

__all__ = ["Known", "Word", "words_at"]

_MAX_FILES = 500
_MAX_CODE = 24  # characters of a cell's code
_LINES_WITH_ALIAS = ("sonnet", "opus", "haiku", "fable")


class Word(NamedTuple):
    """A word that can be put in, and what it is: front ends have room for about twelve characters, and break at spaces."""

    text: str
    about: str = "value"


@frozen
class Known:
    """What words are taken from: the variables that users made, the state, and the words of each magic's argument."""

    namespace: Mapping[str, Any]
    workspace: Workspace
    arguments: Mapping[str, tuple[str, ...]]
    """By magic: words, and names of lists of words such as `MODEL`."""
    own_options: Mapping[str, Sequence[Option]]
    """By magic: the options that no other has."""
    inputs: Sequence[str] = ()
    """The code of the cells that ran, indexed by cell number."""


def words_at(place: Place, following: str, known: Known) -> list[Word]:
    """Return what can stand at a place and begins as what is typed there; `following` is what stands after the cursor."""
    begun = unquoted(place.fragment) if place.kind == "value" else place.fragment
    words = [word for word in _words(place, begun, known) if word.text.startswith(begun)]
    if place.kind == "value":
        words = [Word(quoted(word.text, place.fragment), word.about) for word in words]
    if place.kind == "key":
        closing = place.quote if place.is_listed else f"{place.quote}]"
        closing = "" if following.startswith(place.quote) else closing
        words = [Word(f"{text}{closing}", about) for text, about in words if place.quote not in text]
    return words


def _words(place: Place, begun: str, known: Known) -> Iterable[Word]:
    match place.kind:
        case "option":
            return itertools.chain(_arguments(place, known), _options(place, known))
        case "value":
            return _values(place, begun, known)
        case "argument":
            return _arguments(place, known)
        case "name":
            return _variables(known, begun)
        case "format":
            return _formats(place, known)
    value = value_at(place.expression, known.namespace)
    if value is None:
        return ()
    if place.kind == "key":
        return (Word(key, "key") for key in keys_of(value))
    hidden = begun.startswith("_")
    return (Word(name, "attribute") for name in attributes_of(value) if hidden or not name.startswith("_"))


def _options(place: Place, known: Known) -> Iterator[Word]:
    options = (*known.own_options.get(place.magic, ()), *OPTIONS)
    return (Word(name, "option") for option in options for name in option.names)


def _formats(place: Place, known: Known) -> Iterator[Word]:
    """Give the formats; after `group` the columns, and after `compare` the other frames."""
    from nbclaude.data.formats import FORMATS as DATA_FORMATS

    word, space, _ = place.fragment.partition(" ")
    if space and word == "group":
        value = value_at(place.expression, known.namespace)
        yield from (Word(f"group {key}", "column") for key in (keys_of(value) if value is not None else ()))
    elif space and word == "compare":
        from nbclaude.data.frames import is_frame

        for name, value in known.namespace.items():
            if not name.startswith("_") and name != place.expression and is_frame(value):
                yield Word(f"compare {name}", "frame")
    else:
        yield from (
            Word(row.example or row.word, row.about)
            for row in DATA_FORMATS.values()
            if row.word not in _NAMED
        )
        yield from (Word(f"{word} ", DATA_FORMATS[word].about) for word in _NAMED)
        yield from (Word(word, "what Python makes of it") for word in ("repr", "str"))


_NAMED = ("group", "compare")
"""Formats that a name follows."""


def _values(place: Place, begun: str, known: Known) -> Iterable[Word]:
    option = place.option
    if option is None:
        return ()
    kind = option.kind
    words = kind.words if isinstance(kind, Choice) else ()
    if isinstance(kind, Texts) and isinstance(kind.each, Choice):
        words = kind.each.words
    named = _OF_OPTIONS.get(option.field)
    may_be_left_out = _options(place, known) if option.optional else ()
    return (*(Word(word) for word in words), *(named(known, begun) if named else ()), *may_be_left_out)


def _arguments(place: Place, known: Known) -> Iterator[Word]:
    """Give the words and names that a magic takes; after one of the words, neither it nor another in its place is offered."""
    words = known.arguments.get(place.magic, ())
    has_word = any(word in place.typed for word in words if not word.startswith("-"))
    for word in words:
        if word in _LISTS:
            yield from _LISTS[word](known, place.fragment)
        elif word not in place.typed and (word.startswith("-") or not has_word):
            yield Word(word, "option" if word.startswith("-") else "argument")


def _models(known: Known, begun: str) -> Iterator[Word]:
    from nbclaude.models.catalog import Catalog
    from nbclaude.models.names import resolve_model

    try:
        catalog = known.workspace.catalog(known.workspace.settings({}))
    except Exception:  # a setting that cannot be used is told when somebody asks
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


def _variables(known: Known, begun: str) -> Iterator[Word]:
    for name, value in list(known.namespace.items()):
        if begun.startswith("_") or not (name.startswith("_") or isinstance(value, ModuleType)):
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
        if isinstance(value, str | list) and not name.startswith("_"):
            yield Word(f"@{name}", type(value).__name__)


def _schemas(known: Known, begun: str) -> Iterator[Word]:
    for name, value in list(known.namespace.items()):
        is_schema = isinstance(value, dict) and ("type" in value or "properties" in value or "$ref" in value)
        is_model = isinstance(value, type) and (
            hasattr(value, "__dataclass_fields__") or hasattr(value, "model_json_schema")
        )
        if (is_schema or is_model) and not name.startswith("_"):
            yield Word(name, "schema" if is_schema else "class")


def _tools(known: Known, begun: str) -> Iterator[Word]:
    """Functions and definitions, built-in tools, and MCP servers with their tools; several stand with commas between them."""
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
        several = value if isinstance(value, list) else [value]
        if several and not name.startswith("_") and all(_is_tool(item) for item in several):
            yield Word(name, "function" if isinstance(value, FunctionType) else "tools")
    yield from (Word(name, "built-in") for name in BUILT_IN if name not in known.namespace)
    for server, tools in names_of_servers().items():
        yield Word(server, "MCP\u00a0server")
        yield from (Word(f"{server}.{tool}", "MCP\u00a0tool") for tool in tools)


def _is_tool(value: object) -> bool:
    from nbclaude.tools.functions import Tool

    if isinstance(value, dict):
        return "name" in value and ("input_schema" in value or "type" in value)
    return isinstance(value, FunctionType | MethodType | partial | Tool)


def _servers(known: Known, begun: str) -> Iterator[Word]:
    from nbclaude.tools.definitions import names_of_servers

    return (Word(name, "MCP\u00a0server") for name in names_of_servers())


def _files(known: Known, begun: str) -> Iterator[Word]:
    """Files and folders whose path begins like this; hidden ones only if the dot is typed."""
    folder, slash, name = begun.rpartition("/")
    try:
        with os.scandir(Path(f"{folder}{slash}" or ".").expanduser()) as found:
            entries = sorted(
                (entry.name, entry.is_dir()) for entry, _ in zip(found, range(_MAX_FILES), strict=False)
            )
    except (OSError, RuntimeError):  # no such folder, or no home
        return
    for entry, is_folder in entries:
        if name.startswith(".") or not entry.startswith("."):
            yield Word(f"{folder}{slash}{entry}{'/' if is_folder else ''}", "folder" if is_folder else "file")


def _notebooks(known: Known, begun: str) -> Iterator[Word]:
    return (word for word in _files(known, begun) if word.text.endswith((".ipynb", "/")))


def _conversation_files(known: Known, begun: str) -> Iterator[Word]:
    return (word for word in _files(known, begun) if word.text.endswith((".ipynb", ".json", "/")))


def _attachables(known: Known, begun: str) -> Iterator[Word]:
    yield from _variables(known, begun)
    expression, colon, form = begun.partition(":")
    if colon and value_at(expression, known.namespace) is not None:
        for word in _formats(Place("format", form, expression=expression), known):
            yield Word(f"{expression}:{word.text}", word.about)
    yield from _files(known, begun)


def _cells(known: Known, begun: str) -> Iterator[Word]:
    """Give the numbers of the cells that ran, latest first, each with the start of its code."""
    for number in range(len(known.inputs) - 1, 0, -1):
        code = known.inputs[number].strip().partition("\n")[0]
        yield Word(str(number), "\u00a0".join(code[:_MAX_CODE].split()) or "cell")


_List = Callable[[Known, str], Iterable[Word]]
_OF_OPTIONS: Mapping[str, _List] = {
    "model": _models,
    "conversation": _conversations,
    "attach": _attachables,
    "system": _texts,
    "json": _schemas,
    "tools": _tools,
    "tool_choice": lambda known, begun: map(Word, ("auto", "any", "none")),
    "figures": lambda known, begun: (
        Word("1", "the last figure"),
        Word("cell", "all of the last cell that plotted"),
    ),
    "cells": lambda known, begun: (Word("1", "cells"), Word("all", "cells")),
    "into": _variables,
    "cell": _cells,
}
_LISTS: Mapping[str, _List] = {
    "MODEL": _models,
    "CONVERSATION": _conversations,
    "CONNECTION": _connections,
    "NOTEBOOK": _notebooks,
    "CONVERSATION_FILE": _conversation_files,
    "VARIABLE": _variables,
    "BLOCK": _blocks,
    "SERVER": _servers,
}
