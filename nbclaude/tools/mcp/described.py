"""What an MCP server says of its tools: hostile input, which is bounded, cleaned, and known by its hash.

The words go to the model, which may follow them. So the user is shown them before they count, and again when they change.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from nbclaude.cleaning import seen_only, visible
from nbclaude.frozen import frozen

__all__ = ["Described", "described"]

_MAX_DESCRIPTION = 4_000  # characters
_MAX_SCHEMA = 40_000  # characters of JSON
_MAX_DEPTH = 30
_MAX_API_NAME = 64  # characters
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_PROPERTY = re.compile(r"[A-Za-z0-9_.-]{1,64}")
# The API takes none of them at the top of a schema.
_NOT_AT_THE_TOP = ("anyOf", "oneOf", "allOf", "not", "if", "then", "else", "enum", "const", "$schema", "$id")


@frozen
class Described:
    """One tool: its `name` at the server, and what the model is told of it.

    `text` is what the server says, for the user to judge; `problem` says why the tool cannot be used, empty if it can. `hash`
    stands for all that the server has said.
    """

    name: str
    definition: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    hash: str = ""
    problem: str = ""

    @property
    def api_name(self) -> str:
        """The name by which the model calls it."""
        return str(self.definition.get("name") or "")


def described(server: str, name: str, description: str, schema: Mapping[str, Any]) -> Described:
    """Read what a server says of one of its tools."""
    said = json.dumps([name, description, schema], sort_keys=True, default=str)
    found = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
    text = visible(description.strip()) or "(no description)"
    try:
        clean = _cleaned(schema)
    except (ValueError, RecursionError) as error:
        return Described(name, text=text, hash=found, problem=str(error))
    clean = {key: value for key, value in clean.items() if key not in _NOT_AT_THE_TOP}
    clean = {**clean, "type": "object", "properties": clean.get("properties") or {}}
    if len(json.dumps(clean)) > _MAX_SCHEMA:
        problem = f"its schema has more than {_MAX_SCHEMA:,} characters"
        return Described(name, text=text, hash=found, problem=problem)
    told = seen_only(description).strip()[:_MAX_DESCRIPTION]
    definition = {
        "name": _api_name(server, name),
        # The model should know whose words these are.
        "description": f"(a tool of the MCP server {server}, in its words) {told}".strip(),
        "input_schema": clean,
    }
    return Described(name, definition, text + _told_of_arguments(clean), found)


def _api_name(server: str, name: str) -> str:
    """Make a name that the API takes; one that had to be changed is told from its like by a hash."""
    plain = _NOT_IN_A_NAME.sub("_", name)
    whole = f"{server}__{plain}"
    if plain == name and len(whole) <= _MAX_API_NAME:
        return whole
    mark = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{whole[: _MAX_API_NAME - 9]}_{mark}"


def _cleaned(schema: Any, depth: int = 0) -> Any:
    """Return a schema without what cannot be seen in its texts.

    Raises:
        ValueError: it has a property that the API does not take, or refers to something outside.

    """
    if depth > _MAX_DEPTH:
        raise ValueError("its schema is too deep")
    if isinstance(schema, str):
        return seen_only(schema)
    if isinstance(schema, list):
        return [_cleaned(each, depth + 1) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    properties = schema.get("properties")
    for name in properties if isinstance(properties, Mapping) else ():
        if not _PROPERTY.fullmatch(str(name)):
            raise ValueError(f"the API does not take an argument called {visible(str(name))[:80]}")
    reference = schema.get("$ref")
    if isinstance(reference, str) and not reference.startswith("#"):
        raise ValueError("its schema refers to another document")
    return {seen_only(str(key)): _cleaned(value, depth + 1) for key, value in schema.items()}


def _told_of_arguments(schema: Mapping[str, Any]) -> str:
    """Return what the schema says of the arguments in words, which the model reads as well."""
    properties = schema.get("properties")
    lines = [
        f"\n  {name}: {visible(str(each['description']))}"
        for name, each in (properties.items() if isinstance(properties, Mapping) else ())
        if isinstance(each, Mapping) and each.get("description")
    ]
    return "".join(lines)
