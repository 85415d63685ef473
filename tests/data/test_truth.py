"""Every statistic that is told equals the library's own."""

import datetime
import decimal
import fractions
import math
import re
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbclaude.data.cells import date_text
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


def test_middles_of_small_integers_beside_large_ones() -> None:
    """As floats, distances from the smallest value lose the digits of the small integers."""
    values = [-(10**18) + 1, *[-1, 7, 60] * 20, 10**18 + 2]
    for column in (pandas.Series(values), polars.Series("x", values), numpy.array(values)):
        described = describe_data(column, "stats")
        assert described is not None
        # 20 × 66 + 3, divided by 62
        assert "mean 21.3387, median 7, std " in described.text
    unsigned = pandas.Series(numpy.array([0, 2**64 - 1] * 30, "u8"))
    assert f"mean {2**64 / 2 - 0.5:.6g}, median {2**64 / 2 - 0.5:.6g}, " in told(unsigned)


def test_nan_and_null_are_told_apart() -> None:
    frame = polars.DataFrame({"f": [math.nan, 1.0, None] * 20})
    described = describe_data(frame)
    assert described is not None
    assert "  f: Float64; 20 missing (33.3%), 20 NaN (33.3%), finite constant 1\n" in described.text
    assert "row,f\n0,NaN\n20,\n40,1\n59," in described.text


def test_a_level_counts_only_the_values_that_rows_have() -> None:
    index = pandas.MultiIndex.from_product([["a", "b", "c"], range(20)], names=["k", "n"])
    frame = pandas.DataFrame({"v": range(60), "w": 1}, index=index).loc[["a", "b"]]
    described = describe_data(frame, "schema")
    assert described is not None
    assert "\n  k: " in described.text
    assert "; 2 distinct\n  n: int64; 20 distinct, 0 … 19\n" in described.text


def told(value: Any) -> str:
    """Return what is told of the only column, or of the index."""
    described = describe_data(value, "stats")
    assert described is not None
    return next(line for line in described.text.splitlines() if line.startswith(("  ", "index")))


def test_numbers_that_floats_hardly_hold() -> None:
    huge = pandas.Series([1.5e308, 1.6e308] * 30)
    assert "1.5e+308 … 1.6e+308, mean 1.55e+308, median 1.55e+308, std 5.04219e+306" in told(huge)
    # The squares of these are 0, and so would the deviation be.
    assert "std" not in told(pandas.Series([1e-300, 2e-300] * 30))
    # Ends that ten digits do not tell apart.
    assert "1000000000.0001 … 1000000000.0002" in told(pandas.Series([1e9 + 1e-4, 1e9 + 2e-4] * 30))
    assert "constant 0" in told(pandas.Series([-0.0] * 60))
    python = told(pandas.Series([2**100 + n for n in range(60)], dtype=object))
    assert "1267650600228229401496703205376 … 1267650600228229401496703205435" in python
    assert "mean 1267650600228229401496703205405.5" in python
    assert "std 17.4642, unique" in python


def test_decimals_that_are_not_finite() -> None:
    values = [decimal.Decimal("Infinity"), decimal.Decimal("1.50"), decimal.Decimal("2.25")] * 20
    expected = "20 infinite, finite 1.50 … 2.25, mean 1.875, median 1.875, std 0.379777, 2 distinct"
    assert expected in told(pandas.Series(values, dtype=object))
    assert expected in told([{"x": value} for value in values])
    wide = pyarrow.array(
        [decimal.Decimal("1.10"), None, decimal.Decimal("3.30")] * 20, pyarrow.decimal256(60, 2)
    )
    assert "20 missing (33.3%), 1.10 … 3.30, mean 2.2, median 2.2, std 1.11401" in told(
        pyarrow.table({"x": wide})
    )


def test_texts_of_arrows_view() -> None:
    views = pyarrow.array(["x", "y", None] * 20, pyarrow.string_view())
    assert told(pyarrow.table({"t": views})).endswith("20 missing (33.3%), 2 distinct; x: 20, y: 20")


@pytest.mark.parametrize(
    ("start", "freq", "expected"),
    [
        # By the clock, an hour is skipped on 31 March and one comes twice on 27 October; in time, neither does.
        ("2024-03-30", "h", "hourly, unique, increasing"),
        ("2024-10-26", "15min", "every 15 min, unique, increasing"),
        ("2024-03-20", "D", "daily, unique, increasing"),
        ("2024-10-20 09:00", "D", "daily, unique, increasing"),
        ("2024-01-01", "MS", "monthly, unique, increasing"),
    ],
)
def test_rhythms_where_clocks_are_changed(start: str, freq: str, expected: str) -> None:
    times = pandas.date_range(start, periods=200, freq=freq, tz="Europe/Berlin")
    frame = pandas.DataFrame({"x": times})
    for each in (frame, polars.from_pandas(frame), frame.set_index("x")):
        assert told(each).endswith(expected)


