"""What the tests of the client share: connections, requests, and the reading of a stream to its end."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nbclaude.client.connection import Connection
from nbclaude.client.stream import MessageStream
from nbclaude.errors import APIError
from nbclaude.secrets.keys import Secret
from nbclaude.simulator import RawStream, Simulator
from nbclaude.wire.events import Event
from nbclaude.wire.message import MessageBuilder, text_of
from nbclaude.wire.request import MessageRequest

CANARY = "sk-canary-9d1f"

SHORT = 1.0
"""Seconds: a time limit that a stall exceeds, but not a short delay on a busy machine."""

MESSAGE: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-5-5",
    "content": [{"type": "text", "text": "Hello there."}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 3, "output_tokens": 4},
}

EVENTS: list[dict[str, Any]] = [
    {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "ping"},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello "}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "there."}},
    {"type": "content_block_stop", "index": 0},
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": {"output_tokens": 4},
    },
    {"type": "message_stop"},
]


def sse(*events: dict[str, Any]) -> bytes:
    """Write events as a stream."""
    return b"".join(
        b"event: %b\ndata: %b\n\n" % (event["type"].encode(), json.dumps(event).encode()) for event in events
    )


STREAM = sse(*EVENTS)


def connection(simulator: Simulator | str, **changes: Any) -> Connection:
    """Connect to a simulator or an address, without retries unless the test says otherwise."""
    url = simulator if isinstance(simulator, str) else simulator.base_url
    fields: dict[str, Any] = {
        "api_version": "2023-06-01",
        "timeout": 30.0,
        "max_retries": 0,
        "secret": Secret(CANARY),
    }
    return Connection(base_url=url, **fields | changes)


def request(prompt: str = "Hi", **changes: Any) -> MessageRequest:
    fields: dict[str, Any] = {"model": "claude-sonnet-5-5", "max_tokens": 1000}
    return MessageRequest(messages=({"role": "user", "content": prompt},), **fields | changes)


@dataclass
class Result:
    """What came of reading a stream to its end."""

    batches: list[list[Event]] = field(default_factory=list)
    error: BaseException | None = None
    seconds: float = 0.0
    request_id: str = ""

    @property
    def events(self) -> list[Event]:
        return [event for batch in self.batches for event in batch]

    @property
    def message(self) -> dict[str, Any]:
        builder = MessageBuilder()
        for event in self.events:
            builder.apply(event)
        return builder.message

    @property
    def text(self) -> str:
        return text_of(self.message)

    @property
    def api_error(self) -> APIError:
        assert isinstance(self.error, APIError), f"not an error of ours: {self.error!r}"
        return self.error


def read(to: Connection, what: MessageRequest | None = None) -> Result:
    """Read a stream; any exception is in the result."""
    result = Result()
    begun = time.monotonic()
    with MessageStream(to, what or request()) as stream:
        try:
            result.batches.extend(stream)
        except Exception as error:
            result.error = error
        result.seconds = time.monotonic() - begun
        result.request_id = stream.request_id
    return result


def reply(simulator: Simulator, body: bytes | dict[str, Any], status: int = 200, **changes: Any) -> Result:
    """Let the simulator answer with this very body, and read it."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    changes.setdefault("content_type", "application/json")
    simulator.enqueue(RawStream(data, status=status, **changes))
    return read(connection(simulator))


def wait_for(condition: Callable[[], bool], timeout: float = 30.0) -> bool:
    """Wait until the condition holds; tell whether it did in time."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def stream_threads() -> list[threading.Thread]:
    """The worker threads of the product that are alive."""
    return [thread for thread in threading.enumerate() if thread.name == "nbclaude-stream"]
