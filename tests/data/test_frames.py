import datetime
import decimal
import math
import pathlib
import resource
import sqlite3
import sys
import time
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest
import xarray

from nbclaude.data.frames import describe_data
from nbclaude.data.table import Described, is_exact, sample_step
from nbclaude.errors import ConfigurationError
from nbclaude.texts import TextLimits
from tests.growth import is_quick


def described(value: Any, format: str = "", **limits: int) -> Described:
    result = describe_data(value, format, TextLimits(**limits))
    assert result is not None
    return result


_COLUMNS: dict[str, list[Any]] = {
    "city": ["Paris", "Rome", "Paris", None] * 15,
    "price": [1.5, 2.5, float("nan"), float("inf")] * 15,
    "rooms": list(range(60)),
    "new": [True, False, False, True] * 15,
}
_CITIES = pandas.DataFrame({**_COLUMNS, "when": pandas.date_range("2020-01-01", periods=60, tz="UTC")})

# NaN is what is missing to pandas; the others know null as well.
_CITIES_COLUMNS = """\
  city: {text}; 15 missing (25.0%), 2 distinct{top}
  price: {number}; 15 {absent} (25.0%), 15 infinite, finite 1.5 … 2.5, mean 2, median 2, std 0.508548, 2 distinct{prices}
  rooms: {whole}; 0 … 59, mean 29.5, median 29.5, std 17.4642, unique, increasing
  new: {boolean}; True: 30, False: 30
"""


def test_a_pandas_frame() -> None:
    frame = _CITIES.astype({"city": object})
    expected = (
        "pandas DataFrame, 60 rows × 5 columns\ncolumns:\n"
        + _CITIES_COLUMNS.format(
            text="object",
            number="float64",
            absent="missing",
            prices="; 1.5: 15, 2.5: 15",
            whole="int64",
            boolean="bool",
            top="; Paris: 30, Rome: 15",
        )
        + f"  when: {frame.when.dtype}; 2020-01-01 … 2020-02-29, daily, unique, increasing\n"
        "first 3 rows, 3 others:\n"
        "row,city,price,rooms,new,when\n"
        "0,Paris,1.5,0,True,2020-01-01\n"
        "1,Rome,2.5,1,False,2020-01-02\n"
        "2,Paris,,2,False,2020-01-03\n"
        "20,Paris,1.5,20,True,2020-01-21\n"
        "40,Paris,1.5,40,True,2020-02-10\n"
        "59,,inf,59,True,2020-02-29"
    )
    assert described(frame) == Described(expected, "60 rows × 5 columns: schema + 6 rows")


def test_a_polars_frame() -> None:
    frame = polars.DataFrame(_COLUMNS)
    text = described(frame).text
    assert text.startswith(
        "polars DataFrame, 60 rows × 4 columns\ncolumns:\n"
        + _CITIES_COLUMNS.format(
            text="String",
            number="Float64",
            whole="Int64",
            absent="NaN",
            prices="; 1.5: 15, 2.5: 15",
            boolean="Boolean",
            top="; Paris: 30, Rome: 15",
        )
        + "first 3 rows, 3 others:\nrow,city,price,rooms,new\n0,Paris,1.5,0,True\n"
    )
    assert text.endswith("\n59,,inf,59,True")


def test_an_arrow_table_and_rows_of_a_database() -> None:
    text = described(pyarrow.table(_COLUMNS)).text
    expected = _CITIES_COLUMNS.format(
        text="string",
        number="double",
        absent="NaN",
        prices="; 1.5: 15, 2.5: 15",
        whole="int64",
        boolean="bool",
        top="; Paris: 30, Rome: 15",
    )
    assert expected in text
    assert text.startswith("pyarrow Table, 60 rows × 4 columns\n")

    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    rows = connection.execute("select 1 as one, 'x' as two union select 2, null").fetchall()
    connection.close()
    assert described(rows) == Described(
        "SQL result, 2 rows × 2 columns\ncolumns: one: int, two: str\nrow,one,two\n0,1,x\n1,2,",
        "2 rows × 2 columns, whole",
    )


def test_the_result_of_a_sql_magic() -> None:
    class ResultSet(list):  # type: ignore[type-arg]
        keys = ("n", "word")

        def DataFrame(self) -> None:  # noqa: N802 - so it is called there
            raise AssertionError("pandas is not needed")

    text = described(ResultSet([(1, "a"), (2, "b")])).text
    assert text == "SQL result, 2 rows × 2 columns\ncolumns: n: int, word: str\nrow,n,word\n0,1,a\n1,2,b"


