"""What an analyst would want to know of a frame is told, in the words of the one grammar."""

from typing import Any

import geopandas
import numpy
import pandas
import polars
import pytest
import shapely

from nbclaude.data.frames import describe_data
from nbclaude.secrets.placed import described_secrets


def text(value: Any, format: str = "") -> str:
    described = describe_data(value, format)
    assert described is not None
    return described.text


_DAYS = pandas.date_range("2020-01-01", periods=70)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (_DAYS, "2020-01-01 … 2020-03-10, daily, unique, increasing"),
        (_DAYS.delete([10, 11, 30]), "daily, 2 gaps, unique, increasing"),
        (
            _DAYS[numpy.is_busday(_DAYS.to_numpy().astype("M8[D]"))],
            "business daily, unique, increasing",
        ),
        (_DAYS.append(_DAYS[:1]), "daily, 1 duplicate, not monotonic"),
        (_DAYS[::-1], "daily, unique, decreasing"),
        (pandas.date_range("2020-01-31", periods=50, freq="ME"), "monthly, unique, increasing"),
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
    assert line.startswith("index: datetime64[")
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


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (
            [f"2024-{1 + n % 12:02}-05" for n in range(60)],
            "12 distinct, dates as text 2024-01-05 … 2024-12-05",
        ),
        ([f"{2000 + n}-07" for n in range(60)], "unique, dates as text 2000-07 … 2059-07"),
        (
            [f"2024-01-05T{n % 24:02}:30Z" for n in range(60)],
            "dates as text 2024-01-05T00:30Z … 2024-01-05T23:30Z",
        ),
        ([f"2024-01-05T{n % 24:02}:30+0{n % 2}:00" for n in range(60)], "24 distinct, dates as text"),
        ([f"{1 + n % 28}.12.2024" for n in range(60)], "28 distinct, dates as text, day first"),
        ([f"12/{1 + n % 28}/2024 5:30 PM" for n in range(60)], "dates as text, month first"),
        ([f"12-{1 + n % 28}-24" for n in range(60)], "dates as text, month first"),
        ([f"{1 + n % 12}/{1 + n % 11}/2024" for n in range(60)], "dates as text, day or month first"),
        ([f"{1 + n % 28}-Sep-24" for n in range(60)], "28 distinct, dates as text"),
        ([f"Mon, March {1 + n % 28}, 2024" for n in range(60)], "28 distinct, dates as text"),
        (["Day", *(f"2024-01-{1 + n % 28:02}" for n in range(59))], "29 distinct, dates as text but for 1"),
        ([f"{n % 24}:{n:02}" for n in range(60)], "unique, times as text"),
        ([f"1.{n}.{n % 7}" for n in range(60)], "unique"),  # versions
        (
            [f"({n},000)" if n % 2 else f"{n}" for n in range(1, 61)],
            "numbers as text, negative in parentheses",
        ),
        ([f"CHF {n}'250.50" for n in range(1, 61)], "unique, numbers as text"),
        ([f"{n} 250,5 €" for n in range(1, 61)], "unique, numbers as text with decimal commas"),
        ([f"2024-13-{1 + n % 28:02}" for n in range(60)], "28 distinct"),
        ([f"{n * 1.5}" for n in range(60)], "unique, numbers as text"),
        ([f"${n:,}.00" for n in range(1000, 1060)], "unique, numbers as text"),
        ([" ", *(f"{n}" for n in range(59))], "unique, numbers as text but for 1, 1 with surrounding spaces"),
        ([f"{n}.234,{n}" for n in range(1, 61)], "unique, numbers as text with decimal commas"),
        ([f"{n},5 €" for n in range(60)], "unique, numbers as text with decimal commas"),
        (["", "", *(f" n{n}" for n in range(58))], "59 distinct, 2 empty, 58 with surrounding spaces"),
        ([f"{n:03}" for n in range(80, 140)], "unique"),  # with such leading zeros, the digits are a code
        ([f"41111111111111{n:02}" for n in range(60)], "unique"),
        ([f"10.0.0.{n}" for n in range(60)], "unique"),
        ([*map(str, range(50)), *"abcdefghij"], "unique, numbers as text but for 10"),
        ([*map(str, range(45)), *"abcdefghijklmno"], "unique"),
        ([f"{n}{'a' * (n + 10)}" for n in range(60)], "unique, 11 … 71 characters"),
    ],
)
def test_texts_that_spell_dates_or_numbers(texts: list[str], expected: str) -> None:
    rows = [{"x": each, "y": 1} for each in texts]
    for told in (pandas.DataFrame(rows), polars.DataFrame(rows), rows):
        (line,) = (each for each in text(told, "schema").splitlines() if each.startswith("  x: "))
        assert line.endswith(expected)
        assert ("as text" in line) == ("as text" in expected)


