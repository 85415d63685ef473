"""Plays a script: sends the bytes of an answer, with its pauses."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from nbclaude.frozen import frozen

from .connection import Connection
from .events import StreamEvent, error_event, stream_events
from .faults import ERROR_TYPES, STATUS_OF, default_message, error_body, should_retry
from .models import SimulatedModel
from .reply import build_message
from .scripts import Answer, ChunkSizes, HTTPFault, Pace, RawStream, Script, StreamFault
from .tokens import compact

__all__ = ["Exchange", "play", "send_fault", "send_json"]

_SSE = "text/event-stream; charset=utf-8"


@frozen
class Exchange:
    """A request that is being answered, and the simulator's defaults for the answer.

    `number` counts the requests, `arrived` is the monotonic time of the request's last byte, `headers` go on
    every reply, `wrap` puts messages into a gateway's `{"code": 200, "data": ...}`, `plain_errors` makes errors its
    `{"code": 400, "message": ...}`.
    """

    body: Mapping[str, Any]
    model: SimulatedModel
    number: int
    request_id: str
    headers: Mapping[str, str]
    input_usage: Mapping[str, Any]
    pace: Pace
    chunk_bytes: ChunkSizes | None
    wrap: bool
    plain_errors: bool
    arrived: float


def play(connection: Connection, script: Script, exchange: Exchange) -> None:
    """Send what the script says; Disconnected or OSError when the client goes away meanwhile."""
    if isinstance(script, HTTPFault):
        connection.pause(script.delay)
        _refuse(connection, script, exchange)
    elif isinstance(script, RawStream):
        _send_raw(connection, script, exchange)
    else:
        fault = script if isinstance(script, StreamFault) else None
        answer = fault.answer if fault else script
        if not isinstance(answer, Answer):
            answer = Answer(str(answer))
        send = _send_stream if exchange.body.get("stream") else _send_whole
        send(connection, answer, fault, exchange)


def send_json(
    connection: Connection,
    status: int,
    value: object,
    headers: Mapping[str, str],
    chunks: ChunkSizes | None = None,
) -> None:
    """Send a JSON reply."""
    data = compact(value).encode("utf-8", "replace")
    connection.begin(status, {"content-type": "application/json", **headers}, len(data), chunks)
    connection.write(data)
    connection.end()


def send_fault(
    connection: Connection,
    fault: HTTPFault,
    request_id: str,
    headers: Mapping[str, str],
    *,
    plain: bool = False,
) -> None:
    """Send an HTTP error with its headers; `plain` is a gateway's own shape of it."""
    more = {"content-type": fault.content_type, **headers}
    retry = should_retry(fault.status, fault.details) if fault.should_retry is None else fault.should_retry
    if fault.status >= 400:
        more["x-should-retry"] = "true" if retry else "false"
    if fault.retry_after is not None:
        more["retry-after"] = f"{fault.retry_after:g}"
    body = fault.body
    if body is None:
        kind = fault.error_type or ERROR_TYPES.get(fault.status, "api_error")
        message = default_message(fault.status) if fault.message is None else fault.message
        error = error_body(kind, message, request_id, fault.details)
        body = compact({"code": fault.status, "message": message} if plain else error)
    data = body.encode() if isinstance(body, str) else body
    connection.begin(fault.status, {**more, **fault.headers}, len(data), None)
    connection.write(data)
    connection.end()


def _send_stream(
    connection: Connection, answer: Answer, fault: StreamFault | None, exchange: Exchange
) -> None:
    pace = answer.pace or exchange.pace
    # Made before the first byte goes out: a script with a mistake in it answers 500, not half a stream.
    events = [(event, event.encode()) for event in stream_events(_message(answer, exchange), pace)]
    _wait_until(connection, exchange.arrived + pace.header_delay)
    headers = {"content-type": _SSE, "cache-control": "no-cache", **exchange.headers, **answer.headers}
    connection.begin(200, headers, None, answer.chunk_bytes or exchange.chunk_bytes)
    characters, due = 0, exchange.arrived + pace.header_delay + pace.first_delay
    for number, (event, data) in enumerate(events):
        if fault and _is_due(fault, number, characters, event):
            struck = time.monotonic()
            if not _strike(connection, fault, event, exchange):
                return
            fault = fault.then
            due += time.monotonic() - struck
        if event.paced:
            # Each delta has its own moment on the clock: a late one does not make the later ones late.
            _wait_until(connection, due)
            due += 1 / pace.deltas_per_second if pace.deltas_per_second else 0.0
        connection.write(data)
        characters += event.characters
    connection.end()


def _is_due(fault: StreamFault, events: int, characters: int, following: StreamEvent) -> bool:
    if following.name == "message_stop":
        return True  # the last moment: the position lies behind the end
    if fault.after_events is not None:
        return events >= fault.after_events
    return characters >= (1 if fault.after_characters is None else fault.after_characters)


def _strike(connection: Connection, fault: StreamFault, following: StreamEvent, exchange: Exchange) -> bool:
    """Let the fault happen; True when the stream goes on after it."""
    if fault.kind == "stall":
        connection.flush()
        connection.pause(fault.seconds, fault.until)
        return True
    if fault.inside_event:
        data = following.encode()
        connection.write(data[: len(data) // 2])
    if fault.kind == "error":
        connection.write(
            error_event(fault.error_type, fault.message, exchange.request_id, fault.details).encode()
        )
    if fault.kind in ("error", "truncate"):
        connection.end()
    else:
        connection.drop(reset=fault.kind == "reset")
    return False


def _send_whole(
    connection: Connection, answer: Answer, fault: StreamFault | None, exchange: Exchange
) -> None:
    if fault and fault.kind == "error":
        status = STATUS_OF.get(fault.error_type, 500)
        http = HTTPFault(status, fault.error_type, fault.message, fault.details)
        _refuse(connection, http, exchange)
        return
    pace = answer.pace or exchange.pace
    message = _message(answer, exchange)
    data = compact({"code": 200, "data": message} if exchange.wrap else message).encode(
        "utf-8", "surrogatepass"
    )
    _wait_until(connection, exchange.arrived + pace.header_delay + pace.first_delay)
    if fault and fault.kind == "stall":
        connection.pause(fault.seconds, fault.until)
        fault = None
    half = len(data) // 2
    length = half if fault and fault.kind == "truncate" else len(data)
    headers = {"content-type": "application/json", **exchange.headers, **answer.headers}
    connection.begin(200, headers, length, answer.chunk_bytes or exchange.chunk_bytes)
    connection.write(data[:half] if fault else data)
    if fault and fault.kind != "truncate":
        connection.drop(reset=fault.kind == "reset")
    else:
        connection.end()


def _refuse(connection: Connection, fault: HTTPFault, exchange: Exchange) -> None:
    send_fault(connection, fault, exchange.request_id, exchange.headers, plain=exchange.plain_errors)


def _send_raw(connection: Connection, script: RawStream, exchange: Exchange) -> None:
    headers = {"content-type": script.content_type, **exchange.headers, **script.headers}
    connection.begin(script.status, headers, None, None)
    for number, piece in enumerate(script.pieces()):
        if number:
            connection.pause(script.delay)
        connection.write(piece)
    if script.end == "clean":
        connection.end()
    else:
        connection.drop(reset=script.end == "reset")


def _message(answer: Answer, exchange: Exchange) -> dict[str, Any]:
    return build_message(answer, exchange.body, exchange.model, exchange.number, exchange.input_usage)


def _wait_until(connection: Connection, due: float) -> None:
    connection.pause(due - time.monotonic())
