"""Columns of tables that are aligned by spaces, as pandas, numpy and shells print them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nbclaude.secrets.lines import Lines, lines_of
from nbclaude.secrets.names import Name, NamedPlace
from nbclaude.secrets.values import is_stand_in, is_type

__all__ = ["aligned_secrets"]

Span = tuple[int, int, str]

_PIECE = re.compile(r"\S+(?:[ ]\S+)*")
_WORD = re.compile(r"\S+")
_HEADING = re.compile(r"[\w.$%#/()',\-]{1,60}\Z")
_OF_A_SENTENCE = re.compile(r"(?<!\S)(?:the|an?|to|of|is|are|and|or|for|with|your)(?!\S)", re.IGNORECASE)
# Of the repr of a text, and a list of such.
_OPENING = re.compile(r"[\[({]*[\"'](?= )")
_CODE = re.compile(
    r"(?:def|return|if|else|elif|for|while|import|from|class|try|except|finally|raise|with|yield|async|#|//|/\*|\*|@)(?:\W|$)"
    r"|.*[(\[{:,]$|\w+(?:\.\w+)*[ ]=[ ]"
)
_NUMBER = re.compile(r"-?[\d.,]+(?:e[+-]?\d+)?%?\Z")
_SERIES = re.compile(r"(?:Freq: \S+, )?Name: (?P<name>.{1,80}?), (?:Length: \d+, )?dtype: ")
_FOOTER = re.compile(r"(?:Name: .*|Length: .*)?dtype: \w|\[\d+ rows x \d+ columns\]")
_MAX_ROWS = 20_000
_MAX_OF_A_SERIES = 120  # lines that pandas prints of one, and more
_NEAR = 10_000  # characters
_MAX_LINE = 4_000


def aligned_secrets(text: str, places: Sequence[NamedPlace]) -> Iterator[Span]:
    """Yield start, end and kind of each cell of a column or row whose name says that it holds secrets."""
    table = _Table(text, lines_of(text)) if places else None
    looked_at = 0
    for place in places:
        if table is None or place.start < looked_at or not _stands_apart(text, place):
            continue
        line = table.lines.number_at(place.start)
        start, end = table.lines.span(line)
        if end - start > _MAX_LINE:
            continue
        if _SERIES.match(text, start, end):
            yield from table.series(line, place.name)
            continue
        is_row = place.start == start and table.has_row_above(line)
        finders = (
            (table.beside, table.under) if is_row or table.is_series(line) else (table.under, table.beside)
        )
        for find in finders:
            spans, stop = find(place, line)
            yield from spans
            looked_at = max(looked_at, stop)
            if spans:
                break


def _stands_apart(text: str, place: NamedPlace) -> bool:
    """Tell whether spaces or line ends are around a name, as around a cell, or it names a series."""
    before, behind = text[max(place.start - 6, 0) : place.start], text[place.end : place.end + 2]
    if before.endswith("Name: ") and behind.startswith(","):
        return True
    left = not before or before[-1] in " \n⏎\t'" or before.endswith("\\n")
    return left and (not behind or behind[0] in " \n\r⏎'" or behind == "\\n")


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    return [match.span() for match in _PIECE.finditer(text, start, end)]


def _is_secret(text: str, name: Name, span: tuple[int, int]) -> bool:
    value = text[slice(*span)]
    return not is_stand_in(value) and (name.strong or not _NUMBER.match(value))


def _stands_over(text: str, own: tuple[int, int], start: int, row: tuple[int, int], names: int) -> bool:
    """Tell whether the first row has its cells where the header has its names: at the same beginning or end."""
    first, last = own[0] - start + row[0], own[1] - start + row[0]
    pieces = _pieces(text, *row)
    if len(pieces) - names in (0, 1) and names > 1:
        return any(a < last and b > first for a, b in pieces)
    return any(
        (a < last and b > first) and (a == first or b == last or b - a > last - first or b > last)
        for a, b in pieces
    )


def _cell(
    text: str, row: tuple[int, int], first: int, last: int, left: int, right: int
) -> tuple[int, int] | None:
    """Return what of a row stands under a name; where single spaces divide columns, what lies between its neighbours."""
    a, b = row
    for start, end in _pieces(text, a, b):
        if start < a + last and end > a + first:
            start = max(start, a + left) if left else start
            end = min(end, a + right) if right >= 0 else end
            while start < end and text[start] == " ":
                start += 1
            while end > start and text[end - 1] == " ":
                end -= 1
            return (start, end) if start < end else None
    return None


class _Table:
    """A text, its lines, and what stands in them like cells of a table."""

    def __init__(self, text: str, lines: Lines) -> None:
        self.text, self.lines = text, lines

    def _rows(self, line: int, most: int = _MAX_ROWS) -> Iterator[tuple[int, int]]:
        """Give the lines behind a line, up to a blank one."""
        for number in range(line + 1, min(line + 1 + most, len(self.lines))):
            start, end = self.lines.span(number)
            if not self.text[start:end].strip():
                return
            yield start, end

    def has_row_above(self, line: int) -> bool:
        """Tell whether a line of several cells stands directly above."""
        return line > 0 and len(_pieces(self.text, *self.lines.span(line - 1))) > 1

    def is_series(self, line: int) -> bool:
        """Tell whether a line is one of a series of pandas, with a label and a value, and no header."""
        start, end = self.lines.span(line)
        if self.text.find("dtype: ", end, end + _NEAR) < 0 or len(_pieces(self.text, start, end)) != 2:
            return False
        last = (start, end)
        for row in self._rows(line, _MAX_OF_A_SERIES):
            last = row
        return bool(_FOOTER.match(self.text, *last))

    def under(self, place: NamedPlace, number: int) -> tuple[list[Span], int]:
        """Return the cells under a name in the header of a table, and where it ends."""
        text, (start, end) = self.text, self.lines.span(number)
        opening = _OPENING.match(text, start, end)
        start = opening.end() if opening else start
        words = [match.span() for match in _WORD.finditer(text, start, end)]
        own = next(((a, b) for a, b in words if a <= place.start and place.end <= b), None)
        first = next(self._rows(number), None)
        if own is None or first is None or not self._is_header(words, own, number, first):
            return [], 0
        left = max((b for _, b in words if b <= own[0]), default=start) - start
        right = min((a for a, _ in words if a >= own[1]), default=start - 1) - start
        found, last = [], end
        for row in self._rows(number):
            if _FOOTER.match(text, *row):
                break
            last = row[1]
            span = _cell(text, row, own[0] - start, own[1] - start, left, right)
            if span and _is_secret(text, place.name, span):
                found.append((*span, place.name.kind))
        # The other names in this header are looked at, the lines below are not taken for headers again.
        return found, 0 if len(words) > 1 and found else last

    def _is_header(
        self, words: list[tuple[int, int]], own: tuple[int, int], number: int, first: tuple[int, int]
    ) -> bool:
        text, (start, end) = self.text, self.lines.span(number)
        opening = _OPENING.match(text, start, end)
        start = opening.end() if opening else start
        line = text[start:end]
        if _OF_A_SENTENCE.search(line) or not all(
            _HEADING.match(text[a:b]) and not _NUMBER.match(text[a:b]) and not is_type(text[a:b])
            for a, b in words
        ):
            return False
        if len(words) == 1 and own[0] == start and not line.endswith("  "):
            # A name alone: of the labels of a series, which ends with its own name.
            if text.find("dtype: ", end, end + _NEAR) < 0:
                return False
            if not any(_FOOTER.match(text, *row) for row in self._rows(number, _MAX_OF_A_SERIES)):
                return False
        elif "  " not in line.strip() and not line.endswith("  ") and not self._has_labels(line, first):
            return False
        return self._has_rows(words, number, is_alone=len(words) == 1) and _stands_over(
            text, own, start, first, len(_pieces(text, start, end))
        )

    def _has_labels(self, header: str, row: tuple[int, int]) -> bool:
        """Tell whether the labels of the rows stand where the header has nothing."""
        return header.startswith(" ") and not self.text[slice(*row)].startswith(" ")

    def _has_rows(self, words: list[tuple[int, int]], number: int, *, is_alone: bool) -> bool:
        """Tell whether the first lines below a header have cells for its names, and are no program."""
        text, (start, end) = self.text, self.lines.span(number)
        names = len(_pieces(text, start, end))
        indented = text[start : start + 1] == " "
        for a, b in self._rows(number, 3):
            line = text[a:b]
            if _FOOTER.match(line) or line.startswith(("</", "```")):
                break
            cells = len(_pieces(text, a, b))
            if _CODE.match(line.strip()) or (cells < names and len(line.split()) < len(words)):
                return False
            if is_alone and (cells < 2 or (indented and line.startswith("  "))):
                # Of a single column, its label stands before it.
                return False
        return True

    def beside(self, place: NamedPlace, number: int) -> tuple[list[Span], int]:
        """Return the cells of a row that begins with a name, where the rows around it are of the same table."""
        text, (start, end) = self.text, self.lines.span(number)
        pieces = _pieces(text, start, end)
        if len(pieces) < 2 or pieces[0] != (place.start, place.end) or place.start != start:
            return [], 0
        near = [self.lines.span(number - 1)] if number else []
        near += self._rows(number, 1)
        values = [_pieces(text, *line)[1:] for line in near]
        ends = {b - line[0] for line, row in zip(near, values, strict=True) for _, b in row}
        starts = {a - line[0] for line, row in zip(near, values, strict=True) for a, _ in row}
        if pieces[-1][1] - start not in ends and pieces[1][0] - start not in starts:
            return [], 0
        told = [text[slice(*cell)] for row in [pieces[1:], *values] for cell in row]
        if all(_NUMBER.match(cell) for cell in told):
            return [], 0
        cells = [cell for cell in pieces[1:] if _is_secret(text, place.name, cell)]
        return [(*cell, place.name.kind) for cell in cells], end

    def series(self, footer: int, name: Name) -> Iterator[Span]:
        """Yield the values of a series of pandas, which is named below them."""
        for number in range(footer - 1, max(footer - 1 - _MAX_ROWS, -1), -1):
            pieces = _pieces(self.text, *self.lines.span(number))
            if len(pieces) < 2:
                return
            if _is_secret(self.text, name, pieces[-1]):
                yield (*pieces[-1], name.kind)
