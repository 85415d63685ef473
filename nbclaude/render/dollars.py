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

_CLOSING: Mapping[str, str] = {r"\(": r"\)", r"\[": r"\]"}
_PIECE = re.compile(r"`++|\\.", re.DOTALL)
_TICKS = re.compile(r"`++")
_BLANK_LINE = re.compile(r"\n[ \t>]*+\n")
_MARK = "nbclaudeformula"
_MARKED = re.compile(rf"{_MARK}(\d+)\Z")
# For pandoc, a dollar ends an inline formula, unless it is in `\text{..}`.
_TEXT = re.compile(r"\\text\{[^{}]*\}|\\.", re.DOTALL)


def in_dollars(markdown: str) -> str:
    r"""Return Markdown with its formulas between dollars.

    Where a price in the same paragraph, a digit after it or a dollar in it would make a formula ambiguous, it is written
    `\\(..\\)` or `\\[..\\]`, which Jupyter and nbconvert know as well.
    """
    if r"\(" not in markdown and r"\[" not in markdown:
        return markdown
    spans = list(_formulas(markdown))
    pieces, position = [], 0
    for number, (start, end) in enumerate(spans):
        opening, closing = markdown[start : start + 2], markdown[end - 2 : end]
        pieces += [markdown[position:start], f"{opening}{_MARK}{number}{closing}"]
        position = end
    is_clear = dict(_recognised("".join([*pieces, markdown[position:]])))
    pieces, position = [], 0
    for number, (start, end) in enumerate(spans):
        if number in is_clear:
            after = markdown[end : end + 1]
            pieces += [
                markdown[position:start],
                _written(markdown[start:end], after, is_clear=is_clear[number]),
            ]
            position = end
    return "".join([*pieces, markdown[position:]])


def _formulas(markdown: str) -> Iterator[tuple[int, int]]:
    """Find what looks like a formula: from where to where."""
    position = 0
    for begin, end in [*fenced_spans(markdown), (len(markdown), len(markdown))]:
        while blank := _BLANK_LINE.search(markdown, position, begin):
            yield from _in_paragraph(markdown, position, blank.start())
            position = blank.end() - 1  # its second line end may begin another
        yield from _in_paragraph(markdown, position, begin)
        position = end


def _in_paragraph(markdown: str, position: int, limit: int) -> Iterator[tuple[int, int]]:
    """Find formulas outside of code. A delimiter that a paragraph lacks is not looked for again."""
    missing = set()
    while (found := _PIECE.search(markdown, position, limit)) is not None:
        opening, position = found[0], found.end()
        if opening in missing or not (opening[0] == "`" or opening in _CLOSING):
            continue
        if opening[0] == "`":
            ticks = (each for each in _TICKS.finditer(markdown, position, limit) if each[0] == opening)
            end = next((each.end() for each in ticks), -1)
        else:
            end = markdown.find(_CLOSING[opening], position, limit)
        if end < 0:
            missing.add(opening)
        elif opening[0] == "`":
            position = end
        elif markdown[position:end].strip():
            yield found.start(), end + 2
            position = end + 2


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
        tex = tex.strip()  # with a space after the first dollar, it would be no formula
    return f"{DOLLARS[opening]}{tex}{DOLLARS[closing]}"
