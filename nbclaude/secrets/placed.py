"""A text comes in; values that their place gives away go out: an option of a command, an argument, an element of XML.

Each place is a row of a table. What stands there must look like a secret still: see `assigned`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator

from nbclaude.secrets.assigned import is_password, is_token
from nbclaude.secrets.shapes import LONGEST

__all__ = ["placed_secrets"]


def _is_either(value: str) -> bool:
    return is_password(value) and (is_token(value) or len(value) < 20)


def _is_setting(value: str) -> bool:
    return is_password(value, variable=True)


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
_WORD = rf"(?![-<\[$])\\{{0,3}}[\"']?([^\s\"'`\\⏎]{{4,{LONGEST}}}[^\s\"'`\\⏎]*)"
_IN_QUOTES = rf"{_Q}([^\s\"'\\]{{6,4096}}){_Q}"
_READER = r"(?:getenv|setenv|putenv|setdefault|get|put|set|env|config)\([ ]?"

# Kind, what stands in each text with such a place (in lower case), the place with the value as its group, and what the value
# must be. Searched is in lower case.
_PLACES: tuple[tuple[str, str, str, Callable[[str], bool]], ...] = (
    ("password", "--pass", rf"--{_PASSWORDS}[ ]+(?=\S{{6}}){_WORD}", is_password),
    ("token", "--", rf"--(?:[a-z]{{1,20}}-)?{_TOKENS}[ =]+{_WORD}", is_token),
    ("password", "password ", r"\bpassword[ ]+\\{0,3}'([^\s'\"\\]{6,200})\\{0,3}'", is_password),
    ("password", "identified by", r"\bidentified by[ ]+\\{0,3}'([^\s'\"\\]{6,200})\\{0,3}'", is_password),
    (
        "password",
        "login ",
        rf"{_START}(?:docker|podman|nerdctl|az|oc|registry)[ ]login\b[^\n⏎]{{0,200}}?[ ]-p[ ]?{_WORD}",
        is_password,
    ),
    (
        "password",
        " -p",
        rf"{_START}(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump)\b[^\n⏎|;]{{0,200}}?[ ]-p{_WORD}",
        is_password,
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
    (
        "password",
        "env ",
        rf"(?:^|\n|\\n|⏎)[ \t]*(?:env|arg)[ ]+\w{{0,40}}{_PASSWORDS}[ ]+{_WORD}",
        _is_setting,
    ),
    ("token", "env ", rf"(?:^|\n|\\n|⏎)[ \t]*(?:env|arg)[ ]+\w{{0,40}}{_TOKENS}[ ]+{_WORD}", is_token),
    # Arguments of functions.
    ("password", "(", rf"{_READER}{_Q}[\w.-]{{0,40}}{_PASSWORDS}{_Q}[ ]?,[ ]?{_IN_QUOTES}", is_password),
    ("token", "(", rf"{_READER}{_Q}[\w.-]{{0,40}}{_TOKENS}{_Q}[ ]?,[ ]?{_IN_QUOTES}", is_token),
    ("secret", "secret", rf"{_START}secret(?:str|bytes)\([ ]?b?{_IN_QUOTES}", _is_either),
    ("password", "auth", rf"auth[ ]?=[ ]?\([ ]?{_Q}[^\"'\\\n]{{1,80}}{_Q}[ ]?,[ ]?{_IN_QUOTES}", is_password),
    ("password", "auth(", rf"auth\([ ]?{_Q}[^\"'\\\n]{{1,80}}{_Q}[ ]?,[ ]?{_IN_QUOTES}", is_password),
    # Elements and attributes of XML.
    ("password", "</", rf"<[\w.:]{{0,40}}{_PASSWORDS}>([^<>\s\"'\\]{{4,200}})</", _is_setting),
    ("token", "</", rf"<[\w.:]{{0,40}}{_TOKENS}>([^<>\s\"'\\]{{4,4096}})</", is_token),
    (
        "password",
        "<add ",
        rf"<add (?:key|name)={_Q}[\w.:-]{{0,60}}{_PASSWORDS}{_Q}[ ]value={_IN_QUOTES}",
        _is_setting,
    ),
    ("token", "<add ", rf"<add (?:key|name)={_Q}[\w.:-]{{0,60}}{_TOKENS}{_Q}[ ]value={_IN_QUOTES}", is_token),
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
_ROWS = tuple((kind, hint, re.compile(place), fits) for kind, hint, place, fits in _PLACES)


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
