"""Secrets in files of known kinds, which have names of their own or none: kubeconfig, .pgpass, PuTTY, JWK and others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from nbclaude.secrets.values import is_stand_in

__all__ = ["document_secrets"]

Span = tuple[int, int, str]

# A line may begin and end in the repr of a text.
_START = r"(?:^|(?<=[\n⏎\"'])|(?<=\\n))[ \t]*(?:[+>|#-]{1,2}[ \t]+)?"
_STOP = r"(?=[ \t]*(?:$|[\r\n⏎\"',}#]|\\[rn]))"
_BREAK = r"(?:\r?\n|⏎|(?:\\r)?\\n)"
_BASE64 = r"[A-Za-z0-9+/]{16,}={0,2}"


def _any(_value: str) -> bool:
    return True


def _is_known(value: str) -> bool:
    return not is_stand_in(value)


# Kind, what stands in each text with such a secret, the pattern with the secret as its groups, and what a secret must be.
_DOCUMENTS: tuple[tuple[str, str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("private key", "client-key-data", re.compile(rf"client-key-data[\"']?:\s*[\"']?({_BASE64})"), _any),
    (
        "private key",
        "Private-Lines",
        re.compile(
            rf"Private-Lines: ?\d+[ \t]*{_BREAK}((?:[A-Za-z0-9+/=]{{4,}}[ \t]*(?:{_BREAK}|$|(?=[\"']))){{1,400}})"
        ),
        _any,
    ),
    ("private key", "Private-MAC", re.compile(r"Private-MAC: ?([0-9a-fA-F]{32,})"), _any),
    (
        "password of a database",
        ":",
        re.compile(
            rf"{_START}(?:\*|localhost|[\w-]+(?:\.[\w-]+){{1,8}}|\[[0-9a-f:]+\]|/[\w/.-]+|[a-z][\w-]*):(?:\d{{4,5}}|\*):"
            rf"(?:\*|[A-Za-z_][\w.-]*):(?:\*|[A-Za-z_][\w.@-]*):((?:[^\s:\\\"']|\\[:\\]){{1,200}}){_STOP}",
            re.MULTILINE,
        ),
        _is_known,
    ),
    (
        "password of a network",
        "psk",
        re.compile(
            rf"{_START}psk\s?=\s?(?:\\{{0,3}}\"([^\"\\\n]{{1,64}})\\{{0,3}}\"|([^\s\"'\\]{{8,64}}){_STOP})",
            re.MULTILINE,
        ),
        _is_known,
    ),
    (
        "password of a network",
        "WIFI:",
        re.compile(r"WIFI:(?:[A-OQ-Z]:[^;\n]{0,80};){0,6}P:([^;\n\"']{1,80});"),
        _is_known,
    ),
    ("password of a network", "keyMaterial", re.compile(r"<keyMaterial>([^<>\n]{1,80})</"), _is_known),
    (
        "password of a network",
        "wireless.",
        re.compile(r"\bwireless\.[\w@\[\].-]{1,60}\.key\s?=\s?[\"']?([^\s\"'\\]{1,80})"),
        _is_known,
    ),
    (
        "password of a network",
        "option key",
        re.compile(r"\boption key[ \t]+[\"']?([^\s\"'\\]{1,80})"),
        _is_known,
    ),
    (
        "password hash",
        "$",
        re.compile(
            r"(?<![\w$])(\$(?:apr1|1|2[abxy]?|5|6|7|y|gy|P|H|argon2(?:id?|d)|scrypt|bcrypt-sha256|pbkdf2[\w-]*)\$[./A-Za-z0-9$=,+-]{20,})"
        ),
        _any,
    ),
    (
        "password hash",
        "{",
        re.compile(r"(\{(?:S?SHA(?:256|384|512)?|SMD5|MD5|CRYPT)\}[A-Za-z0-9+/$.]{16,}={0,2})"),
        _any,
    ),
    (
        "password hash",
        "pbkdf2_",
        re.compile(r"(pbkdf2_sha\d{1,3}\$\d+\$[\w./+=-]{4,}\$[A-Za-z0-9+/=]{20,})"),
        _any,
    ),
    (
        "vault",
        "$ANSIBLE_VAULT",
        re.compile(
            rf"\$ANSIBLE_VAULT;[\d.]+;AES256?(?:;[\w.-]+)?[ \t]*((?:{_BREAK}[ \t]*[0-9a-f]{{2,}}){{1,2000}})"
        ),
        _any,
    ),
    (
        "private key",
        "OpenVPN Static key",
        re.compile(
            r"-----BEGIN OpenVPN Static key V1-----([\s\S]{16,4000}?)-----END OpenVPN Static key V1-----"
        ),
        _any,
    ),
    (
        "private key",
        "rivateKey",
        re.compile(r"(?:Private|Preshared|private|preshared)Key\s?[=:]\s?[\"']?([A-Za-z0-9+/]{42,}={0,2})"),
        _any,
    ),
    (
        "password in a URL",
        "@",
        re.compile(
            r"(?<![^\s\"'=(,])[\w.-]{1,60}:([^\s:@/\"'<>{}$]{3,100})@(?:\d{1,3}(?:\.\d{1,3}){3}|[\w-]+(?:\.[\w-]+)+):\d{2,5}(?!\d)"
        ),
        _is_known,
    ),
    # What a client sends to stay signed in.
    (
        "cookie",
        "ookie",
        re.compile(
            rf"(?:{_START}|[\"'])(?:set-)?cookie[\"']?: ?[\"']?[\w.-]{{1,60}}=([^\s;\"'\\]{{8,4096}})",
            re.MULTILINE | re.IGNORECASE,
        ),
        _is_known,
    ),
    (
        "token in a header",
        "uthorization",
        re.compile(
            r"(?i:authorization)[\"']?\s{0,3}[:=]\s{0,3}\\{0,3}[\"']?(?i:bearer|token|basic|apikey|negotiate|digest|bot|ssws) "
            r"(?![<$({\[%]|[\"'])([^\s\"'\\,;]{3,4096})(?=\\{0,3}[\"']|\s*(?:$|[\n\r\\,;⏎]))",
            re.MULTILINE,
        ),
        _is_known,
    ),
    (
        "seed phrase",
        "",
        re.compile(
            r"(?i:mnemonic|(?:seed|recovery|backup|secret)[ _-]?(?:phrase|words))[\"']?\s{0,3}[:=]\s{0,3}[\"']?"
            r"((?:[a-z]{3,8}[ ,]{1,2}){11,23}[a-z]{3,8})"
        ),
        _any,
    ),
)
# Parts of a private key in a JSON web key, by their names.
_KEY_TYPE = re.compile(r"[\"']kty\\{0,3}[\"']\s*:\s*\\{0,3}[\"'](?:RSA|EC|OKP|oct)\\{0,3}[\"']")
_KEY_PART = re.compile(r"[\"'](?:d|p|q|dp|dq|qi|k)\\{0,3}[\"']\s*:\s*\\{0,3}[\"']([A-Za-z0-9_=-]{16,})")
_KEY_NEAR = 6_000
# The values of a Secret of Kubernetes are secrets whatever they are called.
_SECRET_KIND = re.compile(rf"{_START}[\"']?kind[\"']?:\s*[\"']?Secret[\"']?{_STOP}", re.MULTILINE)
_DATA = re.compile(
    rf"(?P<indent>(?:^|(?<=\n)|(?<=\\n))[ \t]*)(?:data|stringData):[ \t]*(?P<body>(?:{_BREAK}(?!---)[ \t]+[^\n⏎\\]*)+)",
    re.MULTILINE,
)
_ENTRY = re.compile(r"[\w.-]+:[ \t]*(?:[|>][+-]?[ \t]*\n)?[ \t]*[\"']?(?P<value>[^\n\"'⏎\\]+)")
_JSON_DATA = re.compile(r"[\"'](?:data|stringData)[\"']\s*:\s*\{(?P<body>[^{}]*)\}")
_JSON_ENTRY = re.compile(r":\s*[\"'](?P<value>[^\"']+)[\"']")
_SECRET_NEAR = 20_000


def document_secrets(text: str) -> Iterator[Span]:
    """Yield start, end and kind of each secret that the kind of its file gives away."""
    for kind, hint, pattern, fits in _DOCUMENTS:
        if hint not in text:
            continue
        for match in pattern.finditer(text):
            group = next(n for n in range(1, pattern.groups + 1) if match[n] is not None)
            start, end = match.span(group)
            end -= len(match[group]) - len(match[group].rstrip())
            if fits(match[group]):
                yield start, end, kind
    if "kty" in text:
        yield from _web_keys(text)
    if "Secret" in text:
        yield from _of_kubernetes(text)


def _web_keys(text: str) -> Iterator[Span]:
    looked_at = 0
    for match in _KEY_TYPE.finditer(text):
        first = max(text.rfind("{", 0, match.start()), looked_at, match.start() - _KEY_NEAR)
        last = text.find("}", match.end(), match.end() + _KEY_NEAR)
        looked_at = last if last >= 0 else min(match.end() + _KEY_NEAR, len(text))
        for part in _KEY_PART.finditer(text, first, looked_at):
            yield (*part.span(1), "private key")


def _of_kubernetes(text: str) -> Iterator[Span]:
    looked_at = 0
    for match in _SECRET_KIND.finditer(text):
        first = max(text.rfind("\n---", 0, match.start()), match.start() - _SECRET_NEAR, looked_at)
        last = text.find("\n---", match.end(), match.end() + _SECRET_NEAR)
        last = last if last >= 0 else min(match.end() + _SECRET_NEAR, len(text))
        looked_at = last
        for body, entry in ((_DATA, _ENTRY), (_JSON_DATA, _JSON_ENTRY)):
            for data in body.finditer(text, first, last):
                for value in entry.finditer(text, *data.span("body")):
                    if not is_stand_in(value["value"]):
                        start, end = value.span("value")
                        yield start, end - len(value["value"]) + len(value["value"].rstrip()), "secret"
