"""A table of any library behind one interface, and the choice of what is said about it within a budget."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from nbclaude.data.column_lines import column_lines
from nbclaude.data.csv_rows import laid_out
from nbclaude.data.extents import EXACT_CELLS
from nbclaude.data.facts import Facts
from nbclaude.data.row_lines import fitting, header_of, small_rows, some_rows, triangle, turned
from nbclaude.frozen import frozen
from nbclaude.texts import Cut, counted, one_line

__all__ = [
    "Described",
    "Table",
    "describe",
    "is_exact",
    "rows_of",
    "sample_step",
    "schema_of",
    "statistics_of",
]

# Statistics look at all rows of a table of so many cells, and of a larger one at a sample of so many rows and cells.
_MAX_CELLS = 1_000_000
_SAMPLE_ROWS = 100_000
_SAMPLE_CELLS = 300_000
# Beyond this many columns, costs and samples are no longer made smaller.
_TOLD_COLUMNS = 100
_SMALL = 40  # rows and columns: such a table goes whole if it fits


@frozen
class Table:
    """A table as its adapter shows it; nothing of it is computed before it is asked for.

    `facts(column)` looks at every `step`-th row; where they are `exact`, at all rows for missing values and ranges.
    `cells(rows, columns)` returns, for each of these positions, the row's labels followed by its values in these columns, as
    Python objects. `about()` returns lines about the table as a whole.
    """

    title: str
    rows: int
    names: Sequence[str]
    dtypes: Sequence[str]
    labels: Sequence[str]
    index: Facts
    step: int
    facts: Callable[[int], Facts]
    cells: Callable[[Sequence[int], Sequence[int]], list[Sequence[object]]]
    exact: bool = False
    notes: tuple[str, ...] = ()  # what of it is not in here
    about: Callable[[], Sequence[str]] = tuple

    @property
    def shape(self) -> str:
        """The size in words."""
        return f"{counted(self.rows, 'row')} × {counted(len(self.names), 'column')}"


@frozen
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
    if rows * columns <= _MAX_CELLS:
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
    opening = _opening(table, rows=True)
    if (whole := _whole(table, opening, budget)) is not None:
        return whole
    opening += _sampling(table)
    columns, column_notes = column_lines(table, budget - len(opening), values=True, rows=True)
    text = f"{opening}\n{columns}"
    rows, shown, row_notes = some_rows(table, budget - len(text))
    words = f"schema + {counted(shown, 'row')}" if shown else "schema"
    return Described(f"{text}\n{rows}".rstrip("\n"), f"{table.shape}: {words}", (*column_notes, *row_notes))


def schema_of(table: Table, budget: int) -> Described:
    """Describe a table without showing any row: names, types, missing values, ranges, numbers of distinct values."""
    return _columns_alone(table, budget, "schema only", "\n(no rows were sent)", values=False)


def statistics_of(table: Table, budget: int) -> Described:
    """Describe a table by all that is known of its columns, without rows."""
    return _columns_alone(table, budget, "schema + statistics", values=True)


def _columns_alone(table: Table, budget: int, words: str, ending: str = "", *, values: bool) -> Described:
    if not table.names:
        return _nothing(table)
    opening = f"{_opening(table, values=values)}{_sampling(table)}"
    columns, notes = column_lines(table, budget - len(opening), values=values)
    return Described(f"{opening}\n{columns}{ending}", f"{table.shape}: {words}", notes)


def rows_of(table: Table, wanted: int, budget: int) -> Described:
    """Show the first `wanted` rows, as many as fit."""
    if not table.names and not table.rows:
        return _nothing(table)
    columns = list(zip(table.names, table.dtypes, strict=True))[:_TOLD_COLUMNS]
    dtypes = "columns: " + one_line(", ".join(f"{name}: {dtype}" for name, dtype in columns), budget // 3)
    opening = f"{_opening(table, rows=True)}\n{dtypes}"
    wanted = min(wanted, table.rows)
    room = budget - len(opening)
    records, shown_columns = fitting(table, wanted, room)
    shown = len(records)
    notes: list[str] = []
    if shown < wanted:
        notes.append(Cut(f"only the first {shown:,} of {counted(wanted, 'row')} fit"))
    if shown_columns.note:
        notes.append(Cut(shown_columns.note))
    # What fits only in part leaves no room to the cells of what does.
    rows = laid_out(header_of(table, shown_columns), records, 0 if notes else room)
    notes += rows.notes
    which = "all rows" if shown == table.rows else f"first {counted(shown, 'row')}"
    text = f"{opening}\n{which}:\n{rows.text}{_said(notes)}".rstrip("\n")
    return Described(text, f"{table.shape}: {which}", tuple(notes))


def _whole(table: Table, opening: str, budget: int) -> Described | None:
    """Describe a small table by all of its values; None if they are too many."""
    if text := triangle(table, correlations=True):
        return _in_form(table, opening, text, budget)
    if table.rows <= _SMALL and len(table.names) <= _SMALL:
        dtypes = "columns: " + ", ".join(f"{n}: {d}" for n, d in zip(table.names, table.dtypes, strict=True))
        text = f"{opening}\n{dtypes}\n"
        # A mark of what was cut has room, too.
        whole = small_rows(table, budget - len(text) - 100)
        if len(text) + len(whole.text) + 100 <= budget:
            words = "all rows" if whole.is_cut else "whole"
            text = f"{text}{whole.text}{_said(whole.notes)}".rstrip("\n")
            return Described(text, f"{table.shape}, {words}", whole.notes)
    text = turned(table) or triangle(table)
    return _in_form(table, opening, text, budget) if text else None


def _in_form(table: Table, opening: str, text: str, budget: int) -> Described | None:
    fits = len(opening) + len(text) < budget
    return Described(f"{opening}\n{text}", f"{table.shape}, whole") if fits else None


def _nothing(table: Table) -> Described:
    return Described(_opening(table), table.shape)


def _said(notes: Sequence[str]) -> str:
    return f"[… {'; '.join(notes)} …]\n" if notes else ""


def _opening(table: Table, *, values: bool = True, rows: bool = False) -> str:
    index = table.index.text(values=values, rows=rows)
    missing = f" ({'; '.join(table.notes)})" if table.notes else ""
    lines = [f"{table.title}, {table.shape}{missing}", index, *table.about()]
    return "\n".join(line for line in lines if line)


def _sampling(table: Table) -> str:
    if table.step == 1:
        return ""
    looked_at = -(-table.rows // table.step)
    sample = f"a sample of {looked_at:,} rows (one in {table.step:,})"
    if table.exact:
        return f"\nmissing values and ranges are of all rows; ~ marks statistics from {sample}"
    return f"\nall statistics are from {sample}: a rare value, or a missing one, may not be in it"
