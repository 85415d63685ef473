"""Servers whose answers go wrong in the ways that the table in `fault_table` describes."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, Self

from nbclaude import errors
from nbclaude.simulator import HTTPFault, RawStream, Scripted, Simulator
from tests.client.helpers import EVENTS, MESSAGE, sse
from tests.client.listeners import read_body

__all__ = [
    "Fault",
    "Stage",
    "at_a_date",
    "changed",
    "http",
    "json_reply",
    "message",
    "over_proxy",
    "raw",
    "refused",
    "reply",
    "scripted",
    "untrusted",
]


class RawServer:
    """A listening socket that answers connection after connection with these very bytes, the last ones for ever."""

    def __init__(self, *answers: bytes, context: ssl.SSLContext | None = None) -> None:
        self._answers = list(answers)
        self._context = context
        self.requests: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # A close alone does not wake the thread that waits in `accept`.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(60)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            client.settimeout(5)
            with client, contextlib.suppress(OSError):
                self._answer(self._context.wrap_socket(client, server_side=True) if self._context else client)

    def _answer(self, client: socket.socket) -> None:
        request = b""
        while b"\r\n\r\n" not in request:
            data = client.recv(65536)
            if not data:
                return
            request += data
        head, _, body = request.partition(b"\r\n\r\n")
        lengths = [
            line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
        ]
        if lengths:
            read_body(client, int(lengths[0]) - len(body))
        self.requests.append(head)
        client.sendall(self._answers[min(len(self.requests), len(self._answers)) - 1])
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_WR)
            client.recv(65536)  # until the client is done with it


@dataclass
class Stage:
    """Where a fault is made: the strict simulator of the test, and what is open until its end."""

    simulator: Simulator
    stack: contextlib.ExitStack
    environment: dict[str, str] = field(default_factory=dict)
    count: Callable[[], int] = int

    def script(self, *scripts: Scripted) -> str:
        """Let the simulator say this."""
        before = len(self.simulator.message_requests)
        self.simulator.enqueue(*scripts)
        self.count = lambda: len(self.simulator.message_requests) - before
        return self.simulator.base_url

    def raw(self, *answers: bytes, context: ssl.SSLContext | None = None) -> str:
        """Let a bare socket say this; give its address without a scheme."""
        server = self.stack.enter_context(RawServer(*answers, context=context))
        self.count = lambda: len(server.requests)
        return server.address


@dataclass(frozen=True)
class Fault:
    """One row: `error` None is an answer with the text `kept`; `says` is part of what the user reads.

    `settings` are what `%config` would have set; `bug` is why a row does not hold yet. After an error with something
    kept the conversation has one turn more.
    """

    name: str
    make: Callable[[Stage], str]
    error: type[errors.APIError] | None = None
    kept: str = ""
    requests: int = 1
    says: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    bug: str = ""


def scripted(*scripts: Scripted) -> Callable[[Stage], str]:
    return lambda stage: stage.script(*scripts)


def raw(*answers: bytes, scheme: str = "http") -> Callable[[Stage], str]:
    return lambda stage: f"{scheme}://{stage.raw(*answers)}"


def reply(body: bytes, content_type: str = "text/event-stream", **more: Any) -> Callable[[Stage], str]:
    return scripted(RawStream(body, content_type=content_type, **more))


def json_reply(value: Any, **more: Any) -> Callable[[Stage], str]:
    return reply(json.dumps(value).encode(), "application/json", **more)


def http(status: bytes, head: bytes = b"", body: bytes = b"") -> bytes:
    """Write a reply by hand."""
    return b"HTTP/1.1 %b\r\n%b\r\n%b" % (status, head, body)


def refused(stage: Stage) -> str:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        return f"http://127.0.0.1:{closed.getsockname()[1]}"


def untrusted(stage: Stage) -> str:
    import trustme

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    return f"https://{stage.raw(b'', context=context)}"


def over_proxy(address: str, answer: bytes | None = None, proxy: str = "") -> Callable[[Stage], str]:
    """Ask a server far away over a proxy that answers so, or that is not there."""

    def make(stage: Stage) -> str:
        used = proxy or (refused(stage) if answer is None else f"http://{stage.raw(answer)}")
        stage.environment.update(HTTP_PROXY=used, HTTPS_PROXY=used)
        return address

    return make


def at_a_date(stage: Stage) -> str:
    def fault(_: object) -> HTTPFault:
        return HTTPFault(429, headers={"retry-after": formatdate(time.time() + 1, usegmt=True)})

    return stage.script(fault, "Fine.")


def changed(number: int, event: dict[str, Any] | bytes) -> bytes:
    """Write STREAM with another event in the place of this one."""
    middle = event if isinstance(event, bytes) else sse(event)
    return sse(*EVENTS[:number]) + middle + sse(*EVENTS[number + 1 :])


def message(**changes: Any) -> dict[str, Any]:
    return {key: value for key, value in (MESSAGE | changes).items() if value is not ...}
