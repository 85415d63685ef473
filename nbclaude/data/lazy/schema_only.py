"""The query engines of which only the schema is sent, because we push nothing down to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nbclaude.data.lazy.engine import Engine, dtypes_of, fields_of

__all__ = ["MODIN", "SCHEMA_ONLY", "far_modin"]


def _sqlframe_engine(frame: Any) -> str:
    return str(type(frame).__module__).split(".")[1]


def _sqlframe_columns(frame: Any) -> Iterable[tuple[object, object]]:
    # Only the engine knows the types, and engines other than DuckDB would be asked over a network.
    if _sqlframe_engine(frame) == "duckdb":
        return ((field.name, field.dataType.simpleString()) for field in frame.schema.fields)
    return ((name, "unknown type") for name in frame.columns)


def far_modin(frame: Any) -> str:
    """Say which service would compute a modin frame; nothing for a frame held by this process or its workers."""
    backend = frame.get_backend() if hasattr(type(frame), "get_backend") else ""
    return f"{backend} would compute it" if backend == "Snowflake" else ""


def _ray_columns(dataset: Any) -> Iterable[tuple[object, object]]:
    schema = dataset.schema(fetch_if_missing=False)
    return [] if schema is None else fields_of(schema)


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