def test_exceptions_among_texts_are_quoted_and_long_texts_that_begin_alike_are_not() -> None:
    numbers = pandas.DataFrame({"x": [*map(str, range(50)), *"--", "n/a"], "y": 1})
    assert "x: str; 52 distinct, numbers as text but for 3 (-, n/a); top -: 2\n" in text(numbers)
    begin = ["a" * 80 + each for each in "bcdefghijklmnopqrstuvwx"]
    assert "23 distinct, 81 characters\n" in text(pandas.DataFrame({"x": begin * 2, "y": 1}))


def test_a_value_that_a_sensor_repeats_is_told() -> None:
    values = numpy.append(numpy.linspace(50, 0, 950), [85.0] * 50)
    assert ", 951 distinct; top 85: 50 (5.0%)\n" in text(pandas.DataFrame({"x": values, "y": 1}))


@pytest.mark.parametrize(
    ("freq", "said"),
    [
        ("BME", "business monthly"),
        ("BMS", "business monthly"),
        ("BQE", "business quarterly"),
        ("BYE", "business yearly"),
        ("ME", "monthly"),
        ("W-WED", "weekly"),
    ],
)
def test_the_first_and_last_business_days_of_months(freq: str, said: str) -> None:
    days = pandas.date_range("2020-01-01", periods=60, freq=freq)
    assert f" … {days[-1].date()}, {said}, unique, increasing" in text(pandas.DataFrame({"d": days, "n": 1}))
    gaps = pandas.DataFrame({"d": days.delete([5, 20]), "n": 1})
    assert f" … {days[-1].date()}, {said}, 2 gaps, unique, increasing" in text(gaps)


def test_categories_of_numbers_and_what_is_common() -> None:
    codes = pandas.Categorical([*range(40), *range(5), 7, 7], categories=range(99))
    told = text(pandas.DataFrame({"c": codes, "n": 1}), "stats")
    assert (
        "  c: category; 0 … 39, 40 distinct; top 7: 3, 0: 2, 1: 2, 2: 2, 3: 2; 59 of 99 categories unused: "
        in told
    )
    names = pandas.DataFrame({"s": [*(f"n{n}" for n in range(59)), "n7"], "n": 1})
    assert "59 distinct; top n7: 2\n" in text(names, "stats")


def test_a_level_whose_labels_are_all_alike() -> None:
    frame = pandas.DataFrame(
        {"v": range(60)}, index=pandas.MultiIndex.from_product([["x"], range(60)], names=["a", "b"])
    )
    assert text(frame, "stats").splitlines()[1:4] == [
        "MultiIndex, unique:",
        f"  a: {frame.index.levels[0].dtype}; constant x",
        "  b: int64; 60 distinct, 0 … 59",
    ]


def test_how_many_combinations_of_levels_have_a_row() -> None:
    index = pandas.MultiIndex.from_product([[*"abcd"], range(1990, 2000)], names=["firm", "year"])
    frame = pandas.DataFrame({"v": range(40)}, index=index)
    assert "\nMultiIndex, unique, 37 of 40 combinations:\n" in text(frame[3:], "schema")
    for each in (frame, frame[::5], frame.loc[index.repeat(2)]):
        assert "combinations:" not in text(each, "schema")


