"""Queries of real engines: what is known at once, what one bounded aggregate tells, what is never computed."""

from __future__ import annotations

import _thread
import datetime
import decimal
import pathlib
import sys
import threading
import types
from collections.abc import Callable, Iterator
from typing import Any

import pandas
import polars
import pyarrow
import pyarrow.dataset
import pytest
import sqlalchemy

from nbclaude.context.values import attachment_of
from nbclaude.data.frames import describe_data
from nbclaude.data.lazy.jobs import Clock, Job, within
from nbclaude.data.lazy.schema_only import far_modin
from nbclaude.errors import ConfigurationError
from nbclaude.texts import TextLimits
from tests.later import later

dask = later("dask")
dask_frames = later("dask.dataframe")
duckdb = later("duckdb")
ibis = later("ibis")

# ibis, DuckDB and pandas do not always keep in step.
pytestmark = [
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'future.infer_string' option"),
]

_PATIENT = TextLimits(seconds=60.0)  # so that nothing is left out on a busy machine

_DAY = datetime.date(2024, 1, 1)
_FRAME = polars.DataFrame(
    {
        "n": range(60),
        "f": [0.5, None, 2.5] * 20,
        "city": (["Rome", "Ulm", None] * 20),
        "code": [1, 1, 2] * 20,
        "on": [True, False, None] * 20,
        "day": [_DAY + datetime.timedelta(days=n) for n in range(60)],
        "text": [f"text {n}" for n in range(60)],
    }
)


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("lazy") / "table.parquet"
    _FRAME.write_parquet(path)
    return str(path)


def _in_pandas(path: str) -> pandas.DataFrame:
    types = {"day": "datetime64[us]", "on": "boolean"}
    return pandas.read_parquet(path).astype(types)


_QUERIES: dict[str, Callable[[str], Any]] = {
    "polars LazyFrame": polars.scan_parquet,
    "duckdb relation": lambda path: duckdb.sql(f"FROM '{path}'"),
    "dask DataFrame": lambda path: dask_frames.from_pandas(_in_pandas(path), npartitions=3),
    "ibis Table": lambda path: ibis.duckdb.connect().read_parquet(path),
    "pyarrow Dataset": lambda path: pyarrow.dataset.dataset(path),
}


def text_of(value: Any, format: str = "", limits: TextLimits = _PATIENT) -> str:
    described = describe_data(value, format, limits)
    assert described is not None
    return described.text


@pytest.mark.parametrize("title", _QUERIES)
def test_every_engine_tells_the_same(title: str, parquet: str) -> None:
    described = describe_data(_QUERIES[title](parquet), "", _PATIENT)
    assert described is not None
    assert described.summary == "60 rows × 7 columns: schema + statistics + first 10 rows"
    lines = described.text.splitlines()
    assert lines[0].startswith(f"{title}, 60 rows × 7 columns")
    assert lines[1] == "(a query: its engine counted all rows; nothing else was collected)"
    # The types are in the words of each library.
    assert [line.strip().split(":")[0] + ";" + line.partition(";")[2] for line in lines[3:10]] == [
        "n; 0 … 59, mean 29.5, std 17.4642",
        "f; 20 missing (33.3%), 0.5 … 2.5, mean 1.5, std 1.01274",
        "city; 20 missing (33.3%), 2 distinct; Rome: 20, Ulm: 20",
        "code; 1 … 2, mean 1.33333, std 0.475383, 2 distinct; 1: 40, 2: 20",
        "on; 20 missing (33.3%), True: 20, False: 20",
        "day; 2024-01-01 … 2024-02-29",
        "text;",
    ]
    assert lines[10:13] == [
        "first 10 rows:",
        "row,n,f,city,code,on,day,text",
        "0,0,0.5,Rome,1,True,2024-01-01,text 0",
    ]
    assert len(lines) == 22


