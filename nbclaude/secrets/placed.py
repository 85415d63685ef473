"""Finds values that their place gives away: an option of a command, an argument, an element of XML.

Each place is a row of a table. What stands there must look like a secret still: see `assigned`.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Callable, Iterator

from nbclaude.secrets.literals import leaves_of
from nbclaude.secrets.names import name_of, name_of_expression
from nbclaude.secrets.shapes import MAX_LENGTH
from nbclaude.secrets.values import is_password, is_stand_in, is_token

__all__ = ["described_secrets", "framed_secrets", "placed_secrets"]


def _is_either(value: str) -> bool:
    return is_password(value) and (is_token(value) or len(value) < 20)


def _is_known(value: str) -> bool:
    return not is_stand_in(value)


def _is_name_with_password(value: str) -> bool:
    """Tell whether a value is `anna:hunter2` in base64."""
    try:
        decoded = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return ":" in decoded[1:-1] and decoded.isprintable()


# In the repr of a text quotes are escaped.
_Q = r"\\{0,3}[\"']"
_START = r"(?:\b|(?<=\\[nrt]))"
_PASSWORDS = r"(?:password|passwd|passphrase|pwd|pass)"
_TOKENS = r"(?:(?:api|access|auth|secret|private|account|admin|app|client)[_-]?(?:key|secret)|token|secret)"
# `\S` without quotes, and no variable, no placeholder and no further option.
_WORD = rf"(?![-<\[$])\\{{0,3}}[\"']?([^\s\"'`\\⏎]{{4,{MAX_LENGTH}}}[^\s\"'`\\⏎]*)"
_IN_QUOTES = rf"{_Q}([^\s\"'\\]{{6,4096}}){_Q}"

# Kind, what stands in each text with such a place (in lower case), the place with the value as its group, and what the value
# must be. Searched is in lower case.
_PLACES: tuple[tuple[str, str, str, Callable[[str], bool]], ...] = (
    (
        "password",
        "identified ",
        r"\bidentified (?:with \w{1,40} )?by (?:password )?[ ]*\\{0,3}[\"']([^'\"\\\n]{1,200})\\{0,3}[\"']",
        _is_known,
    ),
    (
        "password",
        "set password",
        r"\bset password[ ]+for[ ]+\S{1,100}[ ]?=[ ]?\\{0,3}'([^'\"\\\n]{1,200})\\{0,3}'",
        _is_known,
    ),
    (
        "password",
        "set_password(",
        rf"\bset_password\([^()\n]{{1,200}},[ ]?{_Q}([^\"'\\\n]{{1,200}}){_Q}",
        _is_known,
    ),
    ("password", "login(", rf"\blogin\([ ]?{_Q}[^\"'\\\n]{{1,80}}{_Q}[ ]?,[ ]?{_IN_QUOTES}", is_password),
    # The default of a variable of Terraform.
    (
        "secret",
        "variable",
        rf"variable[ ]+{_Q}[\w-]{{0,40}}(?:{_PASSWORDS}|{_TOKENS}){_Q}\s*\{{[^{{}}]{{0,400}}?"
        rf"default\s*=\s*{_Q}([^\"'\\\n]{{1,4096}}){_Q}",
        _is_known,
    ),
    (
        "AWS secret key",
        "configure set",
        rf"configure set aws_(?:secret_access_key|session_token)[ ]+{_WORD}",
        is_token,
    ),
    (
        "Weights & Biases key",
        "wandb login",
        rf"{_START}wandb login(?:[ ]--\S{{1,80}})*[ ]+([0-9a-f]{{40}})\b",
        is_token,
    ),
    # Arguments of functions.
    ("secret", "secret", rf"{_START}secret(?:str|bytes)\([ ]?b?{_IN_QUOTES}", _is_either),
    ("password", "auth", rf"auth[ ]?=[ ]?\([ ]?{_Q}[^\"'\\\n]{{1,80}}{_Q}[ ]?,[ ]?{_IN_QUOTES}", is_password),
    (
        "password",
        "wifi",
        rf"\bwifi\w*\.(?:begin|connect|addap)\([ ]?{_Q}[^\"'\\\n]{{1,40}}{_Q}[ ]?,[ ]?{_IN_QUOTES}",
        _is_known,
    ),
    ("password", "auth(", rf"auth\([ ]?{_Q}[^\"'\\\n]{{1,80}}{_Q}[ ]?,[ ]?{_IN_QUOTES}", is_password),
    # kaggle.json, config.json of docker, .npmrc.
    (
        "API key",
        "username",
        rf"{_Q}username{_Q}:[ ]?{_Q}[^\"'\\]{{1,80}}{_Q},\s*{_Q}key{_Q}:[ ]?{_Q}([0-9a-f]{{32}}){_Q}",
        is_token,
    ),
    (
        "basic credentials",
        "auth",
        rf"{_Q}auth{_Q}:[ ]?{_Q}([a-z0-9+/]{{8,4096}}={{0,2}}){_Q}",
        _is_name_with_password,
    ),
    (
        "basic credentials",
        "_auth",
        r"\b_auth[ ]?=[ ]?\\{0,3}[\"']?([a-z0-9+/]{8,4096}={0,2})",
        _is_name_with_password,
    ),
)
# Of a column, in a description of data: its commonest values, and where they begin and end.
_DESCRIBED = re.compile(
    r"(?:^|[\n\"']|\\n)[ ]{0,4}(?:index |level )?"
    r"(?P<name>[\w.()'\", -]{1,80}?)(?:: | {2,}\([\w, ]{0,60}\) )(?P<facts>[^\n⏎]{1,2000})"
)
# Of a table of few rows: all values of a column.
_ITS_VALUES = re.compile(r"[\w<>\[\], ()]{1,60} = ([^\n]{1,2000})")
_WORDS = ("(name: type = ", " distinct", " unique", "constant ", " … ", "B '")
_IS_DESCRIPTION = re.compile(r"[\w<>=\[\], ()]{1,40}; |[<>=|]?[\w\[\]]+ [\d.]+[kMGT]?B ")
_QUOTED_FACT = re.compile(r"'((?:[^'\\\n]|\\.){1,200})'|\"((?:[^\"\\\n]|\\.){1,200})\"")
# Values that stand bare: how often each occurs, the order of categories, a few of them.
_COUNTED_FACT = re.compile(
    r"(?:(?<=; )|(?<=, )|(?<=; top ))(?!top )([^\s,;:'\"][^,;:'\"\n⏎]{0,200}): ~?(?:<[ ])?[\d,]*[\d.]+%?(?=[,; ]|\Z)"
)
_LISTED_FACT = re.compile(
    r"(?:constant |such as |values |ordered: | unused: )([^;\n⏎]{1,1000})| but for [\d,]+ \(([^()\n⏎]{1,400})\)"
)
_LISTED = re.compile(r"[^\s,<'\"](?:[^,<'\"]*[^\s,<'\"])?")
_RANGE = re.compile(
    r"(?<=; )(?:[\d,]+ (?:missing|NaN) \([^()]{1,12}\), ){0,2}(?:[\d,]+ infinite, )?"
    r"(?:finite )?(-?[\d.]+ … -?[\d.]+(?:, ~?(?:mean|median|std) -?[\d.e+]+)*)"
)
# As `texts.framed` puts a value into a prompt.
_FRAMED = re.compile(
    r"<(?P<tag>value|text) name=\"(?P<name>[^\"\n]{1,300})\">\n(?P<body>[\s\S]+?)\n</(?P=tag)>"
)
_ROWS = tuple((kind, hint, re.compile(place), fits) for kind, hint, place, fits in _PLACES)


def described_secrets(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and kind of each value that a description of data quotes from a column that holds secrets."""
    if not any(word in text for word in _WORDS):
        return
    is_turned = "(name: type = the values of row" in text
    for match in _DESCRIBED.finditer(text):
        name = name_of(match["name"].strip("\"' "))
        if name is None or not name.strong:
            continue
        for start, end in _quoted(text, *match.span("facts"), is_turned=is_turned):
            yield start, end, name.kind


