"""Tells queries that are not computed yet (a LazyFrame of polars, a table of dask, a relation of DuckDB) by their columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbclaude.data.csv_rows import laid_out
from nbclaude.data.facts import full_text, name_text
from nbclaude.data.table import Described
from nbclaude.errors import ConfigurationError
from nbclaude.texts import clip, counted, one_line

__all__ = ["describe_query"]

_FIRST = 10  # rows of a relation that are fetched


def describe_query(value: Any, word: str, rows: int, budget: int) -> Described | None:
    """Describe a query, None if the value is none; `word` is a format for data.

    Raises ConfigurationError for rows that only the whole query would give, and where it has no schema.
    """
    name, family = type(value).__name__, str(type(value).__module__).partition(".")[0]
    if family in ("duckdb", "_duckdb") and name == "DuckDBPyRelation":
        return _relation(value, word, rows, budget)
    if (family, name) in _LAZY:
        return _lazy_frame(value, family, word, budget)
    return None


# What is not computed here, and how its user gets rows of it.
_LAZY: Mapping[tuple[str, str], str] = {
    ("dask", "DataFrame"): "head(5)",
    ("dask_expr", "DataFrame"): "head(5)",
    ("ibis", "Table"): "head(5).to_pandas()",
    ("polars", "LazyFrame"): "head(5).collect()",
    ("pyspark", "DataFrame"): "limit(5).toPandas()",
    ("sqlframe", "DataFrame"): "limit(5).toPandas()",
}


def _lazy_frame(value: Any, family: str, word: str, budget: int) -> Described | None:
    name = f"{family} {type(value).__name__}"
    way = _LAZY[family, type(value).__name__]
    if word in ("head", "full"):
        raise ConfigurationError(
            f"{'An' if name[0] in 'aeiou' else 'A'} {name} is not computed here. "
            f"Collect what you want to send, as in {{lf.{way}}}."
        )
    try:
        schema = value.collect_schema() if family == "polars" else _schema(value)
    except Exception as error:  # each library has a class for everything that may be wrong with a plan
        raise ConfigurationError(
            f"{family} finds no schema for this {type(value).__name__}: {one_line(str(error), 300)}"
        ) from error
    columns = [f"  {name_text(column)}: {_dtype(dtype)}" for column, dtype in schema.items()]
    opening = f"{name} (not computed: no rows, no statistics)"
    text, note = clip("\n".join([opening, "columns:", *columns]), budget)
    notes = (
        f"not computed: {way.rpartition('.')[2].replace('head(5)', 'compute()')} it for rows",
        *([note] if note else []),
    )
    return Described(text, "schema only", notes)


def _schema(value: Any) -> Any:
    import narwhals.stable.v2 as nw

    return nw.from_native(value).collect_schema()


def _dtype(dtype: Any) -> str:
    # An Enum's type lists its categories, which are values.
    return "Enum" if type(dtype).__name__ == "Enum" else one_line(str(dtype), 120)


def _relation(value: Any, word: str, rows: int, budget: int) -> Described:
    if word == "full":
        raise ConfigurationError(
            "A relation of DuckDB is not computed here. Fetch what you want to send, as in {rel.df():full}."
        )
    names = [name_text(column) for column in value.columns]
    lines = ["duckdb relation (not computed: no statistics)", "columns:"]
    lines += [f"  {name}: {dtype}" for name, dtype in zip(names, value.types, strict=True)]
    opening, note = clip("\n".join(lines), budget * 6 // 10)
    notes = [note] if note else []
    if word == "schema":
        return Described(f"{opening}\n(no rows were sent)", "schema only", tuple(notes))
    # What its own repr would fetch a thousand times more of.
    fetched = value.limit(rows or _FIRST).fetchall()
    records = [[n, *map(full_text, row)] for n, row in enumerate(fetched)]
    laid = laid_out(["row", *names], records, budget - len(opening))
    table, cut = clip(laid.text, max(budget - len(opening), 200))
    notes += [*laid.notes, *([cut] if cut else [])]
    which = f"first {counted(len(records), 'row')}"
    said = f" ({'; '.join(laid.notes)})" if laid.notes else ""
    return Described(f"{opening}\n{which}{said}:\n{table}".rstrip("\n"), f"schema + {which}", tuple(notes))
