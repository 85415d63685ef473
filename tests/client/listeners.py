"""Small servers for what the simulator does not do: connections that are counted, TLS, and proxies that misbehave."""

from __future__ import annotations

import contextlib
import datetime
import select
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

import trustme

__all__ = ["Authority", "Listener", "connect_to", "forward", "in_tls", "read_body", "read_head"]

Handler = Callable[[socket.socket], None]


class Listener:
    """Accept connections, and let `handler` have each of them in a thread of its own."""

    def __init__(self, handler: Handler) -> None:
        self.connections = 0
        self.heads: list[bytes] = []
        self._handler = handler
        self._open: list[socket.socket] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        # Each thread closes its own socket: once closed, its number may belong to another socket.
        for peer in self._open:
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
        self._thread.join(60)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self._socket.accept()
                self.connections += 1
                self._open.append(peer)
                threading.Thread(target=self._handle, args=(peer,), daemon=True).start()

    def _handle(self, peer: socket.socket) -> None:
        with peer, contextlib.suppress(OSError):  # the test, or its client, is done with it
            self._handler(peer)


def read_head(peer: socket.socket) -> bytes:
    """Read the head of a request, not a byte more."""
    head = b""
    while not head.endswith(b"\r\n\r\n") and (byte := peer.recv(1)):
        head += byte
    return head


def read_body(peer: socket.socket, length: int) -> bytes:
    """Read exactly this many bytes; raise ConnectionError if the client hangs up first."""
    body = b""
    while len(body) < length:
        data = peer.recv(length - len(body))
        if not data:
            raise ConnectionError("the client has hung up")
        body += data
    return body


def forward(port: int) -> Handler:
    """Pass all on to a server on this machine, and back."""

    def handler(peer: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", port)) as server:
            others = {peer: server, server: peer}
            while True:
                waiting = isinstance(peer, ssl.SSLSocket) and peer.pending()
                for source in [peer] if waiting else select.select([peer, server], [], [])[0]:
                    data = source.recv(65_536)
                    if not data:
                        return
                    others[source].sendall(data)

    return handler


def connect_to(then: Handler, answer: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n") -> Handler:
    """Be a proxy that answers CONNECT so, and then does this."""

    def handler(peer: socket.socket) -> None:
        read_head(peer)
        peer.sendall(answer)
        then(peer)

    return handler


def in_tls(context: ssl.SSLContext, then: Handler) -> Handler:
    """Speak TLS on the connection."""

    def handler(peer: socket.socket) -> None:
        with context.wrap_socket(peer, server_side=True) as secure:
            then(secure)

    return handler


class Authority:
    """An authority of the test's own, with its file of certificates."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._ca = trustme.CA()
        self.file = folder / f"{name}.pem"
        self._ca.cert_pem.write_to_path(self.file)

    def context(self, host: str = "127.0.0.1", *, expired: bool = False) -> ssl.SSLContext:
        """Give a server's context with a certificate for this host."""
        past = datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC)
        times = {"not_before": past, "not_after": past + datetime.timedelta(days=9)} if expired else {}
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(host, **times).configure_cert(context)
        return context

    def hashed_folder(self, folder: Path) -> Path:
        """Give a directory as OpenSSL wants it: the certificate under its hash."""
        place = folder / "hashed"
        place.mkdir()
        (place / _subject_hash(self.file)).write_bytes(self.file.read_bytes())
        return place


def _subject_hash(file: Path) -> str:
    found = subprocess.run(
        ["openssl", "x509", "-noout", "-hash", "-in", str(file)], capture_output=True, text=True, check=True
    )
    return f"{found.stdout.strip()}.0"
