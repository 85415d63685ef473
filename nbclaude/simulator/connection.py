"""The socket side of the simulator: reads HTTP/1.1 requests, records them and writes replies.

A reply can be sent in network chunks of any size, paused, dropped (FIN) and reset (RST); every pause notices
at once when the client hangs up or the simulator stops.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .recorded import Headers, RecordedRequest
from .scripts import ChunkSizes, chunk_sizes, cut

__all__ = ["Connection", "Disconnected", "Listener"]

MAX_BODY = 32 * 1024 * 1024
POLL_UNTIL = 0.01


class Disconnected(Exception):  # noqa: N818 - what a client does is no error of the simulator
    """The client has closed the connection, or the simulator is stopping."""


class Listener(ThreadingHTTPServer):
    """The listening socket and the threads of its connections."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], serve: Callable[[Connection, RecordedRequest], None]
    ) -> None:
        self.serve = serve
        self.stopping = False
        self._open: dict[Any, threading.Thread] = {}
        self._reset: set[Any] = set()
        self._lock = threading.Lock()
        super().__init__(address, Connection)
        self._acceptor = threading.Thread(
            target=self.serve_forever, args=(0.05,), name="nbclaude-simulator", daemon=True
        )
        self._acceptor.start()

    def server_bind(self) -> None:
        """Bind without the name lookup of the base class, which can take seconds."""
        socket_address = self.server_address
        if sys.platform != "win32":  # where it would let two servers share a port
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(socket_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a new connection in a thread that `stop` can end."""
        thread = threading.Thread(
            target=self.process_request_thread,
            args=(request, client_address),
            name="nbclaude-simulator-connection",
            daemon=True,
        )
        with self._lock:
            self._open[request] = thread
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        """Close a connection: with FIN, or with RST when it was marked so."""
        with self._lock:
            self._open.pop(request, None)
            reset = request in self._reset
            self._reset.discard(request)
        if reset:
            request.close()
        else:
            super().shutdown_request(request)

    def mark_reset(self, request: socket.socket) -> None:
        """Let the connection end with RST: with a linger time of 0 the close discards and resets."""
        linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        with self._lock:
            self._reset.add(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about clients that go away between two requests; a bug answers 500 before."""

    def stop(self) -> None:
        """Close the listening socket and every connection, and wait for their threads."""
        self.stopping = True
        # The acceptor checks whether to end when its wait is over; where the system allows it, the wait ends at once.
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.shutdown()
        self.server_close()
        self._acceptor.join()
        with self._lock:
            connections = dict(self._open)
        for request in connections:
            try:
                request.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it is closed already
        deadline = time.monotonic() + 5.0  # none takes that long: each has been told
        for thread in connections.values():
            thread.join(max(0.0, deadline - time.monotonic()))


class Connection(BaseHTTPRequestHandler):
    """One connection of a client, on which requests follow each other."""

    server: Listener
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _exchange(self) -> None:
        # The target as it was sent: the base class folds leading slashes, the API does not.
        path, _, query = self.requestline.split()[1].partition("?")
        body = self._read_body()
        if body is None:
            self.close_connection = True
            return
        request = RecordedRequest(self.command, path, query, Headers(self.headers.items()), body)
        self._sizes: Iterator[int] | None = None
        self._held = b""
        try:
            self.server.serve(self, request)
        except (Disconnected, OSError):
            self.close_connection = True
            if not self.server.stopping:
                request.disconnected.set()
        finally:
            request.finished.set()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _exchange  # noqa: N815

    def version_string(self) -> str:
        """Name the server."""
        return "nbclaude-simulator"

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: what arrived is in `Simulator.requests`."""

    def _read_body(self) -> bytes | None:
        """Return the body; None if the client hangs up before all of it has arrived."""
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            return b"".join(self._chunks())
        length = int(self.headers.get("content-length") or 0)
        # One byte too many is kept as the proof that the body is too large; the rest is read and forgotten.
        data = self.rfile.read(min(length, MAX_BODY + 1))
        arrived = len(data)
        while arrived < length and (more := self.rfile.read(min(1 << 20, length - arrived))):
            arrived += len(more)
        return data if arrived >= length else None

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().split(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass  # trailers

    def pause(self, seconds: float, until: threading.Event | None = None) -> None:
        """Wait `seconds`, or until the event is set; Disconnected as soon as the client hangs up."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if until is not None:
                if until.is_set():
                    return
                left = min(left, POLL_UNTIL)
            self._watch(left)

    def _watch(self, seconds: float) -> None:
        """Wait for the client to close, at most `seconds`."""
        self.connection.settimeout(seconds)
        try:
            if not self.connection.recv(1, socket.MSG_PEEK):
                raise Disconnected
            time.sleep(min(seconds, POLL_UNTIL))  # the next request is waiting already
        except TimeoutError:
            pass
        finally:
            self.connection.settimeout(None)

    def begin(
        self, status: int, headers: Mapping[str, str], length: int | None, sizes: ChunkSizes | None
    ) -> None:
        """Send status line and headers; `length` None announces a chunked body, `sizes` cut it."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self._chunked = length is None
        if length is None:
            self.send_header("transfer-encoding", "chunked")
        else:
            self.send_header("content-length", str(length))
        self.end_headers()
        if sizes is not None:
            self._sizes = chunk_sizes(sizes)

    def write(self, data: bytes) -> None:
        """Send a part of the body, cut as `begin` was told; a last short piece waits for more."""
        if self._sizes is None:
            self._send(data)
            return
        pieces = list(cut(self._held + data, self._sizes))
        self._held = pieces.pop() if pieces else b""
        for piece in pieces:
            self._send(piece)

    def flush(self) -> None:
        """Send what `write` holds back."""
        if self._held:
            self._send(self._held)
            self._held = b""

    def end(self) -> None:
        """Send the rest and end the body properly."""
        self.flush()
        if self._chunked:
            self.wfile.write(b"0\r\n\r\n")

    def drop(self, *, reset: bool = False) -> None:
        """Close the connection here and now, with FIN or with RST."""
        self.flush()
        self.close_connection = True
        if reset:
            self.server.mark_reset(self.connection)

    def _send(self, data: bytes) -> None:
        if self.command != "HEAD" and data:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)
