"""What the model is told about a function's parameters, and what the function gets from a call's arguments."""

from __future__ import annotations

import dataclasses
import datetime
import enum
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Optional

import pandas as pd
import pydantic
import pytest

from nbclaude.refusal import UnfitError
from nbclaude.tools.arguments import UnfitArgumentsError, arguments_of
from nbclaude.tools.docstrings import Documented


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.Enum):
    LOW = enum.auto()
    HIGH = enum.auto()


@dataclasses.dataclass
class Point:
    x: float
    y: float = 0.0


@dataclasses.dataclass
class Line:
    start: Point
    colours: list[Colour] = dataclasses.field(default_factory=list)


class City(pydantic.BaseModel):
    name: str


FRAME = pd.DataFrame({"a": [1]})
NAMES = {"df": FRAME, "serie": FRAME["a"], "text": "x"}
FRAME_NAME = {"type": "string", "description": "the name of a variable that holds a value of type DataFrame"}
DAY = datetime.date(2026, 1, 2)


def read(function: Callable[..., Any], **given: Any) -> Any:
    """Return what the function gets of these arguments: it returns its one parameter, or all that it has."""
    found = arguments_of(function, "f", Documented()).read(given, NAMES)
    return function(*found.positional, **found.named)


def takes(kind: Any, **more: Any) -> Callable[..., Any]:
    """Make a function of one parameter."""

    def function(c: Any) -> Any:
        return c

    function.__annotations__ = {"c": kind}
    if "default" in more:
        function.__defaults__ = (more["default"],)
    return function


# A type, what is given as JSON, and what the function gets.
READ: list[tuple[Any, Any, Any]] = [
    (Colour, "red", Colour.RED),
    (list[Colour], ["red", "blue"], [Colour.RED, Colour.BLUE]),
    (Level, 2, Level.HIGH),
    (Line, {"start": {"x": 1}, "colours": ["red"]}, Line(Point(1.0), [Colour.RED])),
    (Optional[Point], None, None),  # noqa: UP045 - as users write it
    (Literal["a", "b"], "b", "b"),
    (dict[str, City], {"a": {"name": "Ulm"}}, {"a": City(name="Ulm")}),
    (dict[int, str], {"1": "a"}, {1: "a"}),
    (Iterable[int], [1, 2], [1, 2]),
    (Mapping[str, int], {"a": 1}, {"a": 1}),
    (Path, "a/b", Path("a/b")),
    (datetime.date, "2026-01-02", DAY),
    # Unions that msgspec does not take.
    (City | int, 3, 3),
    (City | Point, {"x": 1}, Point(1.0)),
    (Point | Line, {"start": {"x": 1}}, Line(Point(1.0))),
    (list[City | None], [None, {"name": "Ulm"}], [None, City(name="Ulm")]),
    (pd.DataFrame | str, "df", FRAME),
    (pd.DataFrame | str, "no variable", "no variable"),
    (pd.DataFrame | list[int], [1], [1]),
    (pd.DataFrame | pd.Series | None, "serie", NAMES["serie"]),
    (list[pd.DataFrame | pd.Series], ["df", "serie"], [FRAME, NAMES["serie"]]),
    # Models sometimes write numbers as strings, and integers with a decimal point.
    (int, "5", 5),
    (int, 5.0, 5),
    (bool, "true", True),
    (int | str, "5", "5"),
    (Annotated[int, pydantic.Field(ge=1)], 2, 2),
]


