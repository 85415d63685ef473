"""Which values are secrets: what only stands for one, what a password looks like, and what a token."""

from __future__ import annotations

import itertools
import re

from nbclaude.secrets.names import Name, is_secret_word
from nbclaude.secrets.shapes import MAX_LENGTH

__all__ = [
    "is_expression",
    "is_passphrase",
    "is_password",
    "is_placeholder",
    "is_quantity",
    "is_stand_in",
    "is_token",
    "is_type",
    "looks_secret",
]

_PLACEHOLDER = re.compile(
    r"[<\[(]|\$(?:[{(]|\w+$)|%[(s{]|.*(?:[{}]|\.\.\.|…|\*{3}|•|(?:^|[^a-z])x{3,}(?:$|[^a-z])|x{5})"
    r"|(?:your|my|insert|enter|change|replace|example|placeholder|todo)[-_]"
    r"|(?:yourpass|yourkey|yourtoken|yoursecret|changeme|changeit|example|placeholder|redacted|removed|masked|hidden)"
    r"|(?:pass|passw(?:or)?d|pwd|pw|secret|token|key|apikey|user|username|none|null|true|false|undefined|required|optional"
    r"|enabled|disabled|default|empty|unset|missing)\d{0,2}$",
    re.IGNORECASE,
)
# In structured data a name decides whatever its value looks like; these stand for no value, or for one that is elsewhere.
_STAND_IN = re.compile(
    r"(?:none|null|nil|nan|n/?a|<na>|nat|true|false|yes|no|on|off|undefined|required|optional|enabled|disabled|default|empty"
    r"|unset|unknown|missing|non-null|redacted|removed|masked|hidden|placeholder|string|str|inherit|todo|tbd|prompt|auto"
    r"|changeme|change_me|changeit|example|secret|object|category|integer|varchar|unique|index)[)\];,]{0,2}$|[\^~]\d+(?:\.\d+)*$"
    r"|<[^<>]{0,80}>$|\[[^\[\]]{0,80}\]$|\((?:none|hidden|redacted|empty|not set|unset|no value)[^()]{0,40}\)$"
    r"|\$\{?[A-Za-z_][\w.:-]*\}?(?:$|[\"'])|\$\(|%\(?[A-Za-z_]\w*\)?[%s]$|.{0,80}\{\{?[ ]?[A-Za-z_][^{}]{0,100}\}|%s$|\#\{|@\w+@$"
    r"|.{0,40}(?:\*{3}|\\{1,3}u(?:25cf|2022)|•{2}|●{2}|\.{3}(?:\W|$)|…|(?:^|[^a-z])x{4,}(?:$|[^a-z])|x{6})"
    r"|(?:your|insert|enter|change|replace|example|placeholder|todo)[-_]\w"
    r"|(?:your|insert|enter|change|replace|placeholder|todo)[-_ ]?"
    r"(?:own|secret|password|pass|pw|api|token|key|me|with|this|here)"
    r"|(?:env|vault|op|file|secret|arn|ssm|secretsmanager|keyvault|projects)[:/( ]\S"
    r"|!(?:vault|env|secret|ref|sub|include|getatt)\b"
    r"|/run/secrets/|\.{1,2}/|~/|/(?:[\w.-]+/){1,20}[\w.-]*$|\S{1,200}\.(?:pem|key|json|txt|ya?ml|env|crt|p12|pub|jks)$",
    re.IGNORECASE,
)
# What a setting called `auth` says when it names a method.
_METHODS = re.compile(
    r"(?:basic|bearer|digest|oauth|oauth2|jwt|iam|scram|md5|trust|ldap|saml|kerberos|ntlm|sso|oidc|token|password|local|peer"
    r"|apikey|api_key|api-key|cookie|session|same-origin|include|omit|plain|login|cram-md5|gssapi|google|github|email|any|all"
    r"|noauth|anonymous|windows|integrated|mtls|tls|ssl|native)(?:[-_ ](?:\w[\w.-]{0,20}))?$",
    re.IGNORECASE,
)
# What a form or a checker says about a field, where it could also be the field's value.
_SAID = re.compile(
    r"\b(?:required|characters?|too short|too long|at least|at most|must (?:be|contain|have|match|not)"
    r"|this field"
    r"|cannot be|can't be|do(?:es)? not match|doesn't match)\b",
    re.IGNORECASE,
)
# How a table is described: the type of a column, how many values it has.
_FACTS = re.compile(
    r"[\w<>=\[\], ]{1,40}; |~?[\d,]+ (?:distinct|missing|non-null|rows?|values?|bytes)\b|Index \(|dtype"
)
# A regular expression that finds secrets is none.
_PATTERN = re.compile(r".*\[[^\]]{1,80}\](?:[+*?]|\{\d)")
_SIGNS = re.compile(r"([\W_])\1*$")
_ONLY_SIGNS = re.compile(r"[\W_]+$")
_TYPE = re.compile(
    r"(?:u?int|float|complex|decimal|datetime|timedelta|bool|boolean|str|string|object|category|bytes|utf|large_string"
    r"|0x[0-9a-f]+|var_?char|char|n?varchar2?|text|byte|number|numeric|bigint|secretstr|<?[UuSO]|(?:typing\.)?optional"
    r"|charfield|textfield|any|union|literal)\d{0,3}(?:[\[(].*|\(?\d+\)?)?!?[,;]?(?:,? (?:optional|default|or|of|\|)\b.*)?$",
    re.IGNORECASE,
)
_EXPRESSION = re.compile(r"[A-Za-z_][\w.]*[(\[]|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$")
# Words with separators and small numbers: names of things, versions, dates, paths.
_WORDS = re.compile(r"(?:[A-Za-z]+\d{0,3}|\d{1,4})(?:[-_./:@][A-Za-z]*\d{0,4})*$")
# Of words with separators none is long: `word2vec-x1y2`, `gpt2-medium-v1.5`.
_SHORT_PARTS = re.compile(r"[A-Za-z0-9]{1,9}(?:[-_./:][A-Za-z0-9]{1,9}){1,3}$")
_PLACE = re.compile(
    r"[/~.]|\d{4}-\d\d-\d\d|\w+://|(?:arn|vault|op|env|file|projects)[:/]|.*\.(?:pem|key|json|txt|ya?ml|env|crt|p12)$"
)
_ADDRESS = re.compile(r"0x[0-9A-Fa-f]{40}$")  # of a contract on a block chain; its keys are longer
# Ids of things: letters, then digits, and a separator.
_CODE = re.compile(r"[A-Za-z]{0,4}\d{0,8}(?:[-_][A-Za-z]{0,4}\d{0,8})+$")
# `0.5*rho*v**2`, `12kW/h`, `2:30pm`, `0.1-30Hz`: a calculation, a quantity, a range.
_OPERAND = r"(?:[A-Za-z_][\w.]*|\d+(?:\.\d*)?(?:e[+-]?\d+)?)"
_CALCULATION = re.compile(rf"{_OPERAND}(?:(?:\*\*|//|[+*/]){_OPERAND})+[;.]?$")
_NUMBER = r"[+-]?\d[\d.,:]*(?:e[+-]?\d+)?[A-Za-z%°µ]{0,4}"
_QUANTITY = re.compile(rf"{_NUMBER}(?:(?:-|–|~|\.\.){_NUMBER})?(?:/[A-Za-z0-9]{{1,4}})?$")
_LABEL = re.compile(r"[^\W\d_]+[*?!:.…]{0,3}$")
_PHRASE = re.compile(r"[A-Za-z0-9]{3,20}(?:-[A-Za-z0-9]{3,20}){2,9}")
_FEW_WORDS = 3
_WEAK = "-_./:,+"
_SHORTEST_WORD = 8
_SHORTEST_TOKEN = 12
_LEAST_CHANGES = 2  # from letters to digits or back
_LEAST_DISTINCT = 6


