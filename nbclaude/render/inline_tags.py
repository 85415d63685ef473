"""A markdown-it plugin for the few inline HTML tags that models write: line breaks, sub- and superscripts, keys, emphasis.

All other HTML stays text. A tag counts only without attributes, and a pair only if both tags are in the same paragraph. So
the model can write no markup except the tags listed here.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

__all__ = ["TAG_NAMES", "inline_tags_plugin"]

# Each tag, and the element that it becomes.
_SHOWN_AS = {
    "sub": "sub",
    "sup": "sup",
    "kbd": "code",
    "b": "strong",
    "strong": "strong",
    "i": "em",
    "em": "em",
    "s": "s",
    "del": "s",
}
TAG_NAMES = tuple(_SHOWN_AS)
"""Those that come in pairs."""
_TAG = re.compile(rf"<(?:(?P<name>{'|'.join(TAG_NAMES)})|br[ ]?/?)>", re.IGNORECASE)


def inline_tags_plugin(md: MarkdownIt) -> None:
    """Add the rule to a parser."""
    md.inline.ruler.before("autolink", "inline_tags", _InlineTags())


_LOWER_CASE = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


class _InlineTags:
    """The rule. It remembers from where on a closing tag does not occur, and does not search for it again."""

    def __init__(self) -> None:
        self._src = self._lower_case = ""
        self._none_from: dict[tuple[str, int], int] = {}

    def __call__(self, state: StateInline, silent: bool) -> bool:
        tag = _TAG.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "<" else None
        if tag is None:
            return False
        if tag["name"] is None:
            if not silent:
                state.push("hardbreak", "br", 0)
            state.pos = tag.end()
            return True
        return self._pair(state, tag["name"].lower(), tag.end(), silent)

    def _pair(self, state: StateInline, name: str, begin: int, silent: bool) -> bool:
        closing = f"</{name}>"
        end = self._find(state, closing, begin)
        if end <= begin:
            return False
        if not silent:
            element, limit = _SHOWN_AS[name], state.posMax
            state.push(f"{element}_open", element, 1)
            state.pos, state.posMax = begin, end
            state.md.inline.tokenize(state)
            state.posMax = limit
            state.push(f"{element}_close", element, -1)
        state.pos = end + len(closing)
        return True

    def _find(self, state: StateInline, closing: str, begin: int) -> int:
        if state.src is not self._src:
            self._src, self._lower_case = state.src, state.src.translate(_LOWER_CASE)
            self._none_from.clear()
        place = (closing, state.posMax)
        if begin >= self._none_from.get(place, len(state.src)):
            return -1
        end = self._lower_case.find(closing, begin, state.posMax)
        if end < 0:
            self._none_from[place] = begin
        return end
