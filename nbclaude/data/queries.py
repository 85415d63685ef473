"""Tells queries that are not computed yet (a LazyFrame of polars, a table of dask, a relation of DuckDB) by their columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nbclaude.data.cells import full_text, name_text
from nbclaude.data.csv_rows import laid_out
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
    query = _QUERIES.get((family, name))
    return None if query is None else _unread(value, query, f"{family} {name}", word, budget)


@dataclass(frozen=True, slots=True)
class _Query:
    """A type whose values are not computed: its columns with their types, the method that computes, a reference to rows."""

    columns: Callable[[Any], Iterable[tuple[object, object]]]
    method: str
    rows: str


_QUERIES: Mapping[tuple[str, str], _Query] = {
    ("dask", "DataFrame"): _Query(lambda frame: frame.dtypes.items(), "compute", "df.head(5)"),
    ("ibis", "Table"): _Query(lambda table: table.schema().items(), "to_pandas", "t.head(5).to_pandas()"),
    ("polars", "LazyFrame"): _Query(
        lambda frame: frame.collect_schema().items(), "collect", "lf.head(5).collect()"
    ),
    ("pyspark", "DataFrame"): _Query(lambda frame: frame.dtypes, "toPandas", "df.limit(5).toPandas()"),
}


def _unread(value: Any, query: _Query, title: str, word: str, budget: int) -> Described:
    if word in ("head", "full"):
        raise ConfigurationError(
            f"{'An' if title[0] in 'aeiou' else 'A'} {title} is not computed here. "
            f"Collect what you want to send, as in {{{query.rows}}}."
        )
    try:
        columns = [f"  {name_text(name)}: {_dtype(dtype)}" for name, dtype in query.columns(value)]
    except Exception as error:  # each library has a class for everything that may be wrong with a plan
        family, _, name = title.partition(" ")
        raise ConfigurationError(
            f"{family} cannot find the schema of this {name}: {one_line(str(error), 300)}"
        ) from error
    opening = f"{title} (not computed: no rows, no statistics)"
    text, note = clip("\n".join([opening, "columns:", *columns]), budget)
    notes = (f"not computed: {query.method}() it for rows", *([note] if note else []))
    return Described(text, "schema only", notes)


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
