"""A markdown-it plugin that shows `- [ ] open` and `- [x] done` with a check box.

The markup is that of mdit_py_plugins.tasklists, which looks for the list of each item from the item backwards: the cost of a
long list grows with the square of its length.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

__all__ = ["tasks_plugin"]

_TASK = re.compile(r"\[[ xX]\][ \t\n\v\f\r]")
_BOX = '<input class="task-list-item-checkbox"{checked} disabled="disabled" type="checkbox" aria-label="{label}">'


def tasks_plugin(md: MarkdownIt) -> None:
    """Let a parser show task lists."""
    md.core.ruler.after("inline", "tasks", _rule)


def _rule(state: StateCore) -> None:
    if not _TASK.search(state.src):
        return
    latest: dict[int, Token] = {}  # the last token of each level
    for index, token in enumerate(state.tokens):
        if token.type == "inline" and index >= 2 and token.children and _TASK.match(token.content):
            item = state.tokens[index - 2]
            if item.type == "list_item_open" and state.tokens[index - 1].type == "paragraph_open":
                _check(token, token.children)
                item.attrSet("class", "task-list-item")
                latest[item.level - 1].attrSet("class", "contains-task-list")
        latest[token.level] = token


def _check(token: Token, children: list[Token]) -> None:
    """Put a box in the place of the brackets."""
    box = Token("html_inline", "", 0)
    if token.content[3] == " ":
        is_done = token.content[1] != " "
        checked = ' checked="checked"' if is_done else ""
        box.content = _BOX.format(checked=checked, label="done" if is_done else "to do")
    children[0].content = children[0].content[3:]
    children.insert(0, box)
    token.content = token.content[3:]