def test_the_geometry_that_is_drawn() -> None:
    points = geopandas.points_from_xy([1, 2], [3, 4])
    frame = geopandas.GeoDataFrame({"n": [1, 2]}, geometry=points).assign(other=geopandas.GeoSeries(points))
    assert "\nactive geometry: geometry\n" in text(frame)
    assert "active" not in text(frame[["n", "geometry"]])


def test_geometries_that_are_empty_missing_or_invalid() -> None:
    crossing = shapely.Polygon([(0, 0), (1, 1), (0, 1), (1, 0)])
    shapes = [crossing] * 20 + [None, shapely.Point()] + [shapely.Point(0, 1)] * 38
    frame = geopandas.GeoDataFrame({"n": range(60)}, geometry=shapes, crs=4326)
    assert (
        "geometry; 1 missing (1.7%), Point: 39, Polygon: 20, 1 empty, 20 invalid, CRS EPSG:4326, bounds 0 0 … 1 1"
        in text(frame, "schema")
    )


def test_columns_that_tell_the_rows_apart_together() -> None:
    panel = pandas.DataFrame({"firm": [*"abcd"] * 10, "year": [1990.0 + n // 4 for n in range(40)], "x": 0.5})
    assert "\nunique by firm, year: all 40 combinations\n" in text(panel, "schema")
    assert "\nunique by firm, year: 37 of 40 combinations\n" in text(polars.from_pandas(panel[3:]), "schema")
    three = panel.loc[panel.index.repeat(2)].assign(half=[1, 2] * 40)
    assert "unique by firm, year, half: all 80 combinations" in text(three, "schema")
    # One column does it alone; one row occurs twice; it is chance, since most combinations have no row.
    by_chance = pandas.DataFrame({"a": [n // 2 for n in range(60)], "b": [n * 7 % 59 for n in range(60)]})
    six = panel.assign(**{f"half{n}": panel["year"] // 2 for n in range(6)}, id=range(40))
    moments = pandas.Timestamp("2024-01-01") + pandas.to_timedelta([*range(39), 38], unit="min")
    measured = pandas.DataFrame({"at": moments, "kind": [*"ab"] * 20})
    for frame in (panel.assign(id=range(40)), six, pandas.concat([panel, panel[:1]]), by_chance, measured):
        assert "unique by" not in text(frame, "schema")


def test_the_target_keeps_its_counts_beside_many_columns_that_are_alike() -> None:
    pixels = {f"pixel_{n}": [(n + row) % 17 / 2 for row in range(60)] for n in range(64)}
    told = text(pandas.DataFrame(pixels | {"target": ["a", "b", "c"] * 20}))
    assert "  pixel_63: float64; 0 … 8, 17 distinct\n" in told
    assert "target: str; 3 distinct; a: 20, b: 20, c: 20\n" in told.replace("object", "str")


def test_each_whole_number_is_counted_also_where_all_occur_equally_often() -> None:
    told = text(polars.DataFrame({"code": [n % 7 for n in range(148)], "x": 1.5}))
    assert "7 distinct; 0: 22, 1: 21, 2: 21, 3: 21, 4: 21, 5: 21, 6: 21\n" in told


def test_python_objects_beside_lists_in_polars() -> None:
    objects = polars.Series([object()] * 60, dtype=polars.Object)
    frame = polars.DataFrame({"o": objects, "l": [[1, 2]] * 60, "s": [{"a": 1}] * 60})
    assert "  o: Object\n  l: List(Int64); length 2\n" in text(frame)


def test_fields_tell_how_often_values_occur() -> None:
    array = numpy.array([(1, b"ab"), (2, b"cd")] * 60, dtype=[("code", "i4"), ("name", "S4")])
    told = text(array)
    assert "  code: int32; 1 … 2, mean 1.5, median 1.5, std 0.5, 2 distinct; 1: 60, 2: 60\n" in told
    assert "  name: |S4; 2 distinct; ab: 60, cd: 60\n" in told
    assert "ab" not in text(array, "schema")


def test_complex_numbers_that_are_all_alike() -> None:
    assert "  z: complex128; constant (1+2j)\n" in text(pandas.DataFrame({"z": [1 + 2j] * 60, "x": 1.5}))


def test_a_row_more_of_texts_than_of_numbers() -> None:
    for column, rows in (([*range(60)], 4), ([f"text {n}" for n in range(60)], 10)):
        described = describe_data(pandas.DataFrame({"x": column}))
        assert described is not None
        assert described.summary == f"60 rows × 1 column: schema + {rows} rows"


def test_labels_that_are_dates_or_missing() -> None:
    days = pandas.date_range("2024-01-01", periods=3, name="day")
    frame = pandas.DataFrame(numpy.arange(180.0).reshape(60, 3), columns=days)
    assert f"\ncolumn axis: day ({days.dtype})\n" in text(frame)
    assert f"\ncolumn axis: {days.dtype}\n" in text(frame.rename_axis(columns=None))
    assert "column axis" not in text(frame.set_axis(["2024-01-01", "2024-01-02", "2024-01-03"], axis=1))
    index = pandas.MultiIndex.from_arrays([[None, "a"] * 30, range(60)])
    assert "\nlevel 0,level 1,x\n,0,1.5\n" in text(pandas.DataFrame({"x": 1.5}, index=index))


def test_counts_of_a_column_that_holds_secrets_are_known_to_the_mask() -> None:
    told = text(pandas.DataFrame({"password": [n % 7 for n in range(148)], "x": 1.5}), "stats")
    hidden = [told[start:end] for start, end, _ in described_secrets(told)]
    assert hidden == ["0 … 6, mean 2.97973, median 3, std 2.01515", *"0123456"]


def test_small_tables_round_only_what_says_nothing() -> None:
    column = [0.1 + 0.2, 1 / 3, 2 / 3, 1e-17, 1.5, -1 / 7]
    frame = pandas.DataFrame(
        {"a": column, "b": [1e9 + n / 10_000 for n in range(6)], "c": [n / 7 for n in range(6)]}
    )
    told = text(frame)
    assert (
        "row,a,b,c\n0,0.30000000000000004,1000000000,0\n1,0.3333333333,1000000000.0001,0.1428571429\n" in told
    )
    assert told.endswith("\n[… 8 numbers rounded to 10 digits …]")
    assert "0.3333333333333333," in text(frame, "full") and "rounded" not in text(frame, "full")
    assert text(numpy.array(column)[:3]).endswith(
        "[0.30000000000000004, 0.3333333333333333, 0.6666666666666666]"
    )
    several = text(numpy.array([[0.1 + 0.2, *[1 / 3] * 6]]))
    assert several.endswith(
        f"whole, 6 numbers rounded to 10 digits:\n[[0.30000000000000004{', 0.3333333333' * 6}]]"
    )
    wide = pandas.DataFrame([{f"s{n}": n / 7 for n in range(41)} | {"sum": 0.1 + 0.2}])
    assert "  sum: float64 = 0.30000000000000004" in text(wide)
    assert "(name: type = the values of row 0, 35 numbers rounded to 10 digits)" in text(wide)


def test_correlations_that_are_nearly_one() -> None:
    near = {"a": 1.0, "b": 0.9999998, "c": -1 / 3}
    matrix = pandas.DataFrame(
        [[1.0, near["b"], near["c"]], [near["b"], 1.0, None], [near["c"], None, 1.0]],
        list("abc"),
        list("abc"),
    )
    assert text(matrix).endswith("in three digits\nindex,a,b,c\na,1\nb,0.9999998,1\nc,-0.333,,1")
