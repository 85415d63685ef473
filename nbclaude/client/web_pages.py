"""Reads what a web page says, for error messages: proxies, gateways and login pages answer with one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

__all__ = ["excerpt", "is_web_page", "words_of_page"]

_EXCERPT = 200  # characters of a reply that are quoted
_MAX_PAGE = 20_000  # characters of it that are read
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|title|body|center|h1)\b", re.IGNORECASE)
_WITHIN_A_LINE = {
    "a",
    "abbr",
    "b",
    "br",
    "code",
    "em",
    "font",
    "i",
    "small",
    "span",
    "strong",
    "tt",
    "u",
    "wbr",
}
_SETS_APART = {"br", "span"}
_HIDDEN = {"script", "style", "template", "svg"}
# An unclosed comment reaches to the end; an unclosed tag counts as words. Either is read only once.
_TAG = re.compile(r"(<!--(?:(?!-->).)*+(?:-->)?|<[^<>]*+>)", re.DOTALL)
_TAG_NAME = re.compile(r"</?([A-Za-z]++)|<!(?!--)|<\?")
_WORD = re.compile(r"\w+")


def is_web_page(text: str) -> bool:
    """Tell whether a text is a web page, or holds one."""
    return _PAGE.search(text) is not None


def excerpt(text: str) -> str:
    """Return the beginning of a reply on one line; for a web page, of what it says."""
    if text.lstrip().startswith("<") or is_web_page(text):
        text = words_of_page(text)
    text = " ".join(text.split())
    return text if len(text) <= _EXCERPT else f"{text[: _EXCERPT - 1].rstrip()}…"


def words_of_page(page: str) -> str:
    """Return the words of a web page, without headings and paragraphs that only repeat others."""
    said: list[str] = []
    known = " "
    for block in _blocks(page[:_MAX_PAGE]):
        words = " ".join(_WORD.findall(block.casefold()))
        if words and f" {words} " not in known:
            said.append(block)
            known += f"{words} | "
    return " ".join(said)


def _blocks(page: str) -> Iterator[str]:
    """Give the blocks of a page, each on one line; its title is one of them."""
    pieces: list[str] = []
    hidden = ""
    for piece in [*_TAG.split(page), "<end>"]:
        tag = _TAG_NAME.match(piece) if piece.endswith(">") else None
        if hidden:
            hidden = "" if tag and tag[0].lower() == f"</{hidden}" else hidden
        elif not tag:
            pieces.append("" if piece.startswith("<!--") else unescape(piece))
        elif (name := (tag[1] or "").lower()) in _WITHIN_A_LINE:
            pieces += [" "] if name in _SETS_APART else []
        else:
            hidden = name if name in _HIDDEN and not piece.startswith("</") else ""
            if block := " ".join("".join(pieces).split()):
                yield block
            pieces.clear()
