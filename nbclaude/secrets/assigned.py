"""A text comes in; where a name that says `password`, `token` or `key` is given a value that looks like one, goes out.

Two things are needed: the name, at its end (`DB_PASSWORD`, not `password_count`), and a value that is neither a placeholder,
a type, nor the name or call of something. A password may be a word with a digit; a token must look random.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from nbclaude.secrets.shapes import LONGEST

__all__ = ["assigned_secrets", "is_password", "is_placeholder", "is_token"]

# What names end in. Texts are long and such names are rare: these are looked for first.
_STEMS = ("pass", "pwd", "pw", "key", "token", "secret", "credential", "_pat")
_ANNOTATION = r"[a-z][\w.]{0,30}(?:\[[\w., |]{0,40}\])?(?:[ ]?\|[ ]?[a-z]\w{0,20}){0,3}"
# In lower case, from a stem on: an ending, an index that closes, a type, and the sign.
_NAME = re.compile(
    r"(?:(?P<password>password|passwd|passphrase|passcode|pwd|pass|pw)|(?P<key>key)|(?P<token>token|_pat)"
    r"|(?P<secret>secret|credentials?))"
    r"(?:[_-]?(?:base|prod|live|test|dev|\d{1,2}))?"
    r"(?P<closed>\\{0,3}[\"'`]\]?)?"
    rf"(?:[ ]?:[ ]?{_ANNOTATION}(?=[ ]?=[ ]?[bru]?\\{{0,3}}[\"'`]))?"
    r"(?P<sign>[ \t]{0,4}(?:=>|:=|===?|=|:)[ \t]{0,4})"
)
# A key alone is one of a dictionary; of the short words for a password others end in them.
_BEFORE = {
    "key": re.compile(
        r"(?:api|access|auth|secret|private|encryption|signing|account|master|service|shared|client|license|session|admin"
        r"|application|consumer|subscription|(?:^|[^a-z]|\\[nrt])app)[_-]?$"
    ),
    "pass": re.compile(r"(?:^|[^a-z]|\\[nrt])$"),
    "pw": re.compile(r"(?:^|[^a-z]|\\[nrt])$"),
}
# Tokens that are no secrets: places in a list, parts of a text, the hash of a public key.
_NOT_BEFORE = {
    "token": re.compile(r"(?:page|next|continuation|publickey|pad|eos|bos|unk|mask|sep|cls)[_-]?$")
}
_KINDS = {"password": "password", "key": "API key", "token": "token", "secret": "secret"}
# Session tokens of clouds have some 1,000 characters. By the first LONGEST of them they are known.
_LONGEST_TOKEN = 4_096
# A text may stand in the repr of another one: its quotes and line breaks are escaped then.
_QUOTE = r"\\{0,3}[\"'`]"
_QUOTED = re.compile(
    rf"[bru]?(?:(?:{_QUOTE}){{3}}|{_QUOTE})(?P<value>[^\s\"'`\\]{{6,{_LONGEST_TOKEN}}})(?={_QUOTE}|\Z)"
)
_VARIABLE = re.compile(rf"(?P<value>[^\s\"'`\\⏎]{{6,{LONGEST}}})")
# Without quotes it ends where the next parameter of an address begins, and before the stop of a sentence.
_INSIDE = r"(?:[^\s\"'`\\⏎,;&|<>(){}\[\]=]|&(?!\w{1,30}=))"
_BARE = re.compile(rf"(?P<value>{_INSIDE}{{5,{LONGEST}}}{_INSIDE}(?<![.:])={{0,2}})")
_MORE_OF_A_VARIABLE = re.compile(rf"[^\s\"'`\\⏎]{{0,{_LONGEST_TOKEN}}}")
_MORE_BARE = re.compile(rf"{_INSIDE}{{0,{_LONGEST_TOKEN}}}={{0,2}}")
_BEGINNING = re.compile(r"(?:^|(?<=[^\w.-])|(?<=\\[nrt]))(?<!\\)[\w.-]+\Z")
# A line begins at a line break, or after what may stand before a setting.
_LINE_START = re.compile(
    rf"(?:(?:^|[\[{{,:][ ]?){_QUOTE}|^|[\n⏎]|\\[nr])[ \t]*(?:[-+>|#]{{1,3}}[ \t]*){{0,3}}(?:export |set )?(?:{_QUOTE})?\Z"
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
_ADDRESS = re.compile(r"0x[0-9A-Fa-f]{40}$")  # of a contract on a block chain; its keys are longer
# Ids of things: letters, then digits, and a separator.
_CODE = re.compile(r"[A-Za-z]{0,4}\d{0,8}(?:[-_][A-Za-z]{0,4}\d{0,8})+$")
_SIGNS = re.compile(r"[\W_]+$")
# `0.5*rho*v**2`, `12kW/h`, `2:30pm`: a calculation, a quantity.
_OPERAND = r"(?:[A-Za-z_][\w.]*|\d+(?:\.\d*)?(?:e[+-]?\d+)?)"
_CALCULATION = re.compile(rf"{_OPERAND}(?:(?:\*\*|//|[+*/]){_OPERAND})+[;.]?$")
_QUANTITY = re.compile(r"\d[\d.,:]*[A-Za-z%°µ]{0,4}(?:/[A-Za-z0-9]{1,4})?$")
# The last section of a file of settings that begins before a place.
_SECTION = re.compile(r"(?:^|[\n⏎\"']|\\n)[ \t]*\[[\w .:-]{1,80}\][ \t]*(?=[\n\r⏎]|\\[rn])")
_LABEL = re.compile(r"[^\W\d_]+[*?!:.…]{0,3}$")
_SECTION_NEAR = 2_000  # characters before
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
            position += len(stem)
            if match and (found := _value(text, match)):
                yield found
                position = found[1]
            position = lowered.find(stem, position)


def is_placeholder(value: str) -> bool:
    """Tell whether a value only stands for a secret: `<password>`, `$PASSWORD`, `your_key`, `***`."""
    return bool(_PLACEHOLDER.match(value))


def _value(text: str, match: re.Match[str]) -> tuple[int, int, str] | None:
    """Return where the value stands that follows a name, if it is a secret, and of what kind."""
    group = next(name for name in _KINDS if match[name])
    before_name = match.string, max(match.start() - 15, 0), match.start()
    needed, refused = _BEFORE.get(match[group]), _NOT_BEFORE.get(group)
    if (needed and not needed.search(*before_name)) or (refused and refused.search(*before_name)):
        return None
    position = match.end()
    value = _QUOTED.match(text, position)
    if value:
        fits = is_password if group == "password" else is_token
        return (*value.span("value"), _KINDS[group]) if fits(value["value"]) else None
    value = _VARIABLE.match(text, position)
    if value is None or match["closed"]:
        return None
    if len(value["value"]) == LONGEST and _NAME.match(match.string, position):
        # Names in a row: each is looked at, not also what follows it.
        return None
    before = text[max(match.start() - 80, 0) : match.start()]
    beginning = next(iter(_BEGINNING.findall(before)), "")
    name = beginning + text[match.start() : match.start("sign")]
    if match["sign"] == "=" and name.upper() == name:
        found = value["value"]
        fits_variable = is_password(found, variable=True) if group == "password" else is_token(found)
        return (position, _end(text, value, _MORE_OF_A_VARIABLE), _KINDS[group]) if fits_variable else None
    value = _BARE.match(text, position)
    if value is None:
        return None
    found = value["value"]
    if not (is_password(found) if group == "password" else is_token(found)):
        return None
    end = _end(text, value, _MORE_BARE)
    if group == "password":
        line = match.start() - len(beginning)
        starts_line = bool(_LINE_START.search(before[: len(before) - len(beginning)]))
        fits_here = _is_bare_password(text, found, end, match["sign"], line if starts_line else -1)
    else:
        fits_here = _is_bare_token(text, found, end)
    return (position, end, _KINDS[group]) if fits_here else None


def _end(text: str, value: re.Match[str], more: re.Pattern[str]) -> int:
    """Return where a value ends of which only the beginning was looked at."""
    rest = more.match(text, value.end()) if value.end() - value.start() >= LONGEST else None
    return rest.end() if rest else value.end()


def _is_bare_token(text: str, found: str, end: int) -> bool:
    """Tell whether what may be a token is one without quotes, and not the name of a thing or a type."""
    if text[end : end + 1] in tuple("([{<") or _EXPRESSION.match(found):
        return False
    # A type of an argument, `PKCS7PrivateKeyTypes,`.
    return not (
        text[end : end + 1] in tuple(",)") and found.isidentifier() and _changes(found) == _LEAST_CHANGES
    )


def _is_bare_password(text: str, found: str, end: int, sign: str, line: int) -> bool:
    """Tell whether what may be a password is one without quotes, and neither a word of a sentence nor the name of a variable.

    `line` is where the line begins whose first word the name is, or -1.
    """
    if text[end : end + 1] in tuple(",)([{<"):
        return False
    if _CALCULATION.match(found) or _QUANTITY.match(found):
        return False
    strong = sum(bool(re.search(kind, found)) for kind in ("[a-z]", "[A-Z]", "[0-9]", r"[^\w./:,+-]")) >= 3
    whole_line = line >= 0 and bool(_LINE_END.match(text, end))
    if sign.strip() == "=" and sign != "=":
        # In a program this may be a variable, in a section of a file of settings it is not.
        settings = whole_line and _SECTION.search(text, max(line - _SECTION_NEAR, 0), line)
        return strong or not found.isidentifier() or bool(settings)
    return sign.strip() == "=" or strong or whole_line


def is_password(value: str, *, variable: bool = False) -> bool:
    """Tell whether a value may be a password: no placeholder, type, call, path, or word; of a `variable` any word or number."""
    value = value[:LONGEST]
    if _SIGNS.match(value):
        return False
    if is_placeholder(value) or _TYPE.match(value) or _EXPRESSION.match(value) or _PLACE.match(value):
        return False
    if value.isdigit():
        return variable
    if _LABEL.match(value):
        return variable and len(value) >= _SHORTEST_WORD
    if not any(character in value for character in _WEAK):
        return any(not character.isalpha() for character in value)
    return not _WORDS.match(value)


def is_token(value: str) -> bool:
    """Tell whether a value looks random."""
    value = value[:LONGEST]
    if len(value) < _SHORTEST_TOKEN or _changes(value) < _LEAST_CHANGES or len(set(value)) < _LEAST_DISTINCT:
        return False
    if _EXPRESSION.match(value) and _changes(value) == _LEAST_CHANGES:
        return False
    if _CODE.match(value) or _ADDRESS.match(value):
        return False
    return not (is_placeholder(value) or _WORDS.match(value) or _PLACE.match(value))


def _changes(value: str) -> int:
    """Count how often letters turn into digits, or back."""
    plain = [character.isdigit() for character in value if character.isalnum()]
    return sum(one != other for one, other in itertools.pairwise(plain))
