from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from nbclaude.conversation.answer_format import answer_format
from nbclaude.refusal import UnfitError


@dataclass
class City:
    name: str
    people: int


@dataclass
class Country:
    name: str
    cities: list[City]
    area: float | None = None


CITY = {
    "title": "City",
    "type": "object",
    "properties": {"name": {"type": "string"}, "people": {"type": "integer"}},
    "required": ["name", "people"],
    "additionalProperties": False,
}


def test_a_dataclass() -> None:
    form = answer_format(City)
    assert form.schema == CITY
    assert form.read({"name": "Ulm", "people": 128_928}) == City("Ulm", 128_928)
    with pytest.raises(ValueError, match="people"):
        form.read({"name": "Ulm", "people": "many"})


def test_a_dataclass_within_another() -> None:
    form = answer_format(Country)
    assert form.schema["properties"]["cities"] == {"type": "array", "items": {"$ref": "#/$defs/City"}}
    assert form.schema["$defs"] == {"City": CITY}
    assert form.schema["required"] == ["name", "cities", "area"]
    assert form.read({"name": "D", "cities": [{"name": "Ulm", "people": 1}], "area": None}) == Country(
        "D", [City("Ulm", 1)]
    )


def test_an_instance_stands_for_its_class() -> None:
    assert answer_format(City("a", 1)).schema == CITY


def test_a_dict_of_types() -> None:
    form = answer_format({"city": str, "people": list[int]})
    assert form.schema["properties"] == {
        "city": {"type": "string"},
        "people": {"type": "array", "items": {"type": "integer"}},
    }
    assert form.read({"city": "Ulm", "people": []}) == {"city": "Ulm", "people": []}


def test_a_pydantic_model() -> None:
    pydantic = pytest.importorskip("pydantic")

    class Person(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        name: str
        home: City

    form = answer_format(Person)
    assert form.schema["additionalProperties"] is False
    assert form.schema["$defs"]["City"]["additionalProperties"] is False
    assert form.read({"name": "A", "home": {"name": "Ulm", "people": 1}}).home == City("Ulm", 1)


SCHEMA = {
    "type": "object",
    "properties": {
        "additionalProperties": {"type": "string"},
        "list": {
            "type": "array",
            "items": {"type": "object", "properties": {"a": {"const": {"properties": {}}}}},
        },
    },
}


def test_a_schema_is_closed_everywhere_and_not_changed_itself() -> None:
    form = answer_format(SCHEMA)
    assert form.schema["required"] == ["additionalProperties", "list"]
    assert form.schema["additionalProperties"] is False
    items = form.schema["properties"]["list"]["items"]
    assert (items["required"], items["additionalProperties"]) == (["a"], False)
    assert items["properties"]["a"] == {"const": {"properties": {}}}
    assert "required" not in SCHEMA
    assert form.read({"x": 1}) == {"x": 1}


def test_a_class_without_fields() -> None:
    class Plain:
        pass

    with pytest.raises(UnfitError, match=r"^it is not a schema \(the fields of Plain are not known\)\. Give"):
        answer_format(list[Plain])


def test_pydantic_models_within_other_types() -> None:
    pydantic = pytest.importorskip("pydantic")

    class Stop(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        name: str
        minutes: int = pydantic.Field(ge=0)

    form = answer_format({"stops": list[Stop], "last": Stop | None})
    assert form.schema["properties"]["stops"]["items"]["required"] == ["name", "minutes"]
    form = answer_format(list[Stop])
    assert form.read([{"name": "Ulm", "minutes": 3}]) == [Stop(name="Ulm", minutes=3)]
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        form.read([{"name": "Ulm", "minutes": -3}])


def test_a_schema_as_text() -> None:
    assert answer_format('{"type": "string"}').schema == {"type": "string"}


@pytest.mark.parametrize("value", [3, None, {"a": 1}, {}, print, object, "no json", "[1]", City.__init__])
def test_what_is_none(value: Any) -> None:
    with pytest.raises(UnfitError, match=r"^(it|the text|this dict) is .*\n?.*Give a JSON schema like"):
        answer_format(value)
