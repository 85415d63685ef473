"""Lines to servers: HTTP connections that other threads can end, and that are kept for the next request to the same server.

A line has one connection. It knows its socket from the moment it is connected, so a request ends at once even while it waits
for the first byte. It belongs to the process that opened it: a forked child shares the socket, and must neither write to it
nor shut it down.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import time
import weakref
from collections.abc import Mapping
from typing import Any

from nbclaude.client.certificates import certificates
from nbclaude.client.http import httpx
from nbclaude.client.routes import Proxy, Route, route_to
from nbclaude.client.unforked import begin_unforked, end_unforked, unforked
from nbclaude.client.unreachable import Stage, system_error
from nbclaude.errors import APIConnectionError
from nbclaude.forks import ForkSafeLock, in_child
from nbclaude.quiet import quietly

__all__ = ["CONNECT_TIMEOUT", "Line", "close_lines", "give_back", "take_line"]

CONNECT_TIMEOUT = 10.0  # seconds for each step until the request can be sent: address, proxy, TLS
_MAX_IDLE = 4
_MAX_IDLE_SECONDS = 60.0  # servers and what stands before them close idle connections after a minute or more
_STALE_SECONDS = 5.0  # after which a silent connection has broken for another reason than having been idle
# A peer that is gone without a word is noticed within a minute, not only when the read timeout is over.
_SOCKET_OPTIONS = (
    (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
    (socket.IPPROTO_TCP, "TCP_KEEPIDLE", 30),
    (socket.IPPROTO_TCP, "TCP_KEEPINTVL", 10),
    (socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", 60_000),
)

# Without TLS nothing needs to be trusted, so nothing is.
with unforked():
    _NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Line:
    """One connection to one server, over an httpx client of its own.

    Raises APIConnectionError for certificates or a proxy that cannot be used.
    """

    def __init__(self, route: Route) -> None:
        self.route = route
        self.is_down = False
        self._process = os.getpid()
        self._network: Any = None
        self.stage = Stage.CONNECTING
        self._is_new = True
        self._sent = 0.0
        self._idle_since = (0.0, 0.0)
        context = certificates(route.trust) if route.uses_tls else _NO_TLS
        try:
            transport = httpx.HTTPTransport(
                verify=context,
                trust_env=False,
                proxy=_proxy(route.proxy, context) if route.proxy else None,
                limits=httpx.Limits(max_connections=1, keepalive_expiry=None),
            )
        except (httpx.InvalidURL, ValueError, ImportError):
            named = route.proxy.variable if route.proxy else "The address"
            raise APIConnectionError(f"{named} cannot be used as an address.", should_retry=False) from None
        # httpx would carry x-api-key along a redirect to another host.
        self._client = httpx.Client(transport=transport, trust_env=False, follow_redirects=False)
        _lines.add(self)

    def post(self, url: str, content: bytes, headers: Mapping[str, str], timeout: float) -> httpx.Response:
        """`send` with POST."""
        return self.send("POST", url, content, headers, timeout)

    def send(
        self, method: str, url: str, content: bytes | None, headers: Mapping[str, str], timeout: float
    ) -> httpx.Response:
        """Send a request and return once the response's headers are there; the caller closes the response.

        Raises what httpx raises; `stage` tells how far it has come.
        """
        connect = min(timeout, CONNECT_TIMEOUT)
        # Of the answer to CONNECT httpx waits for as long as for the server's; `_trace` lengthens it for the latter.
        limits = {"connect": connect, "read": connect, "write": timeout, "pool": connect}
        self._is_new, self.stage, self._sent = False, Stage.CONNECTING, time.monotonic()
        request = self._client.build_request(
            method,
            url,
            content=content,
            headers=dict(headers),
            extensions={
                "timeout": limits,
                "trace": lambda event, info: self._trace(event, info, limits, timeout),
            },
        )
        return self._client.send(request, stream=True)

    def is_stale(self, error: Exception) -> bool:
        """Whether a failed `send` tells no more than that an idle connection had been closed by the other side.

        The same request can then be sent again over a new one.
        """
        if self._is_new or self.stage is not Stage.CONNECTED or self.is_down:
            return False
        if system_error(error, "ETIMEDOUT"):
            return True
        is_broken = isinstance(error, (httpx.RemoteProtocolError, httpx.NetworkError))
        return is_broken and time.monotonic() - self._sent < _STALE_SECONDS

    def rest(self) -> None:
        """Note that the line is idle from now on."""
        self._idle_since = time.monotonic(), time.time()

    @property
    def is_open(self) -> bool:
        """Whether it has a connection of this process that nobody has ended."""
        found = self._socket()
        return not self.is_down and self._process == os.getpid() and found is not None and found.fileno() >= 0

    @property
    def is_ready(self) -> bool:
        """Whether an idle line can be used: not for long without use, and not closed by the server."""
        # The one clock stands still while a computer sleeps, the other may be set.
        steady, wall = self._idle_since
        idle = max(time.monotonic() - steady, time.time() - wall)
        # What is readable now is no answer, but the end of the connection.
        return self.is_open and idle < _MAX_IDLE_SECONDS and not self._network.get_extra_info("is_readable")

    def shut_down(self) -> None:
        """End the line from any thread: a read that is blocked on it returns at once, and it never connects again."""
        self.is_down = True
        # After a fork the connection is that of the parent.
        if self._process == os.getpid() and (found := self._socket()) is not None:
            with contextlib.suppress(OSError):
                found.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection, if there is one."""
        # A forked child may have the socket as well, so that closing it alone would not tell the server.
        self.shut_down()
        if self._process == os.getpid():
            with quietly("httpcore"), contextlib.suppress(httpx.HTTPError, OSError, RuntimeError):
                self._client.close()

    def abandon(self) -> None:
        """Let go of the socket in a forked child: without a word to the server, and without a lock of any library."""
        found = self._socket()
        if found is not None and found.fileno() >= 0:
            with contextlib.suppress(OSError):
                os.close(found.detach())

    def _socket(self) -> socket.socket | None:
        network = self._network
        found = network.get_extra_info("socket") if network is not None else None
        return found if isinstance(found, socket.socket) else None

    def _trace(self, event: str, info: Mapping[str, Any], limits: dict[str, float], timeout: float) -> None:
        """Follow the connection; the events are those of httpcore's `trace` extension."""
        if event.endswith(".connect_tcp.started"):
            self._is_new = True
        elif event.endswith(".start_tls.started"):
            inside = self.route.proxy is not None and not event.startswith("connection.")
            self.stage = Stage.TLS if inside or self.route.proxy is None else Stage.PROXY_TLS
            begin_unforked()
        elif event.endswith(".start_tls.failed"):
            end_unforked()
        elif event.endswith(".send_request_headers.started"):
            is_tunnel = info["request"].method == b"CONNECT"
            self.stage = Stage.TUNNEL if is_tunnel else Stage.CONNECTED
            limits["read"] = limits["connect"] if is_tunnel else timeout
        elif event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._network = info["return_value"]
            if event.endswith(".connect_tcp.complete"):
                _watch_peer(self._socket())
            else:
                end_unforked()
            if self.is_down:
                self.shut_down()


