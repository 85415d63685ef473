"""A text comes in; where a name that says `password`, `token` or `key` is given a value that looks like one, goes out.

Two things are needed: the name, at its end (`DB_PASSWORD`, not `password_count`), and a value that is neither a placeholder,
a type, nor the name or call of something. A password may be a word with a digit; a token must look random.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from nbclaude.context.secret_shapes import LONGEST

__all__ = ["assigned_secrets", "is_placeholder"]

# What names end in. Texts are long and such names are rare: these are looked for first.
_STEMS = ("pass", "pwd", "pw", "key", "token", "secret", "credential")
# In lower case, from a stem on: an ending, an index that closes, a type, and the sign.
_NAME = re.compile(
    r"(?:(?P<password>password|passwd|passphrase|passcode|pwd|pass|pw)|(?P<key>key)|(?P<token>token)"
    r"|(?P<secret>secret|credentials?))"
    r"(?:[_-]?(?:base|prod|live|test|dev|\d{1,2}))?"
    r"(?P<closed>\\{0,3}[\"'`]\]?)?(?:[ ]?:[ ]?[a-z]{1,20}(?=[ ]?=))?"
    r"(?P<sign>[ \t]{0,4}(?:=>|:=|===?|=|:)[ \t]{0,4})"
)
# A key alone is one of a dictionary; of the short words for a password others end in them.
_BEFORE = {
    "key": re.compile(
        r"(?:api|access|auth|secret|private|encryption|signing|account|master|service|shared|client|license|session)[_-]?$"
    ),
    "pass": re.compile(r"(?:^|[^a-z]|\\[nrt])$"),
    "pw": re.compile(r"(?:^|[^a-z]|\\[nrt])$"),
}
_KINDS = {"password": "password", "key": "API key", "token": "token", "secret": "secret"}
# `--password hunter2` of a command, `PASSWORD 'hunter2'` of SQL.
_AFTER_A_SPACE = re.compile(
    rf"(?:--(?:password|passwd|pass)[ ]+(?![-<\[$])(?P<option>[^\s\"'`\\]{{6,{LONGEST}}})"
    rf"|(?:password|identified by)[ ]+\\{{0,3}}'(?P<sql>[^\s'\"\\]{{6,{LONGEST}}})\\{{0,3}}')"
)

# A text may stand in the repr of another one: its quotes and line breaks are escaped then.
_QUOTE = r"\\{0,3}[\"'`]"
_QUOTED = re.compile(rf"[bru]?{_QUOTE}(?P<value>[^\s\"'`\\]{{6,{LONGEST}}})(?={_QUOTE})")
_VARIABLE = re.compile(rf"(?P<value>[^\s\"'`\\⏎]{{6,{LONGEST}}})")
# Without quotes it ends where the next parameter of an address begins, and before the stop of a sentence.
_INSIDE = r"(?:[^\s\"'`\\⏎,;&|<>(){}\[\]=]|&(?!\w{1,30}=))"
_BARE = re.compile(rf"(?P<value>{_INSIDE}{{5,{LONGEST}}}{_INSIDE}(?<![.:])={{0,2}})")
_BEGINNING = re.compile(r"(?:^|(?<=[^\w.-])|(?<=\\[nrt]))(?<!\\)[\w.-]+\Z")
# A line begins at a line break, or after what may stand before a setting.
_LINE_START = re.compile(
    rf"(?:^|[\n⏎]|\\[nr])[ \t]*(?:- |export |set |#+ ?)?(?:{_QUOTE})?\Z|[\[{{,:][ ]?{_QUOTE}\Z"
)
_LINE_END = re.compile(rf"[ \t]*(?:$|[\n\r⏎]|\\[nr]|{_QUOTE}(?:[\]}}),;\s]|$)|#)")

_PLACEHOLDER = re.compile(
    r"[<\[(]|\$(?:[{(]|\w+$)|%[(s{]|.*(?:[{}]|\.\.\.|…|\*{3}|•|(?:^|[^a-z])x{3,}(?:$|[^a-z])|x{5})|(?:your|my|insert|enter|change|replace|example|placeholder|todo)[-_]"
    r"|(?:yourpass|yourkey|yourtoken|yoursecret|changeme|changeit|example|placeholder|redacted|removed|masked|hidden)"
    r"|(?:pass|passw(?:or)?d|pwd|pw|secret|token|key|apikey|user|username|none|null|true|false|undefined|required|optional"
    r"|enabled|disabled|default|empty|unset|missing)\d{0,2}$",
    re.IGNORECASE,
)
_TYPE = re.compile(
    r"(?:u?int|float|complex|decimal|datetime|timedelta|bool|boolean|str|string|object|category|bytes|utf|large_string"
    r"|0x[0-9a-f]+|var_?char|char|n?varchar2?|text|byte|number|numeric|bigint|secretstr)\d{0,3}(?:[\[(].*|\(?\d+\)?)?[,;]?$",
    re.IGNORECASE,
)
_EXPRESSION = re.compile(r"[A-Za-z_][\w.]*[(\[]|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$")
# Words with separators and small numbers: names of things, versions, dates, paths.
_WORDS = re.compile(r"(?:[A-Za-z]+\d{0,3}|\d{1,4})(?:[-_./:@][A-Za-z]*\d{0,4})*$")
_PLACE = re.compile(
    r"[/~.]|\d{4}-\d\d-\d\d|\w+://|(?:arn|vault|op|env|file|projects)[:/]|.*\.(?:pem|key|json|txt|ya?ml|env|crt|p12)$"
)
_LABEL = re.compile(r"[^\W\d_]+[*?!:.…]{0,3}$")
_WEAK = "-_./:,+"
_SHORTEST_WORD = 8
_SHORTEST_TOKEN = 12
_LEAST_CHANGES = 2  # from letters to digits or back
_LEAST_DISTINCT = 6


def assigned_secrets(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and kind of each value that its name gives away."""
    # This letter alone changes the length of a text in lower case.
    lowered = text.replace("İ", "I").lower()
    for stem in _STEMS:
        position = lowered.find(stem)
        while position >= 0:
            match = _NAME.match(lowered, position)
            if match and (found := _value(text, match)):
                yield found
            position = lowered.find(stem, position + len(stem))
    if (
        "--pass" in lowered
        or "password '" in lowered
        or "password \\" in lowered
        or "identified by" in lowered
    ):
        for match in _AFTER_A_SPACE.finditer(lowered):
            start, end = match.span(match.lastgroup or 0)
            if _is_password(text[start:end]):
                yield start, end, "password"


