"""Lays out the facts about the columns of a table: shorter where there is little room, before any column is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from nbclaude.data.extents import Extent
from nbclaude.data.fact_words import range_text
from nbclaude.data.facts import LEVELS, Facts
from nbclaude.frozen import frozen
from nbclaude.texts import Cut, counted, one_line

if TYPE_CHECKING:
    from nbclaude.data.table import Table

__all__ = ["column_lines"]

_TITLE = "columns:"
# How much of the room the columns may take at each level; rows get the rest.
_SHARES = (0.6, 0.65, 0.75, 0.9)
_MAX_TOLD = 500  # columns are looked at
_FAMILY = 4  # columns whose names differ by a number alone are told together, where there is little room
_NUMBER = re.compile(r"\d+")
_TOLD_DTYPES = 8


@frozen
class _Told:
    """A column, or a family of them, with its facts."""

    name: str
    dtype: str
    facts: Facts
    columns: int = 1

    def line(self, level: int, *, values: bool, rows: bool = False) -> str:
        facts = self.facts.text(level, values=values, rows=rows)
        return f"  {self.name}: {self.dtype}" + (f"; {facts}" if facts else "")


def column_lines(
    table: Table, budget: int, *, values: bool, rows: bool = False
) -> tuple[str, tuple[str, ...]]:
    """Return a line for each column, and notes that say what was left out; with `rows`, without the facts that rows show.

    To save room, facts are first shortened, then similar columns share a line, and only then are columns reduced to their names.
    """
    shares = _SHARES if values and table.rows else (1.0,) * LEVELS
    title = [_TITLE] if len(table.names) > 1 else []
    columns = [
        _Told(name, dtype, table.facts(column))
        for column, (name, dtype) in enumerate(zip(table.names, table.dtypes, strict=True))
        if column < _MAX_TOLD
    ]
    families = _families(columns)
    # A column that is not one of many alike (the target beside the pixels) is the last to be shortened.
    alone = {id(each) for each in families if each.columns == 1}
    if len(columns) == len(table.names):
        for told in (columns, families):
            for level, of_alone, share in _levels(shares):
                levels = ((each, of_alone if id(each) in alone else level) for each in told)
                lines = [*title, *(each.line(at, values=values, rows=rows) for each, at in levels)]
                if sum(map(len, lines)) + len(lines) <= budget * share:
                    return "\n".join(lines), ()
    return _in_part(table, families, int(budget * shares[-1]), values=values)


def _levels(shares: Sequence[float]) -> Iterator[tuple[int, int, float]]:
    """Give the levels to try: that of the columns in families, that of the others, and the share of the room."""
    for level, share in enumerate(shares):
        for of_alone in range(level + 1):
            yield level, of_alone, share


def _in_part(
    table: Table, columns: Sequence[_Told], budget: int, *, values: bool
) -> tuple[str, tuple[str, ...]]:
    lines, used, told = [_TITLE], len(_TITLE), 0
    for place, each in enumerate(columns):
        line = each.line(LEVELS - 1, values=values)
        # A third is kept for the names of what does not fit.
        last = place == len(columns) - 1 and told + each.columns == len(table.names)
        if used + len(line) > budget * 2 // 3 and lines[1:] and not (last and used + len(line) <= budget):
            break
        lines.append(line)
        used += len(line) + 1
        told += each.columns
    if told == len(table.names):
        return "\n".join(lines), ()
    # A family stands where its first column is: what is left are the columns that are in no line.
    shown = {name for each in columns[: len(lines) - 1] for name in _members(each, table)}
    rest = [pair for n, pair in enumerate(zip(table.names, table.dtypes, strict=True)) if n not in shown]
    lines.append(f"  … and {counted(len(rest), 'more column')}: {_by_dtype(rest, max(budget - used, 200))}")
    return "\n".join(lines), (Cut(f"{told:,} of {len(table.names):,} columns described"),)


def _members(told: _Told, table: Table) -> Sequence[int]:
    if isinstance(told, _Family):
        return told.members
    return [table.names.index(told.name)]


@frozen
class _Family(_Told):
    members: Sequence[int] = ()


def _families(columns: Sequence[_Told]) -> list[_Told]:
    """Return columns of one type whose names differ by a number alone as one, where the first of them stands.

    Columns without statistics, because nothing was computed for them, are kept apart from the others.
    """
    found: dict[tuple[str, str, bool], list[int]] = {}
    for place, each in enumerate(columns):
        alike = (_NUMBER.sub("#", each.name), each.dtype, each.facts.extent is None)
        found.setdefault(alike, []).append(place)
    together: list[_Told] = []
    for (pattern, dtype, _), places in found.items():
        if len(places) < _FAMILY or "#" not in pattern:
            together += [columns[place] for place in places]
            continue
        name = f"{columns[places[0]].name} … {columns[places[-1]].name} ({len(places):,} columns)"
        facts = _of_family([columns[place].facts for place in places])
        together.append(_Family(name, dtype, facts, len(places), places))
    return together


def _of_family(members: Sequence[Facts]) -> Facts:
    known = [each.extent for each in members if each.extent is not None]
    least = [each.least for each in known if each.least is not None]
    most = [each.most for each in known if each.most is not None]
    ends = range_text(min(least), max(most)) if least and most else ""
    return Facts.of(
        *(_in_some(known, word) for word in ("missing", "nan", "infinite")), ends, _constant(known)
    )


def _in_some(known: Sequence[Extent], field: str) -> str:
    counts = [count for each in known if (count := getattr(each, field))]
    word = {"nan": "NaN"}.get(field, field)
    if not counts:
        return ""
    least, most = min(counts), max(counts)
    each = f"{least:,}" if least == most else f"{least:,} … {most:,}"
    return f"{each} {word} in {counted(len(counts), 'column')}"


def _constant(known: Sequence[Extent]) -> str:
    constant = sum(1 for each in known if each.least is not None and each.least == each.most)
    return f"{counted(constant, 'column')} constant" if constant else ""


def _by_dtype(columns: Sequence[tuple[str, str]], room: int) -> str:
    """Return the names of columns, as many of each type as have room, and how many there are."""
    by_dtype: dict[str, list[str]] = {}
    for name, dtype in columns:
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
