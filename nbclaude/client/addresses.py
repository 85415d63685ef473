"""Turns the address of a server into its base URL, and the name under which its key is stored."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from nbclaude.errors import ConfigurationError
from nbclaude.refusal import Mention, Refusal, refused
from nbclaude.settings.table import DEFAULT_BASE_URL

__all__ = ["DEFAULT_BASE_URL", "is_anthropic", "is_loopback", "normalize_base_url", "server_name"]


def normalize_base_url(text: str, what: str = "base_url") -> str:
    """Return the base URL without a trailing `/`, `/v1` or `/v1/messages`; `what` names it in the errors.

    Raises:
        ConfigurationError: it is no http(s) address.

    """
    url = text.strip()
    if "@" in url:
        # Addresses are shown in the notebook. (The message leaves this one out.)
        raise ConfigurationError(
            f"{what} must not hold a user name or a password (an @): it is shown in the notebook. "
            "Send credentials with ANTHROPIC_CUSTOM_HEADERS, as `Authorization: Basic ...`."
        )
    if not _is_address(url):
        reason = f"{what} {text!r} is not an address. Addresses look like {DEFAULT_BASE_URL} or http://localhost:4000."
        cure = ("Set it with ", Mention("base_url"), ".") if what == "base_url" else ()
        raise refused(Refusal("base_url", text, reason, cure, bare=True))
    return re.sub(r"(?:/v1)?(?:/messages)?/*$", "", url.rstrip("/"))


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port  # raises for a port that is no number, or out of range
    except ValueError:
        return False
    plain = url.isprintable() and not re.search(r"\s", url) and not parts.query and not parts.fragment
    return plain and parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0


def is_anthropic(base_url: str) -> bool:
    """Whether the server is Anthropic's."""
    host = urlsplit(base_url).hostname or ""
    return host == "anthropic.com" or host.endswith(".anthropic.com")


def is_loopback(base_url: str) -> bool:
    """Whether the server runs on this machine."""
    host = urlsplit(base_url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def server_name(base_url: str) -> str:
    """Return the name under which the key of a server is stored that has no name in the configuration.

    That is "anthropic", else host and port. A key that was stored for https does not go out in the clear by mistake.
    """
    if base_url == DEFAULT_BASE_URL:
        return "anthropic"
    parts = urlsplit(base_url)
    is_clear = parts.scheme == "http" and not is_loopback(base_url)
    return f"http://{parts.netloc.lower()}" if is_clear else parts.netloc.lower()
