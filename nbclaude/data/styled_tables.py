"""Tables that are made to be looked at (pandas Styler, great_tables), as their readers see them: what is hidden stays here."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element

from nbclaude.data.plain_tables import rows_table
from nbclaude.data.seen_html import is_hidden, seen_tree, words
from nbclaude.data.table import Table
from nbclaude.frozen import frozen
from nbclaude.texts import Cut, one_line

__all__ = ["is_styled", "styled_table"]

_MAX_CELLS = 10_000  # are rendered, which takes pandas a second
_MAX_COLUMNS = 200
_FEWEST_ROWS = 50
_MAX_LENGTH = 20_000_000  # characters of HTML that are read
_MAX_SPAN = 1_000  # columns that one cell may span


def is_styled(value: object) -> bool:
    """Return whether a value is a table that knows how it is to be shown."""
    return _kind(value) in _RENDERED


def styled_table(value: Any) -> Table:
    """Return such a table with the texts that its reader sees, caption, formats and labels included."""
    name, render = _RENDERED[_kind(value)]
    html, notes = render(value)
    shown = _Shown.of(seen_tree(html, _MAX_LENGTH))
    titles = "".join(f', "{one_line(each, 200)}"' for each in shown.captions)
    table = rows_table(f"{name} as it is shown{titles}", shown.names, [row.cells for row in shown.rows])

    def cells(positions: Sequence[int], columns: Sequence[int]) -> list[Sequence[object]]:
        return [
            [*shown.rows[n].labels, *(shown.rows[n].cells[column] for column in columns)] for n in positions
        ]

    dtypes = ["text"] * len(shown.names)
    return replace(table, labels=shown.labels, dtypes=dtypes, cells=cells, notes=notes)


def _styler(value: Any) -> tuple[str, tuple[str, ...]]:
    """Return the HTML of a Styler, of no more rows and columns than can be used, and notes of what is left out."""
    option = sys.modules["pandas"].get_option
    # What the reader is not shown stays out as well.
    widest = min(_MAX_COLUMNS, option("styler.render.max_columns") or _MAX_COLUMNS)
    rows, columns = len(value.index) - len(value.hidden_rows), len(value.columns) - len(value.hidden_columns)
    most = max(_FEWEST_ROWS, _MAX_CELLS // max(1, min(columns, widest)))
    longest = min(most, option("styler.render.max_rows") or most)
    html = value.to_html(sparse_index=False, sparse_columns=False, max_rows=longest, max_columns=widest)
    notes = []
    if rows > longest:
        notes.append(Cut(f"only the first {longest:,} of {rows:,} rows"))
    if columns > widest:
        notes.append(Cut(f"only the first {widest:,} of {columns:,} columns"))
    return html, tuple(notes)


def _great_table(value: Any) -> tuple[str, tuple[str, ...]]:
    return value.as_raw_html(), ()


# By package and class: what it is called, and how it is rendered.
_RENDERED: dict[tuple[str, str], tuple[str, Callable[[Any], tuple[str, tuple[str, ...]]]]] = {
    ("pandas", "Styler"): ("pandas Styler", _styler),
    ("great_tables", "GT"): ("great_tables GT", _great_table),
}


def _kind(value: object) -> tuple[str, str]:
    for base in type(value).__mro__:
        kind = str(base.__module__).partition(".")[0], base.__name__
        if kind in _RENDERED:
            return kind
    return "", ""


@frozen
class _Row:
    labels: list[str]
    cells: list[str]


@frozen
class _Cell:
    """One place of a table: the text that is seen there, and what stands there."""

    text: str
    tag: str
    kinds: frozenset[str]  # its classes
    seen: bool


_NOTHING = _Cell("", "td", frozenset(), seen=False)


@frozen
class _Shown:
    """What a reader sees of a table in HTML."""

    captions: list[str]
    labels: list[str]
    names: list[str]
    rows: list[_Row]

    @classmethod
    def of(cls, root: Element) -> _Shown:
        """Read the first table; a row of one cell above the headings, or below all, is a caption as well."""
        heads, bodies, captions = _parts(root)
        grid = _grid([*heads, *bodies])
        head, body = grid[: len(heads)], grid[len(heads) :]
        body = [row for row in body if any(each.seen and "row_trim" not in each.kinds for each in row)]
        width = max(map(len, grid), default=0)
        columns = [n for n in range(width) if any(_counts(row[n]) for row in (*head, *body))]
        beside = [n for n in columns if all(_is_label(row[n]) for row in body or head)]
        inside = [n for n in columns if n not in beside]
        labels, levels = _labels(head, beside, inside)
        if levels:
            captions.append(f"columns by {', '.join(levels)}")
        rows = [_Row([row[n].text for n in beside], [row[n].text for n in inside]) for row in body]
        return cls(captions, labels, [_heading(head, n) for n in inside], rows)


def _parts(root: Element) -> tuple[list[Element], list[Element], list[str]]:
    """Return the rows of the first table's head and body, and the texts around them."""
    table = next(_seen_within(root, "table"), None)
    heads: list[Element] = []
    bodies: list[Element] = []
    captions: list[str] = []
    if table is None:
        return heads, bodies, captions
    for part in table:
        if is_hidden(part):
            continue
        if part.tag == "caption":
            captions += filter(None, [words(part).replace("\n", " ")])
        rows = [part] if part.tag == "tr" else [row for row in part if row.tag == "tr"]
        for row in rows:
            if part.tag in ("thead", "tfoot") and len(row) == 1 and int(_span(row[0], "colspan")) > 1:
                captions += filter(None, [words(row).replace("\n", " ")])
            elif not is_hidden(row):
                (heads if part.tag == "thead" else bodies).append(row)
    return heads, bodies, captions