def _proxy(proxy: Proxy, context: ssl.SSLContext) -> httpx.Proxy:
    is_secure = proxy.url.startswith("https:")
    return httpx.Proxy(proxy.url, auth=proxy.auth, ssl_context=context if is_secure else None)


def _watch_peer(connection: socket.socket | None) -> None:
    for level, name, value in _SOCKET_OPTIONS:
        option = getattr(socket, name, None)
        if connection is not None and option is not None:
            with contextlib.suppress(OSError):
                connection.setsockopt(level, option, value)


_lines: weakref.WeakSet[Line] = weakref.WeakSet()
_idle: list[Line] = []
_lock = ForkSafeLock()


def take_line(base_url: str, *, new: bool = False) -> Line:
    """Return a line to this server by the proxies and certificates in force: an idle one, unless `new`.

    Raises:
        APIConnectionError: a proxy or certificates are set that cannot be used.

    """
    route = route_to(base_url)
    taken: Line | None = None
    ended: list[Line] = []
    with _lock:
        for line in reversed(_idle.copy()):
            same_server = line.route.origin == route.origin
            if taken is None and not new and line.route == route and line.is_ready:
                taken = line
            elif line.is_ready and (not same_server or (line.route == route and not new)):
                continue
            else:
                # Also what leads to this server by a way that is no longer in force.
                ended.append(line)
            _idle.remove(line)
    for line in ended:
        line.close()
    if taken is None:
        with unforked():
            taken = Line(route)
    return taken


def give_back(line: Line) -> None:
    """Keep a line for the next request, or close it if its connection has ended; of too many the oldest is closed."""
    ended = line
    with _lock:
        if line.is_open:
            line.rest()
            _idle.append(line)
            if len(_idle) <= _MAX_IDLE:
                return
            ended = _idle.pop(0)
    ended.close()


def close_lines() -> None:
    """Close every idle line."""
    with _lock:
        ended, _idle[:] = list(_idle), []
    for line in ended:
        line.close()


def _begin_anew() -> None:
    """In a forked child: no connections."""
    _idle.clear()
    for line in list(_lines):
        line.abandon()
    _lines.clear()


in_child(_begin_anew)
