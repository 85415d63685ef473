"""Which names say that their value is a secret: `userPassword`, `DB_PASSWD`, `stripe-secret-key`, `mot_de_passe`.

The last word of a name decides, whatever its case style: `password_length`, `token_count` and `band_pass` are names of something
else. A name is *strong* if its value is a secret whatever it looks like, and weak if the value must look like one.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator

from nbclaude.frozen import frozen
from nbclaude.secrets.words import (
    CREDENTIALS,
    KEYS,
    NETWORKS,
    OTHER_TOKENS,
    OWNERS,
    PASSWORDS,
    QUESTIONS,
    SECRETS,
    STEMS,
    STRONG_KEYS,
    TOKENS,
    TRAILING,
    WEAK_KEYS,
)

__all__ = ["Name", "NamedPlace", "is_secret_word", "name_of", "name_of_expression", "named_places"]


@frozen
class Name:
    """What a name says of its value.

    `plain` is for the words "token" and "pass" alone, which often mean something else. `several` is for a plural that
    often means something else: only a list or dict counts.
    """

    kind: str
    strong: bool = True
    plain: bool = False
    several: bool = False


@frozen
class NamedPlace:
    """A name of a secret in a text, from `start` to `end`."""

    start: int
    end: int
    name: Name


_SQUASHED_PASSWORDS = (
    "password",
    "passwd",
    "passphrase",
    "passwort",
    "kennwort",
    "wachtwoord",
    "passcode",
    "密码",
)
# Of what a label or a placeholder consists.
_LABELS = (
    PASSWORDS
    | TOKENS
    | SECRETS
    | KEYS
    | {"token", "pass", "pw", "key", "api", "user", "your", "credential", "credentials", "auth"}
)
_BEHIND_A_NAME = re.compile(
    r"(?:\.\w+\([^()]*\)|\.(?:values|array|str|iloc|loc|T)|\[[-\d:, ]*\]|:\w[\w ]*)\Z"
)
_LAST_ITEM = re.compile(r"\[\s*[\"']([^\"']{1,80})[\"']\s*\]\Z")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
_MAX_WORDS = 12

_LEFT = re.compile(r"[\w.$-]*")  # read backwards
_RIGHT = re.compile(r"[\w.-]*")
_MAX_LENGTH = 60  # characters of a name on either side of its stem
_WORDS_BEFORE = re.compile(r"(?:[A-Za-z]+ ){1,2}\Z")
_NEEDS_WORDS_BEFORE = frozenset(("key", "passe", "secret", "token"))


@functools.lru_cache(maxsize=4_096)
def name_of(text: str) -> Name | None:
    """Return what a name (of a column, a field, a variable) says of its value; None if it names no secret."""
    words = [_plain(word) for word in _WORD.findall(text[:200])][-_MAX_WORDS:]
    while len(words) > 1 and (words[-1].isdigit() or words[-1] in TRAILING):
        words.pop()
    if not words or (len(words) > 1 and words[0] in QUESTIONS):
        return None
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if words[-3:] == ["mot", "de", "passe"] or words[-3:] == ["pre", "shared", "key"]:
        return Name("password")
    if last[-1] == "s" and (several := _several(last[:-1], before)):
        return several
    return next((found for rule in _RULES if (found := rule(last, before))), None)


def name_of_expression(expression: str) -> Name | None:
    """Return what an expression says of its value: `db["password"]`, `cfg.api_key.strip()`, `passwords[:3]`."""
    text = expression.strip()[-200:]
    while (shorter := _BEHIND_A_NAME.sub("", text)) != text:
        text = shorter
    item = _LAST_ITEM.search(text)
    return name_of(item[1] if item else text)


def is_secret_word(text: str) -> bool:
    """Tell whether a text is nothing but a word for a secret, as labels and placeholders are."""
    words = [_plain(word) for word in _WORD.findall(text[:60]) if not word.isdigit()]
    return 0 < len(words) <= 2 and _LABELS.issuperset(words)


def named_places(text: str) -> Iterator[NamedPlace]:
    """Yield each name of a secret in a text, in no order, each once."""
    # This letter alone changes the length of a text in lower case.
    lowered = text.replace("İ", "I").lower()
    seen: set[int] = set()
    for stem in STEMS:
        position = lowered.find(stem)
        while position >= 0:
            start, end = _bounds(text, position, position + len(stem))
            if start not in seen:
                seen.add(start)
                start, name = _found(text, start, end)
                if name is not None:
                    yield NamedPlace(start, end, name)
            # A long word is looked at once, not from each of its parts.
            position = lowered.find(stem, max(position + len(stem), end))


def _bounds(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the name begins and ends that holds a stem."""
    left = _LEFT.match(text[max(start - _MAX_LENGTH, 0) : start][::-1])
    start -= left.end() if left else 0
    # "\nDB_PASSWORD" in the repr of a text.
    if text[start - 1 : start] == "\\" and text[start] in "nrt":
        start += 1
    while text[start] in ".-$":
        start += 1
    right = _RIGHT.match(text, end, end + _MAX_LENGTH)
    end = right.end() if right else end
    while text[end - 1] in ".-":
        end -= 1
    return start, end


