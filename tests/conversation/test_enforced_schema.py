"""What structured outputs refuse in a schema becomes words; the simulator, as strict as the API, takes the rest."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pydantic
import pytest

from nbclaude.conversation.answer_format import answer_format
from nbclaude.conversation.enforced_schema import enforced, why_not_enforced
from nbclaude.simulator.faults import APIFault
from nbclaude.simulator.rules.schemas import check_schema


class Cat(pydantic.BaseModel):
    kind: Literal["cat"]
    lives: Annotated[int, pydantic.Field(ge=0, le=9, description="how many are left")] = 9


class Dog(pydantic.BaseModel):
    kind: Literal["dog"]
    tricks: Annotated[list[str], pydantic.Field(min_length=2)]


class Shelter(pydantic.BaseModel):
    site: pydantic.HttpUrl
    position: tuple[float, float]
    code: Annotated[str, pydantic.Field(pattern="^[A-Z]+$")]
    first: Annotated[Cat | Dog, pydantic.Field(discriminator="kind")]
    favourite: Cat = pydantic.Field(description="the one that everybody asks for")
    colours: set[Literal["red", "grey"]]
    note: str | None = None


def test_a_model_with_bounds_is_taken() -> None:
    schema = answer_format(Shelter).schema
    with pytest.raises(APIFault, match="not supported"):
        check_schema("schema", dict(schema))
    check_schema("schema", enforced(schema))
    assert why_not_enforced(schema) is None


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (
            {"type": "integer", "minimum": 1, "maximum": 5, "description": "stars"},
            {"type": "integer", "description": "stars\nminimum: 1; maximum: 5"},
        ),
        (
            {"type": "string", "format": "path", "minLength": 1},
            {"type": "string", "description": 'format: "path"; minLength: 1'},
        ),
        ({"type": "string", "format": "date"}, {"type": "string", "format": "date"}),
        ({"type": "string", "default": None}, {"type": "string"}),
        ({"type": "string", "default": "a"}, {"type": "string", "description": 'default: "a"'}),
        (
            {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 1},
            {"type": "array", "items": {"type": "number", "description": "minimum: 0"}, "minItems": 1},
        ),
        (
            {"type": "array", "prefixItems": [{"type": "string"}, {"type": "string"}], "items": False},
            {"type": "array", "items": {"type": "string"}},
        ),
        (
            {"type": "array", "prefixItems": [{"type": "string"}, {"type": "null"}], "minItems": 2},
            {
                "type": "array",
                "items": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                "description": 'prefixItems: [{"type": "string"}, {"type": "null"}]; minItems: 2',
            },
        ),
        (
            {"oneOf": [{"type": "string"}, {"type": "null"}]},
            {"anyOf": [{"type": "string"}, {"type": "null"}]},
        ),
        (
            {"type": "string", "enum": ["Ulm", "Bonn", "Ulm"]},  # as a column of a frame has them
            {"type": "string", "enum": ["Ulm", "Bonn"]},
        ),
        ({"type": ["string", "null"], "enum": ["a", None]}, {"enum": ["a", None]}),
        ({"$ref": "#/$defs/A", "title": "A"}, {"$ref": "#/$defs/A"}),
        (
            {"$ref": "#/$defs/A", "description": "the first"},
            {"anyOf": [{"$ref": "#/$defs/A"}], "description": "the first"},
        ),
        (
            {"type": "object", "properties": {"minimum": {"type": "string"}}, "additionalProperties": True},
            {"type": "object", "properties": {"minimum": {"type": "string"}}, "additionalProperties": False},
        ),
    ],
)
def test_what_becomes_of_a_schema(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    before = repr(given)
    assert enforced(given) == wanted
    assert repr(given) == before


class Folder(pydantic.BaseModel):
    inside: list[Folder]


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        (dict[str, int], "the answer may have any keys."),
        ({"scores": dict[str, int]}, "scores may have any keys."),
        (list[dict[str, int]], "an item of the answer may have any keys."),
        ({"note": Annotated[Any, "x"]}, "note may be anything."),
        (Folder, "Folder contains itself."),
        (list[Folder], "Folder contains itself."),
        ({"type": "object", "properties": {"a": {"$ref": "#"}}}, "the answer contains itself."),
    ],
)
def test_what_cannot_be_said(form: Any, reason: str) -> None:
    found = why_not_enforced(answer_format(form).schema)
    assert found is not None
    assert found[0] == reason


def test_an_object_without_keys() -> None:
    schema = {"type": "object", "additionalProperties": False}
    assert why_not_enforced(schema) is None
    assert enforced(schema) == schema


def test_many_paths_to_a_definition() -> None:
    names = [f"L{number}" for number in range(60)]
    schema = {
        "$ref": "#/$defs/L0",
        "$defs": {
            name: {
                "type": "object",
                "properties": {side: {"$ref": f"#/$defs/{below}"} for side in ("left", "right")},
            }
            for name, below in zip(names, [*names[1:], "end"], strict=True)
        }
        | {"end": {"type": "string"}},
    }
    assert why_not_enforced(schema) is None
