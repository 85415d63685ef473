"""A markdown-it plugin that shows what would take a parser too long as the plain text that it is.

A parser of Markdown looks at nested marks again on every level. No answer nests twenty lists or a dozen brackets, but a server
may send anything; so there is a bound for each, far above what is ordinary, and beyond it nothing is lost but the markup.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

__all__ = ["bounds_plugin"]

_MAX_LEVEL = 40  # of blocks; a list and its item are two. markdown-it leaves out what is deeper than 100
# In one paragraph, cell or heading:
_MAX_BRACKETS = 12  # open at once
_MAX_ADDRESSES = 500

_BRACKET = re.compile(r"[\[\]]")
_ADDRESS = re.compile(r"://|mailto:")


def bounds_plugin(md: MarkdownIt) -> None:
    """Add the bounds to a parser, before all its other rules."""
    md.block.ruler.before("table", "too_deep", _deep_rule)
    md.inline.parse = _bounded(md.inline.parse)  # type: ignore[method-assign]


def _deep_rule(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Take the lines of a container that is too deep as they are."""
    if silent or state.level < _MAX_LEVEL:
        return False
    line = last = start_line
    while line < end_line and (state.isEmpty(line) or state.sCount[line] >= state.blkIndent):
        line += 1
        last = last if state.isEmpty(line - 1) else line
    state.line = max(last, start_line + 1)
    token = state.push("code_block", "code", 0)
    token.content = state.getLines(start_line, state.line, state.blkIndent, True)
    token.map = [start_line, state.line]
    return True


def _bounded(parse: Callable[..., list[Token]]) -> Callable[..., list[Token]]:
    """Let the inline parser see only what it reads in reasonable time."""

    def bounded(src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        if not _is_too_complex(src):
            return parse(src, md, env, tokens)
        token = Token("text_special", "", 0)  # in which no rule looks for addresses
        token.content = src
        tokens.append(token)
        return tokens

    return bounded


def _is_too_complex(text: str) -> bool:
    if text.count("[") > _MAX_BRACKETS and _opens_too_many(text):
        return True
    return len(_ADDRESS.findall(text)) > _MAX_ADDRESSES


def _opens_too_many(text: str) -> bool:
    """Tell whether too many brackets are open at once."""
    depth = 0
    for bracket in _BRACKET.finditer(text):
        depth = depth + 1 if bracket[0] == "[" else max(0, depth - 1)
        if depth > _MAX_BRACKETS:
            return True
    return False
