"""One path for all libraries: the same column is told in the same words, whoever holds it."""

import datetime
import decimal
import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import narwhals
import numpy
import pandas
import polars
import pyarrow
import pytest

from nbclaude.data.frames import describe_data


def line(value: Any, format: str = "") -> str:
    """Return what is said of the only column, after its name and its type."""
    result = describe_data(value, format)
    assert result is not None
    told = next(each for each in result.text.splitlines() if each.startswith("  "))
    return told.partition("; ")[2]


def _pandas_on_arrow(values: list[Any]) -> pandas.DataFrame:
    return pandas.DataFrame({"x": pandas.arrays.ArrowExtensionArray(pyarrow.array(values))})  # type: ignore[attr-defined]


_LIBRARIES: dict[str, Callable[[list[Any]], Any]] = {
    "pandas on Arrow": _pandas_on_arrow,
    "polars": lambda values: polars.DataFrame({"x": values}, strict=False),
    "Arrow": lambda values: pyarrow.table({"x": pyarrow.array(values)}),
    "record batch": lambda values: pyarrow.record_batch({"x": pyarrow.array(values)}),
    "narwhals": lambda values: narwhals.from_native(polars.DataFrame({"x": values}, strict=False)),
}

_DAY = datetime.date(2020, 1, 1)
_COLUMNS: dict[str, tuple[list[Any], str]] = {
    "NaN and null": (
        [1.5, 2.5, math.nan, math.inf, None] * 12,
        "12 missing (20.0%), 12 NaN (20.0%), 12 infinite, finite 1.5 … 2.5, mean 2, median 2, std 0.510754, "
        "2 distinct; 1.5: 12, 2.5: 12",
    ),
    "all NaN": ([math.nan] * 60, "all NaN"),
    "large integers": (
        [2**63 - 1, -(2**63)] * 30,
        "-9223372036854775808 … 9223372036854775807, mean -0.5, median -0.5, std 9.30121e+18, 2 distinct; "
        "-9223372036854775808: 30, 9223372036854775807: 30",
    ),
    "decimals": (
        [decimal.Decimal("1.10"), decimal.Decimal("12345678.91"), None] * 20,
        "20 missing (33.3%), 1.10 … 12345678.91, mean 6172840, median 6172840, std 6251477, 2 distinct",
    ),
    "dates": (
        [_DAY, None, datetime.date(2021, 2, 3)] * 20,
        "20 missing (33.3%), 2020-01-01 … 2021-02-03, 2 distinct, not monotonic; 2020-01-01: 20, 2021-02-03: 20",
    ),
    "times": (
        [datetime.time(1, 2), datetime.time(3)] * 30,
        "01:02:00 … 03:00:00, 2 distinct; 01:02:00: 30, 03:00:00: 30",
    ),
    "texts": (["b", "a", "a", None] * 15, "15 missing (25.0%), 2 distinct; a: 30, b: 15"),
    "bytes": ([b"x", b"y", b"x"] * 20, "holds bytes, length 1"),
    "booleans": ([True, False, None] * 20, "20 missing (33.3%), True: 20, False: 20"),
    "nothing": ([None] * 60, "all missing"),
}


@pytest.mark.parametrize("library", _LIBRARIES)
@pytest.mark.parametrize("column", _COLUMNS)
def test_a_column_is_told_alike(library: str, column: str) -> None:
    values, expected = _COLUMNS[column]
    assert line(_LIBRARIES[library](values)) == expected


@pytest.mark.parametrize("make", [pandas.DataFrame, polars.DataFrame, pyarrow.table])
@pytest.mark.parametrize("name", ["count", "value", "index"])
def test_a_column_may_have_any_name(make: Any, name: str) -> None:
    assert line(make({name: ["a", "b", "a"] * 20})) == "2 distinct; a: 40, b: 20"


def test_columns_of_one_name() -> None:
    table = pyarrow.table([pyarrow.array([1, 2]), pyarrow.array(["x", None])], names=["a", "a"])
    described = describe_data(table)
    assert described is not None
    assert described.text.endswith("columns: a: int64, a: string\nrow,a,a\n0,1,x\n1,2,")


@pytest.mark.parametrize(
    "column",
    [
        pandas.Series(numpy.array([0.5, math.nan, 1.5] * 20, dtype="float16")),
        polars.Series("x", [0.5, math.nan, 1.5] * 20, dtype=polars.Float16),
        pyarrow.array(numpy.array([0.5, math.nan, 1.5] * 20, dtype="float16")),
    ],
    ids=["pandas", "polars", "Arrow"],
)
def test_half_floats(column: Any) -> None:
    absent = "20 missing (33.3%), " if isinstance(column, pandas.Series) else "20 NaN (33.3%), finite "
    expected = "0.5 … 1.5, mean 1, median 1, std 0.50637, 2 distinct; 0.5: 20, 1.5: 20"
    assert line(column) == absent + expected


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pyarrow.array([datetime.timedelta(0, 3), None]), "1 missing (50.0%), 00:00:03 … 00:00:03"),
        (pyarrow.array([_DAY], pyarrow.date64()), "2020-01-01 … 2020-01-01"),
        (pyarrow.array(["a", "a"], pyarrow.string_view()), "constant"),
        (pyarrow.array([b"ab", b"cd"], pyarrow.binary(2)), "holds bytes"),
        (pyarrow.array(["b", "a", "b"]).dictionary_encode(), "2 distinct"),
        (polars.Series("x", [2**100, 1], dtype=polars.Int128), f"1 … {2**100}, mean 6.33825e+29, "),
        (polars.Series("x", ["a", "b", "a"], dtype=polars.Categorical), "2 distinct"),
        (polars.Series("x", [[1], [2], [1]]), "length 1"),
    ],
    ids=str,
)
def test_types_that_one_library_has(column: Any, expected: str) -> None:
    assert line(column, "schema").startswith(expected)


@pytest.mark.parametrize("kind", [">i4", ">f8", ">u2"])
def test_numbers_in_the_byte_order_of_another_machine(kind: str) -> None:
    frame = pandas.DataFrame({"x": numpy.arange(60, dtype=kind)})
    assert line(frame) == "0 … 59, mean 29.5, median 29.5, std 17.4642, unique, increasing"


def test_polars_alone() -> None:
    code = (
        "import sys; sys.modules['numpy'] = None; import polars; del sys.modules['numpy'];"
        "from nbclaude.data.frames import describe_data;"
        "frame = polars.DataFrame({'x': [1.5, None, float('nan'), float('inf'), 2.5] * 9, 'n': [1, 2**62, None] * 15});"
        "print(describe_data(frame, 'schema').text);"
        "print([m for m in ('numpy', 'pandas', 'pyarrow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[3:] == [
        "  x: Float64; 9 missing (20.0%), 9 NaN (20.0%), 9 infinite, "
        "finite 1.5 … 2.5, mean 2, median 2, std 0.514496, 2 distinct",
        "  n: Int64; 15 missing (33.3%), 1 … 4611686018427387904, "
        "mean 2.30584e+18, median 2.30584e+18, std 2.34526e+18, 2 distinct",
        "(no rows were sent)",
        "[]",
    ]
