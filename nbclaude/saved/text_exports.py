r"""Prepares answers for nbconvert's exports to text: without style sheets, and with formulas that pandoc knows.

nbconvert calls these functions as preprocessors, by their names:
`jupyter nbconvert --to markdown --MarkdownExporter.preprocessors=nbclaude.saved.text_exports.without_style_sheets NOTEBOOK`
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from nbclaude.render.fences import fenced_spans
from nbclaude.render.sheet import divided, without_blank_lines

__all__ = ["with_dollar_formulas", "without_style_sheets"]

# Code is matched first, so that nothing in it is taken for a formula; an escaped backslash begins none.
_FORMULA = re.compile(
    r"(?P<ticks>`++)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`)"
    r"|\\\((?P<line>(?:(?!\n[ \t]*\n)[^\\]|\\[^()\[\]])+?)\\\)"
    r"|\\\[(?P<display>(?:(?!\n[ \t]*\n)[^\\]|\\[^()\[\]])+?)\\\]"
    r"|\\.",
    re.DOTALL,
)


def without_style_sheets(notebook: Any, resources: Any) -> tuple[Any, Any]:
    """Change the outputs of a notebook (nbformat's, which nbconvert has copied) in place; what is not ours stays."""
    for data in _bundles(notebook):
        css, html = divided(str(data.get("text/html", "")))
        if css:
            data["text/html"] = without_blank_lines(html)
    return notebook, resources


def with_dollar_formulas(notebook: Any, resources: Any) -> tuple[Any, Any]:
    r"""Rewrite `\(..\)` and `\[..\]`, which pandoc treats as text, with dollar signs; for LaTeX and PDF."""
    for data in _bundles(notebook):
        if "nbclaude" in str(data.get("text/html", "")) and "text/markdown" in data:
            data["text/markdown"] = _dollars(str(data["text/markdown"]))
    return notebook, resources


def _bundles(notebook: Any) -> Iterator[dict[str, Any]]:
    """Go through what the cells have shown."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            yield output.get("data", {})


def _dollars(markdown: str) -> str:
    parts, position = [], 0
    for begin, end in [*fenced_spans(markdown), (len(markdown), len(markdown))]:
        parts += [_FORMULA.sub(_in_dollars, markdown[position:begin]), markdown[begin:end]]
        position = end
    return "".join(parts)


def _in_dollars(found: re.Match[str]) -> str:
    if (formula := found["line"]) is not None:
        return f"${formula.strip()}$"
    if (formula := found["display"]) is not None:
        return f"$${formula.strip()}$$"
    return found[0]
