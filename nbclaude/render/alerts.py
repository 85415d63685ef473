"""A markdown-it plugin that shows `> [!NOTE]` as a note: a quote with a word above it, as on GitHub."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

__all__ = ["alerts_plugin"]

_MARK = re.compile(r"\[!(note|tip|important|warning|caution)\][ \t]*(?:\n|\Z)", re.IGNORECASE)


def alerts_plugin(md: MarkdownIt) -> None:
    """Let a parser know them."""
    md.core.ruler.before("inline", "alerts", _rule)


def _rule(state: StateCore) -> None:
    found: list[tuple[int, str, bool]] = []
    tokens = state.tokens
    for index, token in enumerate(tokens[2:], 2):
        if token.type != "inline" or tokens[index - 2].type != "blockquote_open":
            continue
        mark = _MARK.match(token.content)
        if mark is None:
            continue
        kind = mark[1].lower()
        tokens[index - 2].attrSet("class", f"nbclaude-remark nbclaude-remark-{kind}")
        token.content = token.content[mark.end() :]
        found.append((index - 1, kind, not token.content.strip()))
    for place, kind, is_empty in reversed(found):
        title = Token("html_block", "", 0, block=True, level=tokens[place].level)
        title.content = f'<p class="nbclaude-remark-title"><strong>{kind.capitalize()}</strong></p>\n'
        # A paragraph that held the mark alone is the title.
        tokens[place : place + 3 if is_empty else place] = [title]
