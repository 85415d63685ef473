"""A markdown-it plugin for scripts other than Latin: blocks that run right to left, and emphasis where no spaces are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

from markdown_it import MarkdownIt
from markdown_it.common.utils import isPunctChar, isWhiteSpace
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.emphasis import tokenize as emphasis
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.rules_inline.strikethrough import tokenize as strikethrough
from markdown_it.token import Token

from nbclaude.render.directions import direction, is_right_to_left

__all__ = ["scripts_plugin"]

# Letters and marks of East Asia, between which no spaces stand.
_EAST_ASIAN = re.compile(
    "[\u1100-\u11ff\u2e80-\u33ff\u3400-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
    "\U00020000-\U0003ffff]"
)
# Letters and marks of Thai, Lao, Burmese and Khmer, which have spaces between sentences, but not between words.
_WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\ua9e0-\ua9ff\uaa60-\uaa7f]"
)
_BY_ITS_TEXT = frozenset(
    {"paragraph_open", "heading_open", "list_item_open", "td_open", "th_open", "dt_open", "dd_open"}
)
_BY_ITS_BEGINNING = frozenset({"bullet_list_open", "ordered_list_open", "blockquote_open", "table_open"})


def scripts_plugin(md: MarkdownIt) -> None:
    """Let a parser know of them."""
    md.core.ruler.push("directions", _note_directions)
    md.inline.ruler.at("emphasis", _without_spaces(emphasis))
    md.inline.ruler.at("strikethrough", _without_spaces(strikethrough))


def _note_directions(state: StateCore) -> None:
    """Note which way blocks run: each by its own text, and what holds several by the first letters in it.

    A browser does not look into what has a direction of its own, hence the second kind. Code runs left to right.
    """
    open_ones: list[Token] = []  # what awaits its first letters
    for index, token in enumerate(state.tokens):
        if token.type in _BY_ITS_BEGINNING:
            open_ones.append(token)
        if token.type != "inline" or not token.children:
            continue
        runs = direction(token.content)
        if runs is not None:
            for opened in open_ones:
                if runs == "rtl":
                    opened.attrSet("dir", "rtl")
            open_ones.clear()
        if is_right_to_left(token.content):
            _mark(state.tokens, index)
            for child in token.children:
                if child.type == "code_inline":
                    child.attrSet("dir", "ltr")


def _mark(tokens: Sequence[Token], index: int) -> None:
    """Let the block of an inline token, and the item that it stands in, run by their text."""
    for token in tokens[max(0, index - 2) : index]:
        if token.type in _BY_ITS_TEXT and token.nesting == 1:
            token.attrSet("dir", "auto")


Rule = Callable[[StateInline, bool], bool]


def _without_spaces(rule: Rule) -> Rule:
    """Let emphasis marks open and close next to letters of scripts that need no spaces between words.

    CommonMark assumes spaces between words, so a mark between a letter and a quote belongs to the quote; in
    `文書**「重要」**です` there are none, and Arabic and Hebrew join short words to the next. https://spec.commonmark.org/0.31.2/#left-flanking-delimiter-run
    """

    def run(state: StateInline, silent: bool) -> bool:
        if not silent and state.src[state.pos] in "*~":
            state.scanDelims = partial(_scan, state, state.scanDelims)  # type: ignore[method-assign]
            try:
                return rule(state, silent)
            finally:
                del state.scanDelims
        return rule(state, silent)

    return run


def _scan(state: StateInline, plain: Callable[[int, bool], Scanned], start: int, may_split: bool) -> Scanned:
    scanned = plain(start, may_split)
    before = state.src[start - 1] if start > 0 else " "
    end = start + scanned.length
    after = state.src[end] if end < state.posMax else " "
    if not (_joins(before) or _joins(after)):
        return scanned
    can_open = not _is_space(after) and (not _is_other_mark(after) or _lets(before))
    can_close = not _is_space(before) and (not _is_other_mark(before) or _lets(after))
    return Scanned(can_open, can_close, scanned.length)


def _lets(character: str) -> bool:
    return _is_space(character) or isPunctChar(character) or _joins(character)


def _joins(character: str) -> bool:
    """Tell whether it belongs to a script that needs no space between words."""
    if _EAST_ASIAN.match(character) or _WITHOUT_SPACES.match(character):
        return True
    return character.isalpha() and is_right_to_left(character)


def _is_space(character: str) -> bool:
    return isWhiteSpace(ord(character))


def _is_other_mark(character: str) -> bool:
    """Tell whether it is a mark of punctuation, but not an East Asian one."""
    return isPunctChar(character) and _EAST_ASIAN.match(character) is None
