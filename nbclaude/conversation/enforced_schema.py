"""Restates a JSON schema in the keywords that structured outputs enforce; the rest goes into descriptions, which the model reads.

https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["enforced", "why_not_enforced"]

_MAPS = ("$defs", "definitions", "properties")  # names to schemas
_LISTS = ("anyOf", "allOf")
_KEPT = frozenset(
    {*_MAPS, *_LISTS, "$ref", "type", "items", "enum", "const", "title", "description", "required"}
)
# What tells the model nothing; `oneOf` and `prefixItems` are restated.
_SILENT = frozenset({"$schema", "$id", "additionalProperties", "discriminator", "oneOf", "prefixItems"})
_FORMATS = frozenset(
    {"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"}
)

Obstacle = tuple[str, str]
"""What cannot be enforced in a schema, and what to do instead, in whole sentences."""


def enforced(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema without what structured outputs refuse: bounds, lengths, patterns, most formats and the like.

    They become a part of the description, which the model reads. Objects are closed.
    """
    found = {key: _restated(key, value) for key, value in schema.items() if key in _KEPT}
    if isinstance(schema.get("oneOf"), list):
        found["anyOf"] = [*found.get("anyOf", ()), *(_inner(each) for each in schema["oneOf"])]
    if (items := _items(found.pop("items", None), schema.get("prefixItems"))) is not None:
        found["items"] = items
    if "properties" in found or found.get("type") == "object":
        found["additionalProperties"] = False
    _tidy_values(found)
    found |= _allowed(schema)
    known = _KEPT | _SILENT | set(found)
    if "prefixItems" in schema and "anyOf" in found.get("items", ()):
        known -= {"prefixItems"}  # of which type each item is, the model must be told
    return _described(found, {key: value for key, value in schema.items() if key not in known})


def why_not_enforced(schema: Mapping[str, Any]) -> Obstacle | None:
    """Tell what structured outputs cannot express at all; None if they can."""
    return _Search(schema).obstacle(schema, "the answer", ())


def _restated(key: str, value: Any) -> Any:
    """Return the value of a key with the schemas in it restated, except for those of items."""
    if key in _MAPS and isinstance(value, Mapping):
        return {name: _inner(each) for name, each in value.items()}
    if key in _LISTS and isinstance(value, list):
        return [_inner(each) for each in value]
    return value


def _inner(schema: Any) -> Any:
    return enforced(schema) if isinstance(schema, Mapping) else schema


def _items(items: Any, first: Any) -> Any:
    """Return the schema of an array's items; an item of a tuple may be of any of its types."""
    if not isinstance(first, list):
        return _inner(items) if isinstance(items, Mapping) else None
    kinds = [_inner(each) for each in [*first, items] if isinstance(each, Mapping)]
    different = [each for number, each in enumerate(kinds) if each not in kinds[:number]]
    return {"anyOf": different} if len(different) > 1 else next(iter(different), None)


def _tidy_values(found: dict[str, Any]) -> None:
    """List each allowed value once, and drop a list of types beside the values: the API refuses duplicates and such lists."""
    if isinstance(found.get("enum"), list):
        found["enum"] = list({json.dumps(value, sort_keys=True): value for value in found["enum"]}.values())
    if isinstance(found.get("type"), list) and {"enum", "const"} & set(found):
        del found["type"]


def _allowed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the bounds that are enforced."""
    found: dict[str, Any] = {}
    if schema.get("format") in _FORMATS:
        found["format"] = schema["format"]
    if schema.get("minItems") in (0, 1):
        found["minItems"] = schema["minItems"]
    return found


def _described(found: dict[str, Any], rest: Mapping[str, Any]) -> dict[str, Any]:
    """Add what is not enforced to the description. A reference allows nothing beside it, so it is wrapped."""
    said = {key: value for key, value in rest.items() if (key, value) != ("default", None)}
    words = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in said.items()]
    lines = [text for text in (found.pop("description", ""), "; ".join(words)) if text]
    if "$ref" in found:
        found.pop("title", None)
        if lines:
            found["anyOf"] = [{"$ref": found.pop("$ref")}]
    return found | ({"description": "\n".join(lines)} if lines else {})


class _Search:
    """Looks through a schema and what it refers to, each definition once."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root
        self.seen: set[str] = set()

    def obstacle(self, schema: Any, name: str, above: tuple[str, ...]) -> Obstacle | None:
        if not isinstance(schema, Mapping):
            return None
        if "$ref" in schema:
            return self._behind(str(schema["$ref"]), name, above)
        if schema.get("type") == "object" and not _is_closed(schema):
            return f"{name} may have any keys.", "Name its keys, or ask for a list of pairs."
        if not {"type", "enum", "const", *_LISTS, "oneOf"} & set(schema):
            return f"{name} may be anything.", "Give it a type."
        found = (self.obstacle(child, inner, above) for inner, child in _children(schema, name))
        return next((each for each in found if each), None)

    def _behind(self, reference: str, name: str, above: tuple[str, ...]) -> Obstacle | None:
        if reference in above:
            itself = reference.rpartition("/")[2].strip("#") or "the answer"
            return f"{itself} contains itself.", "Ask for a flat list, in which each item names its parent."
        if reference in self.seen:
            return None
        self.seen.add(reference)
        return self.obstacle(_referred(reference, self.root), name, (*above, reference))


def _is_closed(schema: Mapping[str, Any]) -> bool:
    return "properties" in schema or schema.get("additionalProperties") is False


def _referred(reference: str, root: Mapping[str, Any]) -> Any:
    found: Any = root
    for part in reference.removeprefix("#").strip("/").split("/"):
        found = found.get(part) if isinstance(found, Mapping) and part else found
    return found


def _children(schema: Mapping[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    properties = schema.get("properties")
    if isinstance(properties, Mapping):
        yield from properties.items()
    for word in (*_LISTS, "oneOf", "prefixItems"):
        if isinstance(schema.get(word), list):
            yield from ((name, each) for each in schema[word])
    yield f"an item of {name}", schema.get("items")
