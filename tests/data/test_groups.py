"""Frames told by groups: `{df:group species}`."""

from __future__ import annotations

from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from nbclaude.context.references.replacing import expand
from nbclaude.data.frames import describe_data
from nbclaude.errors import ConfigurationError

BIRDS = pd.DataFrame(
    {
        "species": ["Adelie", "Gentoo", "Adelie", None, "Gentoo", "Adelie"],
        "island, side": list("xyxyxy"),
        "mass": [3.5, 5.0, 3.7, 4.0, float("nan"), 3.6],
    }
)
BY_SPECIES = (
    "species,rows,mean mass,median mass,min mass,max mass\n"
    "Adelie,3,3.6,3.6,3.5,3.7\nGentoo,2,5,5,5,5\n(missing),1,4,4,4,4"
)


def told(value: Any, format: str) -> str:
    """The text about a value, without its first line."""
    described = describe_data(value, format)
    assert described is not None
    return described.text.partition("\n")[2]


@pytest.mark.parametrize(
    ("frame", "title"),
    [
        (BIRDS, "pandas DataFrame"),
        (pl.from_pandas(BIRDS, nan_to_null=True), "polars DataFrame"),
        (pa.Table.from_pandas(BIRDS), "pyarrow Table"),
    ],
    ids=["pandas", "polars", "arrow"],
)
def test_each_library_has_the_same_groups(frame: Any, title: str) -> None:
    described = describe_data(frame, "group species")
    assert described is not None
    assert described.text == f"{title}, 6 rows, by species: 3 groups\n{BY_SPECIES}"
    assert (described.summary, described.notes) == ("6 rows by species, 3 groups", ())


def test_several_columns_and_names_with_commas() -> None:
    expected = (
        'species,"island, side",rows,mean mass,median mass,min mass,max mass\n'
        "Adelie,x,2,3.6,3.6,3.5,3.7\nAdelie,y,1,3.6,3.6,3.6,3.6\nGentoo,x,1,,,,\nGentoo,y,1,5,5,5,5\n(missing),y,1,4,4,4,4"
    )
    assert told(BIRDS, "group species, 'island, side'") == expected
    assert told(BIRDS, "group island, side").startswith('"island, side",rows,')


def test_an_index_is_a_column_and_many_numbers_have_their_mean_alone() -> None:
    frame = pd.DataFrame({name: [1, 3] for name in "abcd"}, index=pd.Index(["u", "v"], name="unit"))
    assert told(frame, "group unit") == "unit,rows,mean a,mean b,mean c,mean d\nu,1,1,1,1,1\nv,1,3,3,3,3"
    pivoted = BIRDS.pivot_table(index="species", columns="island, side", values="mass")
    assert told(pivoted, "group species").splitlines()[1] == "Adelie,1,3.6,3.6,3.6,3.6,3.6,3.6,3.6,3.6"


def test_what_does_not_fit_is_counted() -> None:
    described = describe_data(pd.DataFrame({"c": range(300), "v": range(300)}), "group c")
    assert described is not None
    assert described.notes == ("250 more groups left out, with 250 rows",)
    assert described.text.endswith("\n[… 250 more groups left out, with 250 rows …]")
    assert len(described.text.splitlines()) == 53
    wide = pd.DataFrame({f"n{n}": [1.0, 2.0] for n in range(60)} | {"g": ["a", "b"]})
    assert describe_data(wide, "group g").notes == ("20 more columns of numbers left out",)  # type: ignore[union-attr]


def test_nan_and_what_is_missing_are_told_apart() -> None:
    frame = pl.DataFrame({"f": [None, float("nan"), 1.5] * 2, "n": [1, 2, 3] * 2})
    rows = told(frame, "group f").splitlines()[1:]
    assert sorted(rows) == ["(missing),2,1,1,1,1", "1.5,2,3,3,3,3", "NaN,2,2,2,2,2"]
    nullable = pd.DataFrame({"k": ["a", "b"], "n": pd.array([1, None], dtype="Int64")})
    assert told(nullable, "group k") == "k,rows,mean n,median n,min n,max n\na,1,1,1,1,1\nb,1,,,,"


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        (
            "df:group speceis",
            "no column 'speceis' to group by. Did you mean 'species'? Its columns are species, island",
        ),
        ("df:group", "needs a column, as in group species; it is 'group'"),
        ("x:group a", "is for frames of pandas, polars, Arrow and modin, but x is of type int"),
        ("lazy:group a", "but lazy is a polars LazyFrame: compute it first"),
        ("twice:group a", "Two columns have the name 'a': rename one of them first"),
        ("lists:group a", "The rows cannot be grouped by a: unhashable type: 'list'"),
    ],
)
def test_what_cannot_be_grouped_is_said_before_anything_is_sent(reference: str, message: str) -> None:
    names = {
        "df": BIRDS,
        "x": 5,
        "lazy": pl.LazyFrame({"a": [1]}),
        "twice": pd.DataFrame([[1, 2]], columns=["a", "a"]),
        "lists": pd.DataFrame({"a": [[1], [2]]}),
    }
    with pytest.raises(ConfigurationError) as failure:
        expand(f"Look at {{{reference}}}", names)
    assert message in str(failure.value)
