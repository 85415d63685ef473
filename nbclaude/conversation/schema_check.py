"""Checks an answer's JSON against the schema that was sent, as far as servers that support schemas enforce it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["misfit"]

_MAX_DEPTH = 60
_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: (
        (isinstance(value, int) and not isinstance(value, bool))
        or (isinstance(value, float) and math.isfinite(value) and value == int(value))
    ),
}


def misfit(value: Any, schema: Mapping[str, Any]) -> str:
    """Say where a value does not match the schema, as in "city is missing"; empty if it does.

    Knows types, properties, items, enumerations, alternatives and references within the schema, which is what structured
    outputs offer; anything else in the schema is ignored.
    """
    return _misfit(value, schema, schema, "the answer", 0)


def _misfit(value: Any, schema: Any, root: Mapping[str, Any], name: str, depth: int) -> str:
    if not isinstance(schema, Mapping) or depth > _MAX_DEPTH:
        return ""
    if "$ref" in schema:
        return _misfit(value, _referred(schema["$ref"], root), root, name, depth + 1)
    for word in ("anyOf", "oneOf"):
        ways = schema.get(word)
        if isinstance(ways, list) and ways:
            found = [_misfit(value, way, root, name, depth + 1) for way in ways]
            if "" not in found:
                return found[0]
    if "enum" in schema and value not in schema["enum"]:
        return f"{name} is not one of the allowed values"
    if "const" in schema and value != schema["const"]:
        return f"{name} is not the required value"
    return (
        _wrong_type(value, schema.get("type"), name)
        or _in_object(value, schema, root, name, depth)
        or _in_array(value, schema, root, name, depth)
    )


def _referred(reference: Any, root: Mapping[str, Any]) -> Any:
    found: Any = root
    for part in str(reference).removeprefix("#").strip("/").split("/"):
        found = found.get(part) if isinstance(found, Mapping) and part else found
    return found


def _wrong_type(value: Any, wanted: Any, name: str) -> str:
    names = [each for each in (wanted if isinstance(wanted, list) else [wanted]) if each in _TYPES]
    if not names or any(_TYPES[each](value) for each in names):
        return ""
    article = "an" if names[0][0] in "aio" else "a"
    return f"{name} is not {article} {names[0]}"


def _in_object(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], name: str, depth: int) -> str:
    if not isinstance(value, dict):
        return ""
    properties = schema.get("properties")
    properties = properties if isinstance(properties, Mapping) else {}
    required = schema.get("required")
    for field in required if isinstance(required, list) else ():
        if field not in value:
            return f"{field} is missing"
    for field, item in value.items():
        if field in properties:
            if found := _misfit(item, properties[field], root, str(field), depth + 1):
                return found
        elif schema.get("additionalProperties") is False:
            return f"{field} is not in the schema"
    return ""


def _in_array(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], name: str, depth: int) -> str:
    items = schema.get("items")
    if not isinstance(value, list) or items is None:
        return ""
    found = (_misfit(item, items, root, f"an item of {name}", depth + 1) for item in value)
    return next((each for each in found if each), "")