def _seen_within(root: Element, tag: str) -> Any:
    """Give the elements with this tag that are seen, from top to bottom."""
    todo = [root]
    while todo:
        each = todo.pop()
        if is_hidden(each):
            continue
        if each.tag == tag:
            yield each
        todo += reversed(each)


def _grid(rows: Sequence[Element]) -> list[list[_Cell]]:
    """Return the places of a table, row by row; a cell that spans several stands in each of them."""
    grid: list[list[_Cell]] = []
    below: dict[int, tuple[int, _Cell]] = {}  # by column: for how many rows more, and what
    for row in rows:
        line: list[_Cell] = []

        def fill(line: list[_Cell] = line) -> None:
            while (column := len(line)) in below:
                left, cell = below.pop(column)
                if left > 1:
                    below[column] = left - 1, cell
                line.append(cell)

        for element in row:
            if element.tag not in ("td", "th"):
                continue
            fill()
            cell = _cell(element)
            for _ in range(_span(element, "colspan")):
                if (down := _span(element, "rowspan")) > 1:
                    below[len(line)] = down - 1, cell
                line.append(cell)
        fill()
        grid.append(line)
    width = max(map(len, grid), default=0)
    return [line + [_NOTHING] * (width - len(line)) for line in grid]


def _cell(element: Element) -> _Cell:
    seen = not is_hidden(element)
    text = words(element) if seen else ""
    return _Cell(text, str(element.tag), frozenset(element.get("class", "").split()), seen)


def _counts(cell: _Cell) -> bool:
    return cell.seen and "col_trim" not in cell.kinds


def _is_label(cell: _Cell) -> bool:
    return cell.tag == "th" and not (cell.text and "col_heading" in cell.kinds)


def _span(element: Element, name: str) -> int:
    given = element.get(name, "1")
    return min(int(given), _MAX_SPAN) if given.isdecimal() and given != "0" else 1


def _labels(head: list[list[_Cell]], beside: list[int], inside: list[int]) -> tuple[list[str], list[str]]:
    """Return the names of the row labels, and those of the levels of column headings, which pandas puts in the same corner."""
    found = dict.fromkeys(beside, "")
    levels: list[str] = []
    for row in head:
        names_rows = not any(row[n].text for n in inside)
        for n in beside:
            if names_rows or "index_name" not in row[n].kinds:
                found[n] = row[n].text or found[n]
            elif row[n].text:
                levels.append(row[n].text)
    without = "row" if len(beside) == 1 else "level"
    numbered = {n: without if len(beside) == 1 else f"{without} {place}" for place, n in enumerate(beside)}
    return [found[n] or numbered[n] for n in beside], levels


def _heading(head: list[list[_Cell]], column: int) -> str:
    """Return the heading of a column, its levels from top to bottom."""
    parts: list[str] = []
    for row in head:
        text = row[column].text
        if text and (not parts or parts[-1] != text):
            parts.append(text)
    return " / ".join(parts)