def is_placeholder(value: str) -> bool:
    """Tell whether a value only stands for a secret: `<password>`, `$PASSWORD`, `your_key`, `***`."""
    return bool(_PLACEHOLDER.match(value))


def _value(text: str, match: re.Match[str]) -> tuple[int, int, str] | None:
    """Return where the value stands that follows a name, if it is a secret, and of what kind."""
    group = next(name for name in _KINDS if match[name])
    needed = _BEFORE.get(match[group])
    if needed and not needed.search(match.string, max(match.start() - 12, 0), match.start()):
        return None
    position = match.end()
    value = _QUOTED.match(text, position)
    if value:
        fits = _is_password if group == "password" else _is_token
        return (*value.span("value"), _KINDS[group]) if fits(value["value"]) else None
    value = _VARIABLE.match(text, position)
    if value is None or match["closed"]:
        return None
    before = text[max(match.start() - 80, 0) : match.start()]
    beginning = next(iter(_BEGINNING.findall(before)), "")
    name = beginning + text[match.start() : match.start("sign")]
    if match["sign"] == "=" and name.upper() == name:
        found = value["value"]
        fits_variable = _is_password(found, variable=True) if group == "password" else _is_token(found)
        return (*value.span("value"), _KINDS[group]) if fits_variable else None
    value = _BARE.match(text, position)
    if value is None or text[value.end() : value.end() + 1] in tuple("([{<"):
        return None
    if group == "password":
        starts_line = bool(_LINE_START.search(before[: len(before) - len(beginning)]))
        fits_here = _is_bare_password(text, value, match["sign"], starts_line)
    else:
        fits_here = not _EXPRESSION.match(value["value"]) and _is_token(value["value"])
    return (*value.span("value"), _KINDS[group]) if fits_here else None


def _is_bare_password(text: str, value: re.Match[str], sign: str, starts_line: bool) -> bool:
    """Tell whether a value without quotes is a password, and neither a word of a sentence nor the name of a variable."""
    found = value["value"]
    if text[value.end() : value.end() + 1] in tuple(",)") or not _is_password(found):
        return False
    strong = sum(bool(re.search(kind, found)) for kind in ("[a-z]", "[A-Z]", "[0-9]", r"[^\w./:,+-]")) >= 3
    if sign.strip() == "=" and sign != "=":
        return strong or not found.isidentifier()
    if sign.strip() == "=":
        return True
    return strong or (starts_line and bool(_LINE_END.match(text, value.end())))


def _is_password(value: str, *, variable: bool = False) -> bool:
    if is_placeholder(value) or _TYPE.match(value) or _EXPRESSION.match(value) or _PLACE.match(value):
        return False
    if value.isdigit():
        return variable
    if _LABEL.match(value):
        return variable and len(value) >= _SHORTEST_WORD
    if not any(character in value for character in _WEAK):
        return any(not character.isalpha() for character in value)
    return not _WORDS.match(value)


def _is_token(value: str) -> bool:
    """Tell whether a value looks random."""
    if len(value) < _SHORTEST_TOKEN or _changes(value) < _LEAST_CHANGES or len(set(value)) < _LEAST_DISTINCT:
        return False
    if _EXPRESSION.match(value) and _changes(value) == _LEAST_CHANGES:
        return False
    return not (is_placeholder(value) or _WORDS.match(value) or _PLACE.match(value))


def _changes(value: str) -> int:
    """Count how often letters turn into digits, or back."""
    plain = [character.isdigit() for character in value if character.isalnum()]
    return sum(one != other for one, other in itertools.pairwise(plain))