@pytest.mark.parametrize("make", [pandas.DataFrame, polars.DataFrame, pyarrow.table])
def test_a_schema_shows_no_row(make: Any) -> None:
    canaries = [f"canary{n}" for n in range(100)]
    columns = {"secret": canaries, "few": ["blue", "green"] * 50, "list": [["hidden"]] * 100, "n": range(100)}
    text = described(make({name: list(values) for name, values in columns.items()}), "schema").text
    assert "canary" not in text
    assert "blue" not in text
    assert "hidden" not in text
    assert "first" not in text
    assert "0 … 99" in text
    assert "secret: " in text
    assert "; unique\n" in text
    assert text.endswith("\n(no rows were sent)")


def test_a_schema_shows_no_label_and_no_category() -> None:
    frame = pandas.DataFrame({"x": [1, 2], "c": pandas.Categorical(["cat", "dog"])}, index=["Anna", "Bo"])
    assert described(frame, "schema").text == (
        f"pandas DataFrame, 2 rows × 2 columns\nindex: {frame.index.dtype}; unique\n"
        "columns:\n  x: int64; 1 … 2, mean 1.5, median 1.5, std 0.707107, unique\n"
        "  c: category; unique\n(no rows were sent)"
    )
    enum = polars.DataFrame({"e": ["kitten"]}, schema={"e": polars.Enum(["kitten", "dog"])})
    assert "kitten" not in described(enum, "schema").text


def test_rows_that_were_asked_for() -> None:
    assert described(_CITIES[["rooms", "new"]], "head 2") == Described(
        "pandas DataFrame, 60 rows × 2 columns\ncolumns: rooms: int64, new: bool\nfirst 2 rows:\n"
        "row,rooms,new\n0,0,True\n1,1,False",
        "60 rows × 2 columns: first 2 rows",
    )
    full = described(_CITIES[["rooms"]], "full")
    assert full.summary == "60 rows × 1 column: all rows"
    assert full.text.endswith("\n58,58\n59,59")
    cut = described(_CITIES[["rooms"]], "full", rows=200)
    assert len(cut.text) < 300
    assert cut.notes == (f"only the first {cut.text.count(chr(10)) - 4} of 60 rows fit",)
    assert cut.notes[0] in cut.text


@pytest.mark.parametrize("format", ["head", "head 0", "head x", "head -1"])
def test_a_number_of_rows_that_is_none(format: str) -> None:
    with pytest.raises(
        ConfigurationError, match=f"head needs a number of rows, like head 20; it is '{format}'"
    ):
        describe_data(_CITIES, format)


def test_a_small_frame_goes_whole() -> None:
    frame = pandas.DataFrame({"a": [1.0, 2.0]}, index=["mean", "std"])
    assert described(frame) == Described(
        f"pandas DataFrame, 2 rows × 1 column\nindex: {frame.index.dtype}; unique\n"
        "columns: a: float64\nindex,a\nmean,1\nstd,2",
        "2 rows × 1 column, whole",
    )


def test_odd_frames() -> None:
    two = pandas.DataFrame([[1, 2], [3, 4]], columns=["a", "a"])
    assert described(two).text.endswith("columns: a: int64, a: int64\nrow,a,a\n0,1,2\n1,3,4")
    levels = pandas.DataFrame(
        {("x", "mean"): [1, 2]}, index=pandas.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["k", None])
    )
    assert described(levels).text == (
        "pandas DataFrame, 2 rows × 1 column\nMultiIndex, unique:\n"
        f"  k: {levels.index.levels[0].dtype}; 2 distinct; values a, b\n"
        "  level 1: int64; 2 distinct, 1 … 2\n"
        "columns: ('x', 'mean'): int64\nk,level 1,\"('x', 'mean')\"\na,1,1\nb,2,2"
    )
    numbers = pandas.DataFrame({1: [1], None: [2], datetime.date(2020, 1, 1): [3]})
    assert "1: int64" in described(numbers).text
    assert "2020-01-01: int64" in described(numbers).text
    assert described(pandas.DataFrame()).text == "pandas DataFrame, 0 rows × 0 columns"
    assert (
        described(pandas.DataFrame(columns=["a", "b"]), "schema").summary == "0 rows × 2 columns: schema only"
    )
    assert described(polars.DataFrame()).summary == "0 rows × 0 columns"
    assert described(pandas.Series([1, 2], name="s")).text == (
        "pandas Series, 2 rows × 1 column\ncolumns: s: int64\nrow,s\n0,1\n1,2"
    )
    assert described(pandas.Index(["x"])).text.startswith("pandas Index, 1 row × 1 column\n")
    assert described(polars.Series("s", [1])).text.startswith("polars Series, 1 row × 1 column\n")


