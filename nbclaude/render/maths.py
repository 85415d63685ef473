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

from nbclaude.render.formula_places import ENVIRONMENT, bare_environment, between_dollars
from nbclaude.render.formulas import formula_of

__all__ = ["NOTE_RULE", "REFUSED_BEFORE", "maths_plugin", "refused_in"]

# The core rule that adds the note; while an answer grows it is not known yet what there is to note.
NOTE_RULE = "maths_note"
# The key of an environment under which it finds the commands that were refused before the text that is parsed.
REFUSED_BEFORE = "refused_before"

MAX_COMMANDS_NOTED = 6

# The page around the formula is closed to MathJax (classes `mathjax_ignore`, `tex2jax_ignore`), the formula is open to it.
_OPEN_TO_MATHJAX = "mathjax_process tex2jax_process"

_SIGN = re.compile(r"\\[A-Za-z]+|[^{}^_&\s\\]")
_NARROW = 36  # signs in a row of a formula


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
            return (between_dollars if opening[:1] == "$" else bare_environment)(src, start, state.posMax)
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
        bare = ENVIRONMENT.match(first) if closing is None else None
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
            return (tex, line + 1, "closed") if tex and not rest.strip() else ("", line + 1, "none")
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