@pytest.mark.parametrize("title", _QUERIES)
def test_formats(title: str, parquet: str) -> None:
    query = _QUERIES[title](parquet)
    schema = text_of(query, "schema").splitlines()
    assert schema[0].startswith(f"{title}, 7 columns")
    assert schema[1] == "(a query, not computed: no rows, no statistics)"
    assert schema[-1] == "(no rows were sent)"
    head = text_of(query, "head 2").splitlines()
    assert head[1] == "(a query: only these rows were computed)"
    assert head[-4:] == [
        "first 2 rows:",
        "row,n,f,city,code,on,day,text",
        "0,0,0.5,Rome,1,True,2024-01-01,text 0",
        "1,1,,Ulm,1,False,2024-01-02,text 1",
    ]
    statistics = text_of(query, "stats")
    assert "city: " in statistics and "; 20 missing (33.3%), 2 distinct; Rome: 20, Ulm: 20" in statistics
    assert "row,n" not in statistics
    with pytest.raises(ConfigurationError, match="is not computed here"):
        describe_data(query, "full")
    # No time at all is a schema alone.
    assert text_of(query, "", TextLimits(seconds=0)).splitlines()[1:] == schema[1:-1]


def test_nan_null_and_infinity_are_told_apart() -> None:
    line = "  f: {}; 1 missing (20.0%), 1 NaN (20.0%), 1 infinite, finite 1.5 … 2.5, mean 2, std 0.707107\n"
    values = [1.5, 2.5, None, float("nan"), float("inf")]
    assert line.format("Float64") in text_of(polars.LazyFrame({"f": values}))
    sql = "SELECT unnest([1.5, 2.5, NULL, 'nan'::DOUBLE, 'inf'::DOUBLE]::DOUBLE[]) AS f"
    assert line.format("DOUBLE") in text_of(duckdb.sql(sql))
    assert line.format("double") in text_of(pyarrow.dataset.dataset(pyarrow.table({"f": values})))
    # To dask, as to pandas, NaN is missing.
    frame = dask_frames.from_pandas(pandas.DataFrame({"f": values}), npartitions=2)
    assert "  f: float64; 2 missing (40.0%), 1 infinite, finite 1.5 … 2.5" in text_of(frame)


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        (
            lambda: duckdb.sql("SELECT 1::HUGEINT h, [1, 2] l, {'a': 1} s, 1.5::DECIMAL(9, 2) d, 'x'::BLOB b"),
            ["  h: HUGEINT; constant 1", "  l: INTEGER[]", "  s: STRUCT(a INTEGER)", "  d: DECIMAL(9,2); constant 1.50"],
        ),
        (lambda: duckdb.sql("SELECT 1 a WHERE false"), ["duckdb relation, 0 rows × 1 column", "  a: INTEGER"]),
        (
            lambda: polars.LazyFrame({"e": polars.Series(["a", None, "a"], dtype=polars.Enum(["a", "zz"]))}),
            ["  e: Enum; 1 missing (33.3%), constant a"],
        ),
        (lambda: polars.LazyFrame({"n": [None, None]}), ["polars LazyFrame, 2 rows × 1 column", "  n: Null; all missing"]),
        (lambda: polars.LazyFrame({'a "b"': [1, 2], "rows": [3, 4]}), ["  rows: Int64; 3 … 4, mean 3.5, std 0.707107, unique"]),
        (lambda: ibis.table({"a": "int64"}, name="t"), ["(a query, not computed: no rows, no statistics; it has no backend)"]),
    ],
)  # fmt: skip
def test_types_and_shapes(query: Callable[[], Any], lines: list[str]) -> None:
    text = text_of(query()).splitlines()
    assert [line for line in lines if line not in text] == []


def test_what_an_engine_refuses_of_one_column_costs_no_other() -> None:
    # dask has no minimum of Arrow's dates and no sum of its Decimals; SQLite cannot test for finite numbers.
    table = pyarrow.table(
        {"n": [1, 2, 4], "day": [_DAY] * 3, "d": [decimal.Decimal("1.50"), None, decimal.Decimal(2)]}
    )
    frame = table.to_pandas(types_mapper=pandas.ArrowDtype)
    text = text_of(dask_frames.from_pandas(frame, npartitions=1))
    assert "  n: int64[pyarrow]; 1 … 4, mean 2.33333, std 1.52753, unique\n" in text
    assert "  day: date32[day][pyarrow]; constant 2024-01-01\n" in text
    assert "[pyarrow]; 1 missing (33.3%), 1.5 … 2, mean 1.75, std 0.353553\n" in text
    assert "not computed" not in text