def test_odd_values() -> None:
    class Bad:
        def __str__(self) -> str:
            raise ValueError("never")

    frame = pandas.DataFrame(
        {
            "nested": [[1], {"a": 2}, None] * 20,
            "huge": ["line\n" + "x" * 100_000] * 60,
            "bad": [Bad()] * 60,
            "gone": [float("nan")] * 60,
            "nat": [pandas.NaT] * 60,
            "big": [2**63 - 1] * 60,
            "bytes": [b"\x00\xff"] * 60,
        }
    )
    text = described(frame).text
    assert len(text) < 4_500
    assert (
        "  nested: object; 20 missing (33.3%), holds 20 list of int, length 1, 20 dict with keys a\n" in text
    )
    assert "  gone: float64; all missing\n" in text
    assert "  big: int64; constant 9223372036854775807\n" in text
    assert "line⏎xxxx" in text
    assert "<Bad>" in text
    assert "  bytes: object; holds bytes, length 2\n" in text
    assert "<2 bytes> b'\\x00\\xff'" in text


def test_a_wide_frame_stays_in_its_budget() -> None:
    frame = pandas.DataFrame(numpy.zeros((1000, 1000)), columns=[f"column {n}" for n in range(1000)])
    result = described(frame)
    assert len(result.text) < 4_500
    assert result.notes == (
        "500 of 1,000 columns described",
        "rows show the first 4 and last 3 of 1,000 columns",
    )
    assert "  column 0 … column 499 (500 columns): float64; 0 … 0, 500 columns constant\n" in result.text
    assert "  … and 500 more columns: 500 float64 (column 500, column 501, " in result.text
    assert ", …, column 999)\n" in result.text


def test_the_sample_avoids_rhythms() -> None:
    assert sample_step(1_000_000, 1) == 1
    assert sample_step(10_000_000, 1) == 101
    assert sample_step(10_000_000, 5) == 167
    assert sample_step(2_400_000, 1) == 29


@pytest.mark.parametrize("library", ["pandas", "polars"])
@pytest.mark.sweep
def test_ten_million_rows(library: str) -> None:
    rows = 10_000_000
    generator = numpy.random.default_rng(7)
    columns = {
        "x": generator.normal(size=rows),
        "n": generator.integers(0, 100, rows),
        "when": numpy.datetime64("2020-01-01", "ms") + numpy.arange(rows),
    }
    words = numpy.array(["a", "bb", "ccc"], dtype=object)[columns["n"] % 3]
    frame: Any = pandas.DataFrame({**columns, "word": pandas.Series(words, dtype=object)})
    if library == "polars":
        frame = polars.DataFrame({**columns, "word": words.tolist()})
    described(_CITIES)
    for format in ("", "schema", "head 20", "full"):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        times = []
        for _ in range(3):
            began = time.perf_counter()
            text = described(frame, format).text
            times.append(time.perf_counter() - began)
        assert (
            min(times) < 3
        )  # 0.3 s on a machine with nothing else to do; exact counts would take longer than this
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # kilobytes
        if format in ("", "schema"):
            assert "~ marks statistics from a sample of 72,993 rows (one in 137)" in text


RARE = numpy.sin(numpy.arange(3_000_000.0))
RARE[1_234_567], RARE[2_000_001], RARE[2_000_002], RARE[5] = numpy.nan, 900.0, -900.0, numpy.inf
WHOLE = numpy.arange(3_000_000) % 100
WHOLE[1_234_567] = 2**62 + 1


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_ranges_and_missing_values_of_large_tables_are_exact(library: str) -> None:
    days = numpy.datetime64("2020-01-01", "ms") + numpy.arange(3_000_000)
    days[7] = numpy.datetime64("1999-01-01", "ms")
    words = numpy.array(["a", "bb"], dtype=object)[numpy.arange(3_000_000) % 2]
    words[3] = None
    columns = {"x": RARE, "n": WHOLE, "when": days, "yes": WHOLE == 7}
    frame: Any = pandas.DataFrame({**columns, "word": pandas.Series(words, dtype=object)})
    if library == "polars":
        frame = polars.DataFrame({**columns, "word": words.tolist()})
    lines = described(frame, "schema").text.splitlines()
    assert lines[1].startswith(
        "missing values and ranges are of all rows; ~ marks statistics from a sample of "
    )
    x, n, when, yes, word = lines[3:8]
    absent = "missing" if library == "pandas" else "NaN"
    assert f"; 1 {absent} (< 0.1%), 1 infinite, finite -900 … 900, ~mean " in x
    assert "; 0 … 4611686018427387905, ~mean " in n
    assert "; 1999-01-01 … 2020-01-01 00:49:59.999" in when
    assert yes.endswith("; True: 30,000, False: 2,970,000")
    # Python objects are only sampled, and that is said.
    assert word.endswith(
        "~none missing, ~2 distinct" if library == "pandas" else "1 missing (< 0.1%), ~2 distinct"
    )


