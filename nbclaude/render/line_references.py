"""A markdown-it plugin that finds references to lines of a listing in prose: "line 4", "lines 4 to 7", "L4-7".

In code, in links and beyond the end of the listing nothing is a reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, cast

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from nbclaude.render.listing import Listing

__all__ = ["line_references_plugin"]

_ONE = "line|zeile|ligne|l[ií]nea|linha|riga|rad|regel|linje|строк[ауе]|рядок"
_MANY = "lines|zeilen|lignes|l[ií]neas|linhas|righe|rader|regels|linjer|строк[аи]?х?|рядки"
_RANGE = r"\s?(?:[-‐‑–—~～]|\.\.)\s?|\s(?:to|through|until|bis|à|au|al?|até|tot|till|do|до|по)\s|\s?[至到から]{1,2}\s?"
_LIST = r"\s?(?:,|、|&)\s?(?:(?:and|und|et|y|e|en|och|og|и)\s)?|\s(?:and|or|und|oder|et|ou|y|o|e|en|of|och|og|и|или)\s"
_FIRST = r"(?:L|#)?(?P<{0}>\d{{1,4}})"
_NEXT = r"(?:(?:{seps})(?:L|#)?\d{{1,4}}\b(?!\.\d))"
# Two and more of a kind that is not one of code: the L2 norm, L1 loss.
_NORMS = r"(?![\s-]{0,2}(?:norm|loss|regular|penal|distan|cache|ball|error|metric|/))"
_REFERENCE = re.compile(
    rf"\b(?:(?:{_MANY})\s{_FIRST.format('many')}\b(?!\.\d){_NEXT.format(seps=f'{_RANGE}|{_LIST}')}*"
    rf"|(?:{_ONE})\s{_FIRST.format('one')}\b(?!\.\d){_NEXT.format(seps=_RANGE)}?"
    rf"|L(?P<short>\d{{1,4}})\b{_NORMS}(?:[-–]L?\d{{1,4}}\b)?)"
    rf"|第?\s?(?P<east>\d{{1,4}})(?:\s?[-–~～至到]\s?第?\d{{1,4}})?\s?行",
    re.IGNORECASE,
)
_PART = re.compile(rf"(?P<range>{_RANGE})?(?:L|#)?(?P<number>\d+)", re.IGNORECASE)
# "line 4 of utils.py" is a line of another text.
_OF = r"\s(?:of|in|von|de|di|från|van)\s"
_FILE = r"\S*\.(?:py|txt|csv|ipynb|json|md)\b"
_A_FILE = re.compile(_FILE)
_OF_A_FILE = re.compile(_OF + _FILE)
_OF_CODE = re.compile(_OF + r"\Z")


def line_references_plugin(md: MarkdownIt, listing: Listing) -> None:
    """Let a parser know the listing that the text refers to."""

    def mark(state: StateCore) -> None:
        for token in state.tokens:
            if token.type == "inline" and token.children:
                token.children = list(_marked(token.children, listing))

    md.core.ruler.push("line_references", mark)
    cast(dict[str, Any], cast(RendererHTML, md.renderer).rules)["line_reference"] = _render


def _render(tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    return f'<span class="{token.meta["classes"]}" tabindex="0">{escape(token.content)}</span>'


def _marked(children: Sequence[Token], listing: Listing) -> Iterator[Token]:
    links = 0
    for place, child in enumerate(children):
        links += {"link_open": 1, "link_close": -1}.get(child.type, 0)
        if child.type != "text" or links:
            yield child
            continue
        after = children[place + 1] if place + 1 < len(children) else None
        in_code = after is not None and after.type == "code_inline" and _A_FILE.fullmatch(after.content)
        yield from _pieces(child, listing, _OF_CODE if in_code else None)


def _pieces(token: Token, listing: Listing, before_file: re.Pattern[str] | None) -> Iterator[Token]:
    """Divide a text into references and what stands between them; after `before_file` the name of a file follows."""
    text, reached = token.content, 0
    for found in _REFERENCE.finditer(text):
        numbers = [number for number in _numbers(found[0]) if number <= listing.lines]
        patterns = (_OF_A_FILE, before_file)
        if not numbers or any(each and each.match(text, found.end()) for each in patterns):
            continue
        if found.start() > reached:
            yield _text(token, text[reached : found.start()])
        reached = found.end()
        made = Token("line_reference", "", 0, content=found[0], level=token.level)
        made.meta["classes"] = f"nbclaude-to nbclaude-to-{listing.id} {listing.classes(numbers)}"
        yield made
    if reached < len(text) or not text:
        yield _text(token, text[reached:])


def _text(token: Token, content: str) -> Token:
    return Token("text", "", 0, content=content, level=token.level, meta=dict(token.meta))


def _numbers(text: str) -> list[int]:
    """Return the numbers of the lines that a reference means, in their order."""
    numbers: list[int] = []
    for part in _PART.finditer(text):
        number = int(part["number"])
        begins = numbers[-1] if numbers and part["range"] else number
        numbers += range(begins, number + 1) if begins <= number < begins + 1_000 else [number]
    return [number for number in dict.fromkeys(numbers) if number]
