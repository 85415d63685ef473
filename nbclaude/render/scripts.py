"""A markdown-it plugin for scripts other than Latin: blocks that run right to left, and emphasis where no spaces are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.emphasis import tokenize as emphasis
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.rules_inline.strikethrough import tokenize as strikethrough
from markdown_it.token import Token

from nbclaude.render.directions import direction, is_right_to_left
from nbclaude.render.flanking import flanks

__all__ = ["scripts_plugin"]

_BY_ITS_TEXT = frozenset(
    {"paragraph_open", "heading_open", "list_item_open", "td_open", "th_open", "dt_open", "dd_open"}
)
_BY_ITS_BEGINNING = frozenset({"bullet_list_open", "ordered_list_open", "blockquote_open", "table_open"})


def scripts_plugin(md: MarkdownIt) -> None:
    """Let a parser know of them."""
    md.core.ruler.push("directions", _note_directions)
    md.inline.ruler.at("emphasis", _by_what_is_around(emphasis))
    md.inline.ruler.at("strikethrough", _by_what_is_around(strikethrough))


def _note_directions(state: StateCore) -> None:
    """Note which way blocks run: each by its own text, and what holds several by the first letters in it.

    A browser does not look into what has a direction of its own, hence the second kind. Code runs left to right.
    """
    if state.src.isascii():
        return
    awaiting: list[Token] = []  # blocks whose first letters are still to come
    turned: Token | None = None  # the outermost block that runs right to left with all that it holds
    for index, token in enumerate(state.tokens):
        if token.type in _BY_ITS_BEGINNING:
            awaiting.append(token)
        elif token.nesting == -1:
            while awaiting and awaiting[-1].level >= token.level:
                awaiting.pop()
            turned = None if turned is not None and turned.level >= token.level else turned
        elif token.type == "inline" and token.children:
            found = _turned(awaiting, token.content)
            turned = turned or found
            has_turned = is_right_to_left(token.content)
            if has_turned:
                _mark(state.tokens, index)
            if has_turned or turned is not None:
                _keep_code(token.children)


def _turned(awaiting: list[Token], content: str) -> Token | None:
    """Let blocks run by the first letters in them; return the outermost that runs right to left."""
    runs = direction(content)
    blocks = awaiting.copy() if runs == "rtl" else []
    for block in blocks:
        block.attrSet("dir", "rtl")
    if runs is not None:
        awaiting.clear()
    return blocks[0] if blocks else None


def _keep_code(children: Sequence[Token]) -> None:
    """Let code run left to right within text that does not."""
    for child in children:
        if child.type == "code_inline":
            child.attrSet("dir", "ltr")


def _mark(tokens: Sequence[Token], index: int) -> None:
    """Let the block of an inline token, and the item that it stands in, run by their text."""
    for token in tokens[max(0, index - 2) : index]:
        if token.type in _BY_ITS_TEXT and token.nesting == 1:
            token.attrSet("dir", "auto")


Rule = Callable[[StateInline, bool], bool]


def _by_what_is_around(rule: Rule) -> Rule:
    """Make a rule of emphasis use `flanks`."""

    def run(state: StateInline, silent: bool) -> bool:
        if silent or state.src[state.pos] not in "*_~":
            return rule(state, silent)
        state.scanDelims = partial(_scan, state)  # type: ignore[method-assign]
        try:
            return rule(state, silent)
        finally:
            del state.scanDelims

    return run


def _scan(state: StateInline, start: int, may_split: bool) -> Scanned:
    end = start + 1
    while end < state.posMax and state.src[end] == state.src[start]:
        end += 1
    return Scanned(*flanks(state.src, start, end, state.posMax), end - start)
