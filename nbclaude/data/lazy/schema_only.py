"""The query engines of which only the schema is sent, because we push nothing down to them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nbclaude.data.lazy.engine import Engine, dtypes_of, fields_of
from nbclaude.texts import counted

__all__ = ["MODIN", "SCHEMA_ONLY", "far_modin"]


def _sqlframe_engine(frame: Any) -> str:
    return str(type(frame).__module__).split(".")[1]


def _sqlframe_columns(frame: Any) -> Iterable[tuple[object, object]]:
    # Only the engine knows the types, and engines other than DuckDB would be asked over a network.
    if _sqlframe_engine(frame) == "duckdb":
        return ((field.name, field.dataType.simpleString()) for field in frame.schema.fields)
    return ((name, "unknown type") for name in frame.columns)


def far_modin(frame: Any) -> str:
    """Say which service or cluster would compute a modin frame; nothing for a frame held by this process or its workers."""
    backend = frame.get_backend() if hasattr(type(frame), "get_backend") else ""
    if backend == "Snowflake":
        return f"{backend} would compute it"
    cluster = _CLUSTERS.get(backend)
    return cluster() if cluster else ""


def _ray_cluster() -> str:
    """Name the Ray cluster of this process if it has several nodes, or the one that it is a client of."""
    ray: Any = sys.modules.get("ray")
    if ray is None or not ray.is_initialized():
        return ""
    nodes = sum(bool(node.get("Alive")) for node in ray.nodes())
    client = getattr(sys.modules.get("ray.util.client"), "ray", None)
    far = client is not None and client.is_connected()
    return f"a Ray cluster of {counted(nodes, 'node')} would compute it" if nodes > 1 or far else ""


def _dask_cluster() -> str:
    """Name a dask cluster, unless it is a `LocalCluster`."""
    distributed: Any = sys.modules.get("distributed")
    if distributed is None:
        return ""
    try:
        cluster = distributed.default_client().cluster
    except ValueError:  # there is none
        return ""
    return "" if type(cluster).__name__ == "LocalCluster" else "a dask cluster would compute it"


_CLUSTERS: Mapping[str, Callable[[], str]] = {"Ray": _ray_cluster, "Dask": _dask_cluster}


def _ray_columns(dataset: Any) -> Iterable[tuple[object, object]] | None:
    schema = dataset.schema(fetch_if_missing=False)
    return None if schema is None else fields_of(schema)


MODIN = Engine("modin DataFrame", dtypes_of, "df.head(5).to_pandas()", elsewhere=far_modin)
_RAY = Engine(
    "ray Dataset", _ray_columns, "ds.limit(5).to_pandas()", elsewhere=lambda _: "Ray would compute it"
)
SCHEMA_ONLY: Mapping[tuple[str, str], Engine] = {
    ("bigframes", "DataFrame"): Engine(
        "bigframes DataFrame",
        dtypes_of,
        "df.head(5).to_pandas()",
        elsewhere=lambda _: "BigQuery would compute it",
    ),
    ("daft", "DataFrame"): Engine(
        "daft DataFrame",
        lambda frame: ((field.name, field.dtype) for field in frame.schema()),
        "df.limit(5).to_pandas()",
        elsewhere=lambda _: "daft would compute it",
    ),
    ("datafusion", "DataFrame"): Engine(
        "datafusion DataFrame",
        lambda frame: fields_of(frame.schema()),
        "df.limit(5).to_pandas()",
        elsewhere=lambda _: "DataFusion would compute it",
    ),
    ("modin", "DataFrame"): MODIN,
    ("ray", "Dataset"): _RAY,
    ("ray", "MaterializedDataset"): _RAY,
    ("snowflake", "DataFrame"): Engine(
        "snowpark DataFrame",
        lambda frame: ((field.name, field.datatype) for field in frame.schema.fields),
        "df.limit(5).to_pandas()",
        elsewhere=lambda _: "Snowflake would compute it",
    ),
    ("sqlframe", "BaseDataFrame"): Engine(
        "sqlframe DataFrame",
        _sqlframe_columns,
        "df.limit(5).toPandas()",
        elsewhere=lambda frame: f"{_sqlframe_engine(frame)} would compute it",
    ),
}
