"""Renders rows as a table, as HTML in the style of an answer or as aligned plain text."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from nbclaude.render.style import STYLE

__all__ = ["table_html", "table_text"]


_ONE_LINE = 24  # characters


def table_html(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Build the HTML; every cell is escaped, and nothing in it is taken for maths."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join("<tr>" + "".join(_cell(str(value)) for value in row) + "</tr>\n" for row in rows)
    return (
        f'<div class="nbclaude mathjax_ignore tex2jax_ignore"><style>{STYLE}</style>'
        f"<p><strong>{escape(title)}</strong></p>"
        f'<div class="table"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table></div></div>'
    )


def _cell(text: str) -> str:
    # A name or a number is not broken in two; sentences are.
    style = ' style="white-space: nowrap"' if len(text) <= _ONE_LINE else ""
    return f"<td{style}>{escape(text)}</td>"


def table_text(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Build the aligned text."""
    cells = [list(columns), *([str(value) for value in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
    lines = [
        "  ".join(f"{value:<{width}}" for value, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    return "\n".join([title, lines[0], "  ".join("-" * width for width in widths), *lines[1:]])
