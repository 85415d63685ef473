"""Turns what the user calls tools, as on the API's pages, into tool definitions for a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nbclaude.refusal import UnfitError
from nbclaude.settings.plain import a_type, items_of, plain_json

__all__ = ["tool_definitions"]


def tool_definitions(value: object) -> tuple[Mapping[str, Any], ...]:
    """Read one definition, a list of them, or `{"tools": [...]}`.

    Raises:
        UnfitError: it is no definition; the message says what one looks like.

    """
    if isinstance(value, Mapping) and isinstance(value.get("tools"), Sequence):
        value = value["tools"]
    items = [value] if isinstance(value, Mapping) else items_of(value)
    if not items:
        raise UnfitError(f"it is {_described(value)}. {_WANTED}")
    for item in items:
        if not isinstance(item, Mapping) or not ("name" in item or "type" in item):
            raise UnfitError(f"it holds {_described(item)}. {_WANTED}")
        if item.get("type", "custom") == "custom" and not isinstance(item.get("input_schema"), Mapping):
            raise UnfitError(
                f"the tool {item.get('name')!r} has no input_schema. "
                'It is a JSON schema like {"type": "object", "properties": {...}}.'
            )
    return tuple(plain_json(item) for item in items)


_WANTED = (
    'A tool is a dict like {"name": "get_weather", "description": "...", "input_schema": {"type": "object", ...}}, '
    "or one of the API's own, with a type."
)


def _described(value: object) -> str:
    if callable(value):
        return "a function, which cannot be called from here yet"
    return "empty" if value in ([], (), {}, None) else a_type(value)