@pytest.fixture(scope="module")
def sqlite() -> Any:
    connection = ibis.sqlite.connect()
    connection.con.execute("CREATE TABLE t (n INTEGER, f REAL, city TEXT)")
    connection.con.executemany("INSERT INTO t VALUES (?, ?, ?)", _FRAME.select("n", "f", "city").rows())
    return connection


def test_sqlite_is_asked_in_the_thread_that_it_belongs_to(sqlite: Any) -> None:
    text = text_of(sqlite.table("t"))
    assert "ibis Table, 60 rows × 3 columns, backend sqlite\n(a query: its engine counted all rows" in text
    assert "  n: int64; 0 … 59, mean 29.5, std 17.4642\n" in text
    assert "  f: float64; 20 missing (33.3%), 0.5 … 2.5, mean 1.5, std 1.01274\n" in text
    assert "  city: string; 20 missing (33.3%), 2 distinct; Rome: 20, Ulm: 20\n" in text
    assert "  city: string; 20 missing (33.3%), 2 distinct" in text_of(sqlite.table("t").city)


_ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) AS n FROM c"


def test_sqlite_is_cancelled_from_another_thread(sqlite: Any) -> None:
    text_of(sqlite.table("t"))  # what is needed has been loaded
    text = text_of(sqlite.sql(_ENDLESS, schema={"n": "int64"}), "", TextLimits(seconds=1.0))
    assert "rows not computed within 1 s: it was cancelled" in text
    assert sqlite.con.execute("SELECT 1").fetchall() == [(1,)]


def test_a_stop_ends_a_query_of_sqlite(sqlite: Any) -> None:
    # The signal arrives during the query, when no Python code is running that could notice it.
    sqlite.con.create_function("stop", 0, _thread.interrupt_main)
    query = sqlite.sql(_ENDLESS.replace("SELECT 1", "SELECT coalesce(stop(), 1)"), schema={"n": "int64"})
    with pytest.raises(KeyboardInterrupt):
        text_of(query, "stats")
    assert sqlite.con.execute("SELECT 1").fetchall() == [(1,)]


def test_what_is_wrong_with_a_query_is_said() -> None:
    with pytest.raises(
        ConfigurationError, match=r'^polars cannot find the schema of this LazyFrame: .*"zzz"'
    ):
        describe_data(polars.LazyFrame({"a": [1]}).select("zzz"))
    failing = polars.LazyFrame({"a": ["x"] * 3}).select(polars.col("a").str.to_integer())
    assert "(a query; rows not computed: " in text_of(failing)
    assert "counts and statistics not computed: " in text_of(failing)


def test_what_takes_too_long_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbclaude.data.lazy.jobs._GRACE", 60.0)
    connection = duckdb.connect()
    endless = connection.sql(
        "SELECT count(*) n FROM range(10000000) a, range(10000000) b WHERE hash(a.range, b.range) = 1"
    )
    text_of(connection.sql("SELECT 1 AS n"))  # what is needed has been loaded
    text = text_of(endless, "", TextLimits(seconds=1.0))
    assert "rows not computed within 1 s: it was cancelled" in text
    # The connection was interrupted, and is free.
    assert connection.sql("SELECT 1").fetchall() == [(1,)]


def test_what_cannot_be_cancelled_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbclaude.data.lazy.jobs._GRACE", 0.05)
    free = threading.Event()
    try:
        outcome = within(Clock(0.1), lambda job: free.wait(60))
        assert outcome.became == "it could not be cancelled and keeps running in the background"
    finally:
        free.set()


def test_a_stop_cancels_the_query_and_goes_on() -> None:
    cancelled = threading.Event()

    def compute(job: Job) -> None:
        job.cancelled_by(cancelled.set)
        _thread.interrupt_main()
        assert cancelled.wait(60)

    with pytest.raises(KeyboardInterrupt):
        within(Clock(None), compute)
    assert cancelled.is_set()


