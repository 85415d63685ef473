"""Values without quotes behind a name and a sign: settings, parameters, variables of the environment, words of a text."""

from __future__ import annotations

import re

from nbclaude.secrets.names import Name, NamedPlace, name_of
from nbclaude.secrets.settings_lines import SettingsLine, line_at, rest_of_line
from nbclaude.secrets.shapes import MAX_LENGTH
from nbclaude.secrets.values import (
    is_expression,
    is_passphrase,
    is_password,
    is_quantity,
    is_token,
    looks_secret,
)

__all__ = ["bare_value", "has_companion"]

_BARE_INSIDE = r"(?:[^\s\"'`\\⏎,;&|<>(){}\[\]=]|&(?!\w{1,30}=))"
_BARE = re.compile(rf"(?P<value>{_BARE_INSIDE}{{5,{MAX_LENGTH}}}{_BARE_INSIDE}(?<![.:])={{0,2}})")
_MAX_TOKEN = 4_096
_MORE_BARE = re.compile(rf"{_BARE_INSIDE}{{0,{_MAX_TOKEN}}}={{0,2}}")
# Of a value 200 characters are looked at before the rest of it is.
_PARAMETER, _MORE_OF_A_PARAMETER = (re.compile(rf"[^&#\s\"'<>\\⏎`)\]]{{{n}}}") for n in ("1,200", "0,4096"))
_IN_A_ROW, _MORE_IN_A_ROW = (re.compile(rf"[^;\s\"'\\⏎&<>{{}}]{{{n}}}") for n in ("1,200", "0,4096"))
_ALONE = re.compile(r"[^\s,;\"'\\⏎&<>(){}\[\]|]{1,200}(?=[\s&;|]|\Z)")
_SHORTEST_PLAIN = 8
_SHORTEST_AMOUNT = 5
_NOTHING = re.compile("")
_ARGUMENT = re.compile(r"\d{4,}(?=[ ]?[,)])")
_ENVIRONMENT, _MORE_OF_A_VARIABLE = (re.compile(rf"[^\s\"'`\\⏎]{{{n}}}") for n in ("1,200", "0,4096"))
_SECTION = re.compile(r"(?:^|[\n⏎\"']|\\n)[ \t]*\[[\w .:-]{1,80}\][ \t]*(?=[\n\r⏎]|\\[rn])")
_SECTION_NEAR = 2_000  # characters before
_LINE_START = re.compile(
    r"(?:(?:^|[\[{,:][ ]?)\\{0,3}[\"'`]|^|[\n⏎]|\\[nr])[ \t]*(?:[-+>|#;]{1,3}[ \t]*){0,3}(?:export |set )?(?:\\{0,3}[\"'`])?\Z"
)
_LINE_END = re.compile(r"[ \t]*(?:$|[\n\r⏎]|\\[nr]|\\{0,3}[\"'`](?:[\]}),;\s]|$)|#)")
_PAIR_BEFORE = re.compile(r"(?:^|[\s;\"'?&])[\w .-]{1,40}=[^\s;=]{0,200}[; ][ ]?\Z")
_BEFORE_A_PAIR = re.compile(r"[^;\"'\n⏎=(){}\[\]]{1,200}(?=;[ ]?[A-Za-z][\w ]{0,30}=)")
_PAIR_BEHIND = re.compile(r"[; ][ ]?[\w .-]{1,40}=[^\s=]")
# In code, such a word never precedes a variable name.
_IN_A_SENTENCE = re.compile(r"\b(?:my|the|our|your|his|her|their|its|this|new|old)[ ]\Z", re.IGNORECASE)
_WORD_BEFORE = 10  # characters
_COMPANION = re.compile(r"\b(?:user(?:name)?|login|email|e-mail|host|account|ssid)\b", re.IGNORECASE)
_NEAR = 80  # characters
_UP_TO = {quote: re.compile(rf"[^{quote}\\\n]{{1,200}}(?={quote})") for quote in ("'", '"')}


def bare_value(text: str, place: NamedPlace, match: re.Match[str]) -> tuple[int, int] | None:
    """Return where a value without quotes stands."""
    name, position, sign = place.name, match.end(), match["sign"]
    before = text[place.start - 1] if place.start else ""
    if name.plain and not name.strong and has_companion(text, place) and not _is_amount(text, position):
        name = Name(name.kind, plain=True)
    if sign == "=" and before in ("?", "&", "#"):
        return _checked(text, _PARAMETER.match(text, position), name, _MORE_OF_A_PARAMETER)
    if name.strong and "=" in sign and (found := _of_a_row(text, place, position)):
        return _checked(text, found[0], name, found[1])
    written = text[place.start : place.end]
    if before in ("'", '"') and sign.strip() == ":" and "-" in written and name.strong:
        # A header as an argument: -H 'X-Api-Key: …'.
        return _checked(text, _UP_TO[before].match(text, position), name, _NOTHING)
    if sign == "=" and written.upper() == written and not written.isdigit():
        return _variable(text, place, position)
    return _alone(text, place, match, name) or _looking(text, place, match)


def _of_a_row(text: str, place: NamedPlace, position: int) -> tuple[re.Match[str], re.Pattern[str]] | None:
    """Return the value of one of several settings on a line, and how it may go on."""
    if pair := _BEFORE_A_PAIR.match(text, position):
        return pair, _NOTHING
    if _is_in_a_row(text, place, position) and (word := _IN_A_ROW.match(text, position)):
        return word, _MORE_IN_A_ROW
    return None


def _alone(text: str, place: NamedPlace, match: re.Match[str], name: Name) -> tuple[int, int] | None:
    """Return the value of an argument, of a setting on its own line, or of a word of a command."""
    position, sign = match.end(), match["sign"]
    before = text[place.start - 1] if place.start else ""
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
    return None


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
    rest = more.match(text, match.end()) if len(match[0]) >= MAX_LENGTH else None
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
        # `a-b` is code; `hunter2-correct-horse` is not.
        phrase = match["sign"].strip() == "=" and name.strong and not name.plain and is_passphrase(found)
        fits = (phrase or is_password(found)) and _is_bare_password(text, place, found, end, match["sign"])
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
    if place.name.plain and not alone and not has_companion(text, place):
        # A pass may be one of a mountain, a filter, or a test.
        return False
    strong = sum(bool(re.search(kind, found)) for kind in ("[a-z]", "[A-Z]", "[0-9]", r"[^\w./:,+-]")) >= 3
    whole_line = starts_line and bool(_LINE_END.match(text, end))
    if sign.strip() == "=" and sign != "=":
        # In a program this may be a variable, in a section of a file of settings it is not.
        settings = whole_line and _SECTION.search(text, max(start - _SECTION_NEAR, 0), start)
        prose = _IN_A_SENTENCE.search(text, max(start - _WORD_BEFORE, 0), start)
        return strong or not found.isidentifier() or bool(settings or prose)
    return sign.strip() == "=" or strong or whole_line or has_companion(text, place)


def has_companion(text: str, place: NamedPlace) -> bool:
    """Tell whether a user name stands near: "pass" is short for a password then."""
    return bool(
        _COMPANION.search(text, max(place.start - _NEAR, 0), place.start)
        or _COMPANION.search(text, place.end, place.end + _NEAR)
    )
