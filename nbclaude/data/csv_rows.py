"""Lays out rows of a table as CSV, with cells as long as their room allows, and notes what was shortened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from nbclaude.data.cells import CELL_LIMIT, DIGITS, cell_is_cut, cell_text
from nbclaude.frozen import frozen
from nbclaude.texts import Cut, counted

__all__ = ["ALL_DIGITS", "Record", "Rows", "csv_line", "laid_out", "record_line"]

Record = Sequence[object]

ALL_DIGITS = 17  # the most that a float needs


@frozen
class Rows:
    """Lines of CSV, the header first, and what was shortened in them."""

    csv: tuple[str, ...]
    notes: tuple[str, ...] = ()
    is_cut: bool = False

    @property
    def text(self) -> str:
        """All lines."""
        return "".join(self.csv)

    def lines(self, start: int, stop: int | None = None) -> str:
        """Return some of the lines."""
        return "".join(self.csv[start:stop])


def laid_out(header: Sequence[str], records: Sequence[Record], room: int, digits: int = 0) -> Rows:
    """Return rows as CSV in `room` characters.

    Cells and numbers are whole if that fits, else the longest cells are shortened as little as they must be; to no less than
    60 characters and ten digits, even where that is more than the room. With `digits` numbers have no more than these.
    """
    limit, few = CELL_LIMIT, digits
    digits = few or DIGITS
    cut, rounded = _lost(records, limit, digits)
    if cut or (rounded and not few):
        limit, digits = _most(header, records, room)
        digits = few or digits
        cut, rounded = _lost(records, limit, digits)
    notes: list[str] = []
    if cut:
        notes.append(Cut(f"{counted(cut, 'cell')} shortened to {limit:,} characters"))
    if rounded:
        notes.append(f"{counted(rounded, 'number')} rounded to {digits} digits")
    return Rows(tuple(_lines(header, records, limit, digits)), tuple(notes), bool(cut))


def csv_line(fields: Sequence[str | None]) -> str:
    """Return one line of CSV: nothing between the commas for what is missing, and a pair of quotes for an empty text."""
    return ",".join("" if field is None else _quoted(field) for field in fields) + "\n"


def record_line(record: Record, limit: int = CELL_LIMIT, digits: int = DIGITS) -> str:
    """Return one row as a line of CSV."""
    return csv_line([None if v is None else cell_text(v, limit, digits=digits) for v in record])


def _quoted(field: str) -> str:
    if field and field == field.strip() and not any(sign in field for sign in ',"\n\r'):
        return field
    doubled = field.replace('"', '""')
    return f'"{doubled}"'


def _most(header: Sequence[str], records: Sequence[Record], room: int) -> tuple[int, int]:
    """Return the most characters for a cell, and digits for a number, with which the rows fit."""
    limit = room
    while limit > CELL_LIMIT:
        if _fits(_lines(header, records, limit, ALL_DIGITS), room):
            return limit, ALL_DIGITS
        limit = limit * 3 // 4
    return CELL_LIMIT, DIGITS


def _fits(lines: Iterable[str], room: int) -> bool:
    # Each cell may hold a book: none is laid out that nobody will see.
    return all(used <= room for used in accumulate(map(len, lines)))


def _lines(header: Sequence[str], records: Sequence[Record], limit: int, digits: int) -> Iterator[str]:
    yield csv_line(header)
    for record in records:
        yield record_line(record, limit, digits)


def _lost(records: Sequence[Record], limit: int, digits: int) -> tuple[int, int]:
    """Return how many cells are shortened, and how many numbers rounded."""
    lost = [cell_is_cut(value, limit, digits) for record in records for value in record]
    return sum(cut for cut, _ in lost), sum(rounded for _, rounded in lost)