@pytest.fixture
def cluster() -> Iterator[list[str]]:
    computed: list[str] = []

    def get(graph: Any, keys: Any, **_more: Any) -> Any:
        computed.append("computed")
        return dask.threaded.get(graph, keys)

    get.__module__ = "distributed.client"
    with dask.config.set(scheduler=get):
        yield computed


def test_nothing_is_computed_elsewhere_by_a_mere_mention(cluster: list[str]) -> None:
    frame = dask_frames.from_pandas(pandas.DataFrame({"a": [1, 2, 2]}), npartitions=2)
    assert text_of(frame) == (
        "dask DataFrame, 1 column, 2 partitions\n(a query, not computed: no rows, no statistics; a cluster would compute it)\n"
        "  a: int64"
    )
    assert cluster == []
    assert "  a: int64; 1 … 2, mean 1.66667, std 0.57735, 2 distinct; 1: 1, 2: 2" in text_of(frame, "stats")
    assert cluster


def _double(family: str, kind: str, **members: Any) -> Any:
    return type(kind, (), {"__module__": f"{family}.core", **members})()


@pytest.mark.parametrize(
    ("query", "where"),
    [
        (_double("pyspark", "DataFrame", dtypes=[("a", "int")]), "Spark would compute it"),
        (
            _double("pyspark.sql.connect.dataframe", "DataFrame", dtypes=[("a", "int")]),
            "Spark would compute it",
        ),
        (
            _double(
                "pyspark.pandas.series",
                "Series",
                to_frame=lambda _: _double("pyspark.pandas.frame", "DataFrame", dtypes=[("a", "int")]),
            ),
            "Spark would compute it",
        ),
        (
            _double(
                "ibis",
                "Table",
                schema=lambda _: {"a": "int"},
                get_backend=lambda _: types.SimpleNamespace(name="bigquery"),
            ),
            "bigquery would compute it",
        ),
        (
            _double(
                "ray",
                "Dataset",
                schema=lambda _, fetch_if_missing: types.SimpleNamespace(names=["a"], types=["int"]),
            ),
            "Ray would compute it",
        ),
        (
            _double(
                "datafusion", "DataFrame", schema=lambda _: types.SimpleNamespace(names=["a"], types=["int"])
            ),
            "DataFusion would compute it",
        ),
        (
            _double("daft", "DataFrame", schema=lambda _: [types.SimpleNamespace(name="a", dtype="int")]),
            "daft would compute it",
        ),
        (
            _double(
                "bigframes",
                "Series",
                to_frame=lambda _: _double("bigframes", "DataFrame", dtypes={"a": "int"}),
            ),
            "BigQuery would compute it",
        ),
        (
            _double(
                "snowflake",
                "DataFrame",
                schema=types.SimpleNamespace(fields=[types.SimpleNamespace(name="a", datatype="int")]),
            ),
            "Snowflake would compute it",
        ),
        (
            _double("modin", "DataFrame", get_backend=lambda _: "Snowflake", dtypes={"a": "int"}),
            "Snowflake would compute it",
        ),
    ],
)
def test_of_engines_elsewhere_only_the_schema_is_asked(query: Any, where: str) -> None:
    lines = text_of(query).splitlines()
    assert lines[1] == f"(a query, not computed: no rows, no statistics; {where})"
    assert lines[-1] == "  a: int"


@pytest.mark.parametrize(
    ("backend", "module", "members", "where"),
    [
        (
            "Ray",
            "ray",
            {"is_initialized": lambda: True, "nodes": lambda: [{"Alive": True}] * 3},
            "Ray cluster of 3 nodes",
        ),
        (
            "Ray",
            "ray",
            {"is_initialized": lambda: True, "nodes": lambda: [{"Alive": True}, {"Alive": False}]},
            "",
        ),
        ("Ray", "ray", {"is_initialized": lambda: False}, ""),
        (
            "Dask",
            "distributed",
            {"default_client": lambda: types.SimpleNamespace(cluster=None)},
            "dask cluster",
        ),
        (
            "Dask",
            "distributed",
            {"default_client": lambda: types.SimpleNamespace(cluster=_double("distributed", "LocalCluster"))},
            "",
        ),
        ("Python", "ray", {}, ""),
    ],
)
def test_modin_on_a_cluster_is_not_fetched(
    monkeypatch: pytest.MonkeyPatch, backend: str, module: str, members: dict[str, Any], where: str
) -> None:
    monkeypatch.setitem(sys.modules, module, types.SimpleNamespace(**members))
    frame = _double("modin", "DataFrame", get_backend=lambda _: backend, dtypes={"a": "int"})
    assert far_modin(frame) == (f"a {where} would compute it" if where else "")
    assert not where or text_of(frame).endswith(f"no statistics; a {where} would compute it)\n  a: int")


