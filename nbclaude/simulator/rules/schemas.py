"""Checks the JSON schemas that the API enforces: those of structured outputs and of strict tools.

https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..faults import APIFault

__all__ = ["check_schema"]

_NUMBER = ("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf")
_UNSUPPORTED = {
    "number": _NUMBER,
    "integer": _NUMBER,
    "string": ("maxLength", "minLength"),
    "array": ("contains", "maxItems", "prefixItems", "uniqueItems"),
    "object": ("maxProperties", "minProperties", "patternProperties", "propertyNames"),
}
_FORMATS = ("date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid")


def check_schema(place: str, schema: dict[str, Any]) -> None:
    """Check a schema and all that it refers to; APIFault 400."""
    _check(place, schema, schema, ())


def _check(place: str, node: Any, root: dict[str, Any], above: tuple[str, ...]) -> None:
    if not isinstance(node, dict):
        raise APIFault(f"{place}: Invalid schema: Schema must be an object")
    if "$ref" in node:
        _check_reference(place, node["$ref"], root, above)
        return
    kind = node.get("type")
    if kind is None and not {"enum", "const", "anyOf", "allOf"} & set(node):
        raise APIFault(f"{place}: Invalid schema: Schema type is missing")
    values = node.get("enum", [])
    if any(value in values[:number] for number, value in enumerate(values)):
        raise APIFault(f"{place}: Invalid JSON Schema in output format: {values} has non-unique elements")
    if isinstance(kind, list):
        for value in node.get("enum", ()):
            raise APIFault(
                f"{place}: Invalid schema: Enum value '{value}' does not match declared type '{kind}'"
            )
    elif kind is not None:
        _check_type(place, str(kind), node)
    for child in _children(node):
        _check(place, child, root, above)


def _check_type(place: str, kind: str, node: dict[str, Any]) -> None:
    found = [name for name in _UNSUPPORTED.get(kind, ()) if name in node]
    if len(found) == 1:
        raise APIFault(f"{place}: For '{kind}' type, property '{found[0]}' is not supported")
    if found:
        raise APIFault(f"{place}: For '{kind}' type, properties {', '.join(found)} are not supported")
    if kind == "array" and node.get("minItems", 0) not in (0, 1):
        raise APIFault(f"{place}: For 'array' type, 'minItems' values other than 0 or 1 are not supported")
    if kind == "string" and node.get("format", "date") not in _FORMATS:
        raise APIFault(f"{place}: Invalid schema: Unsupported format '{node['format']}'.")
    if kind == "object" and isinstance(node.get("additionalProperties"), dict):
        raise APIFault(
            f"{place}: For 'object' type, 'additionalProperties: object' is not supported. Please set "
            "'additionalProperties' to false"
        )
    if kind == "object" and node.get("additionalProperties") is not False:
        raise APIFault(f"{place}: For 'object' type, 'additionalProperties' must be explicitly set to false")


def _check_reference(place: str, reference: str, root: dict[str, Any], above: tuple[str, ...]) -> None:
    if reference in above:
        circle = " -> ".join(
            each.rpartition("/")[2] for each in (*above[above.index(reference) :], reference)
        )
        raise APIFault(
            f"{place}: Circular reference detected in schema definitions: {circle}. Self-referencing or "
            "mutually-referencing definitions are not supported."
        )
    found: Any = root
    for part in reference.removeprefix("#/").split("/"):
        found = found.get(part) if isinstance(found, dict) else None
    if found is None:
        raise APIFault(f"{place}: Invalid schema: Reference to non-existent definition: {reference}")
    _check(place, found, root, (*above, reference))


def _children(node: dict[str, Any]) -> Iterator[Any]:
    yield from node.get("properties", {}).values()
    for word in ("anyOf", "allOf"):
        yield from node.get(word, ())
    if "items" in node:
        yield node["items"]
