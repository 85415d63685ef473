"""Columns of tables with a delimiter: CSV, TSV, Markdown, and boxes as polars and databases print them.

A column whose name says that it holds secrets is one, whatever its cells look like. So is a row that begins with such a name, in
a table that was transposed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nbclaude.frozen import frozen
from nbclaude.secrets.lines import Lines, lines_of
from nbclaude.secrets.names import Name, NamedPlace, name_of
from nbclaude.secrets.values import is_stand_in

__all__ = ["delimited_secrets"]

Span = tuple[int, int, str]
Cell = tuple[int, int]

_DELIMITERS = ",\t;|┆│┃║"
_MAX_MISFITS = 3  # lines in a row that are no rows of the table
_MAX_ROWS_ABOVE = 60
_MAX_CELL = 80  # characters of a name
_MAX_RECORD = 20_000
_CELL = {
    delimiter: re.compile(
        r'[ ]*(?P<quoted>"(?:[^"]|""){0,8000}")[ ]*(?=[' + delimiter + r"\r\n⏎]|\\n|\Z)"
        r"|(?P<plain>(?:[^" + delimiter + r"\r\n⏎\\]|\\(?!r?\\?n))*)"
    )
    for delimiter in _DELIMITERS
}
_END = re.compile(r"\r?\n|⏎|(?:\\r)?\\n|\Z")
# A cell of a header is a name: not a piece of a sentence or a program.
_HEADING = re.compile(r"[\w .\-/#%$*`^│┃║]{0,60}\Z")
_OPENING = re.compile(r"[^\"]{0,80}[\"'](?=[\w ]*\Z)|.{1,80}[\"'](?=[\w ]*\Z)")
_BORDER = re.compile(r"[\s|+:=\-│┆┃║─━═┌┬┐├┼┤└┴┘╞╪╡]+$")
_CUT = re.compile(r"\[… [\d,]+ (?:of [\d,]+ )?characters left out …\]")
# A line of a program, and one of a sentence.
_STATEMENT = re.compile(
    r"(?:import|from|for|return|global|nonlocal|yield|del|assert|print|def|class|with|let|const|var|use|using|the|an?"
    r"|your|and|or)[ ]",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(?:def|return|if|else|elif|for|while|import|from|class|try|except|raise|with"
    r"|#|//|/\*|\*|@)(?:\b|[ ]|$)|.*[(\[{:,]$|[)\]}]"
)
_NUMBER = re.compile(r"-?[\d.,]*(?:e[+-]?\d+)?%?\Z")
_INDEX_HEADING = frozenset(
    (
        "",
        "index",
        "key",
        "field",
        "variable",
        "setting",
        "parameter",
        "property",
        "attribute",
        "option",
        "column",
        "name",
    )
)
_VALUE_HEADING = re.compile(
    r"(?:values?|val|content|data|setting|current|entry|record|row)?[ _-]?\d*\Z", re.IGNORECASE
)


@frozen
class _Record:
    """A line, or several where a quoted cell goes on: its cells, without spaces and quotes."""

    cells: tuple[Cell, ...]
    start: int
    end: int  # where the next one begins


def delimited_secrets(text: str, places: Sequence[NamedPlace]) -> Iterator[Span]:
    """Yield start, end and kind of each cell of a column or row whose name says that it holds secrets."""
    lines = lines_of(text) if places else None
    looked_at = -1
    for place in places:
        if lines is None or place.start < looked_at:
            continue
        number = lines.number_at(place.start)
        start, end = lines.span(number)
        looked_at = end
        if end - start > _MAX_RECORD:
            continue
        for delimiter in _DELIMITERS:
            if text.find(delimiter, start, end) < 0:
                continue
            # The quote before a header may be that of a whole text.
            record = _record(text, start, delimiter, end)
            columns = _named_columns(text, record, delimiter)
            if not columns:
                continue
            found, stop = _column_cells(text, record, columns, delimiter, lines, number)
            yield from found
            looked_at = max(looked_at, stop)
            if found:
                break


def _record(text: str, position: int, delimiter: str, line_end: int | None = None) -> _Record:
    """Read one record, of one line if it must end with that."""
    cells: list[Cell] = []
    first = position
    limit = position + _MAX_RECORD
    while True:
        match = _CELL[delimiter].match(text, position, len(text) if line_end is None else line_end)
        if match is None:  # pragma: no cover - an empty cell always matches
            break
        quoted = match["quoted"] is not None
        start, end = match.span("quoted" if quoted else "plain")
        position = match.end()
        if quoted:
            start, end = start + 1, end - 1
        else:
            while start < end and text[start] in " \t":
                start += 1
            while end > start and text[end - 1] in " \t":
                end -= 1
        cells.append((start, end))
        if text[position : position + 1] != delimiter or position > limit:
            break
        position += 1
    stop = _END.match(text, position)
    return _Record(tuple(cells), first, stop.end() if stop else position + 1)


def _named_columns(text: str, record: _Record, delimiter: str) -> dict[int, Name]:
    """Return which columns of a header hold secrets."""
    if len(record.cells) < 2 or (not text[slice(*record.cells[-1])] and delimiter in ",;"):
        return {}
    if delimiter in ",;" and text[record.start : record.start + 1] in " \t":
        # Code and prose are indented, tables are not.
        return {}
    columns: dict[int, Name] = {}
    for number, (start, end) in enumerate(record.cells):
        if number == 0 and (opening := _OPENING.search(text, start, end)):
            # `text = "user,password\\n…"`, and JSON with a text in it.
            start = opening.end()
        if end - start > _MAX_CELL:
            return {}
        cell = text[start:end].strip("'\"`* │┃║")
        quoted = text[start - 1 : start] == '"' or text[start : start + 2] == "('"
        if not quoted and (not _HEADING.match(cell) or _STATEMENT.match(cell)):
            return {}
        name = name_of(cell)
        if name is not None and (name.strong or name.plain or name.kind == "password"):
            columns[number] = name
    return columns


def _column_cells(
    text: str, header: _Record, columns: dict[int, Name], delimiter: str, lines: Lines, number: int
) -> tuple[list[Span], int]:
    """Return the cells of these columns, and where the table ends."""
    if 0 in columns or (1 in columns and not text[slice(*header.cells[0])].strip("│|┆┃║ ")):
        row = _transposed(text, lines, number, header, delimiter, min(columns))
        if row is not None:
            return [(*cell, columns[min(columns)].kind) for cell in row], header.end
    width = len(header.cells)
    if not _has_rows(text, header, delimiter):
        return [], header.end
    found: list[Span] = []
    position, misfits, rows, after_cut = header.end, 0, 0, False
    while position < len(text) and misfits <= _MAX_MISFITS:
        record = _record(text, position, delimiter)
        start, position = position, max(record.end, position + 1)
        line = text[start : record.end].strip()
        if _CUT.match(line):
            # Behind it a row goes on whose first cells are gone.
            after_cut = True
            continue
        if not line and after_cut:
            continue
        if not line and rows and not _CUT.match(text, position):
            break
        if len(record.cells) < 2 and not after_cut:
            misfits += 1
            continue
        if len(record.cells) != width and not rows and not after_cut:
            return [], header.end
        found += _secret_cells(text, record.cells, columns, width, after_cut=after_cut)
        after_cut, misfits, rows = False, 0, rows + 1
    return found, position if rows else header.end


def _has_rows(text: str, header: _Record, delimiter: str) -> bool:
    """Tell whether rows of a table follow: most of the first lines have as many cells, and are no program."""
    fitting = looked_at = 0
    position = header.end
    bordered = text[header.start : header.start + 1] in "|│┆┃║ " and delimiter not in ",;\t"
    while position < len(text) and looked_at < _MAX_MISFITS:
        record = _record(text, position, delimiter)
        line = text[position : record.end].strip()
        position = max(record.end, position + 1)
        if not line:
            break
        bordered = bordered or bool(_BORDER.match(line))
        if _BORDER.match(line) or _CUT.search(line):
            continue
        looked_at += 1
        if delimiter in ",;" and _CODE.match(line):
            return False
        fitting += len(record.cells) == len(header.cells)
    if delimiter == "|" and not bordered and fitting < 2:
        return False
    return 2 * fitting >= looked_at and fitting > 0


def _secret_cells(
    text: str, cells: tuple[Cell, ...], columns: dict[int, Name], width: int, *, after_cut: bool
) -> Iterator[Span]:
    """Yield the cells of a row that are secrets: not what stands for one, and no number of tests in a column "pass"."""
    for column, name in columns.items():
        for cell in _cells_of(cells, column, width, after_cut=after_cut):
            value = text[slice(*cell)]
            if not is_stand_in(value) and (name.strong or not _NUMBER.match(value)):
                yield (*cell, name.kind)


def _cells_of(cells: tuple[Cell, ...], column: int, width: int, *, after_cut: bool) -> tuple[Cell, ...]:
    """Return the cells of a column in a row that may be cut off, or hold more commas than it should."""
    count = len(cells)
    if count > width:
        return ((cells[column][0], cells[column + count - width][1]),)
    if count < width and after_cut:
        column -= width - count
    return cells[column : column + 1] if column >= 0 else ()


def _transposed(
    text: str, lines: Lines, number: int, row: _Record, delimiter: str, label: int
) -> tuple[Cell, ...] | None:
    """Return the cells of a row that begins with a name of a secret; None where the line is a header or tells of fields."""
    width = len(row.cells)
    above: list[_Record] = []
    for line in range(number - 1, max(number - _MAX_ROWS_ABOVE, -1), -1):
        position = lines.starts[line]
        record = _record(text, position, delimiter)
        if len(record.cells) < 2:
            # A border of a box, or the line of the types.
            if delimiter in ",;\t" or not text[position : record.end].strip():
                break
            continue
        if len(record.cells) != width:
            break
        above.append(record)
    if not above:
        return None
    heading = [text[slice(*cell)].strip("*`'\"[({ ").lower() for cell in above[-1].cells]
    values = [text for text in heading[label + 1 :] if text]
    if heading[label] not in _INDEX_HEADING or not all(map(_VALUE_HEADING.match, values)):
        return None
    others = [*above[:-1], row]
    cells = row.cells[label + 1 :]
    told = [text[slice(*cell)] for record in others for cell in record.cells[label + 1 :]]
    if all(_NUMBER.match(cell) for cell in told):
        return ()
    return tuple(cell for cell in cells if not is_stand_in(text[slice(*cell)]))
