r"""Writes formulas the way Jupyter's Markdown does: `\(..\)` and `\[..\]` between dollar signs.

In CommonMark, and so for pandoc and MyST, `\(` is an escaped bracket. Whatever reads an output's Markdown would show the
source of such a formula as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from nbclaude.render.dividing import divided
from nbclaude.render.fences import fenced_spans
from nbclaude.render.markdown import build_parser

__all__ = ["DOLLARS", "in_dollars"]

DOLLARS: Mapping[str, str] = {r"\(": "$", r"\)": "$", r"\[": "$$", r"\]": "$$"}
"""What is written for each delimiter."""

# Code is matched first, so that nothing in it is taken for a formula; an escaped backslash begins none.
_FORMULA = re.compile(
    r"(?P<ticks>`++)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`)"
    r"|\\\((?P<line>(?:(?!\n[ \t]*\n)[^\\]|\\[^()\[\]])+?)\\\)"
    r"|\\\[(?P<display>(?:(?!\n[ \t]*\n)[^\\]|\\[^()\[\]])+?)\\\]"
    r"|\\.",
    re.DOTALL,
)
_MARK = "nbclaudeformula"
_MARKED = re.compile(rf"{_MARK}(\d+)\Z")
# For pandoc a dollar ends a formula in a line, unless it stands in `\text{..}`.
_TEXT = re.compile(r"\\text\{[^{}]*\}|\\.", re.DOTALL)


def in_dollars(markdown: str) -> str:
    r"""Return Markdown with its formulas between dollars.

    Where a price in the same paragraph, a digit behind it or a dollar in it would make a formula ambiguous, it is written
    `\\(..\\)` or `\\[..\\]`, which Jupyter and nbconvert know as well.
    """
    if r"\(" not in markdown and r"\[" not in markdown:
        return markdown
    found = list(_formulas(markdown))
    pieces, end = [], 0
    for number, each in enumerate(found):
        pieces += [markdown[end : each.start()], each[0][:2], f"{_MARK}{number}", each[0][-2:]]
        end = each.end()
    is_clear = dict(_recognised("".join([*pieces, markdown[end:]])))
    pieces, end = [], 0
    for number, each in enumerate(found):
        if number in is_clear:
            after = markdown[each.end() : each.end() + 1]
            pieces += [markdown[end : each.start()], _written(each[0], after, is_clear=is_clear[number])]
            end = each.end()
    return "".join([*pieces, markdown[end:]])


def _formulas(markdown: str) -> Iterator[re.Match[str]]:
    """Find what looks like a formula outside of code."""
    position = 0
    for begin, end in [*fenced_spans(markdown), (len(markdown), len(markdown))]:
        for found in _FORMULA.finditer(markdown, position, begin):
            if (found["line"] or found["display"] or "").strip():
                yield found
        position = end


def _recognised(marked: str) -> Iterator[tuple[int, bool]]:
    """Tell which of the numbered formulas the parser takes for one, and whether no lone dollar stands beside it."""
    for token in build_parser().parse(divided(marked)):
        inner = token.children if token.children is not None else [token]
        is_clear = not any("$" in each.content for each in inner if each.type == "text")
        for each in inner:
            if each.type in ("math_inline", "math_display") and (
                number := _MARKED.match(each.content.strip())
            ):
                yield int(number[1]), is_clear


def _written(formula: str, after: str, *, is_clear: bool) -> str:
    opening, tex, closing = formula[:2], formula[2:-2], formula[-2:]
    in_line = opening == r"\("
    is_ambiguous = ("$" if in_line else "$$") in _TEXT.sub("", tex) or (in_line and after.isdigit())
    if not is_clear or is_ambiguous:
        return f"\\{opening}{tex}\\{closing}"
    if in_line:
        tex = tex.strip()  # a space behind the first dollar would end it
    return f"{DOLLARS[opening]}{tex}{DOLLARS[closing]}"