def looks_secret(value: str, name: Name, *, structured: bool) -> bool:
    """Tell whether the value of a name is a secret; in structured data a strong name decides alone."""
    value = value.strip()
    if not value or value.startswith("[secret removed"):
        return False
    if structured and name.strong:
        return not is_stand_in(value) and not (name.kind == "credentials" and bool(_METHODS.match(value)))
    return is_password(value) if name.kind == "password" else is_token(value)


def is_stand_in(value: str) -> bool:
    """Tell whether a value under the name of a secret is none: nothing, a type, a mask, a variable, a path, a label."""
    value = value[:MAX_LENGTH].strip()
    if (
        not value
        or _SIGNS.match(value)
        or _FACTS.match(value)
        or _PATTERN.match(value)
        or _STAND_IN.match(value)
        or _TYPE.match(value)
    ):
        return True
    words = value.split()
    if len(words) > 1:
        # "Enter your password", "This field is required."
        return bool(_SAID.search(value)) or (len(words) <= 8 and any(is_secret_word(word) for word in words))
    return is_secret_word(value) and (bool(_LABEL.match(value)) or "_" in value or "-" in value)


def is_type(value: str) -> bool:
    """Tell whether a value is the name of a type: of a column, an argument, a field."""
    return bool(_TYPE.match(value))


def is_placeholder(value: str) -> bool:
    """Tell whether a value only stands for a secret: `<password>`, `$PASSWORD`, `your_key`, `***`."""
    return bool(_PLACEHOLDER.match(value))


def is_expression(value: str) -> bool:
    """Tell whether a value is the call, the item or the attribute of something."""
    return bool(_EXPRESSION.match(value))


def is_quantity(value: str) -> bool:
    """Tell whether a value is a number with or without a unit, a range, or a calculation."""
    return bool(_CALCULATION.match(value) or _QUANTITY.match(value))


def is_password(value: str, *, variable: bool = False) -> bool:
    """Tell whether a value may be a password: no placeholder, type, call, path, or word; of a `variable` any word or number."""
    value = value[:MAX_LENGTH]
    if _ONLY_SIGNS.match(value):
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


def is_passphrase(value: str) -> bool:
    """Tell whether a value consists of words joined by hyphens that cannot be a subtraction of variables.

    It has at least four words, or three words and a digit.
    """
    words = value.split("-")
    if not _PHRASE.fullmatch(value) or is_placeholder(value) or sum(word.isdigit() for word in words) > 1:
        return False
    return len(words) > _FEW_WORDS or any(map(str.isdigit, value))


def is_token(value: str) -> bool:
    """Tell whether a value looks random."""
    value = value[:MAX_LENGTH]
    if len(value) < _SHORTEST_TOKEN or changes(value) < _LEAST_CHANGES or len(set(value)) < _LEAST_DISTINCT:
        return False
    if _EXPRESSION.match(value) and changes(value) == _LEAST_CHANGES:
        return False
    if _CODE.match(value) or _ADDRESS.match(value) or (_SHORT_PARTS.match(value) and not _is_hex(value)):
        return False
    return not (is_placeholder(value) or _WORDS.match(value) or _PLACE.match(value))


def changes(value: str) -> int:
    """Count how often letters turn into digits, or back."""
    plain = [character.isdigit() for character in value if character.isalnum()]
    return sum(one != other for one, other in itertools.pairwise(plain))


def _is_hex(value: str) -> bool:
    return all(character in "0123456789abcdefABCDEF-:" for character in value)
