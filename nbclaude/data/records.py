"""Makes a table for `table` to describe of database rows, or of records in plain lists."""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from nbclaude.data.plain_tables import rows_table
from nbclaude.data.table import Table

__all__ = ["record_table"]

# A shorter list of records says more as Python shows it.
_LONG = 40
_LOOKED_AT = 1_000  # records whose shape is looked at
_MAX_WIDTH = 500  # columns
_SCALARS = (
    str,
    bytes,
    int,
    float,
    complex,
    decimal.Decimal,
    datetime.date,
    datetime.time,
    datetime.timedelta,
    uuid.UUID,
    type(None),
)


def record_table(value: Any, *, short: bool) -> Table | None:
    """Return records as a table, None for what is none.

    Records are the results of queries (of the %sql magics, sqlite3, SQLAlchemy), a single row of one, and lists of tuples
    or dicts of single values; a list of less than 40 of them only if `short` ones are wanted, too.
    """
    if isinstance(value, list) and hasattr(value, "DataFrame"):
        keys = getattr(value, "keys", ())
        names = keys() if callable(keys) else keys
        return rows_table("SQL result", [str(name) for name in names], value)
    if names := _row_names(value):
        return rows_table("SQL row", names, [value])
    if not isinstance(value, list) or not value:
        return None
    if names := _row_names(value[0]):
        alike = all(type(row) is type(value[0]) for row in value[:_LOOKED_AT])
        return rows_table("SQL result", names, value) if alike else None
    return _plain(value) if short or len(value) >= _LONG else None


def _row_names(row: Any) -> list[str]:
    """Return the columns of a row of sqlite3 or SQLAlchemy; nothing for other values."""
    family = str(type(row).__module__).partition(".")[0]
    if family == "sqlite3" and hasattr(row, "keys"):
        return [str(name) for name in row.keys()]  # noqa: SIM118 - a Row iterates over its values
    if family == "sqlalchemy" and hasattr(row, "_fields"):
        return [str(name) for name in row._fields]
    return []


def _plain(records: list[Any]) -> Table | None:
    looked_at = records[:_LOOKED_AT]
    if all(isinstance(record, dict) for record in looked_at):
        keys = list(dict.fromkeys(key for record in looked_at for key in record))
        cells: Callable[[Any], Sequence[object]] = lambda record: [record.get(key) for key in keys]  # noqa: E731
        values = (value for record in looked_at for value in record.values())
        # Where most are missing, they are no rows of one table.
        alike = 2 * sum(map(len, looked_at)) >= len(keys) * len(looked_at)
    elif all(isinstance(record, tuple) for record in looked_at):
        keys = list(getattr(records[0], "_fields", range(len(records[0]))))
        cells = lambda record: [*record, *[None] * len(keys)][: len(keys)]  # noqa: E731
        values = (value for record in looked_at for value in record)
        alike = all(len(record) == len(keys) for record in looked_at)
    else:
        return None
    if (
        not alike
        or not 0 < len(keys) <= _MAX_WIDTH
        or not all(isinstance(value, _SCALARS) for value in values)
    ):
        return None
    return rows_table(f"list of {type(records[0]).__name__}s", keys, records, cells)
