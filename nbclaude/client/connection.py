"""Makes a connection from settings and the environment: where requests go, and with which headers.

The variables are those of the official SDK; an empty one counts as unset.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nbclaude.client.addresses import DEFAULT_BASE_URL, normalize_base_url, server_name
from nbclaude.client.connections import ANTHROPIC_KEY_VARIABLES, AUTH_STYLES, NamedConnection
from nbclaude.cures import Command
from nbclaude.errors import ConfigurationError, MissingKeyError
from nbclaude.frozen import frozen
from nbclaude.refusal import Mention, Refusal, refused
from nbclaude.secrets.keys import Secret

if TYPE_CHECKING:
    from nbclaude.secrets.echo import KeyGuard

__all__ = [
    "DEMO_NOTICE",
    "Connection",
    "connect",
]

DEMO_NOTICE = "demo model, not Claude"
# Sent where no key is needed: some local servers want a header that is not empty, and none reads it.
_NO_KEY = "no-key"
# These take `Authorization: Bearer` and nothing else.
_BEARER_HOSTS = ("ollama.com", "openrouter.ai")
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


@frozen
class Connection:
    """Where requests go. `timeout` is in seconds without any byte from the server.

    `key_source` is empty if the server needs no key. `caching` is "automatic", "explicit", "off", or empty if nothing is
    known of the server.
    """

    base_url: str
    api_version: str
    timeout: float
    max_retries: int
    auth_header: str = "x-api-key"
    key_source: str = ""
    secret: Secret = field(default_factory=lambda: Secret(""), repr=False)
    custom_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    name: str = ""
    caching: str = ""

    @property
    def messages_url(self) -> str:
        """The address of `POST /v1/messages`."""
        return f"{self.base_url}/v1/messages"

    @property
    def host(self) -> str:
        """Host and port, as a person would name the server."""
        return self.base_url.partition("://")[2].partition("/")[0] or self.base_url

    def guard(self) -> KeyGuard:
        """Return what keeps the keys of this connection out of what the server sends."""
        from nbclaude.secrets.echo import KeyGuard
        from nbclaude.secrets.names import name_of

        values = (value for name, value in self.custom_headers.items() if name_of(name) is not None)
        return KeyGuard([self.secret.reveal(), *(value.rpartition(" ")[2] for value in values)])

    def headers(self) -> dict[str, str]:
        """Build the headers of a request, the key among them; custom headers win."""
        key = self.secret.reveal()
        headers = {
            "content-type": "application/json",
            "accept": "text/event-stream, application/json",
            # A compressed stream would be held back until a block of it is full.
            "accept-encoding": "identity",
            "anthropic-version": self.api_version,
        }
        if key:
            headers[self.auth_header] = f"Bearer {key}" if self.auth_header == "authorization" else key
        return headers | {name.lower(): value for name, value in self.custom_headers.items()}


def _nothing_stored(_name: str) -> tuple[str, str]:
    return "", ""


def connect(
    environment: Mapping[str, str],
    *,
    base_url: str,
    api_version: str,
    timeout: float,
    max_retries: int,
    named: NamedConnection | None = None,
    auth_style: str = "",
    stored_key: Callable[[str], tuple[str, str]] = _nothing_stored,
    needs_key: bool = True,
) -> Connection:
    """Build the connection that the settings and the environment describe.

    A named connection has its own address, variables and stored key; without one, the variables are ANTHROPIC_API_KEY
    and ANTHROPIC_AUTH_TOKEN. `stored_key` returns the key of a name and where it is stored, or twice nothing.
    `auth_style` wins over how the connection would send its key.

    Raises:
        ConfigurationError: a value cannot be used; the message never holds a key.
        MissingKeyError: the connection `needs_key`, and none is known.

    """
    address = normalize_base_url(named.base_url if named else base_url)
    version = _checked_version((named.api_version if named else "") or api_version)
    custom = _custom_headers(environment) if not named or _is_of_environment(address, environment) else {}
    source, key = _find_key(environment, named, address, stored_key)
    if not source:
        if {name.lower() for name in custom} & {"authorization", "x-api-key"}:
            source = "ANTHROPIC_CUSTOM_HEADERS"
        elif not needs_key or (named and named.key_optional):
            key = _NO_KEY
        else:
            raise _missing_key(named, address)
    style = auth_style or (named.auth_style if named else "") or _default_style(address, source)
    if style not in AUTH_STYLES:
        raise ConfigurationError(f"auth_style {style!r} is not known. It is one of {', '.join(AUTH_STYLES)}.")
    return Connection(
        base_url=address,
        api_version=version,
        timeout=timeout,
        max_retries=max_retries,
        auth_header="authorization" if style == "bearer" else "x-api-key",
        key_source=source,
        secret=Secret(key),
        custom_headers=custom,
        name=named.name if named else "",
        caching=named.caching if named else "",
    )


def _checked_version(text: str) -> str:
    version = text.strip()
    if not _is_header_value(version) or " " in version:
        reason = f"api_version {text!r} is not an API version. Versions look like 2023-06-01."
        raise refused(
            Refusal("api_version", text, reason, ("Set it with ", Mention("api_version"), "."), bare=True)
        )
    return version


def _find_key(
    environment: Mapping[str, str],
    named: NamedConnection | None,
    address: str,
    stored_key: Callable[[str], tuple[str, str]],
) -> tuple[str, str]:
    """Return where the key is from, and the key; nothing twice if there is none."""
    for variable in named.key_variables if named else ANTHROPIC_KEY_VARIABLES:
        key = environment.get(variable, "").strip()
        if key:
            if not _is_header_value(key) or " " in key:
                raise ConfigurationError(
                    f"{variable} cannot be a key: it has a space, a line break or a character that is not ASCII. "
                    "Copy the key again."
                )
            return variable, key
    key, where = stored_key(named.name if named else server_name(address))
    if key and (not _is_header_value(key) or " " in key):
        cure = ("Store it again with ", Command.LOGIN, ".")
        raise ConfigurationError(f"What is stored in {where} cannot be a key.", cure=cure)
    return (where, key) if key else ("", "")


def _missing_key(named: NamedConnection | None, address: str) -> MissingKeyError:
    variables = named.key_variables if named else ANTHROPIC_KEY_VARIABLES[:1]
    server = f"{named.name} ({address})" if named else address
    unset = f"the environment variable {' or '.join(variables)} is not set, and " if variables else ""
    or_set = f", or set {variables[0]} before Jupyter starts" if variables else ""
    cure = (
        *("Run ", Command.LOGIN, f", which asks for the key without writing it into the notebook{or_set}."),
        *(" To try nbclaude without a key, run ", Command.DEMO, "."),
    )
    return MissingKeyError(f"No key for {server}: {unset}no key is stored.", cure=cure)


def _default_style(address: str, source: str) -> str:
    host = urlsplit(address).hostname or ""
    return "bearer" if source == "ANTHROPIC_AUTH_TOKEN" or host in _BEARER_HOSTS else "x-api-key"


def _is_of_environment(address: str, environment: Mapping[str, str]) -> bool:
    """Whether ANTHROPIC_BASE_URL, to which the custom headers belong, is this address."""
    try:
        return address == normalize_base_url(
            environment.get("ANTHROPIC_BASE_URL", "").strip() or DEFAULT_BASE_URL
        )
    except ConfigurationError:
        return False


def _is_header_value(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable()


def _custom_headers(environment: Mapping[str, str]) -> dict[str, str]:
    text = environment.get("ANTHROPIC_CUSTOM_HEADERS", "")
    headers: dict[str, str] = {}
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not line.strip():
            continue
        name, colon, value = line.partition(":")
        if (
            not colon
            or not _HEADER_NAME.fullmatch(name.strip())
            or not _is_header_value(value.strip() or "-")
        ):
            raise ConfigurationError(
                f"Line {number} of ANTHROPIC_CUSTOM_HEADERS is not a header. Each line is `Name: value`, in ASCII."
            )
        headers[name.strip()] = value.strip()
    return headers