def _found(text: str, start: int, end: int) -> tuple[int, Name | None]:
    """Return where a name begins and what it says, with the words before it that belong to it ("API key", "mot de passe")."""
    written = text[start:end]
    if written.lower() in _NEEDS_WORDS_BEFORE:
        before = _WORDS_BEFORE.search(text, max(start - 30, 0), start)
        if before:
            words = before[0].split()
            for count in range(len(words), 0, -1):
                name = name_of(" ".join([*words[-count:], written]))
                if name is not None and written.lower() in ("key", "passe"):
                    return start - sum(len(word) + 1 for word in words[-count:]), name
    return start, name_of(written) or _loose(written)


def _plain(word: str) -> str:
    """Return a word in lower case without accents."""
    word = word.lower()
    if word.isascii():
        return word
    bare = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    bare = bare.replace("ł", "l").replace("ı", "i")
    return bare if bare.isascii() else word


def _several(one: str, before: str) -> Name | None:
    """Return what the plural of a word says of each of several values, where it can mean nothing else."""
    if one == "token":
        return Name("token") if before in STRONG_KEYS | {"refresh", "bearer", "user"} else None
    if one == "secret":
        return Name("secret") if before in ("client", "app") else None
    rules = (_password, _key) if one in PASSWORDS or one == "key" else (_token,) if one in TOKENS else ()
    return next((found for rule in rules if (found := rule(one, before)) and found.strong), None)


def _loose(written: str) -> Name | None:
    """Return what `tokens`, `secrets` and `credentials` say of what a list or dict under them holds."""
    words = [_plain(word) for word in _WORD.findall(written)]
    while len(words) > 1 and (words[-1].isdigit() or words[-1] in TRAILING):
        words.pop()
    last, before = (words or [""])[-1], words[-2] if len(words) > 1 else ""
    if words and words[0] in QUESTIONS:
        return None
    if last == "tokens" and before not in OTHER_TOKENS:
        return Name("token", strong=False, several=True)
    return Name("secret", strong=False, several=True) if last == "secrets" else None


def _password(last: str, before: str) -> Name | None:
    if last in PASSWORDS or (len(last) > 8 and last.endswith(_SQUASHED_PASSWORDS)):
        return Name("password", last != "mdp")
    if last == "psk":
        return Name("password", strong=before in NETWORKS)
    if last in ("pass", "pw") and not before:
        return Name("password", strong=False, plain=True)
    short = last in ("pass", "pw") and before in OWNERS
    return Name("password") if short or (last.endswith("pass") and last[:-4] in OWNERS) else None


def _token(last: str, before: str) -> Name | None:
    if last in TOKENS:
        return Name("token", last != "jwt")
    if last not in ("token", "pat") or before in OTHER_TOKENS or (last == "pat" and not before):
        return None
    return Name("token", plain=not before)


def _key(last: str, before: str) -> Name | None:
    if last in KEYS:
        return Name("API key")
    if last not in ("key", "keys") or not before:
        return None
    if before in STRONG_KEYS or before.endswith("api"):
        return Name("API key")
    return Name("API key", strong=False) if before in WEAK_KEYS and last == "key" else None


def _other(last: str, _before: str) -> Name | None:
    return Name("secret") if last in SECRETS else Name("credentials") if last in CREDENTIALS else None


_RULES = (_password, _token, _key, _other)
