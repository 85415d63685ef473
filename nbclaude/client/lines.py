"""A request comes in; its response goes out over a line: an httpx client that one stream uses at a time.

A line has one connection at the most and knows its socket from the moment it is connected, so another thread can end a
request even while it waits for the first byte. A line that is given back keeps its connection for the next stream.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
from collections.abc import Mapping
from typing import Any

import httpx

__all__ = ["Line", "close_lines", "give_back", "take_line"]

_CONNECT_TIMEOUT = 10.0  # seconds
# httpx reads these when a client is made; a line made under other values is not used.
_NETWORK_VARIABLES = (
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"),
)


def _network_settings(host: str) -> tuple[str, ...]:
    """What a line to this host depends on: the environment, and the host itself if it is this machine."""
    is_loopback = host == "localhost" or host.startswith("127.") or host == "::1"
    names = (spelling for name in _NETWORK_VARIABLES for spelling in (name, name.lower()))
    return (host if is_loopback else "", *(os.environ.get(name, "") for name in names))


def _certificates() -> ssl.SSLContext | bool:
    """Trust what httpx trusts; REQUESTS_CA_BUNDLE, which other libraries made usual, counts where it says nothing itself."""
    bundle = os.environ.get("REQUESTS_CA_BUNDLE", "")
    if not bundle or os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR"):
        return True
    try:
        return ssl.create_default_context(cafile=bundle)
    except OSError as error:
        raise ValueError(f"REQUESTS_CA_BUNDLE names no file of certificates ({error})") from None


class Line:
    """One httpx client with at most one connection."""

    def __init__(self, settings: tuple[str, ...]) -> None:
        self.settings = settings
        loopback = settings[0]
        self._client = httpx.Client(
            verify=_certificates(),
            # httpx would carry x-api-key along to another host.
            follow_redirects=False,
            limits=httpx.Limits(max_connections=1),
            # No proxy leads to this machine itself, whatever the environment says of other hosts.
            mounts={f"all://{f'[{loopback}]' if ':' in loopback else loopback}": None} if loopback else None,
        )
        self._network: Any = None
        self.is_down = False

    def post(self, url: str, content: bytes, headers: Mapping[str, str], timeout: float) -> httpx.Response:
        """`send` with POST."""
        return self.send("POST", url, content, headers, timeout)

    def send(
        self, method: str, url: str, content: bytes | None, headers: Mapping[str, str], timeout: float
    ) -> httpx.Response:
        """Send a request and return once the response's headers are there; the caller closes the response."""
        request = self._client.build_request(
            method,
            url,
            content=content,
            headers=dict(headers),
            timeout=httpx.Timeout(timeout, connect=min(timeout, _CONNECT_TIMEOUT)),
            extensions={"trace": self._trace},
        )
        return self._client.send(request, stream=True)

    def shut_down(self) -> None:
        """End the line from any thread: a read that is blocked on it returns at once, and it never connects again."""
        self.is_down = True
        network = self._network
        found = network.get_extra_info("socket") if network is not None else None
        if isinstance(found, socket.socket):
            with contextlib.suppress(OSError):
                found.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection, if there is one."""
        self._client.close()

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._network = info["return_value"]
            if self.is_down:
                self.shut_down()


_MOST_IDLE = 4
_idle: list[Line] = []
_idle_lock = threading.Lock()


def take_line(host: str) -> Line:
    """Return an idle line for the proxies and certificates in force, or a new one."""
    settings = _network_settings(host)
    with _idle_lock:
        stale = [line for line in _idle if line.settings != settings]
        for line in stale:
            _idle.remove(line)
            line.close()
        if _idle:
            return _idle.pop()
    return Line(settings)


def give_back(line: Line) -> None:
    """Keep a line for the next stream, or close it if it was ended, or if enough are idle."""
    with _idle_lock:
        if not line.is_down and len(_idle) < _MOST_IDLE:
            _idle.append(line)
            return
    line.close()


def close_lines() -> None:
    """Close every idle line."""
    with _idle_lock:
        while _idle:
            _idle.pop().close()