def test_columns_that_are_not_known_are_not_said_to_be_none() -> None:
    lines = text_of(_double("ray", "Dataset", schema=lambda _, fetch_if_missing: None)).splitlines()
    assert lines[0] == "ray Dataset, columns unknown until it is computed"


@pytest.mark.parametrize("engine", ["duckdb", "snowflake"])
def test_a_query_of_sqlframe_has_types_only_from_an_engine_in_this_process(engine: str) -> None:
    field = types.SimpleNamespace(name="a", dataType=types.SimpleNamespace(simpleString=lambda: "int"))
    base = type("BaseDataFrame", (), {"__module__": "sqlframe.base.dataframe"})
    known = {"duckdb": {"schema": types.SimpleNamespace(fields=[field])}, "snowflake": {"columns": ["a"]}}[
        engine
    ]
    frame = type("Frame", (base,), {"__module__": f"sqlframe.{engine}.dataframe", **known})()
    lines = text_of(frame).splitlines()
    assert lines[1:] == [
        f"(a query, not computed: no rows, no statistics; {engine} would compute it)",
        f"  a: {'int' if engine == 'duckdb' else 'unknown type'}",
    ]
    assert "nothing is computed for a sqlframe DataFrame here; fetch what you want to send" in text_of(
        frame, "stats"
    )


def test_a_frame_of_spark_connect_has_a_column_of_any_name() -> None:
    """So its type is checked instead: it is neither pandas on Spark nor read in batches."""
    frame = _double(
        "pyspark", "DataFrame", dtypes=[("a", "int")], __getattr__=lambda _, name: f"column {name}"
    )
    assert "no rows, no statistics; Spark would compute it" in text_of(frame)
    assert "not computed: TypeError" in text_of(frame, "stats")  # of narwhals, which does not know the double


def test_a_statement_of_sqlalchemy_is_its_sql_and_its_columns() -> None:
    columns = (sqlalchemy.Column("id", sqlalchemy.Integer), sqlalchemy.Column("name", sqlalchemy.String(20)))
    table = sqlalchemy.Table("visits", sqlalchemy.MetaData(), *columns)
    statement = sqlalchemy.select(table).where(table.c.name == "a patient's name")
    lines = text_of(statement).splitlines()
    assert [line.rstrip() for line in lines] == [
        "sqlalchemy Select",
        "SQL, with its parameters as names:",
        "SELECT visits.id, visits.name",
        "FROM visits",
        "WHERE visits.name = :name_1",
        "columns:",
        "  id: INTEGER",
        "  name: VARCHAR(20)",
    ]
    assert text_of(table).splitlines()[0] == "sqlalchemy Table visits"
    with pytest.raises(ConfigurationError, match="has no engine here, so it has no rows"):
        describe_data(statement, "head 5")


def test_queries_in_a_dict_are_tables(parquet: str) -> None:
    attachment = attachment_of({"q": polars.scan_parquet(parquet), "n": 1}, "d", limits=_PATIENT)
    assert attachment.summary == "dict with 1 table"
    assert "polars LazyFrame, 60 rows × 7 columns" in attachment.blocks[0]["text"]


