"""Rows of values under a list of names: tuples and lists of a program, INSERT statements, tables of HTML, pairs."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence

from nbclaude.secrets.literals import Literal, literal_at
from nbclaude.secrets.names import Name, NamedPlace, name_of
from nbclaude.secrets.values import is_stand_in, looks_secret

__all__ = ["row_secrets"]

Span = tuple[int, int, str]

_FAR = 20_000  # characters from a header to its rows
_MAX_HEADERS = 12
_AFTER_A_TAG = frozenset((">", "\n", " ", "\t"))
_COPY = re.compile(
    r"\s*FROM\s+stdin[^\n]{0,80}\n(?P<rows>(?:(?!\\\.)[^\n]*\n){0,20000})(?:\\\.|\Z)", re.IGNORECASE
)
_FLAT = re.compile(r"[\[(]([^\[\](){}]{1,4000})[\])]")
_ITEM = re.compile(r"[\s,]*(?:[rbu]?(?P<quote>\\{0,7}[\"'`])|(?P<word>[^\s,\"'`][^,\"'`]*?)(?=\s*(?:,|\Z)))")
_HEADER_LIST = re.compile(r"[\[(](?P<names>[^\[\](){}=]{1,2000})[\])]")
_UNPACKED = re.compile(r"(?P<names>[A-Za-z_][\w.]*(?:[ ]?,[ ]?[A-Za-z_][\w.]*){1,12})[ ]?=[ ]?\(?(?=[\"'\d])")
_NAMES_BEFORE = re.compile(r"(?:[A-Za-z_][\w.]*[ ]?,[ ]?){1,12}\Z")
_DTYPE = re.compile(r"\[(?:\s*\([\"'][^\"'()]{1,60}[\"'],\s*[\"'<>=|]?[^()]{1,40}\),?){1,200}\s*\]")
_SUBSCRIPT = re.compile(r"[\w\])][\[(]?\Z")
# Where a row may begin: in a list, behind another one, in a statement of SQL.
_OF_COLUMNS = re.compile(r"(?:columns|names|header|fields)[\"']?\s?[:=]\s?\Z")
_IN_ROWS = re.compile(r"(?:[\[(]|[\])]\s{0,40},|\bvalues)\s{0,40}\Z", re.IGNORECASE)
_PAIR = re.compile(
    r"[\[(]\s*(?P<open>\\{0,7}[\"'])(?P<name>(?!-)[^\"'\\]{2,60})(?P=open)\s*,\s*[rbu]?(?P<quote>\\{0,7}[\"'])"
)
_NEXT_PAIR = re.compile(r"\s*[\])]\s*,?\s*[\[(]\s*\\{0,7}[\"'][^\"'\\]{1,60}\\{0,7}[\"']\s*,")
_ROW = re.compile(r"<tr\b[^>]*>(?P<cells>.*?)(?=<tr\b|</table|</tbody|</thead|\Z)", re.DOTALL | re.IGNORECASE)
_CELL = re.compile(r"<(?P<tag>t[hd])\b[^>]*>(?:\s*<(?!/)[^>]{1,200}>)*\s*(?P<text>[^<]*)", re.IGNORECASE)
_IN_CELL = re.compile(r"<t[hd]\b[^>]{0,300}>(?:\s*<(?!/)[^>]{1,200}>)*\s*\Z", re.IGNORECASE)


def row_secrets(text: str, places: Sequence[NamedPlace]) -> Iterator[Span]:
    """Yield start, end and kind of each value that stands in a row where a header names a secret."""
    headers = 0
    looked_at = 0
    for place in places:
        if place.start < looked_at or not place.name.strong:
            continue
        if text[place.start - 1 : place.start] in _AFTER_A_TAG and _IN_CELL.search(
            text, max(place.start - 400, 0), place.start
        ):
            looked_at = yield from _html(text, place)
            continue
        if span := _pair(text, place):
            yield span
            continue
        if headers < _MAX_HEADERS and (header := _header(text, place)):
            headers += 1
            start, end, names = header
            looked_at = end
            yield from _literal_rows(text, start, end, names)


def _items(text: str, start: int, end: int, most: int = 0) -> list[Literal] | None:
    """Return the items between two brackets, or the first `most`, of which none is an expression; words are numbers or names."""
    items: list[Literal] = []
    while match := _ITEM.match(text, start, end):
        if match["quote"]:
            literal = literal_at(text, match.start("quote"))
            if literal is None or literal.end > end:
                return None
            items.append(literal)
            start = literal.end + len(match["quote"])
        else:
            items.append(Literal(*match.span("word"), match["word"].strip(), is_number=True))
            start = match.end()
        if len(items) == most:
            return items
    return items if not text[start:end].strip(" \t\r\n,") else None


def _header(text: str, place: NamedPlace) -> tuple[int, int, list[str]] | None:
    """Return where a list of names stands that holds this one, and the names."""
    if text[place.end : place.end + 1] == "":
        return None
    opened = max(text.rfind(sign, max(place.start - 2_000, 0), place.start) for sign in "[(")
    if opened < 0:
        return _unpacked(text, place)
    if dtype := _dtype(text, place):
        return dtype
    match = _HEADER_LIST.match(text, opened)
    if match is None or match.end() < place.end:
        return _unpacked(text, place)
    items = _items(text, *match.span("names"))
    if not items or (len(items) < 2 and not _OF_COLUMNS.search(text, max(opened - 20, 0), opened)):
        return None
    quoted = [item for item in items if not item.is_number]
    into = re.search(r"(?i:into|copy|table)\s+[\w.\"`\[\]]{1,80}\s*\Z", text[max(opened - 120, 0) : opened])
    if not quoted and not into:
        return None
    if not into and _SUBSCRIPT.search(text, max(opened - 2, 0), opened):
        return None
    return match.start(), match.end(), [item.value.strip("'\"` ") for item in items]


def _dtype(text: str, place: NamedPlace) -> tuple[int, int, list[str]] | None:
    """Return the fields of a structured array of numpy."""
    opened = text.rfind("[", max(place.start - 2_000, 0), place.start)
    match = (
        _DTYPE.match(text, opened)
        if 0 <= opened < place.start and text[place.start - 2 : place.start - 1] == "("
        else None
    )
    if match is None:
        return None
    return match.start(), match.end(), re.findall(r"\(\s*[\"']([^\"'()]{1,60})[\"'],", match[0])


def _unpacked(text: str, place: NamedPlace) -> tuple[int, int, list[str]] | None:
    """Return the names on the left of `user, password = "anna", "…"`."""
    first = max(place.start - 200, 0)
    line = max(text.rfind("\n", first, place.start), text.rfind(";", first, place.start), first - 1) + 1
    if text.find("=", place.end, place.end + 200) < 0:
        return None
    names = _NAMES_BEFORE.search(text, line, place.start)
    start = names.start() if names else place.start
    match = _UNPACKED.match(text, start)
    if match is None or match.end("names") < place.end:
        return None
    return match.start(), match.end(), re.split(r"\s*,\s*", match["names"])


def _literal_rows(text: str, start: int, end: int, names: Sequence[str]) -> Iterator[Span]:
    columns = {number: name for number, each in enumerate(names) if (name := name_of(each)) and name.strong}
    if text[start] not in "[(":
        stop = text.find("\n", end)
        items = _items(text, end, len(text) if stop < 0 else stop, len(names))
        yield from _of_row(items or [], columns, len(names))
        return
    if copied := _COPY.match(text, end):
        yield from _copied(text, copied.start("rows"), copied.end("rows"), columns)
        return
    before, behind = max(start - _FAR, 0), end + _FAR
    for match in _FLAT.finditer(text, before, min(behind, len(text))):
        if start <= match.start() < end:
            continue
        if not _IN_ROWS.search(text, max(match.start() - 60, 0), match.start()):
            continue
        items = _items(text, *match.span(1))
        if items and any(not item.is_number for item in items):
            yield from _of_row(items, columns, len(names))


def _copied(text: str, position: int, end: int, columns: dict[int, Name]) -> Iterator[Span]:
    """Yield the values of rows that follow a COPY statement, divided by tabs."""
    while position < end:
        stop = text.index("\n", position)
        for number, cell in enumerate(re.finditer(r"[^\t]*(?:\t|\Z)", text[position:stop])):
            value = cell[0].rstrip("\t")
            if number in columns and value and not is_stand_in(value):
                yield position + cell.start(), position + cell.start() + len(value), columns[number].kind
        position = stop + 1


def _of_row(items: Sequence[Literal], columns: dict[int, Name], width: int) -> Iterator[Span]:
    if len(items) != width:
        return
    for number, name in columns.items():
        value = items[number]
        word = value.is_number and not value.value.lstrip("-").replace(".", "").isdigit()
        if not word and looks_secret(value.value, name, structured=True):
            yield value.start, value.end, name.kind


def _pair(text: str, place: NamedPlace) -> Span | None:
    """Return the value of a pair, `("password", "…")`, that stands among others or looks like a secret."""
    opened = max(text.rfind(sign, max(place.start - 12, 0), place.start) for sign in "[(")
    match = _PAIR.match(text, opened) if opened >= 0 else None
    if match is None or name_of(match["name"]) is None:
        return None
    literal = literal_at(text, match.start("quote"))
    if literal is None:
        return None
    behind = literal.end + len(match["quote"])
    if not re.match(r"\s*[\])]", text[behind : behind + 40]):
        return None
    among = bool(_NEXT_PAIR.match(text, behind)) or bool(
        re.search(r"[\])]\s*,\s*\Z", text[max(opened - 40, 0) : opened])
    )
    fits = looks_secret(literal.value, place.name, structured=among)
    return (literal.start, literal.end, place.name.kind) if fits else None


def _html(text: str, place: NamedPlace) -> Generator[Span, None, int]:
    """Yield the cells under or beside a name in a table of HTML; return where it ends."""
    row = text.rfind("<tr", max(place.start - _FAR, 0), place.start)
    first = _ROW.match(text, row) if row >= 0 else None
    if first is None:
        return place.end
    cells = list(_CELL.finditer(text, *first.span("cells")))
    own = next((n for n, cell in enumerate(cells) if cell.start() <= place.start < cell.end()), -1)
    if own < 0 or name_of(cells[own]["text"]) is None:
        return place.end
    tags = {cell["tag"].lower() for cell in cells}
    table = text.rfind("<table", max(row - _FAR, 0), row)
    is_first = "<tr" not in text[max(table, row - _FAR, 0) : row]
    if own == 0 and len(cells) > 1 and (tags == {"th", "td"} or not is_first):
        for cell in cells[1:]:
            yield from _of_cell(cell, place.name)
        return first.end()
    if len(cells) < 2 and not is_first:
        return place.end
    end = text.find("</table", first.end())
    for match in _ROW.finditer(text, first.end(), len(text) if end < 0 else end):
        others = list(_CELL.finditer(text, *match.span("cells")))
        if own < len(others) and abs(len(others) - len(cells)) <= 1:
            yield from _of_cell(others[own], place.name)
    return first.end()


def _of_cell(cell: re.Match[str], name: Name) -> Iterator[Span]:
    start = cell.start("text")
    value = cell["text"].rstrip()
    if value and not is_stand_in(value):
        yield start, start + len(value), name.kind
