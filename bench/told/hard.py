"""Frames of kinds that are hard to describe, made here so that they are the same in each run."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

from bench.told.facts import (
    Case,
    column,
    counts,
    distinct,
    mean,
    missing,
    says,
    shape,
    spans,
    std,
    unique,
)

__all__ = ["CASES"]

_CITIES = ("Rome", "Ulm", "Oslo", "Bath")


def _pivot() -> Any:
    import pandas

    dates = pandas.date_range("2024-01-01", periods=366)
    frame = pandas.DataFrame(
        {
            "city": [_CITIES[n % 4] for n in range(366)],
            "month": dates.strftime("%Y-%m"),
            "sales": [100 + n % 50 for n in range(366)],
        }
    )
    return frame.pivot_table(index="city", columns="month", values="sales", aggfunc="sum")


def _levels() -> Any:
    import numpy
    import pandas

    days = pandas.date_range("2024-03-01", periods=40).delete([5, 6, 20])
    index = pandas.MultiIndex.from_product([_CITIES, days], names=["city", "day"])
    rows = numpy.arange(len(index))
    columns = pandas.MultiIndex.from_product([["sold", "returned"], ["web", "shop"]], names=["what", "where"])
    return pandas.DataFrame(
        numpy.stack([rows, rows % 7, rows * 2, rows % 3], axis=1), index=index, columns=columns
    )


def _geometries() -> Any:
    import geopandas
    from shapely.geometry import Point, Polygon

    shapes = [Point(n, n + 1) for n in range(30)] + [Polygon([(n, 0), (n + 1, 0), (n, 2)]) for n in range(12)]
    return geopandas.GeoDataFrame(
        {"place": [f"place {n}" for n in range(42)], "people": range(0, 4200, 100)},
        geometry=shapes,
        crs="EPSG:4326",
    )


def _embeddings() -> Any:
    import numpy
    import pandas

    random = numpy.random.default_rng(0)
    return pandas.DataFrame(
        {
            "text": [f"sentence number {n}" for n in range(200)],
            "embedding": list(random.normal(size=(200, 384)).astype("float32")),
            "tags": [["a", "b", "c"][: n % 4] for n in range(200)],
        }
    )


def _arrow() -> Any:
    import pandas
    import pyarrow

    table = pyarrow.table(
        {
            "id": pyarrow.array(range(120), pyarrow.int64()),
            "price": pyarrow.array([decimal.Decimal(n) / 4 for n in range(120)], pyarrow.decimal128(12, 2)),
            "kind": pyarrow.array(["a", "b", None] * 40).dictionary_encode(),
            "day": pyarrow.array([datetime.date(2024, 1, 1) + datetime.timedelta(n) for n in range(120)]),
            "words": pyarrow.array([["x"] * (n % 5) for n in range(120)]),
            "who": pyarrow.array([{"name": f"n{n}", "age": n} for n in range(120)]),
        }
    )
    return table.to_pandas(types_mapper=pandas.ArrowDtype)


def _sparse() -> Any:
    import numpy
    import pandas

    dense = numpy.zeros((500, 3))
    dense[::50, 0], dense[::100, 1] = 2.5, -1.0
    frame = pandas.DataFrame(dense, columns=["word_a", "word_b", "word_c"])
    return frame.astype(pandas.SparseDtype("float64", 0.0))


def _mixed() -> Any:
    import pandas

    values = ([1, "1", 2.5, None, True] * 20)[:96]
    return pandas.DataFrame(
        {
            "answer": values,
            "code": ["0", "1", "007"] * 32,
            "extra": [{"a": 1, "b": [1, 2]}, {"a": 2}] * 48,
            "when": [datetime.date(2024, 1, 1 + n % 28) for n in range(96)],
        }
    )


def _wide() -> Any:
    import numpy
    import pandas

    random = numpy.random.default_rng(1)
    frame = pandas.DataFrame(
        random.integers(0, 100, size=(50, 416)), columns=[f"gene_{n}" for n in range(416)]
    )
    frame.insert(0, "patient", [f"P{n:03}" for n in range(50)])
    frame.insert(1, "age", numpy.arange(50) + 20)
    frame["outcome"] = ["well", "ill"] * 25
    frame["weight"] = numpy.where(frame.index < 5, numpy.nan, 70.5)
    return frame


def _one_row() -> Any:
    import pandas

    known = {f"setting_{n}": n * 1.5 for n in range(58)}
    return pandas.DataFrame([{"run": "best", "accuracy": 0.9375, **known}])


def _correlations() -> Any:
    import numpy
    import pandas

    random = numpy.random.default_rng(2)
    frame = pandas.DataFrame(random.normal(size=(90, 12)), columns=[f"m{n}" for n in range(12)])
    frame["m1"] = frame["m0"] * 2
    frame["m2"] = -frame["m0"]
    return frame.corr()


def _categories() -> Any:
    import pandas

    size = pandas.CategoricalDtype(["S", "M", "L", "XL"], ordered=True)
    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    return pandas.DataFrame(
        {
            "size": pandas.Series(["S", "M", "M", "L"] * 35, dtype=size),
            "day": pandas.Categorical([days[n % 7] for n in range(140)]),
            "ok": pandas.array([True, False, None, True] * 35, dtype="boolean"),
            "stars": pandas.array([5, 4, None, 1] * 35, dtype="Int8"),
        }
    )


def _polars() -> Any:
    import polars

    return polars.DataFrame(
        {
            "f": [float("nan"), 1.0, None] * 20,
            "level": polars.Series(["low", "high", "low"] * 20, dtype=polars.Enum(["low", "mid", "high"])),
            "money": [decimal.Decimal(n) / 8 for n in range(60)],
            "at": [
                datetime.datetime(2024, 5, 1, tzinfo=datetime.UTC) + datetime.timedelta(minutes=15 * n)
                for n in range(60)
            ],
            "lists": [[1, 2, 3][: n % 4] for n in range(60)],
        }
    )


def _gaps() -> Any:
    import pandas

    days = pandas.date_range("2024-01-01", periods=90).delete([10, 11, 40])
    days = days.insert(3, days[2])
    return pandas.DataFrame({"load": [10 + n % 13 for n in range(len(days))]}, index=days.rename("day"))


def _large_numbers() -> Any:
    import numpy
    import pandas

    return pandas.DataFrame(
        {
            "id": numpy.arange(60) + 10**17,
            "beyond": [2**70 + n for n in range(60)],
            "amount": [decimal.Decimal(n) / 100 for n in range(60)],
            "half": numpy.arange(60, dtype="float16") / 8,
            "share": [float("inf"), float("-inf"), *(n / 60 for n in range(58))],
            "took": pandas.to_timedelta(range(60), unit="min"),
            "phase": numpy.exp(1j * numpy.arange(60)),
        }
    )


def _skewed() -> Any:
    import numpy
    import pandas

    random = numpy.random.default_rng(3)
    frame = pandas.DataFrame(
        {
            "order": [f"A-{n:05}" for n in range(1000)],
            "customer": random.integers(1, 300, 1000),
            "version": 3,
            "amount": numpy.where(
                numpy.arange(1000) % 250 == 0, 90_000.0, random.uniform(5, 60, 1000).round(2)
            ),
            "discount": numpy.where(numpy.arange(1000) % 10, 0.0, 5.0),
            "returned": numpy.arange(1000) % 20 == 0,
        }
    )
    return pandas.concat([frame, frame.iloc[:7]], ignore_index=True)


def _zones() -> Any:
    import pandas

    at = pandas.date_range("2024-03-30", periods=300, freq="15min", tz="Europe/Berlin")
    frame = pandas.DataFrame({"at": at, "kw": [n % 24 / 2 for n in range(300)]})
    frame["period"] = frame["at"].dt.tz_localize(None).dt.to_period("D")
    frame["bin"] = pandas.cut(frame["kw"], [-1, 0, 4, 8, 12])
    frame.attrs = {"source": "meter 7", "unit": "kW"}
    return frame


def _pictures() -> Any:
    import pandas

    dot = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001"
        "e221bc330000000049454e44ae426082"
    )
    return pandas.DataFrame(
        {"name": [f"p{n}.png" for n in range(50)], "data": [dot] * 50, "size": [len(dot)] * 50}
    )


def _labels() -> Any:
    import numpy
    import pandas

    frame = pandas.DataFrame(numpy.arange(200).reshape(50, 4), columns=[0, "0", "x", "x"])
    frame.index = pandas.Index(range(100, 150), name="id")
    return frame


def _grid() -> Any:
    import numpy
    import pandas
    import xarray

    times = pandas.date_range("2024-01-01", periods=48, freq="h")
    values = numpy.arange(48 * 3 * 4, dtype="float64").reshape(48, 3, 4)
    return xarray.Dataset(
        {"t": (("time", "lat", "lon"), values, {"units": "degC", "long_name": "air temperature"})},
        coords={"time": times, "lat": [10.0, 20.0, 30.0], "lon": [0.0, 5.0, 10.0, 15.0]},
        attrs={"title": "a model's run"},
    )


CASES = (
    Case(
        "a pivot",
        _pivot,
        (
            shape(4, 12),
            says("month"),  # what the columns are
            says("city"),
            says("Bath", "Oslo", "Rome", "Ulm"),
            says("2024-01", "2024-12"),
            says(r"\b805\b"),  # Bath's sales in January
        ),
    ),
    Case(
        "levels on both axes",
        _levels,
        (
            shape(148, 4),
            says(r"city[^\n]*(4 distinct|Rome[^\n]*Ulm[^\n]*Oslo|Bath[^\n]*Oslo)"),
            says(r"day[^\n]*2024-03-01[^\n]*2024-04-09"),
            says(r"2 gaps"),
            says("what", "where"),
            says("sold", "returned", "web", "shop"),
            says(r"\b147\b"),
        ),
    ),
    Case(
        "geometries",
        _geometries,
        (
            shape(42, 3),
            says("Point: 30", "Polygon: 12"),
            says("EPSG:4326"),
            says(r"bounds \W*0\W+0\W+29\W+30"),
            unique("place", 42),
            spans("people", 0, 4100),
        ),
    ),
    Case(
        "embeddings",
        _embeddings,
        (
            shape(200, 3),
            column("embedding", "float32", r"\b384\b"),
            column("tags", "list", r"0 … 3"),
            unique("text", 200),
            says("sentence number 0"),
        ),
    ),
    Case(
        "Arrow's types",
        _arrow,
        (
            shape(120, 6),
            spans("id", 0, 119),
            column("price", "decimal", r"29\.75"),
            mean("price", 14.875),
            counts("kind", {"a": 40, "b": 40}),
            missing("kind", 40),
            spans("day", "2024-01-01", "2024-04-29"),
            column("day", "daily"),
            column("words", "list", r"0 … 4"),
            column("who", "name", "age"),
        ),
    ),
    Case(
        "sparse columns",
        _sparse,
        (
            shape(500, 3),
            column("word_a", "Sparse"),
            column("word_a", r"10 of 500 stored|2\.5: 10"),
            spans("word_b", -1, 0),
            column("word_c", "constant 0|num_unique_values': 1\\b|values: 0.0$"),
        ),
    ),
    Case(
        "mixed objects",
        _mixed,
        (
            shape(96, 4),
            missing("answer", 19),
            column("answer", "int", "str", "float", "bool"),
            column("code", "'007'|007"),
            counts("code", {"'0'": 32, "'1'": 32}),
            column("extra", "dict", r"\ba\b", r"\bb\b"),
            spans("when", "2024-01-01", "2024-01-28"),
        ),
    ),
    Case(
        "420 columns",
        _wide,
        (
            shape(50, 420),
            unique("patient", 50),
            spans("age", 20, 69),
            says("gene_0", "gene_415", r"416|num_unique"),
            counts("outcome", {"well": 25, "ill": 25}),
            missing("weight", 5),
            column("weight", r"constant 70\.5|num_unique_values': 1\b|values: 70\.5, nan"),
        ),
    ),
    Case(
        "one row of 60 columns",
        _one_row,
        (
            shape(1, 60),
            says("best"),
            says(r"0\.9375"),
            says(r"setting_57\D+85\.5|\b85\.5"),
            says(r"setting_29\D+43\.5|\b43\.5"),
        ),
    ),
    Case(
        "correlations",
        _correlations,
        (
            shape(12, 12),
            says(r"m1,1(\.0)?,1\b|m1[^\n]*\b1\.0+\s+1\.0+"),
            says(r"m2,-1(\.0)?,-1(\.0)?,1|m2[^\n]*-1\.0+\s+-1\.0+"),
            says("symmetric|lower half|m11"),
            says(r"m11,-?0\.\d+,-?0\.\d+|m11[^\n]*0\.\d+\s+-?0\.\d+"),
        ),
    ),
    Case(
        "categories and nullable types",
        _categories,
        (
            shape(140, 4),
            counts("size", {"S": 35, "M": 70, "L": 35}),
            column("size", r"S < M < L < XL"),
            column("size", r"unused[^;]*XL|XL[^;]*unused"),
            counts("day", {"Mon": 20, "Sat": 20, "Sun": 20}),
            missing("ok", 35),
            counts("ok", {"True": 70, "False": 35}),
            counts("stars", {1: 35, 4: 35, 5: 35}),
            missing("stars", 35),
        ),
    ),
    Case(
        "polars: NaN and null",
        _polars,
        (
            shape(60, 5),
            column("f", "20 missing|20 null", "20 NaN"),
            column("level", r"low < mid < high"),
            counts("level", {"low": 40, "high": 20}),
            column("level", "mid"),
            spans("money", 0, 7.375),
            column("at", r"every 15 min", "UTC"),
            column("at", "2024-05-01"),
            column("lists", r"0 … 3"),
        ),
    ),
    Case(
        "days with gaps",
        _gaps,
        (
            shape(88, 1),
            says("2024-01-01", "2024-03-30"),
            says("daily"),
            says("2 gaps"),
            says("1 duplicate"),
            spans("load", 10, 22),
            says("day"),
        ),
    ),
    Case(
        "large numbers and rare kinds",
        _large_numbers,
        (
            shape(60, 7),
            column("id", "100000000000000000", "100000000000000059"),
            std("id", 17.4642),
            column("beyond", "1180591620717411303424"),
            spans("amount", 0, 0.59),
            column("half", "float16", r"7\.375"),
            column("share", "2 infinite"),
            column("took", "timedelta|duration", "59"),
            column("phase", "complex", "real|imag"),
        ),
    ),
    Case(
        "orders: keys, constants, tails",
        _skewed,
        (
            shape(1007, 6),
            distinct("order", 1000),
            column("version", r"constant 3|num_unique_values': 1\b|values: 3$"),
            spans("amount", 5.04, 90000),
            column("amount", "heavy tail|99% ≤"),
            counts("discount", {0: 906, 5: 101}),
            counts("returned", {"True": 51, "False": 956}),
            says("7 duplicated rows"),
        ),
    ),
    Case(
        "quarters of an hour in a time zone",
        _zones,
        (
            shape(300, 4),
            column("at", "Berlin", r"2024-03-30"),
            column("at", "every 15 min"),
            column("period", "2024-03-30", "2024-04-02"),
            column("bin", r"\(-1, 0\]", r"\(8, 12\]"),
            says("meter 7"),
            says("unit: kW|'unit': 'kW'"),
        ),
    ),
    Case(
        "pictures in a column",
        _pictures,
        (
            shape(50, 3),
            column("data", "bytes", r"PNG"),
            column("data", r"\b67\b|constant|\b1 distinct|1 duplicate"),
            column("size", "constant|num_unique_values': 1\\b"),
            unique("name", 50),
        ),
    ),
    Case(
        "labels that look alike",
        _labels,
        (
            shape(50, 4),
            says(r"\b0: int", r"'0': int"),
            says(r"id[^\n]*100[^\n]*149"),
            says(r"x: int[^\n]*\n(.*\n)?\s*x: int"),
            says(r"\b2 … 198\b", r"\b3 … 199\b"),
        ),
    ),
    Case(
        "a grid of xarray",
        _grid,
        (
            says(r"time: 48", r"lat: 3", r"lon: 4"),
            says("degC"),
            says("air temperature"),
            says("hourly"),
            says("2024-01-01", "2024-01-02"),
            says(r"0 … 575"),
            says("a model's run"),
            says(r"10 … 30|10(\.0)?, 20(\.0)?, 30"),
        ),
    ),
)