def test_ranges_of_nullable_columns_and_of_an_index_are_exact() -> None:
    numbers = pandas.Series(RARE).astype("Float64")
    whole = pandas.Series(WHOLE).astype("Int64")
    text = described(
        pandas.DataFrame({"x": numbers.array, "n": whole.array}, index=pandas.Index(RARE)), "schema"
    ).text
    assert "index: float64; 1 missing (< 0.1%), 1 infinite, finite -900 … 900, " in text
    assert "x: Float64; 1 missing (< 0.1%), 1 infinite, finite -900 … 900, ~mean " in text
    assert "n: Int64; 0 … 4611686018427387905, ~mean " in text


def test_ranges_of_large_arrays_are_exact() -> None:
    for array in (RARE, RARE.reshape(3, -1)[:, ::-1], numpy.asfortranarray(RARE.reshape(3000, 1000))):
        text = described(array, "schema").text
        assert "1 NaN (< 0.1%), 1 infinite, finite -900 … 900, ~mean " in text
        assert "; ~ is from a sample of " in text


def test_ranges_of_large_arrow_tables_are_exact() -> None:
    days = pyarrow.array([datetime.date(2020, 1, 1)] * 49_999 + [datetime.date(1900, 1, 1)])
    columns = {
        "x": pyarrow.array(RARE[:50_000]),
        "n": pyarrow.array([None, *range(49_999)]),
        "day": days,
        "word": pyarrow.array(["a"] * 49_999 + [None]),
        "yes": pyarrow.array([True] * 50_000),
    }
    assert described(pyarrow.table(columns), "schema").text.splitlines()[1:] == [
        "missing values and ranges are of all rows; ~ marks statistics from a sample of 10,000 rows (one in 5)",
        "columns:",
        "  x: double; 1 infinite, finite -1 … 1, ~mean 0.000105168, ~median -0.000512454, ~std 0.707153, ~unique",
        "  n: int64; 1 missing (< 0.1%), 0 … 49998, ~mean 24801, ~median 24999, ~std 14432.4, ~unique",
        "  day: date32[day]; 1900-01-01 … 2020-01-01, 2 distinct, decreasing",
        "  word: string; 1 missing (< 0.1%), ~constant",
        "  yes: bool; ~constant True",
        "(no rows were sent)",
    ]


def test_what_is_sampled_altogether_says_so() -> None:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    query = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 50000) "
        "SELECT x, NULLIF(x % 2, 0) AS odd FROM n"
    )
    rows = connection.execute(query).fetchall()
    text = described(rows, "schema").text
    assert (
        "all statistics are from a sample of 10,000 rows (one in 5): a rare value, or a missing one, may not be in it"
        in text
    )
    assert "  odd: int; ~50.0% missing, constant 1\n" in text
    assert not is_exact(1_000_000_000, [1])
    assert is_exact(10_000_000, [1] * 10)
    assert not is_exact(10_000_000, [3] * 10)


def test_numpy_arrays() -> None:
    assert described(numpy.arange(6).reshape(2, 3)) == Described(
        "numpy ndarray, shape (2, 3), dtype int64\n0 … 5, mean 2.5, median 2.5, std 1.70783, unique\nwhole:\n"
        "[[0, 1, 2],\n [3, 4, 5]]",
        "2 × 3, int64: whole",
    )
    large = described(numpy.zeros((1000, 1000, 3))[::2, ::-1])
    assert len(large.text) < 2_000
    assert large.summary == "500 × 1,000 × 3, float64: corners"
    assert "from a sample of " in large.text
    assert "..." in large.text
    holes = numpy.array([1.0, numpy.nan, numpy.inf, numpy.nan])
    assert described(holes, "schema").text == (
        "numpy ndarray, shape (4,), dtype float64\n2 NaN (50.0%), 1 infinite, finite constant 1\n"
        "(no values were sent)"
    )
    assert described(numpy.arange(500), "head 3").text.endswith("first 3:\n[0, 1, 2]")
    assert described(numpy.arange(500), "full").text.count(",") >= 499
    assert described(numpy.array([True, False])).text.startswith(
        "numpy ndarray, shape (2,), dtype bool\nTrue: 1, False: 1\n"
    )
    for odd in (
        numpy.array([]),
        numpy.array(5),
        numpy.array(["a"]),
        numpy.array([None, {}]),
        numpy.zeros(2, "i4,f8"),
    ):
        assert described(odd).text.startswith("numpy ndarray, shape ")
        assert described(odd, "schema").text.endswith("(no values were sent)")


def test_an_array_of_many_dimensions_has_few_corners() -> None:
    array = numpy.zeros((2,) * 20)
    assert is_quick(lambda: described(array), 2)
    result = described(array)
    assert result.notes == ("corners of [0, 0, 0, 0, … 12 times] only; … stands for the rest",)
    assert len(result.text) < 4_500
    four = described(numpy.arange(10_000).reshape(10, 10, 10, 10)).text
    assert "corners of [0] only; … stands for the rest:\n[[[  0,   1,   2, ...,   7,   8,   9],\n" in four


