"""Checks objects against tables of their fields, and reports the first bad one.

The messages are those of the validation library behind the real API: `max_tokens: Field required`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nbclaude.frozen import frozen

from ..faults import APIFault

__all__ = ["Field", "Fields", "Place", "check_fields", "check_tag", "extra_inputs"]

Fields = Mapping[str, "Field"]
Place = str


@frozen
class Field:
    """What one field may hold: a `kind` of `_KINDS`, from `least` to `most`, or one of `choices`."""

    kind: str
    required: bool = False
    nullable: bool = False
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


# kind -> what passes, what the API says of the rest
_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "any": (lambda value: True, ""),
    "string": (lambda value: isinstance(value, str), "Input should be a valid string"),
    "boolean": (lambda value: isinstance(value, bool), "Input should be a valid boolean"),
    "number": (_is_number, "Input should be a valid number"),
    "integer": (
        lambda value: isinstance(value, int) and not isinstance(value, bool),
        "Input should be a valid integer",
    ),
    "list": (lambda value: isinstance(value, list), "Input should be a valid list"),
    "strings": (
        lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
        "Input should be a valid list of strings",
    ),
    "object": (lambda value: isinstance(value, dict), "Input should be an object"),
    "content": (
        lambda value: isinstance(value, str | list),
        "Input should be a valid string or a list of blocks",
    ),
    "id or object": (
        lambda value: isinstance(value, str | dict),
        "Input should be a valid string or an object",
    ),
}


def check_fields(place: Place, value: object, fields: Fields, *, strict: bool = True) -> None:
    """Check an object against its table; `place` (`tools.0`, empty for the body) opens the APIFault 400."""
    if not isinstance(value, dict):
        raise APIFault(f"{place}: Input should be an object" if place else "Input should be an object")
    for name, field in fields.items():
        if name in value:
            _check_value(_at(place, name), value[name], field)
        elif field.required:
            raise APIFault(f"{_at(place, name)}: Field required")
    if strict:
        extra_inputs(place, value, fields)


def extra_inputs(place: Place, value: Mapping[str, Any], known: Iterable[str]) -> None:
    """Refuse the first field that is not `known`."""
    names = set(known)
    for name in value:
        if name not in names:
            raise APIFault(f"{_at(place, name)}: Extra inputs are not permitted")


def check_tag(place: Place, value: object, tags: Iterable[str], *, strict: bool = True) -> str:
    """Check the `type` of a tagged object and give it."""
    if not isinstance(value, dict):
        raise APIFault(f"{place}: Input should be an object")
    tag = value.get("type")
    if not isinstance(tag, str):
        raise APIFault(
            f"{place}.type: Field required"
            if tag is None
            else f"{place}.type: Input should be a valid string"
        )
    if strict and tag not in tags:
        expected = ", ".join(f"'{name}'" for name in tags)
        raise APIFault(
            f"{place}: Input tag '{tag}' found using 'type' does not match any of the expected tags: "
            f"{expected}"
        )
    return tag


def _check_value(place: Place, value: object, field: Field) -> None:
    if value is None and field.nullable:
        return
    passes, complaint = _KINDS[field.kind]
    if not passes(value):
        raise APIFault(f"{place}: {complaint}")
    if field.choices and value not in field.choices:
        raise APIFault(f"{place}: Input should be {_either(field.choices)}")
    if field.least is not None and _is_number(value) and value < field.least:  # type: ignore[operator]
        raise APIFault(f"{place}: Input should be greater than or equal to {field.least:g}")
    if field.most is not None and _is_number(value) and value > field.most:  # type: ignore[operator]
        raise APIFault(f"{place}: Input should be less than or equal to {field.most:g}")


def _either(choices: tuple[str, ...]) -> str:
    quoted = [f"'{choice}'" for choice in choices]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _at(place: Place, name: str) -> Place:
    return f"{place}.{name}" if place else name
