"""Every statistic that is told equals the library's own."""

import decimal
import math
import re
from typing import Any

import numpy
import pandas
import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbclaude.data.frames import describe_data
from tests.thorough import examples

_FACT = re.compile(r"(mean|median|std) (-?[\d.e+-]+)|([\d,]+) (missing|NaN|infinite|distinct)")


def facts(value: Any) -> dict[str, float]:
    """Return the statistics that are told of the only column, by their words."""
    described = describe_data(value, "schema")
    assert described is not None
    line = next(each for each in described.text.splitlines() if each.startswith("  "))
    found = {
        word or kind: float((number or count).replace(",", ""))
        for word, number, count, kind in _FACT.findall(line)
    }
    for word in ("missing", "NaN"):
        if f"all {word}" in line:
            found[word] = len(value)
    return found


def agree(told: dict[str, float], word: str, known: float | None, largest: float = 0.0) -> None:
    """Compare with what the library says; sums of numbers as large as this lose what floats cannot hold."""
    if known is None or math.isnan(known) or word not in told:
        return
    assert told[word] == pytest.approx(known, rel=6e-6, abs=largest * 1e-15 or 1e-300), word


_NUMBERS = st.lists(
    st.one_of(
        st.none(),
        st.floats(-1e12, 1e12, allow_subnormal=False),
        st.sampled_from([math.nan, 0.0, 1.0, -1.0, 2.5]),
    ),
    min_size=45,
    max_size=60,
)
_WHOLE = st.lists(st.integers(-(2**62), 2**62) | st.integers(-9, 9), min_size=45, max_size=60)


@settings(max_examples=examples(25))
@given(values=_NUMBERS)
def test_floats(values: list[float | None]) -> None:
    series = pandas.Series(values, dtype="float64")
    told = facts(series)
    assert told.get("missing", 0) == series.isna().sum()
    assert "NaN" not in told
    agree(told, "mean", series.mean())
    agree(told, "median", series.median())
    agree(told, "std", series.std())
    agree(told, "distinct", series.nunique())

    column = polars.Series("x", values, dtype=polars.Float64)
    told = facts(column)
    assert told.get("missing", 0) == column.null_count()
    assert told.get("NaN", 0) == column.is_nan().sum()
    known = column.drop_nulls().drop_nans()
    agree(told, "mean", known.mean())  # type: ignore[arg-type]
    agree(told, "median", known.median())  # type: ignore[arg-type]
    agree(told, "std", known.std())  # type: ignore[arg-type]

    array = series.to_numpy()
    told = facts_of_array(array)
    assert told.get("NaN", 0) == numpy.isnan(array).sum()
    if not numpy.isnan(array).all():
        agree(told, "mean", numpy.nanmean(array))
        agree(told, "median", numpy.nanmedian(array))
        agree(told, "std", numpy.nanstd(array))


def facts_of_array(array: Any) -> dict[str, float]:
    described = describe_data(array, "schema")
    assert described is not None
    return {
        word or kind: float((number or count).replace(",", ""))
        for word, number, count, kind in _FACT.findall(described.text)
    } | ({"NaN": array.size} if "all NaN" in described.text else {})


@settings(max_examples=examples(25))
@given(values=_WHOLE)
def test_integers(values: list[int]) -> None:
    exact = [decimal.Decimal(value) for value in values]
    mean = sum(exact) / len(exact)
    deviation = (sum((value - mean) ** 2 for value in exact) / (len(exact) - 1)).sqrt()
    for column in (pandas.Series(values), polars.Series("x", values), pandas.Series(values, dtype="Int64")):
        told = facts(column)
        agree(told, "mean", float(mean), float(max(map(abs, exact))))
        agree(told, "std", float(deviation))
        agree(told, "distinct", len(set(values)))


@pytest.mark.parametrize("base", [10**17, -(10**17), 2**63 - 61])
def test_the_deviation_of_large_integers(base: int) -> None:
    for column in (
        pandas.DataFrame({"x": numpy.arange(60) + base}),
        polars.DataFrame({"x": [base + n for n in range(60)]}),
        [(base + n,) for n in range(60)],
    ):
        described = describe_data(column, "schema")
        assert described is not None
        middle = base + decimal.Decimal("29.5")
        assert f"{base} … {base + 59}, mean {middle}, median {middle}, std 17.4642" in described.text


def test_nan_and_null_are_told_apart() -> None:
    frame = polars.DataFrame({"f": [math.nan, 1.0, None] * 20})
    described = describe_data(frame)
    assert described is not None
    assert "  f: Float64; 20 missing (33.3%), 20 NaN (33.3%), finite constant 1\n" in described.text
    assert "row,f\n0,NaN\n1,1\n2,\n3,NaN\n" in described.text


def test_a_level_counts_only_the_values_that_rows_have() -> None:
    index = pandas.MultiIndex.from_product([["a", "b", "c"], range(20)], names=["k", "n"])
    frame = pandas.DataFrame({"v": range(60), "w": 1}, index=index).loc[["a", "b"]]
    described = describe_data(frame, "schema")
    assert described is not None
    assert "\n  level k: " in described.text
    assert "; 2 distinct\n  level n: int64; 20 distinct, 0 … 19\n" in described.text