def test_a_structured_array_is_told_by_its_fields() -> None:
    array = numpy.array([(1, 2.5, "x"), (3, math.nan, "y")], dtype=[("a", "i4"), ("b", "f8"), ("c", "U3")])
    assert described(array, "schema").text.splitlines()[1:] == [
        "fields:",
        "  a: int32; 1 … 3, mean 2, median 2, std 1, unique",
        "  b: float64; 1 NaN (50.0%), finite constant 2.5",
        "  c: <U3; unique",
        "(no values were sent)",
    ]


@pytest.mark.parametrize(
    ("array", "facts"),
    [
        (numpy.array([1 + 2j, 3, math.nan]), "1 NaN (33.3%), real 1 … 3, imaginary 0 … 2"),
        (numpy.array(["a", "b", "a"]), "2 distinct; a: 2, b: 1"),
        (
            numpy.array([1, "a", None], dtype=object),
            "1 missing (33.3%), holds int: 1, str: 1, unique; such as 1, a",
        ),
        (numpy.array([{}, {}], dtype=object), "holds dict without keys"),
    ],
)
def test_the_facts_of_other_arrays(array: Any, facts: str) -> None:
    assert described(array).text.splitlines()[1] == facts


def test_of_an_array_on_a_disk_only_blocks_are_read(tmp_path: pathlib.Path) -> None:
    array = numpy.memmap(tmp_path / "a", dtype="f8", mode="w+", shape=(6_000_000,))
    assert "; all from a sample of 50,000 values\n" in described(array.reshape(6, -1)[1:]).text
    assert "sample" not in described(array[:1_000_000]).text


def test_xarray() -> None:
    array = xarray.DataArray(
        [[1.0, 2.0]], dims=["y", "x"], coords={"x": [10, 20]}, name="t", attrs={"units": "K"}
    )
    assert described(array).text == (
        f"{array!r}\ncoordinates:\n  x: 10 … 20, unique\n"
        "statistics:\n  t [K]: 1 … 2, mean 1.5, median 1.5, std 0.5, unique"
    )
    assert described(array, "full").text == (
        "xarray DataArray t, dimensions (y: 1, x: 2), float64\n1 … 2, mean 1.5, median 1.5, std 0.5, unique\nwhole:\n[[1, 2]]"
    )
    with pytest.raises(
        ConfigurationError, match=r"An xarray Dataset has no format head: .*{ds\['name'\]:head 5}"
    ):
        described(xarray.Dataset({"t": array}), "head 3")
    assert described(array, "schema").text == (
        "xarray DataArray, dimensions (y: 1, x: 2)\n"
        "coordinates (1 array):\n  x (x): int64; 10 … 20, unique\n"
        "variables (1 array):\n  t (y, x): float64 [K]; 1 … 2, mean 1.5, median 1.5, std 0.5, unique\n(no values were sent)"
    )
    assert described(xarray.Dataset({"t": array}), "schema").summary == "Dataset (x: 2, y: 1): schema only"


def test_xarray_tells_units_and_the_rhythm_of_times() -> None:
    times = pandas.date_range("2024-01-01", periods=40).delete(7)
    dataset = xarray.Dataset(
        {"t": ("time", numpy.arange(1.0, 40.0), {"units": "degC"}), "n": ("time", [1, 2, 3] * 13)},
        coords={"time": times, "lat": ("time", numpy.linspace(1, 2, 39), {"units": "degrees_north"})},
    )
    assert described(dataset).text.partition("coordinates:\n")[2].splitlines() == [
        "  time: 2024-01-01 … 2024-02-09, daily, 1 gap, unique, increasing",
        "  lat [degrees_north]: 1 … 2, unique, increasing, step 0.0263158",
        "statistics:",
        "  t [degC]: 1 … 39, mean 20, median 20, std 11.2546, unique, increasing",
        "  n: 1 … 3, mean 2, median 2, std 0.816497, 3 distinct; 1: 13, 2: 13, 3: 13",
    ]
    assert described(dataset.chunk()).text.endswith("\nvariables:\n  t [degC]")


def test_a_large_array_of_xarray_shows_its_ends() -> None:
    array = xarray.DataArray(numpy.arange(300) / 8, dims="x", coords={"x": numpy.arange(300) * 0.1})
    lines = described(array).text.splitlines()
    assert lines[1] == "values 0, 0.125, 0.25, …, 37.125, 37.25, 37.375"
    assert lines[-3:] == [
        "  x: 0 … 29.9, unique, increasing, step 0.1",
        "statistics:",
        f"  values: {described(array[:], 'stats').text.splitlines()[-2].partition('; ')[2]}",
    ]
    times = described(xarray.DataArray(pandas.date_range("2024-01-01", periods=300), dims="t")).text
    assert "\nvalues 2024-01-01, 2024-01-02, 2024-01-03, …, 2024-10-24, 2024-10-25, 2024-10-26\n" in times


