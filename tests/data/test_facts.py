"""What an analyst would want to know of a frame is told, in the words of the one grammar."""

from typing import Any

import numpy
import pandas
import pytest

from nbclaude.data.frames import describe_data


def text(value: Any, format: str = "") -> str:
    described = describe_data(value, format)
    assert described is not None
    return described.text


_DAYS = pandas.date_range("2020-01-01", periods=70)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (_DAYS, "2020-01-01 … 2020-03-10, daily, unique, monotonic increasing"),
        (_DAYS.delete([10, 11, 30]), "daily, 2 gaps, unique, monotonic increasing"),
        (
            _DAYS[numpy.is_busday(_DAYS.to_numpy().astype("M8[D]"))],
            "business daily, unique, monotonic increasing",
        ),
        (_DAYS.append(_DAYS[:1]), "daily, 70 distinct, 1 duplicate, not monotonic"),
        (_DAYS[::-1], "daily, unique, monotonic decreasing"),
        (pandas.date_range("2020-01-31", periods=50, freq="ME"), "monthly, unique, monotonic increasing"),
        (pandas.date_range("2020-01-01", periods=50, freq="QS"), "quarterly, unique"),
        (pandas.date_range("1990-01-01", periods=50, freq="YS"), "yearly, unique"),
        (pandas.date_range("2020-01-01", periods=50, freq="15min"), "every 15 min, unique"),
        (
            pandas.date_range("2020-03-01", periods=50, tz="Europe/Paris"),
            "2020-03-01 … 2020-04-19, daily, unique",
        ),
    ],
)
def test_the_rhythm_of_an_index(days: Any, expected: str) -> None:
    line = text(pandas.DataFrame({"v": range(len(days))}, index=days), "schema").splitlines()[1]
    assert line.startswith("index: DatetimeIndex (datetime64[")
    assert expected in line


def test_categories_in_their_order() -> None:
    values = pandas.Categorical(["lo", "hi"] * 25, categories=["lo", "mid", "hi"], ordered=True)
    line = (
        "  c: category; 2 distinct; lo: 25, hi: 25; ordered: lo < mid < hi; 1 of 3 categories unused: mid\n"
    )
    assert line in text(pandas.DataFrame({"c": values}))


def test_labels_that_look_alike() -> None:
    told = text(pandas.DataFrame({0: range(50), "0": ["0", 0] * 25}))
    assert "  0: int64; " in told
    assert "  '0': object; holds str: 25, int: 25, 2 distinct; '0': 25, 0: 25\n" in told


def test_a_wide_frame_keeps_the_facts_of_each_column() -> None:
    columns = {f"measured value of kind {n:c}": numpy.arange(60) + n for n in range(97, 127)}
    told = text(pandas.DataFrame({**columns, "target": [0, 1, 1] * 20}))
    assert len(told) < 4_500
    assert "  target: int64; 0 … 1, " in told
    assert "0: 20, 1: 40" in told
    for n in range(97, 127):
        assert f"  measured value of kind {n:c}: int64; {n} … {n + 59}" in told
    assert ",…," in told


def test_columns_that_differ_by_a_number() -> None:
    frame = pandas.DataFrame({**{f"x{n}": numpy.arange(50) - n for n in range(400)}, "y": range(50)})
    told = text(frame)
    assert "  x0 … x399 (400 columns): int64; -399 … 49\n" in told
    assert "  y: int64; 0 … 49, mean 24.5" in told


def test_few_rows_and_correlations_are_values() -> None:
    told = text(pandas.DataFrame([[float(n) for n in range(60)]], columns=[f"f{n}" for n in range(60)]))
    assert "columns (name: type = the values of row 0):\n  f0: float64 = 0\n  f1: float64 = 1\n" in told
    names = [f"c{n}" for n in range(31)]
    matrix = numpy.minimum.outer(range(31), range(31)) / 45.0
    told = text(pandas.DataFrame(matrix, index=names, columns=names))
    assert "symmetric: the lower half" in told
    assert "c2,0,0.0222,0.0444\n" in told


def test_axes_attributes_and_duplicates() -> None:
    long = pandas.DataFrame({"yr": [1, 1, 2, 2] * 15, "month": [1, 2] * 30, "v": range(60)})
    table = pandas.concat([long.pivot_table(index="yr", columns="month", values="v")] * 30)
    table.attrs = {"source": "NOAA"}
    told = text(table)
    assert "\ncolumn axis: month\nattrs: source: NOAA\n58 duplicated rows\n" in told


def test_values_of_many_are_told_by_what_they_are() -> None:
    frame = pandas.DataFrame(
        {
            "vector": [numpy.ones(384)] * 50,
            "tags": [["a"], ["b", "c"]] * 25,
            "data": [{"a": 1}] * 50,
            "png": [b"\x89PNG\r\n\x1a\n" + b"x" * 100] * 50,
        }
    )
    told = text(frame)
    assert "  vector: object; holds array of float64, shape (384,)\n" in told
    assert "  tags: object; holds list of str, length 1 … 2\n" in told
    assert "  data: object; holds dict with keys a\n" in told
    assert "  png: object; holds bytes, length 108 (PNG: 50)\n" in told
    assert '\n0,"[1, 1, 1, … 384 values]",' in told
    assert text(frame, "schema").count("keys a") == 0
