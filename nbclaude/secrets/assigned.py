"""Values that their names give away: `DB_PASSWORD=…`, `"password": "…"`, `token = "…"`, `--api-key …`, `?token=…`.

In structured data (a literal, a setting on a line of its own among others, a parameter of an address or of a command) the name
decides alone. In running text and between variables of a program the value must look like a secret, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from nbclaude.secrets.literals import Literal, leaves_of, literal_at
from nbclaude.secrets.names import Name, NamedPlace, name_of
from nbclaude.secrets.settings_lines import SettingsLine, line_at, rest_of_line
from nbclaude.secrets.shapes import LONGEST
from nbclaude.secrets.values import (
    is_expression,
    is_password,
    is_quantity,
    is_stand_in,
    is_token,
    looks_secret,
)

__all__ = ["assigned_secrets"]

Span = tuple[int, int, str]

_ANNOTATION = r"[A-Za-z][\w.]{0,30}(?:\[[\w., |]{0,40}\])?(?:[ ]?\|[ ]?[A-Za-z]\w{0,20}){0,3}"
# What closes a name, a type, and the sign.
_SIGN = re.compile(
    r"(?P<closed>\\{0,3}[\"'`]\]?)?"
    rf"(?:[ ]?:[ ]?{_ANNOTATION}(?=[ ]?=[ ]?[bru]?\\{{0,3}}[\"'`]))?"
    r"(?P<sign>[ \t]{0,8}(?:=>|:=|===?|=|[:：]|<-)[ \t]{0,8})(?(closed)(?:\n[ \t]{0,40}(?=[\"']))?)"
)
_BARE_INSIDE = r"(?:[^\s\"'`\\⏎,;&|<>(){}\[\]=]|&(?!\w{1,30}=))"
_BARE = re.compile(rf"(?P<value>{_BARE_INSIDE}{{5,{LONGEST}}}{_BARE_INSIDE}(?<![.:])={{0,2}})")
_LONGEST_TOKEN = 4_096
_LONG_WORD = re.compile(rf"[^\s\"'`\\⏎,;&|<>(){{}}\[\]?]{{{LONGEST}}}")
_MORE_BARE = re.compile(rf"{_BARE_INSIDE}{{0,{_LONGEST_TOKEN}}}={{0,2}}")
# Of a value 200 characters are looked at before the rest of it is.
_PARAMETER, _MORE_OF_A_PARAMETER = (re.compile(rf"[^&#\s\"'<>\\⏎`)\]]{{{n}}}") for n in ("1,200", "0,4096"))
_IN_A_ROW, _MORE_IN_A_ROW = (re.compile(rf"[^;\s\"'\\⏎&<>{{}}]{{{n}}}") for n in ("1,200", "0,4096"))
_QUOTE = re.compile(r"\\{0,7}[\"']")
_APOSTROPHE = re.compile(r"\w'\w")
_ALONE = re.compile(r"[^\s,;\"'\\⏎&<>(){}\[\]|]{1,200}(?=[\s&;|]|\Z)")
_SHORTEST_PLAIN = 8
_SHORTEST_AMOUNT = 5
_NEXT_ITEM = re.compile(r"\\{0,7}[\"'][ ]?,")
_ARGUMENT = re.compile(r"\d{4,}(?=[ ]?[,)])")
_ENVIRONMENT, _MORE_OF_A_VARIABLE = (re.compile(rf"[^\s\"'`\\⏎]{{{n}}}") for n in ("1,200", "0,4096"))
_SECTION = re.compile(r"(?:^|[\n⏎\"']|\\n)[ \t]*\[[\w .:-]{1,80}\][ \t]*(?=[\n\r⏎]|\\[rn])")
_SECTION_NEAR = 2_000  # characters before
_LINE_START = re.compile(
    r"(?:(?:^|[\[{,:][ ]?)\\{0,3}[\"'`]|^|[\n⏎]|\\[nr])[ \t]*(?:[-+>|#;]{1,3}[ \t]*){0,3}(?:export |set )?(?:\\{0,3}[\"'`])?\Z"
)
_LINE_END = re.compile(r"[ \t]*(?:$|[\n\r⏎]|\\[nr]|\\{0,3}[\"'`](?:[\]}),;\s]|$)|#)")
_PAIR_BEFORE = re.compile(r"(?:^|[\s;\"'?&])[\w .-]{1,40}=[^\s;=]{0,200}[; ][ ]?\Z")
_PAIR_BEHIND = re.compile(r"[; ][ ]?[\w .-]{1,40}=[^\s=]")
_COMPANION = re.compile(r"\b(?:user(?:name)?|login|email|e-mail|host|account|ssid)\b", re.IGNORECASE)
_NEAR = 80  # characters


def assigned_secrets(text: str, places: Sequence[NamedPlace]) -> Iterator[Span]:
    """Yield start, end and kind of each value that its name gives away; the names in the order of the text."""
    looked_at = 0
    for place in places:
        # What stands in a list that was looked at is looked at once.
        if place.start < looked_at or not (match := _SIGN.match(text, place.end)):
            continue
        if text[match.end() : match.end() + 1] in ("[", "{", "(") and _holds_values(place.name):
            leaves, looked_at = leaves_of(text, match.end())
            yield from _leaves(leaves, place.name, closed=bool(match["closed"]))
        elif span := _assigned(text, place, match):
            looked_at = span[1]
            yield (*span, place.name.kind)
        elif _LONG_WORD.match(text, match.end()):
            # Names in a row: not each is looked at with all that follows it.
            looked_at = match.end() + LONGEST // 2


def _holds_values(name: Name) -> bool:
    return name.kind != "credentials" and (name.strong or name.plain)


def _leaves(leaves: Iterable[Literal], name: Name, *, closed: bool) -> Iterator[Span]:
    """Yield the values of a list or dict under a name: the column of a table in Python or JSON."""
    for leaf in leaves:
        if (closed or not leaf.is_number) and looks_secret(leaf.value, name, structured=name.strong):
            yield leaf.start, leaf.end, name.kind


def _assigned(text: str, place: NamedPlace, match: re.Match[str]) -> tuple[int, int] | None:
    name, position = place.name, match.end()
    compared = match["sign"].strip() in ("==", "===")
    opened = text[position : position + 1] == "("
    literal = None if opened or _closes(text, place, position, match) else literal_at(text, position)
    if literal is not None and _is_unpacked(text, place, literal, match["sign"]):
        return None
    if literal is not None and not (literal.is_number and not match["closed"] and not opened):
        fits = _is_named_value(text, place, name, literal, match, compared=compared)
        return (literal.start, literal.end) if fits else None
    if match["closed"] or compared:
        return None
    return _bare(text, place, match)


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
            not is_stand_in(literal.value) and _has_companion(text, place)
        )
    return looks_secret(literal.value, name, structured=True)


def _has_companion(text: str, place: NamedPlace) -> bool:
    """Tell whether a user name stands near: "pass" is short for a password then."""
    return bool(
        _COMPANION.search(text, max(place.start - _NEAR, 0), place.start)
        or _COMPANION.search(text, place.end, place.end + _NEAR)
    )


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


def _bare(text: str, place: NamedPlace, match: re.Match[str]) -> tuple[int, int] | None:
    """Return where a value without quotes stands."""
    name, position, sign = place.name, match.end(), match["sign"]
    before = text[place.start - 1] if place.start else ""
    if name.plain and not name.strong and _has_companion(text, place) and not _is_amount(text, position):
        name = Name(name.kind, plain=True)
    if sign == "=" and before in ("?", "&"):
        return _checked(text, _PARAMETER.match(text, position), name, _MORE_OF_A_PARAMETER)
    if name.strong and "=" in sign and _is_in_a_row(text, place, position):
        return _checked(text, _IN_A_ROW.match(text, position), name, _MORE_IN_A_ROW)
    written = text[place.start : place.end]
    if sign == "=" and written.upper() == written and not written.isdigit():
        return _variable(text, place, position)
    number = _ARGUMENT.match(text, position)
    if number and name.strong and name.kind == "password":
        # `f(password=12345)`; of a token it is an id.
        return number.span()
    line = line_at(text, place.start, place.end, match.start("sign"), position)
    if line is not None and line.is_structured(name):
        return _line_value(text, line, name, position)
    if sign == "=" and before in (" ", "=", "") and name.strong and (word := _ALONE.match(text, position)):
        # A word of a command: `--from-literal=password=x`, `vault login token=x`.
        plain = name.plain and (len(word[0]) < _SHORTEST_PLAIN or word[0].isalpha())
        if (not plain and not _is_variable(word[0]) and not word[0].isidentifier()) or before == "=":
            return _checked(text, word, name, _MORE_IN_A_ROW)
    return _looking(text, place, match)


def _is_amount(text: str, position: int) -> bool:
    word = _ALONE.match(text, position)
    return bool(word and is_quantity(word[0]) and len(word[0]) < _SHORTEST_AMOUNT)


def _checked(
    text: str, match: re.Match[str] | None, name: Name, more: re.Pattern[str]
) -> tuple[int, int] | None:
    if match is None or match[0].endswith(",") or _is_variable(match[0]):
        return None
    return _whole(text, match, more) if looks_secret(match[0], name, structured=True) else None


def _whole(text: str, match: re.Match[str], more: re.Pattern[str]) -> tuple[int, int]:
    """Return the place of a value of which only the beginning was looked at."""
    rest = more.match(text, match.end()) if len(match[0]) >= LONGEST else None
    return match.start(), rest.end() if rest else match.end()


def _is_variable(value: str) -> bool:
    """Tell whether a value without quotes is a call, an attribute, or a variable whose name says that it holds a secret."""
    return is_expression(value) or (
        value.isidentifier() and ("_" in value or value[-1].isdigit()) and name_of(value) is not None
    )


def _is_in_a_row(text: str, place: NamedPlace, position: int) -> bool:
    """Tell whether other settings stand on either side: `Server=x;Pwd=y`, `host=x password=y`."""
    if text[place.start - 1 : place.start] in (" ", ";") and _PAIR_BEFORE.search(
        text, max(place.start - 120, 0), place.start
    ):
        return True
    value = _IN_A_ROW.match(text, position)
    return bool(value and _PAIR_BEHIND.match(text, value.end()))


def _variable(text: str, place: NamedPlace, position: int) -> tuple[int, int] | None:
    """Return the value of a variable of the environment: a word, or the whole line of a file of them."""
    name = place.name
    starts_line = _LINE_START.search(text, max(place.start - 40, 0), place.start)
    value = _ENVIRONMENT.match(text, position)
    if value is None:
        return None
    if starts_line and name.strong and (rest := rest_of_line(text, position)) and " " in text[slice(*rest)]:
        words = text[slice(*rest)]
        return rest if looks_secret(words, name, structured=True) else None
    if name.strong:
        fits = not _is_variable(value[0]) and looks_secret(value[0], name, structured=True)
        return _whole(text, value, _MORE_OF_A_VARIABLE) if fits else None
    fits = is_password(value[0], variable=True) if name.kind == "password" else is_token(value[0])
    return _whole(text, value, _MORE_OF_A_VARIABLE) if fits else None


def _line_value(text: str, line: SettingsLine, name: Name, position: int) -> tuple[int, int] | None:
    value = text[line.start : line.end]
    if _is_variable(value) and line.sign == "=":
        return None
    return (line.start, line.end) if looks_secret(value, name, structured=True) else None


def _looking(text: str, place: NamedPlace, match: re.Match[str]) -> tuple[int, int] | None:
    """Return a value in running text or a program, if it looks like a secret."""
    name = place.name
    value = _BARE.match(text, match.end())
    if value is None:
        return None
    found = value["value"]
    end = _whole(text, value, _MORE_BARE)[1]
    if name.kind != "password":
        fits = is_token(found) and _is_bare_token(text, found, end)
    else:
        fits = is_password(found) and _is_bare_password(text, place, found, end, match["sign"])
    return (value.start(), end) if fits else None


def _is_bare_token(text: str, found: str, end: int) -> bool:
    """Tell whether what may be a token is one without quotes, and not the name of a thing or a type."""
    if text[end : end + 1] in tuple("([{<") or is_expression(found):
        return False
    # A type of an argument, `PKCS7PrivateKeyTypes,`.
    return not (text[end : end + 1] in tuple(",)") and found.isidentifier() and found[0].isupper())


def _is_bare_password(text: str, place: NamedPlace, found: str, end: int, sign: str) -> bool:
    """Tell whether what may be a password is one without quotes, and neither a word of a sentence nor the name of a variable."""
    if text[end : end + 1] in tuple(",)([{<") or is_quantity(found):
        return False
    start = place.start
    starts_line = bool(_LINE_START.search(text, max(start - 40, 0), start))
    alone = starts_line and not text[start : place.end].isupper()
    if place.name.plain and not alone and not _has_companion(text, place):
        # A pass may be one of a mountain, a filter, or a test.
        return False
    strong = sum(bool(re.search(kind, found)) for kind in ("[a-z]", "[A-Z]", "[0-9]", r"[^\w./:,+-]")) >= 3
    whole_line = starts_line and bool(_LINE_END.match(text, end))
    if sign.strip() == "=" and sign != "=":
        # In a program this may be a variable, in a section of a file of settings it is not.
        settings = whole_line and _SECTION.search(text, max(start - _SECTION_NEAR, 0), start)
        return strong or not found.isidentifier() or bool(settings)
    return sign.strip() == "=" or strong or whole_line or _has_companion(text, place)