@pytest.mark.parametrize(
    ("numbers", "step"),
    [
        (numpy.arange(0, 60, 2), ", step 2"),
        (numpy.linspace(180, -180, 60, dtype="f4"), ", step 6.10169"),
        (10.0**6 + numpy.array([0, 1, 3, *range(5, 60)]), ""),
        (numpy.arange(60) // 2, ""),
        (numpy.array([*range(30), *range(31, 61)]), ""),
    ],
)
def test_the_step_of_numbers_that_are_evenly_spaced(numbers: Any, step: str) -> None:
    index = described(pandas.DataFrame({"v": 1}, index=pandas.Index(numbers)), "schema").text.splitlines()[1]
    assert (index.rpartition(", ")[2] == step[2:]) if step else "step" not in index


def test_fields_of_a_structured_array_have_facts() -> None:
    records = numpy.array(
        [(n, n / 2, "ab"[n % 2]) for n in range(1, 41)], dtype=[("n", "i4"), ("x", "f8"), ("s", "U3")]
    )
    assert described(records, "schema").text == (
        "numpy ndarray, shape (40,), dtype [('n', '<i4'), ('x', '<f8'), ('s', '<U3')]\nfields:\n"
        "  n: int32; 1 … 40, mean 20.5, median 20.5, std 11.5434, unique, increasing\n"
        "  x: float64; 0.5 … 20, mean 10.25, median 10.25, std 5.7717, unique, increasing\n"
        "  s: <U3; 2 distinct\n(no values were sent)"
    )


def test_what_is_masked_is_missing() -> None:
    array = numpy.ma.array([1, -9999, 3, 7], mask=[0, 1, 0, 0])  # type: ignore[no-untyped-call]
    assert described(array).text == (
        "numpy MaskedArray, shape (4,), dtype int64\n"
        "1 missing (25.0%), 1 … 7, mean 3.66667, median 3, std 2.49444, unique, increasing\nwhole:\n[1, --, 3, 7]"
    )
    large = numpy.ma.array(numpy.tile([1.5, 9e9, 3, 7], (100, 3)), mask=numpy.tile([0, 1, 0, 0], (100, 3)))  # type: ignore[no-untyped-call]
    text = described(large).text
    assert "300 missing (25.0%), 1.5 … 7, mean 3.83333" in text
    assert "[[1.5, --, 3, ..., --, 3, 7],\n" in text
    assert "e+09" not in text + described(large, "full").text + described(large, "head 2").text
    assert described(large, "full").text.count("--") == 300


@pytest.mark.parametrize(
    ("values", "facts"),
    [
        (numpy.array([5, 6]), "all missing"),
        (numpy.array([5.0, numpy.nan]), "all missing"),
        (numpy.array([True, False]), "all missing"),
        (numpy.array(["2020-01-01", "2020-01-02"], dtype="M8[D]"), "all missing"),
    ],
)
def test_all_of_an_array_may_be_masked(values: Any, facts: str) -> None:
    text = described(numpy.ma.array(values, mask=True)).text  # type: ignore[no-untyped-call]
    assert text.splitlines()[1:] == [facts, "whole:", "[--, --]"]


def test_a_masked_array_of_records() -> None:
    records = numpy.ma.array([(1, 2.0), (8, 9.0)], dtype="i4,f8", mask=[(0, 0), (1, 1)])  # type: ignore[no-untyped-call]
    assert described(records).text.endswith("[(1, 2.0) (--, --)]")


def test_cells_go_whole_where_the_table_fits() -> None:
    review = "A lovely flat by the river. " + "x" * 85 + " END"
    frame = pandas.DataFrame({"review": pandas.Series([review, "short"], dtype=object)})
    expected = (
        f"pandas DataFrame, 2 rows × 1 column\ncolumns: review: object\nrow,review\n0,{review}\n1,short"
    )
    assert described(frame) == Described(expected, "2 rows × 1 column, whole")
    assert described(frame, "full").text.endswith(f"all rows:\nrow,review\n0,{review}\n1,short")
    long = pandas.concat([frame] * 100, ignore_index=True)
    assert described(long, "full").text.count(" END\n") == 100
    assert described(long).text.count(" END\n") == 7


def test_cut_cells_are_said() -> None:
    frame = pandas.DataFrame({"review": pandas.Series(["y" * 200 + "END"] * 40, dtype=object)})
    whole = described(frame)
    assert (whole.summary, whole.notes) == (
        "40 rows × 1 column, all rows",
        ("40 cells shortened to 102 characters",),
    )
    assert whole.text.endswith(f"39,{'y' * 101}…\n[… 40 cells shortened to 102 characters …]")
    rows = described(frame, "full", rows=2_650)
    assert rows.notes == ("40 cells shortened to 60 characters",)
    assert rows.text.endswith("[… 40 cells shortened to 60 characters …]")
    few = described(frame, "full", rows=1_000)
    assert few.notes == (
        "only the first 14 of 40 rows fit",
        "14 cells shortened to 60 characters",
    )
    large = described(pandas.concat([frame] * 2, ignore_index=True), summary=1_500)
    assert large.notes == ("10 cells shortened to 102 characters",)
    assert "\nfirst 5 rows, 5 others, 10 cells shortened to 102 characters:\n" in large.text


def test_numbers_have_all_digits_where_the_table_fits() -> None:
    values = [123456789.123456789, 0.1 + 0.2, 2.0, 1.5]
    frame = pandas.DataFrame({"x": values})
    assert described(frame).text.endswith("row,x\n0,123456789.12345679\n1,0.30000000000000004\n2,2\n3,1.5")
    long = described(pandas.concat([frame] * 20, ignore_index=True), "full", rows=1_000)
    assert "\n0,123456789.1\n1,0.3\n" in long.text
    assert long.notes == ("40 numbers rounded to 10 digits",)


def test_numbers_of_32_bits_have_only_their_own_digits() -> None:
    single = numpy.array([0.1, 3.4e38, numpy.nan], dtype="float32")
    for value in (
        pandas.DataFrame({"x": single}),
        polars.DataFrame({"x": single}),
        pyarrow.table({"x": pyarrow.array(single)}),
    ):
        absent = "" if isinstance(value, pandas.DataFrame) else "NaN"
        assert described(value).text.endswith(f"row,x\n0,0.1\n1,3.4e+38\n2,{absent}")


def test_rows_without_columns() -> None:
    empty = pandas.DataFrame(index=range(2))
    expected = "pandas DataFrame, 2 rows × 0 columns\ncolumns: \nall rows:\nrow\n0\n1"
    assert described(empty, "full") == Described(expected, "2 rows × 0 columns: all rows")
    assert described(empty, "head 20").text == expected


def test_other_values_are_no_data() -> None:
    for value in (
        1,
        "text",
        [1, 2],
        {"a": 1},
        None,
        object(),
        pandas.Timestamp(0),
        polars.col("a"),
        numpy.float64(1),
    ):
        assert describe_data(value) is None
    assert describe_data(_CITIES.groupby("city")) is None


def test_nothing_is_imported() -> None:
    import subprocess

    code = (
        "import sys; from nbclaude.context import values; from nbclaude.context.references import replacing;"
        "from nbclaude.secrets import masking; from nbclaude.context.shown import cells;"
        "from nbclaude.data import frames; frames.describe_data([1]); replacing.expand('{x}', {'x': 1});"
        "heavy = ('pandas', 'numpy', 'polars', 'pyarrow', 'narwhals', 'PIL', 'IPython', 'detect_secrets');"
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_an_empty_text_is_not_missing() -> None:
    frame = pandas.DataFrame({"a": ["x", "", None], "b": [1.5, math.nan, 2]})
    assert described(frame).text.endswith('row,a,b\n0,x,1.5\n1,"",\n2,,2')


def test_texts_that_look_missing_are_texts() -> None:
    frame = pandas.DataFrame({"a": ["NaT", "<NA>"], "t": [pandas.NaT, pandas.Timestamp(2020, 1, 1)]})
    assert described(frame).text.endswith("row,a,t\n0,NaT,\n1,<NA>,2020-01-01")


COLUMNS: list[tuple[str, Any, str]] = [
    ("complex", numpy.arange(60) * (1 + 2j), "complex128; real 0 … 59, imaginary 0 … 118"),
    (
        "period",
        pandas.period_range("2020-01", periods=60, freq="M"),
        "period[M]; 2020-01 … 2024-12, unique, increasing",
    ),
    ("mixed types", [1, "a", None] * 20, "object; 20 missing (33.3%), holds int: 20, str: 20, 2 distinct"),
    (
        "decimals",
        [decimal.Decimal("1.10"), None] * 30,
        "object; 30 missing (50.0%), holds Decimal, constant 1.10",
    ),
    (
        "dates",
        [datetime.date(2020, 1, 1), datetime.date(2021, 2, 3)] * 30,
        "object; holds date, 2020-01-01 … 2021-02-03, 2 distinct, not monotonic",
    ),
    (
        "intervals",
        pandas.interval_range(0, periods=60),
        "interval[int64, right]; from 0 to 60, increasing, unique",
    ),
    (
        "intervals with a gap",
        pandas.interval_range(0, periods=60).delete(7)[::-1],
        "interval[int64, right]; from 0 to 60, 1 gap, decreasing, unique",
    ),
    (
        "intervals that overlap",
        pandas.IntervalIndex.from_arrays(range(60), range(2, 62)),
        "interval[int64, right]; from 0 to 61, overlapping, unique",
    ),
    (
        "unused category",
        pandas.Categorical(["a"] * 60, categories=["a", "b"]),
        "category; constant; 1 of 2 categories unused",
    ),
    ("ordered", pandas.Categorical([1, 2] * 30, ordered=True), "category; 2 distinct; ordered"),
    (
        "sparse",
        pandas.arrays.SparseArray([0, 0, 5] * 20),
        "Sparse[int64, 0]; 0 … 5, mean 1.66667, median 0, std 2.37691, 2 distinct, 20 of 60 stored",
    ),
    (
        "sparse NaN",
        pandas.arrays.SparseArray([math.nan, math.nan, 5] * 20),
        "Sparse[float64, nan]; 40 missing (66.7%), constant 5, 20 of 60 stored",
    ),
    (
        "nullable",
        pandas.array([2**60 + 1, None] * 30, dtype="Int64"),
        f"Int64; 30 missing (50.0%), constant {2**60 + 1}",
    ),
    ("all missing", pandas.array([None] * 60, dtype="Int64"), "Int64; all missing"),
    ("infinite", [math.inf, 1.0, -math.inf] * 20, "float64; 40 infinite, finite constant 1"),
    (
        "half",
        numpy.array([0.5, 1.5] * 30, dtype="float16"),
        "float16; 0.5 … 1.5, mean 1, median 1, std 0.504219, 2 distinct",
    ),
    (
        "zone",
        pandas.date_range("2020-01-01", periods=60, tz="Europe/Paris"),
        "datetime64[us, Europe/Paris]; 2020-01-01 … 2020-02-29, daily, unique, increasing",
    ),
    (
        "no date",
        [pandas.NaT, pandas.Timestamp(2020, 1, 1)] * 30,
        "datetime64[us]; 30 missing (50.0%), constant 2020-01-01",
    ),
]


@pytest.mark.parametrize(("name", "values", "expected"), COLUMNS, ids=[each[0] for each in COLUMNS])
def test_the_facts_of_a_column_of_pandas(name: str, values: Any, expected: str) -> None:
    text = described(pandas.DataFrame({name: values}), "schema").text
    assert text.splitlines()[1] == f"  {name}: {expected}"


def test_names_that_cannot_be_shown() -> None:
    class Bad:
        def __str__(self) -> str:
            raise ValueError("no")

    frame = pandas.DataFrame([[1, 2]], columns=pandas.Index([Bad(), "b"], dtype=object))
    assert "columns: <Bad>: int64, b: int64" in described(frame).text


def test_one_row_of_a_query() -> None:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    row = connection.execute("SELECT 1 AS a, NULL AS b").fetchone()
    assert described(row) == Described(
        "SQL row, 1 row × 2 columns\ncolumns: a: int, b: unknown\nrow,a,b\n0,1,", "1 row × 2 columns, whole"
    )


def test_long_lists_of_records_are_tables() -> None:
    rows = sqlite3.connect(":memory:").execute("SELECT 1, 'x' UNION ALL SELECT 2, NULL").fetchall()
    assert describe_data(rows) is None
    assert described(rows, "schema").text.splitlines()[2:4] == [
        "  0: int; 1 … 2, mean 1.5, median 1.5, std 0.707107, unique",
        "  1: str; 1 missing (50.0%), 1 distinct",
    ]
    assert described(rows * 20).text.startswith(
        "list of tuples, 40 rows × 2 columns\ncolumns: 0: int, 1: str\n"
    )
    records: list[Any] = [{"a": 1, "b": "x"}] * 39 + [{"b": "y", "c": 2.5}, {"a": 2, "b": "z", "c": 1.5}] * 40
    result = described(records)
    assert result.text.startswith("list of dicts, 119 rows × 3 columns\n")
    assert "  a: int; 40 missing (33.6%), 1 … 2, " in result.text


@pytest.mark.parametrize(
    "value",
    [
        list(range(100)),
        ["ab"] * 100,
        [(1, 2), (1, 2, 3)] * 50,
        [{"a": [1]}] * 100,
        [{str(n): n} for n in range(100)],
        [()] * 100,
        [{}] * 100,
    ],
)
def test_other_long_lists_are_not(value: Any) -> None:
    assert describe_data(value) is None


def test_spaces_around_texts_and_names_are_seen() -> None:
    frame = pandas.DataFrame({" a": ["x ", "x", " "] * 20, "b\n": 1})
    text = described(frame).text
    assert "  ' a': str; 3 distinct; 'x ': 20, x: 20, ' ': 20\n  'b\\n': int64; constant 1\n" in text
    assert "row,' a','b\\n'\n0,\"x \",1\n1,x,1\n2,\" \",1\n" in text
