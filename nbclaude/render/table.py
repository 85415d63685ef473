"""Renders rows as a table, as HTML in the style of an answer or as aligned plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from nbclaude.cleaning import printable
from nbclaude.render.directions import is_right_to_left
from nbclaude.render.notice import typed_html
from nbclaude.render.seams import escaped
from nbclaude.render.style import STYLE

__all__ = ["table_html", "table_text"]


_ONE_LINE = 28  # characters
_CODE = re.compile(r"`([^`\n]+)`")
_NUMBER = re.compile(r"≥? ?[-−]?\$?[-−]?[\d.,]+(?: ?[%×kM])?|[–—]?")
_MANY = 40  # rows; more scroll within the page, under their heads
_SCROLLING = (
    ".nbclaude .nbclaude-rows{max-height:min(40em,80vh);overflow:auto}"
    ".nbclaude .nbclaude-rows th{position:sticky;top:0;background:var(--jp-layout-color0,Canvas)}"
    "@media print{.nbclaude .nbclaude-rows{max-height:none}}"
)


def table_html(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], below: str = "") -> str:
    """Build the HTML, with a sentence `below` it. All text is escaped, and none is maths; numbers are right-aligned."""
    cells = [[str(value) for value in row] for row in rows]
    numbers = _numeric(columns, cells)
    head = "".join(
        f'<th{_class(is_number)} style="white-space: nowrap">{escape(column)}</th>'
        for column, is_number in zip(columns, numbers, strict=True)
    )
    body = "".join("<tr>" + "".join(map(_cell, row, numbers)) + "</tr>\n" for row in cells)
    style, rows_class = (STYLE + _SCROLLING, " nbclaude-rows") if len(cells) > _MANY else (STYLE, "")
    return (
        f'<div class="nbclaude mathjax_ignore tex2jax_ignore"><style>{style}</style>'
        f"<p><strong>{escaped(title)}</strong></p>"
        f'<div class="table{rows_class}" tabindex="0" role="group" aria-label="{escape(title)}"><table style="width: auto">\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table></div>"
        f"{f'<p>{typed_html(below)}</p>' if below else ''}</div>"
    )


def _numeric(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> list[bool]:
    """Tell which columns hold numbers, and nothing else."""
    return [
        any(row[i] not in ("", "–", "—") for row in cells) and all(_NUMBER.fullmatch(row[i]) for row in cells)
        for i in range(len(columns))
    ]


def _class(is_number: bool) -> str:
    return ' class="nbclaude-number"' if is_number else ""


def _cell(text: str, is_number: bool) -> str:
    # Names and numbers are not wrapped; sentences are, but stay readable where there is little room.
    style = "white-space: nowrap" if len(text) <= _ONE_LINE else "min-width: 14em; max-width: 17em"
    direction = ' dir="auto"' if is_right_to_left(text) else ""
    shown = _CODE.sub(r"<code>\1</code>", escaped(text))
    return f'<td{_class(is_number)}{direction} style="{style}">{shown}</td>'


def table_text(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    below: str = "",
    *,
    width: int | None = None,
) -> str:
    """Build the aligned text, with a sentence `below` it; no line takes more than `width` columns of the terminal."""
    from nbclaude.render.columns import columns_text

    cells = [[_one_line(str(value)) for value in row] for row in rows]
    table = columns_text([_one_line(column) for column in columns], cells, _numeric(columns, cells), width)
    return "\n".join([*_fitted(title, width), *table, *(_fitted(below, width) if below else ())])


def _one_line(text: str) -> str:
    # Invisible characters take no room, so they are removed before anything is measured.
    return printable(" ".join(text.expandtabs(1).splitlines()))


def _fitted(text: str, width: int | None) -> list[str]:
    from nbclaude.render.columns import wrapped

    lines = printable(text).split("\n")
    return lines if width is None else [part for line in lines for part in wrapped(line, width)]
