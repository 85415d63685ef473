"""Literals of Python, JSON and the like in a text: one behind a sign, or all that a list or dict holds."""

from __future__ import annotations

import re
from dataclasses import replace

from nbclaude.frozen import frozen

__all__ = ["Literal", "closing", "leaves_of", "literal_at"]

_MAX_LENGTH = 8_192  # characters of a literal


@frozen
class Literal:
    """What stands between quotes, or a number: its place without them."""

    start: int
    end: int
    value: str
    is_number: bool = False
    key: str = ""  # what it stands under in a dict


# `np.str_('…')`, `SecretStr("…")`: what shows a literal with its class around it.
_OPEN = re.compile(
    r"(?:(?:np\.|numpy\.)?(?:str_|bytes_|object_)\(|(?:Secret(?:Str|Bytes)?|str|bytes|repr|Some|Decimal|quote|quote_plus)\("
    r"|\([ \n]{0,40})?"
    r"[bBrRuUfF]{0,2}(?P<quote>(?P<escape>\\{0,7})(?P<sign>[\"'`])(?:(?:(?P=escape)(?P=sign)){2})?)"
)
_NUMBER = re.compile(
    r"(?:(?:np|numpy)\.u?(?:int|float)\d{0,2}\()?(?P<value>-?\d[\d_]*(?:\.\d+)?)(?=\)?[ \t]{0,8}(?:[,;)}\]\n]|\\n|#|$))"
)
_QUOTES = re.compile(r"(\\{0,7})([\"'`])")


def literal_at(text: str, position: int) -> Literal | None:
    """Return the literal that begins at this place; one whose end was cut off goes to the end of the text."""
    match = _OPEN.match(text, position)
    if match is None:
        number = _NUMBER.match(text, position)
        return Literal(*number.span("value"), number["value"], is_number=True) if number else None
    quote, start = match["quote"], match.end()
    if text.startswith(match["escape"] + match["sign"], start) and len(quote) == len(
        match["escape"] + match["sign"]
    ):
        return Literal(start, start, "")
    end = _end(text, start, quote, len(match["escape"]))
    return None if end < 0 else Literal(start, end, text[start:end])


def _end(text: str, start: int, quote: str, escape: int) -> int:
    """Return where a literal ends; -1 if it does not end on its line."""
    limit = min(start + _MAX_LENGTH, len(text))
    position = start
    while (position := text.find(quote, position, limit)) >= 0:
        slashes = position
        while slashes > start and text[slashes - 1] == "\\":
            slashes -= 1
        if position - slashes == 0 or (escape and position - slashes == escape):
            break
        position += len(quote)
    line = text.find("\n", start, limit) if len(quote.lstrip("\\")) == 1 else -1
    if position < 0:
        return limit if limit == len(text) and line < 0 and limit > start else -1
    return -1 if 0 <= line < position else position


# What tells of a field instead of giving its value.
_TELLS = re.compile(
    r"\\{0,7}[\"'](?:type|title|description|required|format|min|max|min_?length|max_?length|label|default|\$ref|anyOf|oneOf|enum|dtype|nullable"
    r"|widget|validators?|pattern|non_null|in|count|unique|top|freq|mean|std)\\{0,7}[\"'][ ]?:",
    re.IGNORECASE,
)
_KEY_ENDS = re.compile(r"[\])]?[ \t]{0,4}:")
_WORD_BEFORE = re.compile(r"(?<![\w.-])([\w.-]{1,60})[ ]?[:=][ ]?[bBrRuU]?\\{0,7}[\"'`]\Z")
_TOKEN = re.compile(
    r"(?P<open>[\[{(])|(?P<close>[\]})])|[bBrRuU]?(?P<quote>\\{0,7}[\"'`])|(?P<number>-?\d[\d_.]*(?:e[+-]?\d+)?\b)|(?P<comma>,)|(?P<colon>:)"
)


def leaves_of(text: str, position: int) -> tuple[list[Literal], int]:
    """Return the literals in a list or dict that begins at this place, without the keys, and where it ends.

    Nothing of one that describes a field. A dict in it is taken for the labels of rows and their values.
    """
    opened: list[str] = []
    leaves: list[Literal] = []
    key = ""
    while match := _TOKEN.search(text, position):
        position = match.end()
        if match["open"]:
            if match["open"] == "{" and _TELLS.match(text, position):
                return [], position
            opened.append(match["open"])
        elif match["close"]:
            if not opened or not opened.pop() or not opened:
                break
        elif match["quote"] or match["number"]:
            leaf = literal_at(text, match.start("quote")) if match["quote"] else _number(match)
            if leaf is None:
                break
            position = _behind(leaf, match["quote"])
            if opened and opened[-1] == "{" and _KEY_ENDS.match(text, position):
                key = leaf.value
            else:
                leaves.append(replace(leaf, key=key or _word_before(text, leaf.start)))
        elif match["comma"]:
            key = "" if opened and opened[-1] == "{" else key
    return leaves, position


def _word_before(text: str, position: int) -> str:
    """Return a key without quotes, or the name of an argument: `{prod: "…"}`, `dict(prod="…")`."""
    word = _WORD_BEFORE.search(text, max(position - 80, 0), position)
    return word[1] if word else ""


def closing(text: str, position: int, limit: int) -> int:
    """Return where the bracket that opens at this place is closed, or -1; literals in it are skipped."""
    depth = 0
    while position < limit:
        match = _TOKEN.search(text, position, limit)
        if match is None:
            return -1
        position = match.end()
        if match["open"]:
            depth += 1
        elif match["close"]:
            depth -= 1
            if depth <= 0:
                return match.start()
        elif match["quote"]:
            literal = literal_at(text, match.start("quote"))
            if literal is None:
                return -1
            position = _behind(literal, match["quote"])
    return -1


def _number(match: re.Match[str]) -> Literal:
    return Literal(*match.span("number"), match["number"], is_number=True)


def _behind(leaf: Literal, quote: str | None) -> int:
    return leaf.end + (len(quote) if quote and not leaf.is_number else 0)
