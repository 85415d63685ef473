"""Values that their names give away: `DB_PASSWORD=…`, `"password": "…"`, `token = "…"`, `--api-key …`, `?token=…`.

In structured data (a literal, a setting on a line of its own among others, a parameter of an address or of a command) the name
decides alone. In running text and between variables of a program the value must look like a secret, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nbclaude.secrets.bare import bare_value, has_companion
from nbclaude.secrets.literals import Literal, literal_at
from nbclaude.secrets.names import Name, NamedPlace
from nbclaude.secrets.several import collected, parts_of
from nbclaude.secrets.shapes import MAX_LENGTH
from nbclaude.secrets.values import is_stand_in, looks_secret

__all__ = ["assigned_secrets"]

Span = tuple[int, int, str]

_ANNOTATION = r"[A-Za-z][\w.]{0,30}(?:\[[\w., |]{0,40}\])?(?:[ ]?\|[ ]?[A-Za-z]\w{0,20}){0,3}"
# What closes a name, a type, and the sign.
_SIGN = re.compile(
    r"(?P<closed>\\{0,3}[\"'`]\]?)?"
    rf"(?:[ ]?:[ ]?{_ANNOTATION}(?=[ ]?=[ ]?(?:[bru]?\\{{0,3}}[\"'`]|[\[{{(]|dict\()))?"
    r"(?P<sign>[ \t]{0,8}(?:=>|:=|===?|=|[:：]|<-)[ \t]{0,48})(?(closed)(?:\n[ \t]{0,40}(?=[\"']))?)"
)
_LONG_WORD = re.compile(rf"[^\s\"'`\\⏎,;&|<>(){{}}\[\]?]{{{MAX_LENGTH}}}")
_QUOTE = re.compile(r"\\{0,7}[\"']")
_APOSTROPHE = re.compile(r"\w'\w")
_DECLARED = re.compile(r"(?:\b(?:const|let|var)\s|[.,{])\Z")
_NEXT_ITEM = re.compile(r"\\{0,7}[\"'][ ]?,")


def assigned_secrets(text: str, places: Sequence[NamedPlace]) -> Iterator[Span]:
    """Yield start, end and kind of each value that its name gives away; the names in the order of the text."""
    looked_at = 0
    for place in places:
        # What stands in a list that was looked at is looked at once.
        if place.start < looked_at:
            continue
        if parts := parts_of(text, place):
            yield from parts
        if not (match := _SIGN.match(text, place.end)):
            continue
        if found := collected(text, place, match.end(), closed=bool(match["closed"])):
            spans, looked_at = found
            yield from spans
        elif span := _assigned(text, place, match):
            looked_at = span[1]
            yield (*span, place.name.kind)
        elif _LONG_WORD.match(text, match.end()):
            # Names in a row: not each is looked at with all that follows it.
            looked_at = match.end() + MAX_LENGTH // 2


def _assigned(text: str, place: NamedPlace, match: re.Match[str]) -> tuple[int, int] | None:
    name, position = place.name, match.end()
    compared = match["sign"].strip() in ("==", "===")
    opened = text[position : position + 1] == "("
    literal = None if opened or _closes(text, place, position, match) else literal_at(text, position)
    if literal is not None and _is_command(text, place, literal, match["sign"]):
        return None
    if literal is not None and _is_unpacked(text, place, literal, match["sign"]):
        return None
    if literal is not None and not (literal.is_number and not match["closed"] and not opened):
        fits = _is_named_value(text, place, name, literal, match, compared=compared)
        return (literal.start, literal.end) if fits else None
    if match["closed"] or compared:
        return None
    return bare_value(text, place, match)


def _is_command(text: str, place: NamedPlace, literal: Literal, sign: str) -> bool:
    """Tell whether a shell runs what stands between backticks; JavaScript has texts there."""
    if text[literal.start - 1] != "`" or sign != "=":
        return False
    return not _DECLARED.search(text, max(place.start - 12, 0), place.start)


def _is_unpacked(text: str, place: NamedPlace, literal: Literal, sign: str) -> bool:
    """Tell whether a value belongs to the first of several names: `user, password = "anna", "…"`."""
    return (
        sign.startswith(" ")
        and text[max(place.start - 2, 0) : place.start].strip() == ","
        and bool(_NEXT_ITEM.match(text, literal.end))
    )


def _is_named_value(
    text: str, place: NamedPlace, name: Name, literal: Literal, match: re.Match[str], *, compared: bool
) -> bool:
    if compared:
        return looks_secret(literal.value, name, structured=False)
    if literal.is_number:
        return name.strong
    if not match["closed"] and name.plain and len(literal.value) < 4:
        return False
    if name.plain and not name.strong:
        return looks_secret(literal.value, name, structured=False) or (
            not is_stand_in(literal.value) and has_companion(text, place)
        )
    return looks_secret(literal.value, name, structured=True)


def _closes(text: str, place: NamedPlace, position: int, match: re.Match[str]) -> bool:
    """Tell whether the quote behind a sign ends a text that has begun before the name: `input("Password: ")`."""
    opening = _QUOTE.match(text, position)
    if match["closed"] or opening is None:
        return False
    first = max(place.start - 300, 0)
    line = max(text.rfind(each, first, place.start) for each in ("\n", "\\n", "⏎"))
    before = text[max(line, first) : place.start]
    quote, sign = opening[0], opening[0][-1]
    count = before.count(quote) - (before.count("\\" + quote) if quote == sign else 0)
    if sign == "'":
        count -= len(_APOSTROPHE.findall(before))
    return count % 2 == 1
