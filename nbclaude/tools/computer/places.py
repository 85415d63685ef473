"""Which addresses a page may go to: those that the user has named, and no file, no other scheme, no other port."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from nbclaude.frozen import frozen
from nbclaude.refusal import UnfitError

__all__ = ["Places", "places_of"]

_PORTS = {"http": 80, "https": 443}
_INSIDE = ("data", "blob", "about")
_LOCAL = (".local", ".internal", ".localhost", ".lan", ".home", ".intranet")


@frozen
class Places:
    """Hosts with their ports: those that a page may go to. A host without a port stands for its subdomains, too."""

    start: str
    hosts: tuple[str, ...]

    def may_show(self, url: str) -> bool:
        """Tell whether the page itself may show this address."""
        parts = urlsplit(url)
        if url == "about:blank":
            return True
        if parts.scheme not in _PORTS or not parts.hostname:
            return False
        host, port = parts.hostname.rstrip("."), _port(parts.scheme, parts.port)
        if f"{host}:{port}" in self.hosts:
            return True
        is_plain = port in _PORTS.values()
        return is_plain and any(host == each or host.endswith(f".{each}") for each in self.hosts)

    def may_load(self, url: str) -> bool:
        """Tell whether the page may load this: no files, and on the local network only hosts that the user has named."""
        parts = urlsplit(url)
        if parts.scheme in _INSIDE:
            return True
        return self.may_show(url) or (parts.scheme in _PORTS and not _is_near(parts.hostname or ""))


def places_of(url: str, allow: Sequence[str]) -> Places:
    """Read the address at which a page starts, and the other hosts that it may go to.

    Raises:
        UnfitError: one of them is not the address of a web page, or not a host; the message says which.

    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in _PORTS or not host or parts.username is not None:
        raise UnfitError(f"{url} is not the address of a web page, such as https://example.org.")
    hosts = [_host(each) for each in allow]
    own = host if port is None else f"{host}:{_port(parts.scheme, port)}"
    return Places(url, tuple(dict.fromkeys([own, *hosts])))


def _host(word: str) -> str:
    parts = urlsplit(f"//{word}")
    try:
        is_host = bool(parts.hostname) and parts.netloc == word and parts.username is None
        port = parts.port
    except ValueError:
        is_host, port = False, None
    if not is_host:
        raise UnfitError(f"{word} is not a host, such as example.org or localhost:8000.")
    return str(parts.hostname) if port is None else f"{parts.hostname}:{port}"


def _port(scheme: str, port: int | None) -> int:
    return _PORTS[scheme] if port is None else port


def _is_near(host: str) -> bool:
    """Tell whether a host is this machine or one in its network, as far as its name shows."""
    host = host.rstrip(".").lower()
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_LOCAL)
