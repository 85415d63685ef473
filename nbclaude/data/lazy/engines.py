"""The query engines that can be asked for rows and statistics, and which engine a value belongs to."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nbclaude.data.cells import date_text, name_text
from nbclaude.data.lazy.engine import Engine, Rows, dtypes_of, fields_of
from nbclaude.data.lazy.jobs import Job
from nbclaude.data.lazy.schema_only import MODIN, SCHEMA_ONLY, far_modin
from nbclaude.texts import counted

__all__ = ["QUERY_FAMILIES", "engine_of"]

# Backends of ibis that compute in this process; all others may be billed, or shared with others.
_LOCAL_BACKENDS = frozenset({"duckdb", "polars", "datafusion", "sqlite", "pandas", "dask"})
_SQLITE_STEPS = 100_000  # of its virtual machine: less than a hundredth of a second
_LOCAL_DATABASES = frozenset({"duckdb", "sqlite", "system", "internal"})


def engine_of(value: Any) -> Engine | None:
    """Return the engine of a query; None for a value that is not a query, or whose engine is not known here."""
    if isinstance(value, type):
        return None
    for kind in type(value).__mro__:
        family = str(kind.__module__).partition(".")[0].lstrip("_")
        if (found := _ENGINES.get((family, kind.__name__))) is not None:
            return found if found is not MODIN or far_modin(value) else None
    return None


def _polars(query: Any, job: Job) -> Rows:
    # The streaming engine holds a part of the rows at a time.
    try:
        running = query.collect(engine="streaming", background=True)
    except TypeError:  # before version 1.23
        running = query.collect(background=True)
    job.cancelled_by(running.cancel)
    return list(running.fetch_blocking().rows())


def _duckdb(relation: Any, job: Job) -> Rows:
    if (connection := _connection(relation)) is not None:
        job.cancelled_by(connection.interrupt)
    return list(relation.fetchall())


def _connection(relation: Any) -> Any:
    """Return the connection of a relation; older versions do not expose it, and most relations belong to the default one."""
    own: Any = getattr(relation, "_con", None)
    if hasattr(own, "interrupt"):
        return own
    default = getattr(sys.modules.get("duckdb"), "default_connection", None)
    return default() if callable(default) else default


def _databases(connection: Any) -> str:
    """Name databases of other servers that a connection of DuckDB is attached to: MotherDuck, Postgres."""
    with contextlib.suppress(Exception):  # it is busy, or closed
        rows = connection.cursor().execute("SELECT DISTINCT type FROM duckdb_databases()").fetchall()
        others = sorted(str(kind) for (kind,) in rows if str(kind) not in _LOCAL_DATABASES)
        return f"DuckDB may ask {', '.join(others)} for it" if others else ""
    return ""


def _dask(frame: Any, job: Job) -> Rows:
    callback = sys.modules["dask"].callbacks.Callback
    with callback(pretask=job.check):
        return _pandas_rows(frame.compute())


def _pandas_rows(frame: Any) -> Rows:
    missing = sys.modules["pandas"].isna
    return [
        tuple(None if _is_scalar(value) and missing(value) else value for value in row)
        for row in frame.itertuples(index=False, name=None)
    ]


def _is_scalar(value: Any) -> bool:
    return not hasattr(value, "__len__") or isinstance(value, str)


def _dask_renamed(frame: Any, names: Sequence[str]) -> Any:
    renamed = frame.copy()
    renamed.columns = list(names)
    return renamed


def _dask_cluster(frame: Any) -> str:
    get = sys.modules["dask"].base.get_scheduler(collections=[frame])
    module = str(getattr(get, "__module__", "") or type(get).__module__)
    return "" if get is None or module.startswith("dask.") else "a cluster would compute it"


def _ibis(table: Any, job: Job) -> Rows:
    connection: Any = getattr(table.get_backend(), "con", None)
    if hasattr(connection, "interrupt"):
        job.cancelled_by(connection.interrupt)
    if not _is_sqlite(table):
        return [tuple(row.values()) for row in table.to_pyarrow().to_pylist()]
    # Python notices the user's interrupt only if SQLite calls it now and then, and SQLite reports it as an error of its own.
    connection.set_progress_handler(lambda: 0, _SQLITE_STEPS)
    try:
        return [tuple(row.values()) for row in table.to_pyarrow().to_pylist()]
    except Exception as error:
        job.check()
        if str(error) == "interrupted":
            raise KeyboardInterrupt from error
        raise
    finally:
        connection.set_progress_handler(None, 0)


def _is_sqlite(table: Any) -> bool:
    with contextlib.suppress(Exception):  # a table that is only a schema
        return bool(table.get_backend().name == "sqlite")
    return False


def _ibis_backend(table: Any) -> str:
    try:
        backend = table.get_backend()
    except Exception:  # a table that is only a schema
        return "it has no backend"
    if backend.name == "duckdb":
        return _databases(getattr(backend, "con", None))
    return "" if backend.name in _LOCAL_BACKENDS else f"{backend.name} would compute it"


def _ibis_known(table: Any) -> str:
    with contextlib.suppress(Exception):
        return f"backend {table.get_backend().name}"
    return "bound to no backend"


def _spark(frame: Any, job: Job) -> Rows:
    session = frame.sparkSession
    tag = f"nbclaude-{id(job)}"
    with contextlib.suppress(Exception):  # before version 3.5
        session.addTag(tag)
        job.cancelled_by(lambda: session.interruptTag(tag))
    try:
        return [tuple(row) for row in frame.collect()]
    finally:
        with contextlib.suppress(Exception):
            session.removeTag(tag)


def _files(dataset: Any) -> str:
    with contextlib.suppress(Exception):  # only those of files have any
        return f"{counted(len(dataset.files), 'file')}, {dataset.format.default_extname}"
    with contextlib.suppress(Exception):
        return f"{counted(len(dataset.children), 'dataset')} together"
    return ""


def _far_files(dataset: Any) -> str:
    name = str(getattr(getattr(dataset, "filesystem", None), "type_name", "local"))
    return "" if name in ("local", "mock") else f"its files are on {name}"


def _dask_known(frame: Any) -> str:
    partitions = counted(int(frame.npartitions), "partition")
    index = frame.index
    # Its ends are known without computing anything. Those of a plain index, which only numbers the rows, say nothing.
    if index.name is None and not (frame.known_divisions and str(index.dtype).startswith("datetime")):
        return partitions
    name = "" if index.name is None else f" {name_text(index.name)}"
    ends = " … ".join(date_text(frame.divisions[end]) for end in (0, -1)) if frame.known_divisions else ""
    return f"{partitions}, index{name}: {index.dtype}{', ' * bool(ends)}{ends}"


def _spark_columns(frame: Any) -> Iterable[tuple[object, object]]:
    # Those of pandas on Spark are a Series.
    dtypes: Any = frame.dtypes
    columns: Iterable[tuple[object, object]] = dtypes.items() if hasattr(dtypes, "items") else dtypes
    return columns


_SPARK = Engine(
    "pyspark DataFrame",
    _spark_columns,
    "df.limit(5).toPandas()",
    elsewhere=lambda _: "Spark would compute it",
    fetch=_spark,
    renamed=lambda frame, names: frame.toDF(*names),
)
_DATASET = Engine(
    "pyarrow Dataset",
    lambda dataset: fields_of(dataset.schema),
    "ds.head(5)",
    _files,
    _far_files,
    in_batches=True,
)
_ENGINES: Mapping[tuple[str, str], Engine] = {
    **SCHEMA_ONLY,
    ("dask", "DataFrame"): Engine(
        "dask DataFrame",
        dtypes_of,
        "df.head(5)",
        _dask_known,
        _dask_cluster,
        _dask,
        nan_is_null=True,
        renamed=_dask_renamed,
    ),
    ("duckdb", "DuckDBPyRelation"): Engine(
        "duckdb relation",
        lambda relation: zip(relation.columns, relation.types, strict=True),
        "rel.limit(5).df()",
        elsewhere=lambda relation: _databases(_connection(relation)),
        fetch=_duckdb,
        renamed=lambda relation, names: relation.project(
            ", ".join(f"#{place} AS {name}" for place, name in enumerate(names, 1))
        ),
    ),
    ("ibis", "Table"): Engine(
        "ibis Table",
        lambda table: table.schema().items(),
        "t.head(5).to_pandas()",
        _ibis_known,
        _ibis_backend,
        _ibis,
        in_own_thread=_is_sqlite,
    ),
    ("polars", "LazyFrame"): Engine(
        "polars LazyFrame",
        lambda frame: frame.collect_schema().items(),
        "lf.head(5).collect()",
        fetch=_polars,
    ),
    ("pyspark", "DataFrame"): _SPARK,
    ("pyarrow", "Dataset"): _DATASET,
}
# Displaying a value of one of these families may compute it.
QUERY_FAMILIES = frozenset({family for family, _ in _ENGINES} - {"modin", "polars", "pyarrow"})
