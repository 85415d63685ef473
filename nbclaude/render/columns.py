"""Lays rows out as text: in columns no wider than the terminal, or as a list where so many columns do not fit side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wcwidth import wcswidth, wcwidth

__all__ = ["columns_text", "text_width", "wrapped"]

_GAP = "  "
_LONG = 40  # columns: a longer word may be broken
_MOST_LINES = 6  # of a cell: a longer one reads better in a list
_SHORT = 11  # columns: a cell up to this width is not wrapped
_TRIED_ROWS = 100  # by which the widths are chosen
_MARK = 2  # columns: in a column without a name, a cell this narrow is the mark of its row
_JOINER = "\u200d"
_TONES = frozenset("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")


def text_width(text: str) -> int:
    """Return how many columns of a terminal a text takes on one line."""
    if text.isascii() and text.isprintable():
        return len(text)
    width = wcswidth(text)
    return width if width >= 0 else sum(max(wcwidth(character), 0) for character in text)


def wrapped(text: str, width: int) -> list[str]:
    """Break a line between words, so that each part takes at most `width` columns; a word that is too long is broken, too.

    Between wide characters (Chinese, Japanese, Korean, emoji) it may be broken anywhere.
    """
    if text_width(text) <= width:
        return [text]
    lines: list[str] = []
    line = text[: len(text) - len(text.lstrip(" "))][: max(width - 1, 0)]
    is_begun = False
    for word, is_apart in _words(text):
        space = " " if is_apart and is_begun else ""
        if text_width(line + space + word) <= width:
            line, is_begun = line + space + word, True
            continue
        if is_begun:
            lines.append(line)
            line = ""
        *full, line = _broken(line + word, width)
        lines += full
        is_begun = True
    return [*lines, line] if line else lines


def columns_text(
    columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[bool], width: int | None = None
) -> list[str]:
    """Return the lines of a table: the names of the columns, a rule and the rows; columns of `numbers` are right-aligned.

    Where they take more than `width` columns of the terminal, they are wrapped between words. Where even that is not enough,
    each row becomes a list with one line for each cell that is not empty.
    """
    cells = [list(columns), *map(list, rows)]
    widths: list[int] | None = [max(map(text_width, column)) for column in zip(*cells, strict=True)]
    if width is not None:
        widths = _narrowed(cells, _least(cells, numbers), width - len(_GAP) * (len(columns) - 1))
    if widths is None or (width is not None and _longest(cells, widths) > _MOST_LINES):
        return [line for row in rows for line in _as_list(columns, row, width or 0)]
    head, *body = [list(_row(row, widths, numbers)) for row in cells]
    rule = _GAP.join("-" * room for room in widths)
    return [*head, rule, *(line for lines in body for line in lines)]


def _least(cells: Sequence[Sequence[str]], numbers: Sequence[bool]) -> list[int]:
    """Return the widths that columns need for their longest words; numbers stay whole."""
    (head, *body) = cells
    return [
        max([_unbroken(name), *((text_width if is_number else _unbroken)(row[i]) for row in body)])
        for i, (name, is_number) in enumerate(zip(head, numbers, strict=True))
    ]


def _longest(cells: Sequence[Sequence[str]], widths: Sequence[int]) -> int:
    """Return how many lines the longest cell takes."""
    return max(len(wrapped(cell, width)) for row in cells for cell, width in zip(row, widths, strict=True))


def _narrowed(cells: Sequence[Sequence[str]], least: Sequence[int], room: int) -> list[int] | None:
    """Choose widths that fit, by narrowing the columns where that adds the fewest lines; None if they cannot fit."""
    if sum(least) > room:
        return None
    every = [[text_width(cell) for cell in row] for row in cells]
    sizes = every[:_TRIED_ROWS]
    widths = [
        max(min(max(size), room), narrow)
        for size, narrow in zip(zip(*every, strict=True), least, strict=True)
    ]

    def cost(column: int) -> tuple[int, int, int]:
        tried = [width - (i == column) for i, width in enumerate(widths)]
        lines = [
            [-(-size // width) if size else 0 for size, width in zip(row, tried, strict=True)]
            for row in sizes
        ]
        return sum(map(max, lines)), sum(map(sum, lines)), -widths[column]

    while sum(widths) > room:
        free = [i for i, width in enumerate(widths) if width > least[i]]
        widths[min(free, key=cost)] -= 1
    return widths


def _unbroken(cell: str) -> int:
    """Return the width that a cell needs for its longest word; a short cell stays whole."""
    if (size := text_width(cell)) <= _SHORT:
        return size
    return min(max((text_width(word) for word, _ in _words(cell)), default=0), _LONG)


def _row(row: Sequence[str], widths: Sequence[int], numbers: Sequence[bool]) -> Iterator[str]:
    """Write the lines of a row."""
    cells = [wrapped(cell, width) for cell, width in zip(row, widths, strict=True)]
    for number in range(max(map(len, cells), default=0)):
        parts = [cell[number] if number < len(cell) else "" for cell in cells]
        yield _GAP.join(map(_padded, parts, widths, numbers)).rstrip()


def _padded(text: str, width: int, is_number: bool) -> str:
    space = " " * (width - text_width(text))
    return space + text if is_number else text + space


def _as_list(columns: Sequence[str], row: Sequence[str], width: int) -> Iterator[str]:
    """Write a row as lines, each with the name of its column; only the first is not indented."""
    indent = mark = ""
    for column, cell in zip(columns, row, strict=True):
        if not cell.strip():
            continue
        if not indent and not column.strip() and text_width(cell.strip()) <= _MARK:
            mark = f"{cell.strip()} "
            continue
        named = f"{column}: {cell.strip()}" if column.strip() else cell.strip()
        first, *more = wrapped(mark + named, max(width - 4, 2))
        yield indent + first
        yield from ("    " + line for line in more)
        indent, mark = "  ", ""


def _words(text: str) -> Iterator[tuple[str, bool]]:
    """Split a text into what stays together, each with whether a space stands before it."""
    for word in text.split(" "):
        is_apart, held = True, ""
        for cluster in _clusters(word):
            if text_width(cluster) < 2:
                held += cluster
                continue
            if held:
                yield held, is_apart
                is_apart, held = False, ""
            yield cluster, is_apart
            is_apart = False
        if held:
            yield held, is_apart


def _broken(word: str, width: int) -> Iterator[str]:
    """Break a word into pieces of at most `width` columns, and never inside a character with its accents."""
    piece = ""
    for cluster in _clusters(word):
        if piece and text_width(piece + cluster) > width:
            yield piece
            piece = ""
        piece += cluster
    yield piece


def _clusters(text: str) -> Iterator[str]:
    """Split a text into what is drawn as one character."""
    if text.isascii():
        yield from text
        return
    cluster = ""
    for character in text:
        if cluster and (cluster[-1] == _JOINER or character in _TONES or wcwidth(character) == 0):
            cluster += character
            continue
        if cluster:
            yield cluster
        cluster = character
    if cluster:
        yield cluster
