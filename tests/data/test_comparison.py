"""What differs between two frames: `{df:compare other}`."""

from __future__ import annotations

from typing import Any

import geopandas
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from nbclaude.context.references.replacing import expand
from nbclaude.errors import ConfigurationError

OLD = pd.DataFrame({"id": [1, 2, 3, 4], "name": ["a", "b", "c", None], "price": [1.0, 2.0, 3.0, 4.0]})
NEW = pd.DataFrame(
    {"id": [2, 3, 4, 9], "name": ["b", "C", None, "n"], "price": [2.0, None, 4.5, 1.0], "stock": [1] * 4}
)
DIFFERENCES = [
    "columns only in new: stock",
    "rows belong together by id",
    "1 row only in old: id 1",
    "1 row only in new: id 9",
    "name: 1 of 3 rows differ (id 3: c, in new C)",
    "price: 2 of 3 rows differ, by at most 0.5 (id 3: 3, in new missing; id 4: 4, in new 4.5)",
]


def differences(old: Any, new: Any) -> list[str]:
    """The lines below those that name the two frames."""
    found = expand("What changed? {old:compare new}", {"old": old, "new": new})
    (attachment,) = found.attachments
    assert found.text == "What changed? [old:compare new]"
    first, one, other, *lines, last = str(attachment.blocks[0]["text"]).splitlines()
    assert (first, last) == ('<data name="old:compare new">', "</data>")
    assert one.startswith("old: ")
    assert other.startswith("new: ")
    return lines


@pytest.mark.parametrize(
    "made",
    [lambda frame: frame, lambda frame: pl.from_pandas(frame, nan_to_null=True), pa.Table.from_pandas],
    ids=["pandas", "polars", "arrow"],
)
def test_columns_rows_and_values_that_differ(made: Any) -> None:
    assert differences(made(OLD), made(NEW)) == DIFFERENCES
    equal = ["no difference: the same columns, types, rows and values"]
    assert differences(made(OLD), made(OLD)) == equal


def test_the_index_is_a_key_if_both_have_one() -> None:
    assert differences(OLD.set_index("id"), NEW.set_index("id")) == DIFFERENCES
    # A filtered frame has an index that nobody chose.
    assert differences(OLD, OLD[OLD.id > 1]) == ["rows belong together by id", "1 row only in old: id 1"]


def test_types_and_order() -> None:
    changed = OLD.astype({"price": "float32"})[["name", "id", "price"]]
    assert differences(OLD, changed) == [
        "the columns that both have are in another order",
        "type of price: float64, in new float32",
    ]


def test_without_a_key_rows_belong_together_by_position() -> None:
    old = pd.DataFrame({"v": [1, 1, 2], "w": [0.5, float("nan"), 1.5]})
    assert differences(old, old.assign(v=[1, 7, 2])) == [
        "rows belong together by position: no column is a key in both",
        "v: 1 of 3 rows differ, by at most 6 (1, in new 7)",
    ]
    assert differences(old, old[:2]) == [
        "3 rows, in new 2; no column is a key in both, so rows and values are not compared"
    ]


@pytest.mark.parametrize(
    "made", [lambda frame: frame, pl.from_pandas, pa.Table.from_pandas], ids=["pandas", "polars", "arrow"]
)
def test_several_columns_are_a_key_together(made: Any) -> None:
    old = pd.DataFrame(
        {"firm": [*"abcde"] * 8, "year": [2000 + n // 5 for n in range(40)], "v": [n / 4 for n in range(40)]}
    )
    new = old.assign(v=[9.5, *old.v[1:]])[:-2]
    assert differences(made(old), made(new)) == [
        "rows belong together by firm, year",
        "2 rows only in old: firm, year (d, 2007), (e, 2007)",
        "v: 1 of 38 rows differ, by at most 9.5 (firm, year (a, 2000): 0, in new 9.5)",
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (lambda old: old.astype({"id": "int8"}), ["type of id: int64, in new int8"]),
        (lambda old: old.astype({"id": "float64"}), ["type of id: int64, in new float64"]),
        (
            lambda old: old.astype({"name": pd.CategoricalDtype(["b", "a", "c", "z"])}),
            [f"type of name: {OLD.name.dtype}, in new category"],
        ),
        (lambda old: old[::-1], ["rows belong together by id", "rows are in a different order"]),
        (
            lambda old: old.assign(price=[1.0, 2 + 2**-45, 3, 4]),
            [
                "rows belong together by id",
                "price: 1 of 4 rows differ, by at most 2.842e-14 (id 2: 2.0, in new 2.0000000000000284)",
            ],
        ),
    ],
)
def test_values_of_one_kind_are_compared_whatever_their_type(changes: Any, expected: list[str]) -> None:
    assert differences(OLD, changes(OLD)) == expected


def test_times_with_and_without_a_zone_are_not_compared() -> None:
    old = OLD.assign(at=pd.to_datetime(["2024-01-01"] * 4))
    lines = differences(old, old.assign(at=old["at"].dt.tz_localize("UTC")))
    assert lines[-2:] == ["rows belong together by id", "at: cannot be compared"]


def test_names_and_coordinates_of_other_kinds() -> None:
    assert differences(pd.DataFrame([[1, 2]]), pd.DataFrame([[1, 2]], columns=["0", "1"])) == [
        "type of column names: int, in new str"
    ]
    points = geopandas.GeoDataFrame(
        {"k": [1, 2]}, geometry=geopandas.points_from_xy([1, 2], [3, 4]), crs=4326
    )
    assert differences(points, points.set_crs(3857, allow_override=True)) == [
        "type of geometry: geometry, CRS EPSG:4326, in new geometry, CRS EPSG:3857"
    ]


def test_values_under_a_secret_name_are_not_shown() -> None:
    old = pd.DataFrame({"user": ["ada", "bob"], "password": ["hunter2", "correct"]})
    lines = differences(old, old.assign(password=["hunter2", "horse"]))
    assert lines == ["rows belong together by user", "password: 1 of 2 rows differ"]
    assert differences(old[["password"]], old[["password"]][:1]) == [
        "rows belong together by password",
        "1 row only in old",
    ]


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("old:compare", "needs a name, as in compare other; it is 'compare'"),
        ("old:compare nothing", "'nothing' names no variable of this kernel"),
        ("old:compare x", "is for frames of pandas, polars, Arrow and modin, but x is of type int"),
        ("x:compare old", "is for frames of pandas, polars, Arrow and modin, but x is of type int"),
        ("old:compare p", "old and p are of two libraries, pandas and polars. Convert one of them first."),
    ],
)
def test_what_cannot_be_compared_is_said_before_anything_is_sent(reference: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as failure:
        expand(f"Look at {{{reference}}}", {"old": OLD, "x": 5, "p": pl.from_pandas(OLD)})
    assert message in str(failure.value)


def test_braces_that_only_look_like_it_stay() -> None:
    text = "{old: compare} and {old:compared with this} stay"
    assert expand(text, {"old": 5}).text == text
