"""Settings and the environment come in; a connection goes out: where requests go, and with which headers.

The variables are those of the official SDK; an empty one counts as unset.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from nbclaude.errors import ConfigurationError, MissingKeyError

__all__ = ["DEFAULT_BASE_URL", "DEMO_NOTICE", "Connection", "Secret", "connect", "normalize_base_url"]

DEFAULT_BASE_URL = "https://api.anthropic.com"
DEMO_NOTICE = "demo model, not Claude"
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


class Secret:
    """A key that no repr, log or traceback shows; only `reveal` gives it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the key, for the one header that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(•••)"

    def __reduce__(self) -> str:
        raise TypeError("a Secret is not to be pickled")


@dataclass(frozen=True, slots=True)
class Connection:
    """Where requests go. `timeout` is in seconds without any byte from the server."""

    base_url: str
    api_version: str
    timeout: float
    max_retries: int
    auth_header: str = "x-api-key"
    key_source: str = ""
    secret: Secret = field(default_factory=lambda: Secret(""), repr=False)
    custom_headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def messages_url(self) -> str:
        """The address of `POST /v1/messages`."""
        return f"{self.base_url}/v1/messages"

    @property
    def host(self) -> str:
        """Host and port, as a person would name the server."""
        return self.base_url.partition("://")[2].partition("/")[0] or self.base_url

    @property
    def hostname(self) -> str:
        """The host alone, without its port."""
        return urlsplit(self.base_url).hostname or ""

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


def normalize_base_url(text: str) -> str:
    """Return the base URL without a trailing `/`, `/v1` or `/v1/messages`.

    Raises:
        ConfigurationError: it is no http(s) address.

    """
    url = text.strip()
    if "@" in url:
        # Addresses are shown in the notebook. (The message leaves this one out.)
        raise ConfigurationError(
            "base_url must not hold a user name or a password (an @): it is shown in the notebook. "
            "Send credentials with ANTHROPIC_CUSTOM_HEADERS, as `Authorization: Basic ...`."
        )
    if not _is_address(url):
        raise ConfigurationError(
            f"base_url {text!r} is not an address. It looks like {DEFAULT_BASE_URL} or http://localhost:4000 "
            "(set it with %config ClaudeMagics.base_url or ANTHROPIC_BASE_URL)."
        )
    return re.sub(r"(?:/v1)?(?:/messages)?/*$", "", url.rstrip("/"))


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port  # raises for a port that is no number, or out of range
    except ValueError:
        return False
    plain = url.isprintable() and not re.search(r"\s", url) and not parts.query and not parts.fragment
    return plain and parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0


def connect(
    environment: Mapping[str, str],
    *,
    base_url: str,
    api_version: str,
    timeout: float,
    max_retries: int,
) -> Connection:
    """Build the connection that the settings and the environment describe.

    Raises:
        ConfigurationError: a value cannot be used; the message never holds a key.
        MissingKeyError: neither ANTHROPIC_API_KEY nor ANTHROPIC_AUTH_TOKEN is set.

    """
    version = api_version.strip()
    if not _is_header_value(version) or " " in version:
        raise ConfigurationError(
            f"api_version {api_version!r} is not a version of the API. It looks like 2023-06-01 "
            "(set it with %config ClaudeMagics.api_version)."
        )
    custom = _custom_headers(environment.get("ANTHROPIC_CUSTOM_HEADERS", ""))
    source, header, secret = _credential(environment)
    if not source:
        given = {name.lower() for name in custom} & {"authorization", "x-api-key"}
        if not given:
            raise MissingKeyError(
                "There is no key for the Claude API: the environment variable ANTHROPIC_API_KEY is not set. "
                "Set it before Jupyter starts, or in this kernel without writing it into the notebook: "
                "import os, getpass; os.environ['ANTHROPIC_API_KEY'] = getpass.getpass(). "
                "To try nbclaude without a key, run %claude_demo."
            )
        source = "ANTHROPIC_CUSTOM_HEADERS"
    return Connection(
        base_url=normalize_base_url(base_url),
        api_version=version,
        timeout=timeout,
        max_retries=max_retries,
        auth_header=header,
        key_source=source,
        secret=Secret(secret),
        custom_headers=custom,
    )


def _credential(environment: Mapping[str, str]) -> tuple[str, str, str]:
    """Return (variable, header, key); the API key wins over the token."""
    for variable, header in (("ANTHROPIC_API_KEY", "x-api-key"), ("ANTHROPIC_AUTH_TOKEN", "authorization")):
        key = environment.get(variable, "").strip()
        if key:
            if not _is_header_value(key) or " " in key:
                raise ConfigurationError(
                    f"{variable} cannot be a key: it has a space, a line break or a character that is not ASCII. "
                    "Copy the key again."
                )
            return variable, header, key
    return "", "x-api-key", ""


def _is_header_value(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable()


def _custom_headers(text: str) -> dict[str, str]:
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
