"""Describes statements of SQLAlchemy, which have no engine: their SQL, columns and types."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nbclaude.data.cells import name_text
from nbclaude.data.table import Described
from nbclaude.errors import ConfigurationError
from nbclaude.texts import clip, counted

__all__ = ["describe_statement"]


def describe_statement(value: Any, word: str, budget: int) -> Described | None:
    """Describe a select or a table of SQLAlchemy; None for other values.

    Raises ConfigurationError for a format that needs rows.
    """
    if str(type(value).__module__).partition(".")[0] not in ("sqlalchemy", "sqlmodel"):
        return None
    columns = _columns(value)
    if columns is None:
        return None
    if word in ("head", "full", "stats"):
        raise ConfigurationError(
            "A statement of SQLAlchemy has no engine here, so it has no rows. Run it and send the result, as in "
            "{pd.read_sql(statement, engine)}."
        )
    name = type(value).__name__
    lines = [f"  {name_text(column.name)}: {column.type}" for column in columns]
    sql = (
        f"\nSQL, with its parameters as names:\n{value}"
        if hasattr(value, "selected_columns")
        else f" {value}"
    )
    text, note = clip("\n".join([f"sqlalchemy {name}{sql}", "columns:", *lines]), budget)
    return Described(text, f"{name}: SQL, {counted(len(lines), 'column')}", (note,) if note else ())


def _columns(value: Any) -> list[Any] | None:
    found: Iterable[Any] | None = getattr(value, "selected_columns", None)
    if found is None and type(value).__name__ == "Table":
        found = value.columns
    return None if found is None else list(found)
