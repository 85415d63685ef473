"""A markdown-it plugin that shows `> [!NOTE]` as a note: a quote with a word above it, as on GitHub."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

__all__ = ["alerts_plugin"]

_MARK = re.compile(r"\[!([a-z]+)\][-+]?(?:[ \t]+([^\n]*)|[ \t]*)(?:\n|\Z)", re.IGNORECASE)
# GitHub's five, and what other writers of notes call theirs.
_KINDS = {
    "note": "note", "info": "note", "abstract": "note", "summary": "note", "example": "note", "question": "note", "todo": "note",
    "tip": "tip", "hint": "tip", "success": "tip",
    "important": "important",
    "warning": "warning", "attention": "warning",
    "caution": "caution", "danger": "caution", "error": "caution", "failure": "caution", "bug": "caution",
}  # fmt: skip


def alerts_plugin(md: MarkdownIt) -> None:
    """Let a parser know them."""
    md.core.ruler.before("inline", "alerts", _rule)


def _rule(state: StateCore) -> None:
    if "[!" not in state.src:
        return
    found: list[tuple[int, list[Token], bool]] = []
    tokens = state.tokens
    for index, token in enumerate(tokens[2:], 2):
        if token.type != "inline" or tokens[index - 2].type != "blockquote_open":
            continue
        mark = _MARK.match(token.content)
        kind = _KINDS.get(mark[1].lower()) if mark is not None else None
        if mark is None or kind is None:
            continue
        tokens[index - 2].attrSet("class", f"nbclaude-remark nbclaude-remark-{kind}")
        said, rest = (mark[2] or "").strip(), token.content[mark.end() :]
        is_empty = not rest.strip()
        if is_empty and tokens[index + 2].type == "blockquote_close":
            said, rest, is_empty = (
                "",
                said,
                not said,
            )  # text beside the mark with nothing below it is the note, not a title
        token.content = rest
        found.append((index - 1, _title(mark[1].capitalize(), said, token), is_empty))
    for place, title, is_empty in reversed(found):
        # A paragraph that held the mark alone is the title.
        tokens[place : place + 3 if is_empty else place] = title


def _title(word: str, said: str, body: Token) -> list[Token]:
    """Make the line above a note: its word, and what its writer has `said` beside the mark."""
    before, after = (Token("html_block", "", 0, block=True, level=body.level - 1) for _ in range(2))
    before.content = f'<p class="nbclaude-remark-title"><strong>{word}'
    after.content = "</strong></p>\n"
    if not said:
        before.content += after.content
        return [before]
    before.content += ": "
    inline = Token("inline", "", 0, map=body.map, level=body.level, content=said, children=[], block=True)
    return [before, inline, after]
