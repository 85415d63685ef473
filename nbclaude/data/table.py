"""Describes a table of any library, behind one interface, as compact text for a model."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from nbclaude.data.csv_rows import Record, csv_line, laid_out, record_line
from nbclaude.data.extents import EXACT_CELLS
from nbclaude.data.facts import Facts, cell_text, full_text
from nbclaude.texts import Cut, counted, one_line

__all__ = ["Described", "Table", "describe", "is_exact", "rows_of", "sample_step", "schema_of"]

# Statistics look at all rows of a table of so many cells, and of a larger one at a sample of so many rows and cells.
_MOST_CELLS = 1_000_000
_SAMPLE_ROWS = 100_000
_SAMPLE_CELLS = 300_000
# Beyond this many columns a table is told by names alone.
_TOLD_COLUMNS = 100
_TOLD_DTYPES = 8


@dataclass(frozen=True, slots=True)
class Table:
    """A table as its adapter shows it; nothing of it is computed before it is asked for.

    `facts(column)` looks at every `step`-th row; where they are `exact`, at all rows for missing values and ranges.
    `cells(rows, columns)` returns, for each of these positions, the row's labels followed by its values, as Python objects.
    """

    title: str
    rows: int
    names: Sequence[str]
    dtypes: Sequence[str]
    labels: Sequence[str]
    index: Facts
    step: int
    facts: Callable[[int], Facts]
    cells: Callable[[Sequence[int], int], list[Sequence[object]]]
    exact: bool = False
    notes: tuple[str, ...] = ()  # what of it is not in here

    @property
    def shape(self) -> str:
        """The size in words."""
        return f"{counted(self.rows, 'row')} × {counted(len(self.names), 'column')}"


@dataclass(frozen=True, slots=True)
class Described:
    """A text about data, the words for the receipt, and what was left out."""

    text: str
    summary: str
    notes: tuple[str, ...] = ()


def sample_step(rows: int, columns: int) -> int:
    """Return which rows statistics look at: every one (1), or every n-th.

    The step is a prime, so that it does not fall in with a rhythm of the data: days, hours, the pixels of a line.
    """
    columns = min(columns, _TOLD_COLUMNS)
    if rows * columns <= _MOST_CELLS:
        return 1
    step = max(2, math.ceil(rows / min(_SAMPLE_ROWS, max(1_000, _SAMPLE_CELLS // columns))))
    while any(step % divisor == 0 for divisor in range(2, math.isqrt(step) + 1)):
        step += 1
    return step


def is_exact(rows: int, costs: Sequence[int]) -> bool:
    """Tell whether missing values and ranges of a table are read from all of its rows, however many statistics look at.

    `costs` are those of reading each column: 1 for numbers that lie in one piece, more for what is slower to read.
    """
    return rows * sum(costs[:_TOLD_COLUMNS]) <= EXACT_CELLS


def describe(table: Table, budget: int) -> Described:
    """Describe a table in about `budget` characters: a small one whole, a large one by its columns and some rows."""
    if not table.names:
        return _nothing(table)
    if table.rows <= 40 and len(table.names) <= 40:
        dtypes = "columns: " + ", ".join(f"{n}: {d}" for n, d in zip(table.names, table.dtypes, strict=True))
        opening = f"{_opening(table, values=False)}\n{dtypes}\n"
        # A mark of what was cut has room, too.
        whole = laid_out(_header(table), _records(table, range(table.rows)), budget - len(opening) - 100)
        if len(opening) + len(whole.text) + 100 <= budget:
            words = "all rows" if whole.is_cut else "whole"
            text = f"{opening}{whole.text}{_said(whole.notes)}".rstrip("\n")
            return Described(text, f"{table.shape}, {words}", whole.notes)
    columns, column_notes = _columns(table, budget * 6 // 10, values=True)
    text = f"{_opening(table)}{_sampling(table)}\n{columns}"
    rows, shown, row_notes = _some_rows(table, budget - len(text))
    words = f"schema + {counted(shown, 'row')}" if shown else "schema"
    return Described(f"{text}\n{rows}".rstrip("\n"), f"{table.shape}: {words}", (*column_notes, *row_notes))


def schema_of(table: Table, budget: int) -> Described:
    """Describe a table without showing any row: names, types, missing values, ranges, numbers of distinct values."""
    if not table.names:
        return _nothing(table)
    columns, notes = _columns(table, budget, values=False)
    text = f"{_opening(table, values=False)}{_sampling(table)}\n{columns}\n(no rows were sent)"
    return Described(text, f"{table.shape}: schema only", notes)


def rows_of(table: Table, wanted: int, budget: int) -> Described:
    """Show the first `wanted` rows, as many as fit."""
    if not table.names and not table.rows:
        return _nothing(table)
    columns = list(zip(table.names, table.dtypes, strict=True))[:_TOLD_COLUMNS]
    dtypes = "columns: " + one_line(", ".join(f"{name}: {dtype}" for name, dtype in columns), budget // 3)
    opening = f"{_opening(table)}\n{dtypes}"
    wanted = min(wanted, table.rows)
    room = budget - len(opening)
    records, columns_shown = _fitting(table, wanted, room)
    shown = len(records)
    notes: list[str] = []
    if shown < wanted:
        notes.append(Cut(f"only the first {shown:,} of {counted(wanted, 'row')} fit"))
    if columns_shown < len(table.names):
        notes.append(Cut(f"rows show the first {columns_shown:,} of {len(table.names):,} columns"))
    # What fits only in part leaves no room to the cells of what does.
    rows = laid_out(_header(table, columns_shown), records, 0 if notes else room)
    notes += rows.notes
    which = "all rows" if shown == table.rows else f"first {counted(shown, 'row')}"
    text = f"{opening}\n{which}:\n{rows.text}{_said(notes)}".rstrip("\n")
    return Described(text, f"{table.shape}: {which}", tuple(notes))


def _nothing(table: Table) -> Described:
    return Described(_opening(table), table.shape)


def _said(notes: Sequence[str]) -> str:
    return f"[… {'; '.join(notes)} …]\n" if notes else ""


def _opening(table: Table, *, values: bool = True) -> str:
    index = "; ".join(part for part in (table.index.ranges, table.index.values if values else "") if part)
    missing = f" ({'; '.join(table.notes)})" if table.notes else ""
    return f"{table.title}, {table.shape}{missing}" + (f"\n{index}" if index else "")


def _sampling(table: Table) -> str:
    if table.step == 1:
        return ""
    looked_at = -(-table.rows // table.step)
    sample = f"a sample of {looked_at:,} rows (one in {table.step:,})"
    if table.exact:
        return f"\nmissing values and ranges are of all rows; ~ marks statistics from {sample}"
    return f"\nall statistics are from {sample}: a rare value, or a missing one, may not be in it"


def _columns(table: Table, budget: int, *, values: bool) -> tuple[str, tuple[str, ...]]:
    lines = ["columns (name: type; what is in it):"]
    used = len(lines[0])
    told = 0
    for column, (name, dtype) in enumerate(zip(table.names, table.dtypes, strict=True)):
        if column >= _TOLD_COLUMNS:
            break
        facts = table.facts(column)
        parts = (facts.ranges, facts.values if values else "")
        line = "; ".join(part for part in (f"  {name}: {dtype}", *parts) if part)
        # A third is kept for the names of what does not fit.
        if used + len(line) > budget * 2 // 3 and column < len(table.names) - 1 and told:
            break
        lines.append(line)
        used += len(line) + 1
        told += 1
    rest = len(table.names) - told
    if not rest:
        return "\n".join(lines), ()
    lines.append(f"  … and {counted(rest, 'more column')}: {_by_dtype(table, told, max(budget - used, 200))}")
    return "\n".join(lines), (Cut(f"{told:,} of {len(table.names):,} columns described"),)


def _by_dtype(table: Table, start: int, room: int) -> str:
    """Return the names of the columns from `start` on, as many of each type as have room, and how many there are."""
    by_dtype: dict[str, list[str]] = {}
    for name, dtype in list(zip(table.names, table.dtypes, strict=True))[start:]:
        by_dtype.setdefault(dtype, []).append(name)
    commonest = sorted(by_dtype.items(), key=lambda each: -len(each[1]))
    groups = commonest[:_TOLD_DTYPES]
    parts = [f"{len(n):,} {one_line(d, 60)} ({_names(n, room // len(groups))})" for d, n in groups]
    if others := sum(len(names) for _, names in commonest[_TOLD_DTYPES:]):
        parts.append(f"{others:,} of other types")
    return "; ".join(parts)


def _names(names: Sequence[str], room: int) -> str:
    """Return the first names that have room, and the last."""
    whole = ", ".join(names)
    if len(whole) <= room:
        return whole
    lengths = accumulate(len(name) + 2 for name in names)
    fitting = sum(1 for length in lengths if length + len(names[-1]) + 3 <= room)
    return ", ".join([*names[: max(1, fitting)], "…", names[-1]])


def _some_rows(table: Table, budget: int) -> tuple[str, int, tuple[str, ...]]:
    """Return the first five rows and five from all over the rest, as CSV, their number, and notes."""
    if not table.rows or not table.names:
        return "", 0, ()
    wanted = min(5, table.rows)
    head, columns = _fitting(table, wanted, max(budget * 6 // 10, 300))
    header, shown, spread = _header(table, columns), len(head), []
    if table.rows >= 20 and shown == wanted:
        places = [table.rows * place // 10 for place in (2, 4, 6, 8)] + [table.rows - 1]
        spread = _records(table, places, columns)
    rows = laid_out(header, [*head, *spread], budget)
    if spread and len(rows.text) + 100 > budget:
        spread, rows = [], laid_out(header, head, 0)
    notes = []
    if columns < len(table.names):
        notes.append(Cut(f"rows show the first {columns:,} of {len(table.names):,} columns"))
    said = f", first {columns:,} columns" if notes else ""
    said += "".join(f", {note}" for note in rows.notes)
    text = f"first {counted(shown, 'row')}{said}:\n{rows.lines(0, shown + 1)}"
    if spread:
        text += f"rows from all over, and the last:\n{rows.lines(shown + 1)}"
    return text, shown + len(spread), (*notes, *rows.notes)


def _fitting(table: Table, wanted: int, budget: int) -> tuple[list[Record], int]:
    """Return the first rows, as many as fit with their cells as short as can be, and how many columns they show."""
    columns = _columns_that_fit(table, min(wanted, 3), budget) if wanted else len(table.names)
    used = len(csv_line(_header(table, columns)))
    fitting: list[Record] = []
    # In lots, so that `full` on a frame of ten million rows reads no more than fits.
    while len(fitting) < wanted:
        for record in _records(table, range(len(fitting), min(len(fitting) + 200, wanted)), columns):
            used += len(record_line(record))
            if used > budget and fitting:
                return fitting, columns
            fitting.append(record)
    return fitting, columns


def _columns_that_fit(table: Table, rows: int, budget: int) -> int:
    """Return how many columns leave room for these first rows and the header; one at least."""
    room, limit = budget // (rows + 1), 50
    while True:
        widths = _widths(table, rows, limit)
        columns = next((n for n, width in enumerate(widths) if width > room), len(widths))
        if columns < limit or limit >= len(table.names):
            return max(1, columns)
        limit *= 4


def _widths(table: Table, rows: int, limit: int) -> list[int]:
    """Return how wide the first rows are up to each of the first columns, at the most."""
    widest = [len(name) + 1 for name in table.names[:limit]]
    skip = len(table.labels)
    for row in table.cells(range(rows), limit):
        for column, value in enumerate(row[skip:]):
            widest[column] = max(widest[column], len(cell_text(value)) + 1)
    return list(accumulate(widest))


def _header(table: Table, columns: int | None = None) -> list[str]:
    return [*table.labels, *table.names[:columns]]


def _records(table: Table, rows: Sequence[int], columns: int | None = None) -> list[Record]:
    """Return rows with a text for each object: to make one may take long, and it is asked for more than once."""
    if not len(rows):
        return []
    cells = table.cells(rows, len(table.names) if columns is None else columns)
    return [[full_text(value) for value in row] for row in cells]
