r"""A markdown-it plugin for LaTeX in `$..$`, `$$..$$`, `\(..\)` and `\[..\]`: formulas for the front end's MathJax.

Prices are not maths. What a formula may say is decided by `formulas`; one that says more is shown as source, with a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, Literal, cast

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from nbclaude.render.formulas import formula_of

__all__ = ["NOTE_RULE", "REFUSED_BEFORE", "maths_plugin", "refused_in"]

# The core rule that adds the note; while an answer grows it is not known yet what there is to note.
NOTE_RULE = "maths_note"
# The key of an environment under which it finds the commands that were refused before the text that is parsed.
REFUSED_BEFORE = "refused_before"

# A formula goes on behind a dollar within its braces or environments, as in `\text{if $x > 0$}`; so many are looked at.
MAX_INNER_DOLLARS = 12
MAX_COMMANDS_NOTED = 6

# The page around the formula is closed to MathJax (classes `mathjax_ignore`, `tex2jax_ignore`), the formula is open to it.
_OPEN_TO_MATHJAX = "mathjax_process tex2jax_process"

_SIGN = re.compile(r"\\[A-Za-z]+|[^{}^_&\s\\]")
_NARROW = 36  # signs in a row of a formula

# `$5 and 10$`, `$5-$x`, `$10k/month for $`: a number, then prose or a dangling operator.
_PRICE = re.compile(
    r"\d[\d.,]*+(?:[kKmMbB]\b|%)?+(?:(?<=,)$|\s*+[-–—/+,;:=<>~≈×·([]+$|\*\*|__|\s*+[-–—/,;:]\s++[A-Za-z]{2}|\s++[A-Za-z]{2}|[-–—/][A-Za-z]{2})"
)

# No formula starts at the first dollar of `$HOME/bin:$PATH`, where shell variables follow both dollars (`$k$NN` has a formula),
# or of `$5, ($x$)`, where a parenthesis opens just before the second dollar.
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]+\b")
_OPENS = re.compile(r"[^\\]\([\"“]?\Z")

_UP_TO_DOLLAR = re.compile(r"(?:[^\\$`]++|\\.)++", re.DOTALL)
# Environments that are displays by themselves, with nothing around them; and those that LaTeX knows within formulas only, but
# that are written in their place.
_ENVIRONMENT = re.compile(
    r"\\begin\{(((?:align|alignat|equation|eqnarray|flalign|gather|multline)\*?)"
    r"|aligned|gathered|split|array|[dr]?cases|(?:[bBpvV]|small)?matrix)\}",
    re.ASCII,
)
_LONGEST_IN_LINE = 2_000  # characters of an environment within a line of text
_NESTING = re.compile(r"\\(?:begin|end)\b|\\.|[{}]", re.DOTALL)
_DEPTH = {"{": 1, "}": -1, r"\begin": 1, r"\end": -1}


def maths_plugin(md: MarkdownIt, macros: frozenset[str] = frozenset()) -> None:
    """Add the maths rules and their rendering to a parser; `macros` are the notebook's own that an answer may use."""
    # Before "escape", which would take the backslash of `\(` for itself.
    md.inline.ruler.before("escape", "math_inline", _InlineRule())
    md.block.ruler.before(
        "fence", "math_block", _BlockRule(), {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    md.core.ruler.push(NOTE_RULE, lambda state: _note_rule(state, macros))
    rules = cast(dict[str, Any], cast(RendererHTML, md.renderer).rules)
    rules["math_inline"] = lambda tokens, index, *_: _inline_html(tokens[index], macros)
    rules["math_display"] = lambda tokens, index, *_: _display_html(tokens[index], macros)
    rules["math_note"] = lambda tokens, index, *_: tokens[index].content


class _InlineRule:
    """The rule for formulas in a line, and for bare environments.

    What does not occur in the rest of a text is not looked for again.
    """

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
            return (_dollars if opening[:1] == "$" else _environment)(src, start, state.posMax)
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
    end = _closing_dollar(src, start + 1, limit)
    if end < 0:
        return None
    tex = src[start + 1 : end]
    before, after = src[start - 1 : start], src[end + 1 : end + 2]
    if tex[0].isspace() or tex[-1].isspace() or before.isalnum() or after.isdigit() or _is_price(tex):
        return None
    is_shell = not tex[-1].isalnum() and _VARIABLE.match(tex) and _VARIABLE.match(src, end + 1)
    if is_shell or _OPENS.search(tex):
        return None
    return (start + 1, end, end + 1, False)


def _environment(src: str, start: int, limit: int) -> tuple[int, int, int, bool] | None:
    r"""Find `\begin{..}..\end{..}` at `start`, with rows or columns in it: prose may mention an environment, too."""
    bare = _ENVIRONMENT.match(src, start)
    if bare is None:
        return None
    closing = rf"\end{{{bare[1]}}}"
    end = src.find(closing, bare.end(), min(limit, start + _LONGEST_IN_LINE))
    if end < 0 or not any(sign in src[bare.end() : end] for sign in ("&", r"\\")):
        return None
    after = end + len(closing)
    return start, after, after, bare[2] is not None


def _is_price(tex: str) -> bool:
    """Tell whether what stands between two dollars begins with an amount: the second one begins something else."""
    if not tex[0].isdigit():
        return False
    opened, closed = (sum(map(tex.count, brackets)) for brackets in ("([", ")]"))
    return _PRICE.match(tex) is not None or (opened > closed and "\\" not in tex)


def _closing_dollar(src: str, start: int, limit: int) -> int:
    """Find the dollar that ends a formula, or return -1; those within its braces belong to it, if all of them close."""
    position, depth, first = start, 0, -1
    for _ in range(MAX_INNER_DOLLARS):
        match = _UP_TO_DOLLAR.match(src, position, limit)
        if match is None or match.end() >= limit or src[match.end()] != "$":
            break
        depth += sum(_DEPTH.get(piece, 0) for piece in _NESTING.findall(match[0]))
        first = match.end() if first < 0 else first
        if depth <= 0:
            return match.end() if depth == 0 else first
        position = match.end() + 1
    return first


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
        bare = _ENVIRONMENT.match(first) if closing is None else None
        if bare is not None:
            closing = rf"\end{{{bare[1]}}}"
        if closing is None:
            return False
        if state is not self._state:
            self._state = state
            self._none_before.clear()
        where = (closing, end_line, state.level, state.blkIndent)
        if start_line < self._none_before.get(where, 0):
            return False
        begun = first if bare is not None else first[2:]
        tex, line, outcome = _block_end(state, begun, closing, start_line, end_line)
        if outcome == "none":
            self._none_before[where] = line
            return False
        if silent:
            return True
        state.line = line
        token = state.push("math_display", "", 0)
        token.block = True
        token.content = tex if bare is None else f"{tex}\n{closing}"
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
            # As in TeX, a blank line is no part of a formula; or its container has ended.
            return "", line, "none"
        else:
            text = state.getLines(line, line + 1, state.blkIndent, False)
        body, found, rest = text.partition(closing)
        lines.append(body)
        if found:
            tex = "\n".join(lines).strip()
            return (tex, line + 1, "closed") if tex and not rest.strip() else ("", line, "none")
    growing = bool(state.env.get("draft")) and end_line >= state.lineMax
    return ("\n".join(lines).strip(), end_line, "open") if growing else ("", end_line, "none")


def _note_rule(state: StateCore, macros: frozenset[str]) -> None:
    """Say once, at the end, which commands have kept formulas from being typeset."""
    refused = dict.fromkeys([*state.env.get(REFUSED_BEFORE, ()), *refused_in(state.tokens, macros)])
    if refused:
        names = [f"<code>{escape(name)}</code>" for name in refused]
        rest = ["…"] if len(names) > MAX_COMMANDS_NOTED else []
        note = Token("math_note", "", 0, block=True)
        note.content = (
            f'<p class="nbclaude-line">Shown as source: formulas with {", ".join(names[:MAX_COMMANDS_NOTED] + rest)} '
            "(may affect more than the formula it stands in).</p>\n"
        )
        state.tokens.append(note)


def formulas_in(html: str) -> int:
    """Count the formulas in rendered HTML that a front end will typeset."""
    return html.count(_OPEN_TO_MATHJAX)


def refused_in(tokens: Sequence[Token], macros: frozenset[str]) -> list[str]:
    """Return the commands that keep formulas of these tokens from being typeset, in order."""
    return [
        command
        for token in _all_tokens(tokens)
        if token.type in ("math_inline", "math_display")
        and (command := formula_of(token.content, _closing(token), macros).refused)
    ]


def _all_tokens(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all_tokens(token.children or ())


def _closing(token: Token) -> str:
    return r"\)" if token.type == "math_inline" else r"\]"


def _inline_html(token: Token, macros: frozenset[str]) -> str:
    tex = formula_of(token.content, _closing(token), macros).tex
    if not tex:
        return _source_html(token)
    return f'<span class="math {_OPEN_TO_MATHJAX}">\\({escape(tex, quote=False)}\\)</span>'


def _display_html(token: Token, macros: frozenset[str]) -> str:
    tag, end = ("span", "") if token.meta["inline"] else ("div", "\n")
    if token.meta.get("open"):
        return ""
    tex = formula_of(token.content, _closing(token), macros).tex
    if not tex:
        return _source_html(token) + end
    # A formula that may be too wide for a narrow window can scroll, so it must be focusable.
    focus = ' tabindex="0"' if _is_wide(tex) else ""
    return (
        f'<{tag} class="math display {_OPEN_TO_MATHJAX}"{focus}>\\[{escape(tex, quote=False)}\\]</{tag}>{end}'
    )


def _is_wide(tex: str) -> bool:
    return any(len(_SIGN.findall(row)) > _NARROW for row in tex.split(r"\\"))


def _source_html(token: Token) -> str:
    return f'<code class="math">{escape(token.content.strip(), quote=False)}</code>'