@pytest.mark.parametrize("together", [1, 30, 1_000])  # rows: files on their own, two and one, all of them
def test_a_dataset_of_several_files_is_read_by_batches(
    tmp_path: pathlib.Path, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in range(3):
        _FRAME.slice(part * 20, 20).write_parquet(tmp_path / f"{part}.parquet")
    monkeypatch.setattr("nbclaude.data.lazy.datasets._ROWS_TOGETHER", together)
    text = text_of(pyarrow.dataset.dataset(tmp_path))
    assert "pyarrow Dataset, 60 rows × 7 columns, 3 files, parquet\n" in text
    assert "; 0 … 59, mean 29.5, std 17.4642\n" in text
    assert "; 20 missing (33.3%), 2 distinct; Rome: 20, Ulm: 20\n" in text


def test_of_very_many_columns_only_the_first_have_statistics() -> None:
    wide = polars.LazyFrame({f"c{n}": [float(n)] * 3 for n in range(300)})
    assert text_of(wide, "stats").splitlines()[1:] == [
        "(a query: its engine counted all rows; nothing else was collected; statistics of the first 100 columns)",
        "columns:",
        "  c0 … c99 (100 columns): Float64; 0 … 99, 100 columns constant",
        "  c100 … c299 (200 columns): Float64",
    ]


def test_a_text_that_is_everywhere_the_same() -> None:
    frame = polars.LazyFrame({"s": ["x"] * 60, "e": polars.Series(["a"] * 60, dtype=polars.Enum(["a", "b"]))})
    assert text_of(frame, "stats").splitlines()[-2:] == ["  s: String; constant x", "  e: Enum; constant a"]


def test_sums_that_an_engine_cannot_hold_are_left_out() -> None:
    large, many = [10**17 + n for n in range(60)], [10**14 + 10**10 * n for n in range(120_000)]
    frame = pandas.DataFrame({"large": large})
    # dask adds up integers of 64 bits; DuckDB and polars add up floats.
    for query in (
        dask_frames.from_pandas(frame, npartitions=2),
        polars.from_pandas(frame).lazy(),
        duckdb.from_arrow(pyarrow.Table.from_pandas(frame)),
    ):
        assert f"; {large[0]} … {large[-1]}" in text_of(query)
        assert "mean" not in text_of(query)
    assert "mean" not in text_of(dask_frames.from_pandas(pandas.DataFrame({"many": many}), npartitions=2))


def test_the_index_of_a_dask_frame() -> None:
    days = pandas.date_range("2024-01-01", periods=60, name="day")
    frame = pandas.DataFrame({"n": range(60)}, index=days)
    opening = text_of(dask_frames.from_pandas(frame, npartitions=2), "schema").splitlines()[0]
    assert (
        opening == f"dask DataFrame, 1 column, 2 partitions, index day: {days.dtype}, 2024-01-01 … 2024-02-29"
    )


def test_a_single_value_of_a_query_is_a_query(parquet: str) -> None:
    table = ibis.duckdb.connect().read_parquet(parquet)
    assert text_of(table.n.mean()).splitlines()[0] == "ibis Table, 1 row × 1 column, backend duckdb"


def test_columns_that_share_a_name() -> None:
    """DuckDB treats `id` and `ID` as the same name, and a join keeps both."""
    relation = duckdb.sql("SELECT range AS id, range / 2 AS ID, 'x' AS g, range % 2 AS id FROM range(60)")
    lines = text_of(relation, "stats").splitlines()[3:]
    assert lines == [
        "  id: BIGINT; 0 … 59, mean 29.5, std 17.4642",
        "  ID: DOUBLE; 0 … 29.5, mean 14.75, std 8.73212",
        "  g: VARCHAR; constant x",
        "  id: BIGINT; 0 … 1, mean 0.5, std 0.504219, 2 distinct; 0: 30, 1: 30",
    ]
    frame = dask_frames.from_pandas(pandas.DataFrame([[1, 2.5], [3, 2.5]], columns=["a", "a"]), npartitions=1)
    assert text_of(frame, "stats").splitlines()[3:] == [
        "  a: int64; 1 … 3, mean 2, std 1.41421, unique",
        "  a: float64; constant 2.5",
    ]


def test_rows_of_a_query_have_the_digits_of_those_of_a_frame() -> None:
    query = polars.LazyFrame({"x": [1 / 3, 2 / 3]})
    assert "all rows (2 numbers rounded to 7 digits):\nrow,x\n0,0.3333333\n1,0.6666667" in text_of(query)
    assert "\n0,0.3333333333333333\n" in text_of(query, "head 2")
