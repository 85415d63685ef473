"""Turns what an answer should look like, a type or a JSON schema, into a schema for the API and a reader."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable, Mapping
from types import UnionType
from typing import Any

from nbclaude.frozen import frozen
from nbclaude.refusal import UnfitError
from nbclaude.settings.plain import a_type, plain_json

__all__ = ["AnswerFormat", "answer_format"]

_SCHEMA_WORDS = {"type", "properties", "$ref", "$defs", "anyOf", "oneOf", "allOf", "enum", "const", "items"}


@frozen
class AnswerFormat:
    """A JSON schema as structured outputs want it; `read` makes the user's own type of the answer's JSON."""

    schema: Mapping[str, Any]
    read: Callable[[Any], Any]


def answer_format(value: object) -> AnswerFormat:
    """Read a JSON schema (a dict, or its text), a dict of field names and types, a dataclass, or a pydantic model.

    TypedDict, NamedTuple, `list[X]` and similar types work, too, and may contain pydantic models.

    Raises:
        UnfitError: it is something else.

    """
    if isinstance(value, str):
        value = _parsed(value)
    if isinstance(value, Mapping):
        return _of_dict(value)
    if hasattr(value, "model_json_schema") and hasattr(value, "model_validate"):  # a pydantic model
        return AnswerFormat(_strict(value.model_json_schema()), value.model_validate)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = type(value)
    return _of_type(value)


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        raise UnfitError(f"the text is not a JSON schema. {_WANTED}") from None


def _of_dict(value: Mapping[str, Any]) -> AnswerFormat:
    if value and all(_is_type(item) for item in value.values()):
        from typing import TypedDict

        fields = {str(key): item for key, item in value.items()}
        return _of_type(TypedDict("Answer", fields), read=lambda data: data)  # type: ignore[operator]
    if not _SCHEMA_WORDS & set(value):
        raise UnfitError(f"this dict is not a JSON schema. {_WANTED}")
    return AnswerFormat(_strict(plain_json(value)), lambda data: data)


def _is_type(value: object) -> bool:
    """Tell whether this is a type, as in `{"age": int, "names": list[str], "size": float | None}`."""
    return isinstance(value, type | UnionType) or hasattr(value, "__origin__")


def _of_type(value: object, read: Callable[[Any], Any] | None = None) -> AnswerFormat:
    import msgspec

    models: dict[str, Any] = {}

    def of_other(kind: Any) -> dict[str, Any]:
        """Describe a pydantic model, which msgspec does not know."""
        if not hasattr(kind, "model_json_schema"):
            raise TypeError(f"the fields of {getattr(kind, '__name__', kind)} are not known")
        schema = dict(kind.model_json_schema(ref_template="#/$defs/{model}"))
        models.update(schema.pop("$defs", {}))
        return schema

    try:
        [schema], definitions = msgspec.json.schema_components(
            [value], schema_hook=of_other, ref_template="#/$defs/{name}"
        )
    except (TypeError, NameError) as error:
        reason = str(error).partition("\n")[0].rstrip(":.")
        raise UnfitError(f"it is not a schema ({reason}). {_WANTED}") from None
    if schema in ({}, {"type": "null"}):
        raise UnfitError(f"it is {a_type(value)}. {_WANTED}")
    top = schema.get("$ref", "").rpartition("/")[2]
    if top in definitions and not _mentions(definitions, top):
        schema = definitions.pop(top)
    if definitions or models:
        schema = {**schema, "$defs": definitions | models}

    def made(data: Any) -> Any:
        return msgspec.convert(data, value, dec_hook=lambda kind, inner: kind.model_validate(inner))

    return AnswerFormat(_strict(schema), read or made)


_WANTED = (
    'Give a JSON schema like {"type": "object", "properties": {...}}, a dict like {"city": str, "people": int}, '
    "a dataclass or a pydantic model."
)


def _mentions(value: object, name: str) -> bool:
    return f'"#/$defs/{name}"' in json.dumps(value)


def _strict(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Close every object, as the API demands: no further properties, and all of them required."""
    closed = copy.deepcopy(dict(schema))
    _close(closed)
    return closed


def _close(node: Any) -> None:
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            node.setdefault("additionalProperties", False)
            node["required"] = list(node["properties"])
            for child in node["properties"].values():
                _close(child)
        for key, child in node.items():
            if key not in ("properties", "default", "const", "enum", "examples"):
                _close(child)
    elif isinstance(node, list):
        for child in node:
            _close(child)
