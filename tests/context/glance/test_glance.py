"""What a value is, in a line, found without running anything of the user's."""

from __future__ import annotations

import collections
import datetime
import enum
import functools
import pathlib
from typing import Any

import pytest

from nbclaude.context.glance.glance import Looking, glance

pd = pytest.importorskip("pandas")
np = pytest.importorskip("numpy")


class Colour(enum.Enum):
    RED = 1


Point = collections.namedtuple("Point", "x y")


def tax(amount: float, *, rate: float = 0.2) -> float:
    """Return the tax."""
    return amount * rate


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "None"),
        (3, "3"),
        (True, "True"),
        (10**40, "int of 133 bits"),
        (1 / 3, "0.333333"),
        ("tea", "'tea'"),
        (b"ab", "b'ab' (2 bytes)"),
        ([], "list, empty"),
        ([3, 4], "list of 2: [3, 4]"),
        ([1, "a"], "list of 2 (int, str): [1, 'a']"),
        (list(range(900)), "list of 900: [0, 1, 2, 3, 4, … 895 more]"),
        ({"a": {"b": {"c": 1}}}, "dict of 1: {'a': dict of 1: {'b': {'c'}}}"),
        (range(3), "range(0, 3)"),
        (datetime.date(2026, 1, 2), "datetime.date(2026, 1, 2)"),
        (pathlib.PurePosixPath("/x/y"), "PurePosixPath('/x/y')"),
        (Colour.RED, "Colour.RED"),
        (Point(1, 2), "Point(x=1, y=2)"),
        (ValueError("no"), "ValueError('no')"),
        (map(str, []), "map object: an iterator, to be read once"),
        (functools.partial(len), "partial of builtin function len"),
        (np.zeros((120, 8)), "ndarray float64 (120, 8): [0.0, 0.0, 0.0, 0.0, … 956 more]"),
        (np.float32(2), "float32 2.0"),
        (np.array([1, np.nan]), "ndarray float64 (2,): [1.0, nan], 1 nan"),
        (pd.DataFrame(), "DataFrame (0, 0), without columns; RangeIndex, empty"),
    ],
)
def test_values(value: Any, said: str) -> None:
    assert said in glance(value).text()


def test_a_frame_by_its_columns_and_the_values_of_those_that_the_code_names() -> None:
    frame = pd.DataFrame({"price": [1.5, None], "n": [1, 2]}, index=["a", "b"])
    text = glance(frame, "df", Looking(columns=("price",))).text()
    assert "DataFrame (2, 2), columns: price float64, n int64; Index" in text
    assert "price: [1.5, nan], 1 missing" in text
    assert "n: [" not in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("password", "tea"),
        ("api_key", 4711_1147),
        ("config", {"user": "anna", "token": "tea"}),
        ("rows", [{"secret": "tea"}]),
        ("DB_PASSWD", ["tea"]),
    ],
)
def test_the_name_decides_what_is_secret(name: str, value: Any) -> None:
    text = glance(value, name).text()
    assert "tea" not in text
    assert "4711" not in text
    assert "[secret removed" in text


def test_without_values_types_and_shapes_alone_are_told() -> None:
    values = [
        ("tea", "str of 3"),
        ([1, 2], "list of 2: int"),
        (2.5, "float"),
        (np.ones(3), "ndarray float64 (3,)"),
    ]
    for value, said in values:
        assert glance(value).text(values=False) == said
    frame = pd.DataFrame({"price": [1.5]})
    assert "1.5" not in glance(frame, "df", Looking(columns=("price",))).text(values=False)


def test_nothing_of_the_users_runs() -> None:
    ran: list[str] = []

    class Meta(type):
        def __getattribute__(cls, name: str) -> Any:
            ran.append(name)
            return super().__getattribute__(name)

    class Evil(list, metaclass=Meta):  # type: ignore[type-arg]
        def __getattribute__(self, name: str) -> Any:
            ran.append(name)
            raise AttributeError(name)

        def __len__(self) -> int:
            ran.append("len")
            return 0

        def __repr__(self) -> str:
            ran.append("repr")
            return ""

        def __iter__(self) -> Any:
            ran.append("iter")
            return iter(())

        def __eq__(self, other: object) -> bool:
            ran.append("eq")
            return True

        __hash__ = None  # type: ignore[assignment]

    evil = Evil([1, 2])
    ran.clear()
    assert glance(evil).text().endswith("of 2: [1, 2]")
    assert glance({"x": evil}).text()
    assert ran == []


def test_a_function_is_told_by_its_signature() -> None:
    assert "tax(amount, *, rate=0.2)" in glance(tax).text()