def test_moments_of_several_zones() -> None:
    zones = [datetime.timezone(datetime.timedelta(hours=n % 2)) for n in range(60)]
    values = [datetime.datetime(2024, 1, 1, tzinfo=zone) for zone in zones]
    for each in (pandas.Series(values, dtype=object), [{"x": value} for value in values]):
        assert "2024-01-01 00:00:00+01:00 … 2024-01-01 00:00:00+00:00" in told(each)


@pytest.mark.parametrize("least", [decimal.Decimal(10) ** 17, decimal.Decimal("-123456789012345678")])
def test_decimals_of_more_digits_than_a_float_holds(least: decimal.Decimal) -> None:
    values = [least + n for n in range(60)]
    arrow = pyarrow.array(values, pyarrow.decimal128(38, 2))
    for column in (
        polars.DataFrame({"d": polars.Series(values, dtype=polars.Decimal(38, 2))}),
        pyarrow.table({"d": arrow}),
        pandas.DataFrame({"d": pandas.Series(arrow.to_pandas())}),
        pandas.DataFrame({"d": pandas.array(arrow, dtype=pandas.ArrowDtype(arrow.type))}),
    ):
        middle = least + decimal.Decimal("29.5")
        assert f"mean {middle.normalize():f}, median {middle.normalize():f}, std 17.4642" in told(column)
        assert "unique" in told(column)
    huge = polars.DataFrame({"n": polars.Series([10**25 + n // 30 for n in range(60)], dtype=polars.Int128)})
    assert "2 distinct; 10000000000000000000000000: 30, 10000000000000000000000001: 30" in told(huge)


def test_durations() -> None:
    series = pandas.Series(pandas.to_timedelta([(n * n) % 977 for n in range(60)], unit="s"))
    for each in (series, polars.Series("d", series.to_list()), pyarrow.table({"d": series.to_list()})):
        assert [pandas.Timedelta(said) for said in facts_of_durations(each)] == [
            series.mean(),
            series.median(),
        ]
    array = series.to_numpy()
    known = [array.mean(), numpy.median(array)]
    assert [pandas.Timedelta(said).to_timedelta64() for said in facts_of_durations(array)] == known


_LASTING = {
    "00:00:00": datetime.timedelta(),
    "1 day": datetime.timedelta(1),
    "-2 days": datetime.timedelta(-2),
    "400 days 03:00:00.5": datetime.timedelta(400, 3 * 3600, 500_000),
    "-00:00:00.000001": datetime.timedelta(microseconds=-1),
    "00:00:00.000000001": pandas.Timedelta(1),
    "-1 day 00:00:01": datetime.timedelta(-2, 86_399),
}


@pytest.mark.parametrize("text", _LASTING)
def test_durations_are_written_alike(text: str) -> None:
    assert date_text(_LASTING[text]) == text


@pytest.mark.parametrize(
    ("lasting", "expected"),
    [
        (pandas.timedelta_range(0, periods=60, freq="15min"), "every 15 min, unique, increasing"),
        (
            pandas.timedelta_range(0, periods=62, freq="s").delete([5, 9])[::-1],
            "every second, 2 gaps, unique, decreasing",
        ),
        (pandas.timedelta_range(0, periods=60, freq="30D"), "every 30 days, unique, increasing"),
        (pandas.to_timedelta([*range(59), 30], unit="min"), "59 distinct"),
    ],
)
def test_the_rhythm_of_durations(lasting: Any, expected: str) -> None:
    """Elapsed times have a frequency, in an index and in a column; other durations have none."""
    described = describe_data(pandas.DataFrame({"v": 1}, index=lasting), "schema")
    assert described is not None
    ends = " … ".join(date_text(end) for end in (min(lasting), max(lasting)))
    index = described.text.splitlines()[1]
    if expected == "59 distinct":
        assert index.endswith(f"; {ends}, 59 distinct, 1 duplicate")
        expected = ""
    else:
        assert index.endswith(f"; {ends}, {expected}")
    for column in (pandas.Series(lasting), polars.Series("d", lasting.to_list()), lasting.to_numpy()):
        assert f"{ends}{', ' * bool(expected)}{expected}, mean " in describe_text(column)


def test_numbers_of_several_types() -> None:
    mixed = pandas.Series(
        [decimal.Decimal("1.5"), 2, 3.5, numpy.float32(8), fractions.Fraction(1, 2)] * 12, dtype=object
    )
    known = mixed.map(float)
    assert (
        f"0.5 … 8, mean {known.mean():g}, median {known.median():g}, std {known.std():.6g}, 5 distinct"
        in told(mixed)
    )
    huge = pandas.Series([2**70, -(2**70), 5] * 20, dtype=object)
    for each in (
        huge,
        [{"n": value} for value in huge],
        polars.Series("n", huge.to_list(), dtype=polars.Int128),
    ):
        assert "mean 1.66667, median 5, " in told(each)
    assert "mean 1.67167e+308, median 1.7e+308" in told([{"n": 1.7e308 if n else 1.0} for n in range(60)])


def facts_of_durations(array: Any) -> list[str]:
    described = describe_data(array, "stats")
    assert described is not None
    return re.findall(r"m(?:ean|edian) ([\d:.]+)", described.text)


def describe_text(value: Any) -> str:
    described = describe_data(value, "stats")
    assert described is not None
    return described.text


def test_complex_numbers_that_are_missing() -> None:
    values = numpy.array([1 + 2j] * 59 + [complex(math.nan, 0)])
    assert told(pandas.Series(values)).endswith("1 missing (1.7%), constant (1+2j)")
    row = describe_data(pandas.DataFrame({"c": [complex(1 / 3, 2)] * 60, "n": range(60)}))
    assert row is not None and "\n0,0.3333333+2j,0\n" in row.text


def test_times_of_several_zones_keep_them_in_rows() -> None:
    moments = [pandas.Timestamp("2024-01-02", tz="Asia/Tokyo"), pandas.Timestamp("2024-01-01", tz="UTC")] * 30
    described = describe_data(pandas.DataFrame({"at": pandas.Series(moments, dtype=object), "n": 1}))
    assert described is not None and "\n0,2024-01-02 00:00:00+09:00,1\n" in described.text


def test_intervals_of_dates() -> None:
    days = pandas.interval_range(pandas.Timestamp("2024-01-01"), periods=60)
    assert told(pandas.Series(days)).split(";")[1] == " from 2024-01-01 to 2024-03-01, increasing, unique"
    halves = pandas.Series(pandas.cut(pandas.date_range("2024-01-01", periods=60), 2))
    assert "]': 30, '(2024-01-30 12:00:00, 2024-02-29]': 30" in describe_text(halves)


def test_short_floats_are_counted_with_their_own_digits() -> None:
    for each in (
        numpy.array([0.1, 0.2] * 30, "f4"),
        polars.Series("f", [0.1, 0.2] * 30, dtype=polars.Float32),
    ):
        assert "2 distinct; 0.1: 30, 0.2: 30" in describe_text(each)


def test_runs_of_equal_values() -> None:
    runs = pyarrow.RunEndEncodedArray.from_arrays(
        pyarrow.array([30, 60], pyarrow.int32()), pyarrow.array(["a", "b"])
    )
    assert "2 distinct; a: 30, b: 30" in describe_text(pyarrow.table({"r": runs}))


def test_months_of_numpy_have_a_rhythm() -> None:
    assert "2024-01 … 2028-12, monthly, unique, increasing" in describe_text(
        numpy.arange("2024-01", "2029-01", dtype="M8[M]")
    )


def test_texts_and_lists_of_a_long_arrow_table() -> None:
    words = pyarrow.array([f"{n % 3}" for n in range(12_000)])
    assert told(pyarrow.table({"t": words})).endswith(
        "; ~3 distinct, ~numbers as text; '0': ~34.0%, '1': ~33.0%, '2': ~33.0%"
    )
    records = pyarrow.array([{"a": n} for n in range(12_000)])
    assert told(pyarrow.table({"s": records})).endswith("; ~holds dict with keys a")


def test_the_levels_of_a_long_index() -> None:
    days = pandas.date_range("2024-01-01", periods=120_000, freq="min")
    index = pandas.MultiIndex.from_product([range(10), days], names=["k", "day"])
    described = describe_data(pandas.DataFrame({"v": numpy.zeros(len(index))}, index=index), "schema")
    assert described is not None
    lines = described.text.splitlines()
    assert lines[2] == "  k: int64; 10 distinct, 0 … 9"
    assert lines[3].endswith("; 120,000 distinct, 2024-01-01 … 2024-03-24 07:59:00, every minute")
