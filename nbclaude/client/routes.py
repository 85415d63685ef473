"""The way to a server as the environment describes it: which proxy to take, and whose certificates to trust."""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import re
import urllib.request
from dataclasses import field
from urllib.parse import SplitResult, unquote, urlsplit

from nbclaude.client.addresses import is_loopback
from nbclaude.client.certificates import trust_of_environment
from nbclaude.errors import APIConnectionError
from nbclaude.frozen import frozen

__all__ = ["Proxy", "Route", "route_to"]

_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
_NO_PROXY_ENTRY = re.compile(r"(?:[\w+.-]+://)?\[?(?P<name>.+?)\]?(?::(?P<port>\d+))?/?")


@frozen
class Proxy:
    """A proxy; `variable` is the environment variable that names it, empty for a setting of the system.

    `name` is its host and port, to be shown. User name and password are in `auth` alone.
    """

    url: str
    name: str
    variable: str
    auth: tuple[str, str] | None = field(default=None, repr=False)


@frozen
class Route:
    """The way to one server: `origin` is its scheme, host and port; `trust` are variables with the paths they name.

    Without any `trust`, the usual public authorities are trusted, those of `certifi`.
    """

    origin: str
    proxy: Proxy | None = None
    trust: tuple[tuple[str, str], ...] = ()

    @property
    def uses_tls(self) -> bool:
        """Whether certificates matter: the server's or the proxy's."""
        return self.origin.startswith("https:") or bool(self.proxy and self.proxy.url.startswith("https:"))


def route_to(base_url: str) -> Route:
    """Return the way to a server by the environment of this moment. The address must be valid.

    Raises:
        APIConnectionError: the proxy that is set cannot be used; the message does not quote it, for it may hold a password.

    """
    parts = urlsplit(base_url)
    return Route(f"{parts.scheme}://{parts.netloc.lower()}", _proxy_for(parts), trust_of_environment())


def _proxy_for(server: SplitResult) -> Proxy | None:
    host = server.hostname or ""
    # No proxy leads to this machine itself, whatever the environment says of other hosts.
    if is_loopback(server.geturl()):
        return None
    variable, value = _proxy_setting(server.scheme)
    if not value or _is_exempt(host, server.port or {"http": 80, "https": 443}.get(server.scheme, 0)):
        return None
    # The exceptions in the settings of macOS and Windows belong to the proxies that are set there.
    if not variable and urllib.request.proxy_bypass(host):
        return None
    return _read_proxy(variable, value)


def _proxy_setting(scheme: str) -> tuple[str, str]:
    """Return the variable in force and its value; as everywhere, the lower-case one goes first, and empty means none."""
    for kind in (scheme, "all"):
        for variable in (f"{kind}_proxy", f"{kind}_proxy".upper()):
            if (value := os.environ.get(variable)) is not None:
                if value.strip():
                    return variable, value.strip()
                break
    system = urllib.request.getproxies() if not _has_proxy_variables() else {}
    return "", system.get(scheme) or system.get("all") or ""


def _has_proxy_variables() -> bool:
    return any(name.lower().endswith("_proxy") and value for name, value in os.environ.items())


def _is_exempt(host: str, port: int) -> bool:
    """Whether NO_PROXY lists the server: `*`, a host, a domain with all below it, an address, a network; each with a port."""
    listed = os.environ.get("no_proxy", os.environ.get("NO_PROXY", ""))
    return any(_covers(entry, host.lower(), port) for entry in re.split(r"[,\s]+", listed.lower()) if entry)


def _covers(entry: str, host: str, port: int) -> bool:
    if (network := _network(entry)) is not None:
        address = _network(host)
        return address is not None and address.version == network.version and address.subnet_of(network)  # type: ignore[arg-type]
    found = _NO_PROXY_ENTRY.fullmatch(entry)
    if found is None or (found["port"] and int(found["port"]) != port):
        return False
    if found["name"] == "*":
        return True
    name = found["name"].removeprefix("*").lstrip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text.removeprefix("[").removesuffix("]"), strict=False)
    except ValueError:
        return None


def _read_proxy(variable: str, value: str) -> Proxy:
    what = variable or "The proxy in the system's settings"
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    host = parts.hostname or ""
    if not host or re.search(r"\s", host) or parts.path.strip("/"):
        raise APIConnectionError(
            f"{what} is not a proxy address. Proxy addresses look like http://proxy.example:8080; special characters in a user "
            "name or password are percent-encoded (@ is %40).",
            should_retry=False,
        )
    if parts.scheme not in _PROXY_SCHEMES:
        raise APIConnectionError(
            f"{what} names a {parts.scheme}:// proxy, which is not supported: use "
            f"{', '.join(f'{scheme}://' for scheme in _PROXY_SCHEMES)}.",
            should_retry=False,
        )
    if parts.scheme.startswith("socks") and importlib.util.find_spec("socksio") is None:
        raise APIConnectionError(
            f"{what} names a SOCKS proxy, which needs the package socksio: run `pip install socksio`, or list the "
            "server in NO_PROXY.",
            should_retry=False,
        )
    shown = f"[{host}]" if ":" in host else host
    name = f"{shown}:{port}" if port else shown
    auth = (unquote(parts.username or ""), unquote(parts.password or "")) if parts.username else None
    return Proxy(f"{parts.scheme}://{name}", name, variable, auth)
