"""A query that is not computed yet comes in (a LazyFrame of polars, a relation of DuckDB); its columns, as text, go out."""

from __future__ import annotations

from typing import Any

from nbclaude.data.csv_rows import laid_out
from nbclaude.data.facts import full_text, name_text
from nbclaude.data.polars_tables import lazy_schema
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
    if family == "polars" and name == "LazyFrame":
        return _lazy_frame(value, word, budget)
    if family in ("duckdb", "_duckdb") and name == "DuckDBPyRelation":
        return _relation(value, word, rows, budget)
    return None


def _lazy_frame(value: Any, word: str, budget: int) -> Described:
    if word in ("head", "full"):
        raise ConfigurationError(
            "A polars LazyFrame is not computed here. Collect what you want to send, as in {lf.head(5).collect()}."
        )
    try:
        schema = lazy_schema(value)
    except Exception as error:  # polars has a class for everything that may be wrong with a plan
        raise ConfigurationError(
            f"polars finds no schema for this LazyFrame: {one_line(str(error), 300)}"
        ) from error
    text, note = clip(schema, budget)
    notes = ("not computed: collect() it for rows", *([note] if note else []))
    return Described(text, "schema only", notes)


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
