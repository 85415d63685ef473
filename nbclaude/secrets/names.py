"""Which names say that their value is a secret: `userPassword`, `DB_PASSWD`, `stripe-secret-key`, `mot_de_passe`.

The last word of a name decides, whatever its case style: `password_length`, `token_count` and `band_pass` are names of something
else. A name is *strong* if its value is a secret whatever it looks like, and weak if the value must look like one.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Name", "NamedPlace", "is_secret_word", "name_of", "named_places"]


@dataclass(frozen=True, slots=True)
class Name:
    """What a name says of its value. `plain` is for the words "token" and "pass" alone, which often mean something else."""

    kind: str
    strong: bool = True
    plain: bool = False


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A name of a secret in a text, from `start` to `end`."""

    start: int
    end: int
    name: Name


# In other languages as they are, and without their accents.
_PASSWORDS = frozenset(
    (
        "password passwords passwd passphrase passcode pwd passwort passworter kennwort kennworter contrasena "
        "contrasenas contrasenya senha senhas parola motdepasse wachtwoord losenord salasana adgangskode kodeord passord heslo "
        "haslo jelszo sifre sandi mdp пароль пароли 密码 密碼 口令 パスワード 暗証番号 비밀번호 암호 passkey"
    ).split()
)
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
_KEYS = frozenset(
    "apikey accesskey secretkey privatekey authkey apikeys encryptionkey signingkey secretaccesskey".split()
)
_TOKENS = frozenset(
    "authtoken accesstoken apitoken refreshtoken sessiontoken bearertoken idtoken usertoken bottoken jwt".split()
)
_SECRETS = frozenset("secret clientsecret appsecret apisecret consumersecret".split())
_CREDENTIALS = frozenset("credential credentials creds auth authorization authkey".split())
# What "pass" and "pw" are preceded by where they are short for a password.
_OWNERS = frozenset(
    (
        "account admin api app auth basic cert client connection ctx conn database db default dba elastic email ftp git guest host "
        "http https imap jenkins key keystore ldap login mail master mongo mongodb my mysql neo4j new old oracle pg pop "
        "pop3 postgres postgresql proxy rabbitmq redis remote root server service sftp smtp sql ssh ssl store sudo svc "
        "system test truststore user username usr vpn web wifi wlan zip pgp gpg encrypted private"
    ).split()
)
# Between "key" and these, the value is a secret whatever it looks like; behind the others it must look random.
_STRONG_KEYS = frozenset(
    "api access private secret auth encryption encrypt decryption signing preshared psk".split()
)
_WEAK_KEYS = frozenset(
    (
        "account admin aes anthropic app application azure client cohere consumer crypto deepseek deploy deployment dev gemini "
        "github gitlab google groq hf hmac license licence master mistral openai recovery root rsa sendgrid service session "
        "shared ssh ssl storage stripe subscription supabase tls twilio webhook developer functions"
    ).split()
)
# Tokens of a language model or a list, and the hash of a public key.
_OTHER_TOKENS = frozenset(
    (
        "page next continuation key publickey pad eos bos unk mask sep cls start end stop special image first last previous prev "
        "current word sub subword sync cancellation each every one single input output target source new no punctuation "
        "begin padding unknown separator vocab lexer parser design fungible erc20 governance text speech audio "
        "predicted label gold"
    ).split()
)
# Names that begin so tell whether, how many, or what is done.
_QUESTIONS = frozenset(
    (
        "is has had have use uses using show hide need needs require requires required no without can should allow allows "
        "enable enabled disable disabled check verify validate reset forgot forgotten change update get generate make create hash "
        "find count num n max min total len remember ask prompt read load parse strip supports missing invalid wrong bad "
        "expired avg mean"
    ).split()
)
_TRAILING = frozenset(
    "base prod production live test dev staging old new current previous value plain plaintext raw clear cleartext b64 base64".split()
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
_MOST_WORDS = 12

# What occurs in every name of a secret, in lower case: texts are long, and these are rare in them.
_STEMS = (
    "pass",
    "pwd",
    "pw",
    "secret",
    "token",
    "key",
    "cred",
    "auth",
    "psk",
    "_pat",
    "jwt",
    "kennwort",
    "contrase",
    "senha",
    "parola",
    "haslo",
    "hasło",
    "wachtwoord",
    "losenord",
    "lösenord",
    "salasana",
    "adgangskode",
    "kodeord",
    "heslo",
    "jelsz",
    "sifre",
    "şifre",
    "mdp",
    "парол",
    "密码",
    "密碼",
    "口令",
    "パスワード",
    "暗証番号",
    "비밀번호",
    "암호",
)
_LEFT = re.compile(r"[\w.$-]*")  # read backwards
_RIGHT = re.compile(r"[\w.-]*")
_LONGEST = 60  # characters of a name on either side of its stem
_WORDS_BEFORE = re.compile(r"(?:[A-Za-z]+ ){1,2}\Z")
_NEEDS_WORDS_BEFORE = frozenset(("key", "passe", "secret", "token"))


@functools.lru_cache(maxsize=4_096)
def name_of(text: str) -> Name | None:
    """Return what a name (of a column, a field, a variable) says of its value; None if it names no secret."""
    words = [_plain(word) for word in _WORD.findall(text[:200])][-_MOST_WORDS:]
    while len(words) > 1 and (words[-1].isdigit() or words[-1] in _TRAILING):
        words.pop()
    if not words or (len(words) > 1 and words[0] in _QUESTIONS):
        return None
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in _PASSWORDS or (len(last) > 8 and last.endswith(_SQUASHED_PASSWORDS)):
        return Name("password", last != "mdp")
    if words[-3:] == ["mot", "de", "passe"] or last in ("psk",):
        return Name("password", strong=last != "psk")
    if last in ("pass", "pw") or (last.endswith("pass") and last[:-4] in _OWNERS):
        return _short_password(last, before)
    if last in _TOKENS:
        return Name("token", last != "jwt")
    if last in _SECRETS:
        return Name("secret")
    if last in _KEYS:
        return Name("API key")
    if last in _CREDENTIALS:
        return Name("credentials")
    if last in ("token", "pat"):
        return _token(last, before)
    if last in ("key", "keys") and before:
        return _key(last, before)
    plural = {"tokens": _STRONG_KEYS | {"refresh", "bearer"}, "secrets": {"client", "app"}}
    return Name(last[:-1]) if before in plural.get(last, ()) else None


def is_secret_word(text: str) -> bool:
    """Tell whether a text is nothing but a word for a secret, as labels and placeholders are."""
    words = [_plain(word) for word in _WORD.findall(text[:60]) if not word.isdigit()]
    return 0 < len(words) <= 2 and all(
        word in _PASSWORDS | _TOKENS | _SECRETS | _KEYS | {"token", "pass", "pw", "key", "api", "user", "your"}
        for word in words
    )


def named_places(text: str) -> Iterator[NamedPlace]:
    """Yield each name of a secret in a text, in no order, each once."""
    # This letter alone changes the length of a text in lower case.
    lowered = text.replace("İ", "I").lower()
    seen: set[int] = set()
    for stem in _STEMS:
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
    left = _LEFT.match(text[max(start - _LONGEST, 0) : start][::-1])
    start -= left.end() if left else 0
    # "\nDB_PASSWORD" in the repr of a text.
    if text[start - 1 : start] == "\\" and text[start] in "nrt":
        start += 1
    while text[start] in ".-$":
        start += 1
    right = _RIGHT.match(text, end, end + _LONGEST)
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
    return start, name_of(written)


def _plain(word: str) -> str:
    """Return a word in lower case without accents."""
    word = word.lower()
    if word.isascii():
        return word
    bare = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    bare = bare.replace("ł", "l").replace("ı", "i")
    return bare if bare.isascii() else word


def _short_password(last: str, before: str) -> Name | None:
    if last not in ("pass", "pw") or before in _OWNERS:
        return Name("password")
    return None if before else Name("password", strong=False, plain=True)


def _token(last: str, before: str) -> Name | None:
    if before in _OTHER_TOKENS or (last == "pat" and not before):
        return None
    return Name("token", plain=not before)


def _key(last: str, before: str) -> Name | None:
    if before in _STRONG_KEYS or before.endswith("api"):
        return Name("API key")
    return Name("API key", strong=False) if before in _WEAK_KEYS and last == "key" else None
