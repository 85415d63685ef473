"""A markdown-it plugin that keeps table cells whole: pipes in code or formulas, and surplus pipes, do not end a cell."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

from nbclaude.render.fences import FenceReader

__all__ = ["TABLE_RULE", "rows_plugin"]

TABLE_RULE = re.compile(r"[ \t>]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+\Z")
"""The line between a table's head and its rows, without its end."""
_CODE = re.compile(r"(?<!`)(`++)(?!`)")
_FORMULA = re.compile(r"(?<![\\\w$])\$(?![\s$])[^$`]*+(?<!\s)\$(?![\w$])|\\\((?:[^`\\]|\\[^()])*+\\\)")
_PIPE = re.compile(r"\\.|\|", re.DOTALL)
_MAX_ROW = 20_000  # characters


def rows_plugin(md: MarkdownIt) -> None:
    """Let a parser escape the pipes that its reader takes for text."""
    md.core.ruler.after("normalize", "rows", _rule)


def _rule(state: StateCore) -> None:
    if "|" not in state.src or "-" not in state.src:
        return
    lines = state.src.split("\n")
    fence = FenceReader()
    columns = 0
    changed = False
    for number, line in enumerate(lines):
        was_open = fence.mark
        fence.read(line)
        if was_open or fence.mark:
            columns = 0
        elif columns:
            columns = columns if line.strip(" \t>") else 0
            whole = _whole(line, columns)
            changed |= whole != line
            lines[number] = whole
        elif number and "|" in line and TABLE_RULE.match(line) and "|" in lines[number - 1]:
            columns = line.strip(" \t>").strip("|").count("|") + 1
            head = _whole(lines[number - 1], columns, in_code_only=True)
            changed |= head != lines[number - 1]
            lines[number - 1] = head
    if changed:
        state.src = "\n".join(lines)


def _whole(row: str, columns: int, *, in_code_only: bool = False) -> str:
    """Return a row with no more cells than columns: first pipes in code become text, then those in formulas, then others.

    A table's header must have as many cells as the line below it, so in a header only pipes in code are changed.
    """
    if len(row) > _MAX_ROW or row.count("|") < columns:
        return row
    places = [found.start() for found in _PIPE.finditer(row) if found[0] == "|"]
    edges = _edges(row)
    inner = [place for place in places if place not in edges]
    surplus = len(inner) - (columns - 1)
    if surplus <= 0:
        return row
    in_code = set(_in_code(row))
    text = [place for place in inner if place in in_code]
    others = [place for place in inner if place not in in_code]
    if len(others) > columns - 1:
        # Two prices look like a formula, too: it is one only if the row then has the right number of cells.
        in_formulas = {place for found in _FORMULA.finditer(row) for place in range(*found.span())}
        apart = [place for place in others if place not in in_formulas]
        if len(apart) == columns - 1:
            text = [place for place in inner if place not in apart]
            others = apart
    if in_code_only:
        text = text if len(others) == columns - 1 else []
    elif len(others) > columns - 1:
        text += others[columns - 1 :]
    for place in sorted(text, reverse=True):
        row = f"{row[:place]}\\{row[place:]}"
    return row


def _edges(row: str) -> set[int]:
    """Return where the pipes at the ends of a row stand."""
    begin = len(row) - len(row.lstrip(" \t>"))
    end = len(row.rstrip()) - 1
    ends = {begin} if row[begin : begin + 1] == "|" else set()
    return ends | ({end} if end > begin and row[end] == "|" and row[end - 1] != "\\" else set())


def _in_code(row: str) -> list[int]:
    """Return the places of all characters within code."""
    inside: list[int] = []
    opened: tuple[str, int] | None = None
    for found in _CODE.finditer(row):
        if opened is None:
            opened = (found[1], found.end())
        elif found[1] == opened[0]:
            inside += range(opened[1], found.start())
            opened = None
    return inside
