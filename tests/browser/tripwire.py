"""A proxy that lets nothing through: what a browser tries to reach beyond the loopback is written down."""

from __future__ import annotations

import socketserver
import threading
from typing import Self
from urllib.parse import urlsplit

BROWSERS_OWN = ("google.com", "googleapis.com", "gstatic.com", "gvt1.com")
"""Chromium's own services, which it tries to reach unasked. The page's request events hear a page that asks
for one of them; the tests' forbidden addresses are all elsewhere."""


class Tripwire:
    """A listener that Chromium takes for its proxy; a context manager.

    It is a second witness beside the page's own request events, and hears connections that they leave out.
    """

    def __init__(self) -> None:
        self.attempts: list[str] = []
        """The first line of each attempt, such as `CONNECT evil.example:443 HTTP/1.1`."""
        attempts = self.attempts

        class Refuse(socketserver.StreamRequestHandler):
            timeout = 2

            def handle(self) -> None:
                line = self.rfile.readline(2048).decode("latin-1").strip()
                if line and not _is_browsers_own(line):
                    attempts.append(line)
                if line:
                    self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refuse)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        """The port it listens on, on 127.0.0.1."""
        port: int = self._server.server_address[1]
        return port


def _is_browsers_own(line: str) -> bool:
    """Tell whether a proxy request line asks for one of the browser's own services."""
    target = [*line.split(), "", ""][1]
    host = urlsplit(target if "//" in target else f"//{target}").hostname or ""
    return any(host == own or host.endswith(f".{own}") for own in BROWSERS_OWN)
