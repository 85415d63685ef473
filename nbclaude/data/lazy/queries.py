"""Describes queries (of polars, dask, DuckDB, ibis, Spark) by what can be known of them in a short time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from nbclaude.data.cells import name_text
from nbclaude.data.column_lines import column_lines
from nbclaude.data.csv_rows import laid_out
from nbclaude.data.facts import Facts
from nbclaude.data.lazy.engine import MAX_COLUMNS, Engine, Rows
from nbclaude.data.lazy.engines import engine_of
from nbclaude.data.lazy.jobs import Clock, Job, Outcome, within
from nbclaude.data.lazy.schema_only import far_modin
from nbclaude.data.lazy.statements import describe_statement
from nbclaude.data.row_lines import SAMPLE_DIGITS
from nbclaude.data.table import Described, Table
from nbclaude.errors import ConfigurationError
from nbclaude.texts import clip, counted, one_line

__all__ = ["describe_query"]

_T = TypeVar("_T")

_FIRST = 10  # rows are shown
_OF_SPARK = ("Series", "Index", "DatetimeIndex", "MultiIndex")  # of pandas on Spark
_LOOKED_AT = 1_000  # rows that tell which columns may hold few different values


def describe_query(value: Any, word: str, rows: int, budget: int, seconds: float) -> Described | None:
    """Describe a query, None if the value is not one; `word` is a format for data.

    An engine in this process computes one aggregate and a few rows, in so many `seconds` at most. Others are asked for
    nothing but the schema, unless the format is "stats" or "head": then they may take as long as they need.

    Raises ConfigurationError for rows that only the whole query would give, and where it has no schema.
    """
    if (statement := describe_statement(value, word, budget)) is not None:
        return statement
    value = _as_frame(value)
    engine = engine_of(value)
    if engine is None:
        return None
    if word == "full":
        raise ConfigurationError(
            f"{_a(engine.title)} is not computed here. Fetch what you want to send, as in {{{engine.cure}}}."
        )
    columns = _columns(value, engine)
    names, dtypes = [name for name, _ in columns or ()], [dtype for _, dtype in columns or ()]
    found = _Found(engine, names, dtypes, engine.known(value), engine.elsewhere(value))
    found.has_columns = columns is not None
    if word == "schema":
        return _laid_out(found, word, budget)
    asked = word in ("stats", "head")
    if (found.elsewhere and not asked) or not (seconds or asked):
        return _laid_out(found, word, budget)
    clock = Clock(None if asked else seconds)
    _compute(value, found, clock, rows, statistics=word != "head", shown=word != "stats")
    return _laid_out(found, word, budget)


@dataclass(slots=True)
class _Found:
    """What is known of a query so far; `problems` say what could not be computed."""

    engine: Engine
    names: Sequence[str]
    dtypes: Sequence[str]
    known: str = ""
    elsewhere: str = ""
    rows: int | None = None
    first: Rows | None = None
    facts: Sequence[Facts] = ()
    problems: list[str] = field(default_factory=list)
    limit: float | None = None
    has_columns: bool = True

    def take(self, outcome: Outcome[_T], what: str) -> _T | None:
        """Return what was computed, or note why it was not."""
        if outcome.error is not None:
            self.problems.append(f"{what} not computed: {_said(outcome.error)}")
        elif outcome.became:
            self.problems.append(f"{what} not computed within {self.limit:g} s: {outcome.became}")
        return outcome.value


def _as_frame(value: Any) -> Any:
    """Return a column or a single value of a query as a query of its own; any other value as it is.

    The repr of some of these would compute them.
    """
    family, name = str(type(value).__module__).partition(".")[0], type(value).__name__
    if (family in ("bigframes", "dask") and name == "Series") or (family == "pyspark" and name in _OF_SPARK):
        return value.to_frame()
    if family == "modin" and name == "Series" and far_modin(value):
        return value.to_frame()
    if family == "ibis" and name.endswith(("Column", "Scalar")) and hasattr(value, "as_table"):
        return value.as_table()
    return value


def _columns(value: Any, engine: Engine) -> list[tuple[str, str]] | None:
    """Return names and types of the columns; None if they are not known before the query is computed."""
    try:
        columns = engine.columns(value)
        return None if columns is None else [(name_text(name), _dtype(dtype)) for name, dtype in columns]
    except Exception as error:  # each library has a class for everything that may be wrong with a plan
        family, _, name = engine.title.partition(" ")
        raise ConfigurationError(
            f"{family} cannot find the schema of this {name}: {one_line(str(error), 300)}"
        ) from error


def _dtype(dtype: Any) -> str:
    # An Enum's type lists its categories, which are values.
    return "Enum" if type(dtype).__name__ == "Enum" else one_line(str(dtype), 120)


def _compute(value: Any, found: _Found, clock: Clock, rows: int, *, statistics: bool, shown: bool) -> None:
    """Fetch some rows, then count; each as long as the clock allows."""
    from nbclaude.data.lazy.pushed import Pushed

    found.limit = clock.seconds
    try:
        pushed = Pushed.of(value, found.engine)
    except Exception as error:  # columns of the same name; a version of a library that narwhals does not know
        found.problems.append(f"not computed: {_said(error)}")
        return
    if pushed is None:
        found.problems.append(
            f"nothing is computed for a {found.engine.title} here; fetch what you want to send, as in {{{found.engine.cure}}}"
        )
        return
    wanted, here = rows or _LOOKED_AT, found.engine.in_own_thread(value)
    first = found.take(within(clock, lambda job: pushed.first(wanted, job), here=here), "rows")
    found.first = first[: rows or _FIRST] if first is not None and shown else None
    if not statistics:
        return
    aggregate = found.take(
        within(clock, lambda job: pushed.aggregate(first or [], job), here=here), "counts and statistics"
    )
    if aggregate is None:
        return
    found.rows = aggregate.rows
    _note_refused(found, aggregate.refused)
    counts: dict[int, Sequence[tuple[Any, int]]] = dict(aggregate.counts)
    for column in pushed.countable(aggregate):
        told = found.take(
            within(clock, _counting(pushed, column), here=here),
            f"how often each {found.names[column]} occurs",
        )
        if told is None:
            break
        counts[column] = told
    found.facts = pushed.facts(aggregate, counts)


def _note_refused(found: _Found, refused: Mapping[int, Exception]) -> None:
    """Say for which columns an engine lacks some statistics, and why."""
    by_reason: dict[str, list[str]] = {}
    for column, error in refused.items():
        by_reason.setdefault(_said(error), []).append(found.names[column])
    for reason, names in by_reason.items():
        found.problems.append(f"statistics of {one_line(', '.join(names), 120)} not computed: {reason}")


def _counting(pushed: Any, column: int) -> Callable[[Job], Sequence[tuple[Any, int]]]:
    return lambda job: pushed.counts(column, job)


def _laid_out(found: _Found, word: str, budget: int) -> Described:
    opening = _opening(found)
    table = Table(
        title=found.engine.title,
        rows=len(found.first or ()),
        names=found.names,
        dtypes=found.dtypes,
        labels=["row"],
        index=Facts(),
        step=1,
        facts=lambda column: found.facts[column] if column < len(found.facts) else Facts(),
        cells=lambda rows, columns: [],
    )
    columns, notes = column_lines(table, max(budget - len(opening), 300), values=word != "schema")
    text = f"{opening}\n{columns}"
    notes = (*found.problems, *notes)
    words = "schema + statistics" if found.facts else "schema only"
    if found.rows is not None:
        words = f"{counted(found.rows, 'row')} × {counted(len(found.names), 'column')}: {words}"
    if word == "schema":
        return Described(f"{text}\n(no rows were sent)", words, notes)
    if not found.first:
        return Described(text, words, notes)
    records = [[place, *row] for place, row in enumerate(found.first)]
    digits = 0 if word == "head" else SAMPLE_DIGITS
    laid = laid_out(["row", *found.names], records, max(budget - len(text), 200), digits)
    shown, cut = clip(laid.text, max(budget - len(text), 200))
    notes = (*notes, *laid.notes, *([cut] if cut else []))
    which = "all rows" if found.rows == len(records) else f"first {counted(len(records), 'row')}"
    said = f" ({'; '.join(laid.notes)})" if laid.notes else ""
    together = f"{words.removesuffix(' only')} + {which}"
    return Described(f"{text}\n{which}{said}:\n{shown}".rstrip("\n"), together, notes)


def _opening(found: _Found) -> str:
    columns = (
        counted(len(found.names), "column") if found.has_columns else "columns unknown until it is computed"
    )
    size = columns if found.rows is None else f"{counted(found.rows, 'row')} × {columns}"
    known = f", {found.known}" if found.known else ""
    return f"{found.engine.title}, {size}{known}\n({_state(found)})"


def _state(found: _Found) -> str:
    """Say what was computed of a query, and what was not."""
    if found.problems:
        return "a query; " + "; ".join(found.problems)
    if found.facts:
        some = f"; statistics of the first {MAX_COLUMNS} columns" if len(found.names) > MAX_COLUMNS else ""
        return f"a query: its engine counted all rows; nothing else was collected{some}"
    if found.first is not None:
        return "a query: only these rows were computed"
    where = f"; {found.elsewhere}" if found.elsewhere else ""
    return f"a query, not computed: no rows, no statistics{where}"


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {one_line(str(error), 200)}".rstrip(": ")


def _a(title: str) -> str:
    return f"{'An' if title[0] in 'aeiou' else 'A'} {title}"
