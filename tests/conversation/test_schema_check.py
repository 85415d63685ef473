"""What of an answer's JSON is not as the schema demands."""

from __future__ import annotations

from typing import Any

import pytest

from nbclaude.conversation.answer_format import answer_format
from nbclaude.conversation.schema_check import misfit

CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "people": {"type": "integer"}},
    "required": ["city", "people"],
    "additionalProperties": False,
}
TREE = {
    "$ref": "#/$defs/Node",
    "$defs": {
        "Node": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "below": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
            },
            "required": ["name"],
        }
    },
}


@pytest.mark.parametrize(
    ("value", "schema", "expected"),
    [
        ({"city": "Paris", "people": 2_100_000}, CITY, ""),
        ({"city": "Paris"}, CITY, "people is missing"),
        ({"city": "Paris", "people": "many"}, CITY, "people is not an integer"),
        ({"city": "Paris", "people": True}, CITY, "people is not an integer"),
        ({"city": "Paris", "people": 2.0}, CITY, ""),
        ({"city": "Paris", "people": 2.5}, CITY, "people is not an integer"),
        ({"city": "Paris", "people": 1, "mayor": "x"}, CITY, "mayor is not in the schema"),
        (["Paris"], CITY, "the answer is not an object"),
        (None, CITY, "the answer is not an object"),
        ("Paris", {"enum": ["Paris", "Rome"]}, ""),
        ("Oslo", {"enum": ["Paris", "Rome"]}, "the answer is not one of the allowed values"),
        (2, {"const": 1}, "the answer is not the required value"),
        (None, {"anyOf": [{"type": "string"}, {"type": "null"}]}, ""),
        (3, {"anyOf": [{"type": "string"}, {"type": "null"}]}, "the answer is not a string"),
        (None, {"type": ["string", "null"]}, ""),
        ([1, "2"], {"type": "array", "items": {"type": "number"}}, "an item of the answer is not a number"),
        ({"name": "a", "below": [{"name": "b", "below": []}]}, TREE, ""),
        ({"name": "a", "below": [{"below": []}]}, TREE, "name is missing"),
        (1, {"$ref": "#"}, ""),
        (1, {"$ref": "#/nowhere"}, ""),
        (1, {"type": "unheard of", "required": 3}, ""),
        (float("inf"), {"type": "integer"}, "the answer is not an integer"),
    ],
)
def test_misfit(value: Any, schema: dict[str, Any], expected: str) -> None:
    assert misfit(value, schema) == expected


def test_a_dataclass_like_dict() -> None:
    schema = answer_format({"city": str, "people": int}).schema
    assert misfit({"city": "Paris", "people": 1}, schema) == ""
    assert misfit({"people": 1}, schema) == "city is missing"
