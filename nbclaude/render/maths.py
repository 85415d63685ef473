r"""A markdown-it plugin: LaTeX in `$..$`, `$$..$$`, `\(..\)` and `\[..\]` comes in; what the front end typesets goes out.

Prices are not maths, and maths that could do more than show a formula is shown as source: MathJax is a program that the
answer's author would be writing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any, Literal, cast

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

__all__ = ["maths_plugin"]

# The page around the formula is closed to MathJax (classes `mathjax_ignore`, `tex2jax_ignore`), the formula is open to it.
_OPEN_TO_MATHJAX = "mathjax_process tex2jax_process"

# Control sequences that link, load, style, name or define. Definitions are global to the whole notebook page, so they
# are not a formula's business either; `\csname` could spell any of the others.
_REFUSED = re.compile(
    r"\\(?:href|url|require|class|style|cssId|data|unicode|includegraphics|mmlToken|bbox|tooltip|texttip|mathtip"
    r"|toggle|mathtoggle|action|htmlData|htmlId|htmlClass|htmlStyle|csname|begingroup|endgroup|global|let|futurelet"
    r"|[gxe]?def|(?:re)?new(?:command|environment|columntype)|providecommand|DeclareMathOperator|definecolor"
    r"|Newextarrow|usepackage|input|include)(?![A-Za-z])"
)

# A label is known to the whole page, and a formula that is painted twice would define it twice.
_LABEL = re.compile(r"\\label\s*\{[^{}]*\}")

# `$5 and 10$`, `$5-$x`, `$10k/month for $`: a number, then prose or a dangling operator.
_PRICE = re.compile(
    r"\d[\d.,]*+(?:[kKmMbB]\b|%)?+(?:(?<=,)$|\s*+[-–—/+,;:]$|\s*+[-–—/,;:]\s++[A-Za-z]{2}|\s++[A-Za-z]{2}|[-–—/][A-Za-z]{2})"
)

_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_HALF_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*+\\$")
_IN_DOLLARS = re.compile(r"(?:[^\\$`]++|\\.)++", re.DOTALL)


def maths_plugin(md: MarkdownIt) -> None:
    """Add the maths rules and their rendering to a parser."""
    # Before "escape", which would take the backslash of `\(` for itself.
    md.inline.ruler.before("escape", "math_inline", _InlineRule())
    md.block.ruler.before(
        "fence", "math_block", _BlockRule(), {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    rules = cast(dict[str, Any], cast(RendererHTML, md.renderer).rules)
    rules["math_inline"] = _render_inline
    rules["math_display"] = _render_display


def is_typesettable(tex: str, close: str) -> bool:
    """Tell whether MathJax may have this formula, and will find its end where we put it."""
    if _REFUSED.search(tex) or "^^" in tex:
        return False
    depth = 0
    for piece in _BRACE.findall(tex):
        depth += {"{": 1, "}": -1}.get(piece, 0)
        if depth < 0 or piece == close:
            return False
    return depth == 0 and not _HALF_ESCAPE.search(tex)


class _InlineRule:
    """The rule for formulas in a line. What does not occur in the rest of a text is not looked for again."""

    def __init__(self) -> None:
        self._src = ""
        self._none_from: dict[str, int] = {}

    def __call__(self, state: StateInline, silent: bool) -> bool:
        if state.src[state.pos] not in "$\\":
            return False
        found = self._found(state)
        if found is None:
            return False
        inner, end, after, display = found
        if not state.src[inner:end].strip():
            return False
        if not silent:
            token = state.push("math_display" if display else "math_inline", "", 0)
            token.content = state.src[inner:end]
            token.meta = {"inline": True}
        state.pos = after
        return True

    def _found(self, state: StateInline) -> tuple[int, int, int, bool] | None:
        """Find the formula at this place: (its start, its end, where the text goes on, display)."""
        src, start = state.src, state.pos
        opening = src[start : start + 2]
        closing = {"$$": "$$", r"\(": r"\)", r"\[": r"\]"}.get(opening)
        if closing is None:
            return _dollars(src, start, state.posMax) if opening[:1] == "$" else None
        if src is not self._src:
            self._src = src
            self._none_from.clear()
        if start >= self._none_from.get(closing, len(src)):
            return None
        end = src.find(closing, start + 2)
        if end < 0:
            self._none_from[closing] = start
        if end <= start + 2 or end + 2 > state.posMax:
            return None
        return start + 2, end, end + 2, closing != r"\)"


def _dollars(src: str, start: int, limit: int) -> tuple[int, int, int, bool] | None:
    """Find `$..$` at `start`: (start of the formula, its end, where the text goes on, display)."""
    match = _IN_DOLLARS.match(src, start + 1, limit)
    if match is None or match.end() >= limit or src[match.end()] != "$":
        return None
    tex, end = match.group(), match.end()
    before, after = src[start - 1 : start], src[end + 1 : end + 2]
    if tex[0].isspace() or tex[-1].isspace() or before.isalnum() or after.isdigit() or _PRICE.match(tex):
        return None
    return (start + 1, end, end + 1, False)


class _BlockRule:
    """The rule for formulas on lines of their own. Lines in which none ends are not read again for each that begins there."""

    def __init__(self) -> None:
        self._state: StateBlock | None = None
        self._none_before: dict[tuple[str, int, int, int], int] = {}

    def __call__(self, state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
        if state.is_code_block(start_line):
            return False
        first = state.src[state.bMarks[start_line] + state.tShift[start_line] : state.eMarks[start_line]]
        closing = {"$$": "$$", r"\[": r"\]"}.get(first[:2])
        if closing is None:
            return False
        if state is not self._state:
            self._state = state
            self._none_before.clear()
        where = (closing, end_line, state.level, state.blkIndent)
        if start_line < self._none_before.get(where, 0):
            return False
        tex, line, outcome = _block_end(state, first[2:], closing, start_line, end_line)
        if outcome == "none":
            self._none_before[where] = line
            return False
        if silent:
            return True
        state.line = line
        token = state.push("math_display", "", 0)
        token.block = True
        token.content = tex
        token.map = [start_line, line]
        token.meta = {"inline": False, "open": outcome == "open"}
        return True


def _block_end(
    state: StateBlock, first: str, closing: str, start_line: int, end_line: int
) -> tuple[str, int, Literal["closed", "open", "none"]]:
    """Find the line that ends with `closing`; return the formula, the number of the line after it, and how it ends.

    While an answer grows, a formula that has no end yet is taken for one: its lines may look like lists. Where there is none,
    the line is the one up to which none begins.
    """
    lines: list[str] = []
    for line in range(start_line, end_line):
        if line == start_line:
            text = first
        elif state.isEmpty(line) or state.sCount[line] < state.blkIndent:
            return (
                "",
                line,
                "none",
            )  # as in TeX, a blank line is no part of a formula; or its container has ended
        else:
            text = state.getLines(line, line + 1, state.blkIndent, False)
        body, found, rest = text.partition(closing)
        lines.append(body)
        if found:
            tex = "\n".join(lines).strip()
            return (tex, line + 1, "closed") if tex and not rest.strip() else ("", line, "none")
    growing = bool(state.env.get("draft")) and end_line >= state.lineMax
    return ("\n".join(lines).strip(), end_line, "open") if growing else ("", end_line, "none")


def _render_inline(tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    tex = _LABEL.sub("", tokens[index].content).strip()
    if not is_typesettable(tex, r"\)"):
        return f'<code class="math">{escape(tex, quote=False)}</code>'
    return f'<span class="math {_OPEN_TO_MATHJAX}">\\({escape(tex, quote=False)}\\)</span>'


def _render_display(tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    tex = _LABEL.sub("", token.content).strip()
    tag, end = ("span", "") if token.meta["inline"] else ("div", "\n")
    if token.meta.get("open"):
        return ""
    if not is_typesettable(tex, r"\]"):
        return f'<code class="math">{escape(tex, quote=False)}</code>{end}'
    return f'<{tag} class="math display {_OPEN_TO_MATHJAX}">\\[{escape(tex, quote=False)}\\]</{tag}>{end}'
