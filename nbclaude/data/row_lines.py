"""Lays out rows of a table: the first ones, some from all over, and of a small table all of them in the form that fits it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from nbclaude.data.cells import cell_text, full_text, number_text
from nbclaude.data.csv_rows import ALL_DIGITS, Record, Rows, csv_line, laid_out, record_line
from nbclaude.data.digits import rounded
from nbclaude.frozen import frozen
from nbclaude.texts import Cut, counted

if TYPE_CHECKING:
    from nbclaude.data.table import Table

__all__ = [
    "SAMPLE_DIGITS",
    "Shown",
    "fitting",
    "header_of",
    "records_of",
    "small_rows",
    "some_rows",
    "triangle",
    "turned",
]

_GAP = "…"
# How many rows are shown: the first ones, and those from all over (with the last). Either of several columns, or of one.
_SEVERAL, _NUMBERS, _TEXTS = (3, 3), (1, 3), (5, 5)
SAMPLE_DIGITS = 7  # of numbers in sample rows
_FEW_ROWS = 4  # of a wide table are shown as the values of its columns
_MAX_TURNED = 400  # columns
_MAX_SQUARE = 80  # columns
_NEARLY = 1e-9
_FIRST_SHARE = 0.6  # of the room goes to the first columns, the rest to the last


@frozen
class Shown:
    """The columns that rows show: all, or the `first` and `last` so many of `total`."""

    first: int
    last: int
    total: int

    @property
    def note(self) -> str:
        """What is left out, in words; nothing for nothing."""
        return "" if self.first + self.last == self.total else f"rows show the {self.which}"

    @property
    def which(self) -> str:
        """The columns in words."""
        last = f" and last {self.last:,}" if self.last else ""
        return f"first {self.first:,}{last} of {self.total:,} columns"

    @property
    def columns(self) -> Sequence[int]:
        """The positions of the columns."""
        return [*range(self.first), *range(self.total - self.last, self.total)]


def _all(table: Table) -> Shown:
    return Shown(len(table.names), 0, len(table.names))


def header_of(table: Table, shown: Shown | None = None) -> list[str]:
    """Return the names of labels and columns; a gap is marked."""
    shown = shown or _all(table)
    names = [table.names[column] for column in shown.columns]
    if shown.note:
        names.insert(shown.first, _GAP)
    return [*table.labels, *names]


def records_of(table: Table, rows: Sequence[int], shown: Shown | None = None) -> list[Record]:
    """Return rows with a text for each object: to make one may take long, and it is asked for more than once."""
    if not len(rows):
        return []
    shown = shown or _all(table)
    records: list[Record] = []
    for row in table.cells(rows, shown.columns):
        record = [full_text(value) for value in row]
        if shown.note:
            record.insert(len(table.labels) + shown.first, _GAP)
        records.append(record)
    return records


def small_rows(table: Table, room: int) -> Rows:
    """Return all rows of a small table, with floats in ten digits if that saves more characters than the note costs."""
    header, records = header_of(table), records_of(table, range(table.rows))
    short = rounded(records)
    if short.saved <= len(f"[… {short.note} …]"):
        return laid_out(header, records, room)
    rows = laid_out(header, short.records, room)
    return replace(rows, notes=(*rows.notes, short.note))


def some_rows(table: Table, budget: int) -> tuple[str, int, tuple[str, ...]]:
    """Return the first rows and some from all over the rest, as CSV, their number, and notes.

    Rows show how the values of several columns go together, so a few are enough for one column of numbers. Texts tell more.
    """
    if not table.rows or not table.names:
        return "", 0, ()
    first, more = _wanted(table)
    wanted = min(first, table.rows)
    head, columns = fitting(table, wanted, max(budget * 6 // 10, 300))
    header, shown, spread = header_of(table, columns), len(head), []
    if shown == wanted and table.rows >= 2 * (first + more):
        places = [*(table.rows * place // more for place in range(1, more)), table.rows - 1]
        spread = records_of(table, places, columns)
    rows = laid_out(header, [*head, *spread], budget, SAMPLE_DIGITS)
    if spread and len(rows.text) + 100 > budget:
        spread, rows = [], laid_out(header, head, 0, SAMPLE_DIGITS)
    notes: list[str] = [Cut(columns.note)] if columns.note else []
    said = f", {columns.which}" if notes else ""
    said += "".join(f", {note}" for note in rows.notes)
    which = f"first {counted(shown, 'row')}"
    if spread:
        which = f"{which}, {len(spread)} others" if shown > 1 else f"{1 + len(spread)} rows"
    return f"{which}{said}:\n{rows.text}", shown + len(spread), (*notes, *rows.notes)


def _wanted(table: Table) -> tuple[int, int]:
    """Return how many first rows are shown, and how many from all over."""
    if len(table.names) > 1:
        return _SEVERAL
    (row,) = table.cells(range(1), range(1))
    return _NUMBERS if row[-1] is None or isinstance(row[-1], (int, float, Decimal, timedelta)) else _TEXTS


def fitting(table: Table, wanted: int, budget: int) -> tuple[list[Record], Shown]:
    """Return the first rows, as many as fit with their cells as short as can be, and which columns they show."""
    columns = _columns_that_fit(table, min(wanted, 3), budget) if wanted else _all(table)
    used = len(csv_line(header_of(table, columns)))
    found: list[Record] = []
    # In lots, so that `full` on a frame of ten million rows reads no more than fits.
    while len(found) < wanted:
        for record in records_of(table, range(len(found), min(len(found) + 200, wanted)), columns):
            used += len(record_line(record))
            if used > budget and found:
                return found, columns
            found.append(record)
    return found, columns


def _columns_that_fit(table: Table, rows: int, budget: int) -> Shown:
    """Return which columns leave room for these first rows and the header: all, or some of the first and the last."""
    room, total = budget // (rows + 1), len(table.names)
    limit = min(total, 50)
    while True:
        widths = _widths(table, rows, range(limit))
        if sum(widths) > room or limit == total:
            break
        limit = min(total, limit * 4)
    if sum(widths) <= room:
        return _all(table)
    last = _widths(table, rows, range(max(0, total - 50), total))[::-1]
    # The mark between them takes a little, too.
    first = max(1, _number(widths, int(room * _FIRST_SHARE) - 2))
    last_fitting = _number(last, room - sum(widths[:first]) - 2)
    return Shown(first, min(last_fitting, total - first), total)


def _number(widths: Sequence[int], room: int) -> int:
    """Return how many columns of these widths have room."""
    return sum(1 for used in accumulate(widths) if used <= room)


def _widths(table: Table, rows: int, columns: range) -> list[int]:
    """Return how wide each of these columns is in the first rows and the header."""
    widest = [len(table.names[column]) + 1 for column in columns]
    skip = len(table.labels)
    for row in table.cells(range(rows), columns):
        for place, value in enumerate(row[skip:]):
            widest[place] = max(widest[place], len(cell_text(value)) + 1)
    return widest


def turned(table: Table) -> str:
    """Return the values of a table of few rows and many columns as a line for each column; nothing for other tables."""
    if not 0 < table.rows <= _FEW_ROWS or not len(table.names) <= _MAX_TURNED:
        return ""
    skip = len(table.labels)
    rows = table.cells(range(table.rows), range(len(table.names)))
    labels = [" ".join(cell_text(label) for label in row[:skip]) for row in rows]
    which = f"rows {', '.join(labels)}" if table.rows > 1 else f"row {labels[0]}"
    short = rounded([row[skip:] for row in rows])
    said = f", {short.note}" if short.note else ""
    lines = [f"columns (name: type = the values of {which}{said}):"]
    for name, dtype, *values in zip(table.names, table.dtypes, *short.records, strict=True):
        line = record_line([full_text(value) for value in values], digits=ALL_DIGITS)
        lines.append(f"  {name}: {dtype} = {line}".rstrip("\n"))
    return "\n".join(lines)


def triangle(table: Table, *, correlations: bool = False) -> str:
    """Return the lower half of a symmetric matrix with the same names on both sides; nothing for other tables.

    With `correlations`, its diagonal must be 1, and no value may be larger in magnitude.
    """
    size = len(table.names)
    if not 3 <= size == table.rows <= _MAX_SQUARE or len(table.labels) != 1:
        return ""
    rows = table.cells(range(size), range(size))
    if [str(row[0]) for row in rows] != list(table.names):
        return ""
    values = [list(row[1:]) for row in rows]
    if not all(value is None or isinstance(value, (int, float)) for row in values for value in row):
        return ""
    if any(values[i][j] != values[j][i] for i in range(size) for j in range(i)):
        return ""
    if correlations and not _are_correlations(values):
        return ""
    lines = [
        "symmetric: the lower half, in three digits",
        csv_line([*table.labels, *table.names]).rstrip("\n"),
    ]
    for n, row in enumerate(values):
        lines.append(csv_line([table.names[n], *map(_short, row[: n + 1])]).rstrip("\n"))
    return "\n".join(lines)


def _are_correlations(values: Sequence[Sequence[Any]]) -> bool:
    return all(
        value is None or (abs(value - 1) < _NEARLY if i == j else abs(value) < 1 + _NEARLY)
        for i, row in enumerate(values)
        for j, value in enumerate(row)
    )


def _short(value: object) -> str | None:
    """Return a number in three digits, or in as many as it takes to distinguish it from an integer: 0.99996 is not 1."""
    if value is None:
        return None
    if not isinstance(value, float) or not math.isfinite(value):
        return cell_text(value)
    texts = (number_text(value, digits) for digits in range(3, ALL_DIGITS))
    return next((text for text in texts if float(text) == value or float(text) % 1), repr(value))
