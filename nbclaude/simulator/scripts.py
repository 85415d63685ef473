"""What a test tells the simulator to answer: scripted replies and faults, as values.

`Simulator.enqueue` takes them; one is used up by each `POST /v1/messages`. A plain `str` stands for
`Answer(str)`, and a callable gets the `RecordedRequest` and gives a script (or None: let the demo model
answer).
"""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, Literal, TypeAlias

from nbclaude.frozen import frozen

from .recorded import RecordedRequest

__all__ = [
    "NATURAL",
    "UNPACED",
    "Answer",
    "Block",
    "ChunkSizes",
    "HTTPFault",
    "Pace",
    "RawStream",
    "Script",
    "Scripted",
    "StreamFault",
    "chunk_sizes",
    "cut",
    "text",
    "thinking",
    "tool_use",
]

Block: TypeAlias = Mapping[str, Any]
ChunkSizes: TypeAlias = int | Sequence[int]


def chunk_sizes(sizes: ChunkSizes) -> Iterator[int]:
    """Give chunk sizes in bytes for ever: one size, or a sequence in a cycle."""
    return itertools.cycle([sizes] if isinstance(sizes, int) else list(sizes))


def cut(data: bytes, sizes: Iterator[int]) -> Iterator[bytes]:
    """Cut `data` into pieces of the next sizes; the last piece may be shorter."""
    start = 0
    while start < len(data):
        end = start + max(1, next(sizes))
        yield data[start:end]
        start = end


_WORDS = re.compile(r"\s*\S{1,6}|\s+")


@frozen
class Pace:
    """How fast an answer comes; every time is in seconds, counted from the end of the request.

    `deltas_per_second` 0 is as fast as the socket takes them; otherwise delta n is due at a fixed moment, so
    a slow reader or a busy machine does not lower the rate over a long stream. `characters` per delta; None
    cuts into pieces of words of at most six letters, as a model's tokens do. `header_delay` passes before the
    status line, `first_delay` before the first delta.
    """

    deltas_per_second: float = 0.0
    characters: int | None = None
    first_delay: float = 0.0
    header_delay: float = 0.0

    def pieces(self, value: str) -> list[str]:
        """Cut `value` into what one delta carries; the pieces joined are `value`."""
        if self.characters is None:
            return _WORDS.findall(value)
        return [value[start : start + self.characters] for start in range(0, len(value), self.characters)]


UNPACED = Pace()
"""As fast as the socket takes it: what tests get."""

NATURAL = Pace(deltas_per_second=70.0, first_delay=0.3)
"""The pace of a real model: what people get who talk to the demo model."""


@frozen
class Answer:
    """A message with this content.

    `content` is a text, or blocks (a `str` among them is a text block, others are sent as they are). For a
    text, or when `thinking` is given, a model that thinks puts a `thinking` block in front: empty unless the
    request asks for `display: "summarized"`, when it holds `thinking`. Without an explicit `stop_reason` the
    request's `max_tokens` and `stop_sequences` cut the text as the API does, and the reason follows from the
    content. `usage` overrides the honest figures; `message` adds or overrides other keys of the message.
    `chunk_bytes` cuts the body into network chunks of that many bytes, regardless of events and of UTF-8 (a
    sequence is cycled through). `pace` and `chunk_bytes` default to the simulator's.
    """

    content: str | Sequence[Block | str] = ""
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: Mapping[str, Any] | None = None
    thinking: str | None = None
    usage: Mapping[str, Any] = field(default_factory=dict)
    message: Mapping[str, Any] = field(default_factory=dict)
    pace: Pace | None = None
    chunk_bytes: ChunkSizes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@frozen
class HTTPFault:
    """An HTTP reply that is no message: every error of the API, and what proxies put in its place.

    The error type and message follow from `status` unless given. `body` replaces the JSON error body (bytes
    or text; give its `content_type`); `HTTPFault.html(502)` is a proxy's page. `HTTPFault(200,
    "overloaded_error")` is an error body under status 200. `retry_after` is in seconds; `should_retry`
    follows from the status unless given. The connection stays open.
    """

    status: int = 500
    error_type: str | None = None
    message: str | None = None
    details: Mapping[str, Any] | None = None
    retry_after: float | None = None
    should_retry: bool | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | str | None = None
    content_type: str = "application/json"
    delay: float = 0.0

    @classmethod
    def html(cls, status: int, title: str = "Bad gateway") -> HTTPFault:
        """Build the HTML page of a proxy in front of the API."""
        page = (
            "<!DOCTYPE html>\n<html><head><title>{0} {1}</title></head>\n"
            "<body><center><h1>{0} {1}</h1></center><hr><center>proxy</center></body></html>\n"
        )
        return cls(status, body=page.format(status, title), content_type="text/html; charset=UTF-8")


@frozen
class StreamFault:
    """An answer whose stream goes wrong after `after_events` events or `after_characters` of its text.

    * `error`: an `error` event, then the end of the body without `message_stop`;
    * `truncate`: the body ends as if complete, without the rest;
    * `drop`: the connection is closed (FIN) inside the chunked body;
    * `reset`: the connection is reset (RST);
    * `stall`: nothing comes for `seconds` or until `until` is set, then the answer goes on, to `then` if that is given.

    With `inside_event` the first half of the next event's bytes is sent before. Without a position: after the
    first text delta. For a request without `stream`, `error` is an HTTP error, the others happen in the
    middle of the body.
    """

    kind: Literal["error", "truncate", "drop", "reset", "stall"]
    answer: Answer | str = "Part of an answer, and then it stops."
    after_events: int | None = None
    after_characters: int | None = None
    inside_event: bool = False
    error_type: str = "overloaded_error"
    message: str = "Overloaded"
    details: Mapping[str, Any] | None = None
    seconds: float = 60.0
    until: threading.Event | None = None
    then: StreamFault | None = None


@frozen
class RawStream:
    """These very bytes as the body, for replaying a recorded stream or an odd gateway.

    `chunk_bytes` cuts them into network chunks, `delay` is in seconds between two chunks. `end` is how the
    body ends: properly, or with the connection dropped (FIN) or reset (RST).
    """

    body: bytes
    content_type: str = "text/event-stream; charset=utf-8"
    status: int = 200
    chunk_bytes: ChunkSizes | None = None
    delay: float = 0.0
    end: Literal["clean", "drop", "reset"] = "clean"
    headers: Mapping[str, str] = field(default_factory=dict)

    def pieces(self) -> Iterator[bytes]:
        """Give the network chunks."""
        return cut(self.body, chunk_sizes(len(self.body) if self.chunk_bytes is None else self.chunk_bytes))


Script: TypeAlias = Answer | HTTPFault | StreamFault | RawStream
Scripted: TypeAlias = Script | str | Callable[[RecordedRequest], "Script | str | None"]


def text(value: str, **more: Any) -> dict[str, Any]:
    """Build a `text` block; `citations=[...]` may be among `more`."""
    return {"type": "text", "text": value, **more}


def thinking(value: str = "", **more: Any) -> dict[str, Any]:
    """Build a `thinking` block; the simulator signs it unless `signature` is given."""
    return {"type": "thinking", "thinking": value, **more}


def tool_use(name: str, arguments: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Build a `tool_use` block; the simulator gives it an id unless `id` is given."""
    return {"type": "tool_use", "name": name, "input": dict(arguments or {}), **more}