def _quoted(text: str, start: int, end: int, *, is_turned: bool) -> Iterator[tuple[int, int]]:
    """Yield start and end of each value that the facts about a column quote."""
    if is_turned and (values := _ITS_VALUES.fullmatch(text, start, end)):
        yield from (value.span() for value in _LISTED.finditer(text, *values.span(1)))
    if not _IS_DESCRIPTION.match(text, start, end):
        return
    for quoted in _QUOTED_FACT.finditer(text, start, end):
        yield quoted.span(1 if quoted[1] is not None else 2)
    for found in (_RANGE, _COUNTED_FACT):
        yield from (fact.span(1) for fact in found.finditer(text, start, end))
    for listed in _LISTED_FACT.finditer(text, start, end):
        yield from (value.span() for value in _LISTED.finditer(text, *listed.span(listed.lastindex or 1)))


def framed_secrets(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and kind of each value that goes along under a name of its own: `<value name="passwords">`."""
    if "<value name=" not in text and "<text name=" not in text:
        return
    for match in _FRAMED.finditer(text):
        name = name_of_expression(html.unescape(match["name"]))
        if name is None or not name.strong:
            continue
        start, end = match.span("body")
        if text[start] in "[{(":
            leaves = [(leaf.start, leaf.end) for leaf in leaves_of(text, start)[0] if leaf.end <= end]
        else:
            leaves = [(start, end)]
        for span in leaves:
            if not is_stand_in(text[slice(*span)]):
                yield (*span, name.kind)


def placed_secrets(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and kind of each value that its place gives away."""
    # This letter alone changes the length of a text in lower case.
    lowered = text.replace("İ", "I").lower()
    for kind, hint, place, fits in _ROWS:
        if hint not in lowered:
            continue
        for match in place.finditer(lowered):
            start, end = match.span(1)
            if fits(text[start:end]):
                yield start, end, kind