@pytest.mark.parametrize(("kind", "given", "expected"), READ, ids=[str(each[0])[:40] for each in READ])
def test_a_value_of_json_becomes_one_of_the_type(kind: Any, given: Any, expected: Any) -> None:
    found = read(takes(kind), c=given)
    # Frames are passed unchanged, and comparing them gives no single truth value.
    pairs = zip(found, expected, strict=True) if isinstance(found, list) else [(found, expected)]
    for one, wanted in pairs:
        assert one is wanted or one == wanted
        assert type(one) is type(wanted)


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        (int, "many", "Expected `int`, got `str` - at `$.c`"),
        (str, 5, "Expected `str`, got `int` - at `$.c`"),
        (pd.DataFrame, "df.head()", "Give the plain name of a variable"),
        (pd.DataFrame | list[int], "text", "text is a str. Variables of type DataFrame: df"),
        (Annotated[int, pydantic.Field(ge=1)], 0, "Expected `int` >= 1"),
        (Annotated[str, pydantic.Field(pattern="^a")], "b", "matching regex"),
        (City | int, {"nam": 1}, "validation error for City"),
    ],
)
def test_what_does_not_fit_is_said(kind: Any, given: Any, said: str) -> None:
    with pytest.raises(UnfitArgumentsError, match=r"The arguments do not fit: ") as error:
        read(takes(kind), c=given)
    assert said in str(error.value)


# A type, what is told about it, and the default.
TOLD: list[tuple[Any, dict[str, Any], dict[str, Any]]] = [
    (Annotated[int, "how many"], {}, {"type": "integer", "description": "how many."}),
    (
        Annotated[int, pydantic.Field(ge=1, description="how many")],
        {},
        {"type": "integer", "minimum": 1, "description": "how many."},
    ),
    (pd.DataFrame | list[int], {}, {"anyOf": [FRAME_NAME, {"type": "array", "items": {"type": "integer"}}]}),
    (
        list[Level],
        {"default": [Level.LOW]},
        {
            "type": "array",
            "items": {"$ref": "#/$defs/Level"},
            "description": "Level: 1 is LOW, 2 is HIGH.",
            "default": [1],
        },
    ),
    (Colour, {"default": Colour.RED}, {"$ref": "#/$defs/Colour", "default": "red"}),
    (
        datetime.date,
        {"default": DAY},
        {"type": "string", "format": "date", "default": "2026-01-02"},
    ),
    (Path, {"default": Path("a")}, {"type": "string", "description": "a path.", "default": "a"}),
    (pd.DataFrame, {"default": FRAME}, {**FRAME_NAME, "description": f"{FRAME_NAME['description']}."}),
    (float, {"default": float("nan")}, {"type": "number"}),
    (str, {"default": "x" * 1_000}, {"type": "string"}),
]


@pytest.mark.parametrize(("kind", "more", "expected"), TOLD, ids=[str(each[0])[:40] for each in TOLD])
def test_what_the_model_is_told_of_a_parameter(
    kind: Any, more: dict[str, Any], expected: dict[str, Any]
) -> None:
    schema = arguments_of(takes(kind, **more), "f", Documented()).schema
    assert schema["properties"] == {"c": expected}
    assert schema["required"] == ([] if more else ["c"])


def _all(a: int = 1, *rest: int, last: int = 9) -> tuple[Any, ...]:
    return a, rest, last


def _by_place(a: int = 1, b: int = 2, /, c: int = 3) -> tuple[int, ...]:
    return a, b, c


def _odd_names(__c: int, self: int, field0: int = 0) -> tuple[int, ...]:
    return __c, self, field0


@pytest.mark.parametrize(
    ("function", "given", "expected"),
    [
        (_all, {"rest": [5]}, (1, (5,), 9)),
        (_all, {"a": 3, "rest": [5, 6], "last": 7}, (3, (5, 6), 7)),
        (_all, {"last": 7}, (1, (), 7)),
        (_by_place, {"b": 5}, (1, 5, 3)),
        (_by_place, {"c": 5}, (1, 2, 5)),
        (_odd_names, {"__c": 1, "self": 2}, (1, 2, 0)),
    ],
)
def test_every_argument_reaches_its_parameter(
    function: Callable[..., Any], given: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    assert read(function, **given) == expected


def test_a_parameter_whose_name_the_api_does_not_take_is_refused_before_anything_is_sent() -> None:
    def weigh(größe: int) -> int:
        return größe

    with pytest.raises(UnfitError, match="the API does not accept a parameter called größe"):
        arguments_of(weigh, "weigh", Documented())
