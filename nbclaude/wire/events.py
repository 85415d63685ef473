"""Turns server-sent events into typed events of the Messages API, and keeps unknown ones verbatim.

Events and deltas: section "Streaming" of https://platform.claude.com/docs/en/api/messages-streaming
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from nbclaude.errors import APIResponseValidationError
from nbclaude.frozen import frozen
from nbclaude.wire.json_text import from_json
from nbclaude.wire.sse import ServerSentEvent

__all__ = [
    "TEXTS_OF_DELTAS",
    "BlockDelta",
    "BlockStart",
    "BlockStop",
    "Event",
    "MessageDelta",
    "MessageStart",
    "MessageStop",
    "Ping",
    "StreamError",
    "UnknownEvent",
    "parse_event",
]

JSON = Mapping[str, Any]
# A text with a quote in it is read as any other JSON. Within a string, JSON has no control characters.
_TEXT_DELTA = re.compile(
    rb'\{"type": ?"content_block_delta", ?"index": ?(\d{1,6}), ?'
    rb'"delta": ?\{"type": ?"text_delta", ?"text": ?"([^"\x00-\x1f]*+)"\} *+\} *+'
)
# In which field a delta of a type carries text.
TEXTS_OF_DELTAS = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}


@frozen
class MessageStart:
    """A message begins; `message` may already hold content, a stop reason and usage."""

    message: JSON


@frozen
class BlockStart:
    """Content block number `index` begins."""

    index: int
    content_block: JSON


@frozen
class BlockDelta:
    """Content block number `index` grows by `delta`."""

    index: int
    delta: JSON


@frozen
class BlockStop:
    """Content block number `index` is complete."""

    index: int


@frozen
class MessageDelta:
    """The message's own fields change: `delta` holds them, `usage` is cumulative, `extra` is what else came along."""

    delta: JSON
    usage: JSON
    extra: JSON


@frozen
class MessageStop:
    """The message is complete."""


@frozen
class Ping:
    """A sign of life."""


@frozen
class StreamError:
    """The API failed after the stream had begun."""

    error: JSON
    request_id: str


@frozen
class UnknownEvent:
    """An event that this version does not know: never fatal."""

    type: str
    data: Any


Event = (
    MessageStart
    | BlockStart
    | BlockDelta
    | BlockStop
    | MessageDelta
    | MessageStop
    | Ping
    | StreamError
    | UnknownEvent
)


def parse_event(event: ServerSentEvent) -> Event | None:
    """Read one server-sent event; None for `[DONE]`, which some gateways append.

    The type stands in the data; the event's name serves where a gateway leaves it out, and the other way round.

    Raises:
        APIResponseValidationError: the data is not JSON.

    """
    if (delta := _text_delta(event.data)) is not None:
        return delta
    text = event.data.decode("utf-8", "replace")
    if text.strip() in ("", "[DONE]"):
        return None
    try:
        data = from_json(text)
    except ValueError as error:
        raise APIResponseValidationError(
            f"An event of the stream is not JSON: {text[:80]!r} ({error}). "
            "The server in base_url may not speak the Messages API, or something between it and you cut the stream."
        ) from None
    if not isinstance(data, dict):
        return UnknownEvent(event.name, data)
    kind = data.get("type") or event.name
    if (not isinstance(kind, str) or kind not in _READERS) and _says_an_error(data):
        kind = "error"
    read = _READERS.get(kind) if isinstance(kind, str) else None
    try:
        if kind == "content_block_delta" and ("\\ud" in text or "\\uD" in text):
            data = _with_halves(data, text)
        return read(data) if read else UnknownEvent(str(kind), data)
    except (KeyError, TypeError, ValueError, OverflowError):
        # A known name in a shape that we do not know is an unknown event too.
        return UnknownEvent(str(kind), data)


def _text_delta(data: bytes) -> BlockDelta | None:
    """Read the one kind of event that nearly all of a stream consists of, if it is written as the API writes it."""
    found = _TEXT_DELTA.fullmatch(data)
    if found is None:
        return None
    index, text = found.groups()
    if b"\\" not in text:
        return BlockDelta(int(index), {"type": "text_delta", "text": text.decode("utf-8", "replace")})
    if b"\\u" in text:  # perhaps half a character
        return None
    try:
        return BlockDelta(int(index), {"type": "text_delta", "text": from_json(b'"%b"' % text)})
    except ValueError:
        return None


def _with_halves(data: dict[str, Any], text: str) -> dict[str, Any]:
    """Return a delta with the halves of characters in its text: the next delta may begin with the other half."""
    whole = from_json(text, keeps_halves=True)["delta"]
    texts = {key: whole[key] for key in TEXTS_OF_DELTAS.values() if key in whole}
    return {**data, "delta": {**data["delta"], **texts}}


def _says_an_error(data: JSON) -> bool:
    """Tell whether data without a type is the error of a gateway: `{"error": ...}` or `{"code": 429, "message": ...}`."""
    code = data.get("code")
    return isinstance(data.get("error"), dict | str) or (
        isinstance(code, int) and code >= 400 and isinstance(data.get("message"), str)
    )


def _mapping(value: Any) -> JSON:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TypeError
    return value


def _message_delta(data: dict[str, Any]) -> MessageDelta:
    extra = {key: value for key, value in data.items() if key not in ("type", "delta", "usage")}
    return MessageDelta(_mapping(data.get("delta")), _mapping(data.get("usage")), extra)


def _stream_error(data: dict[str, Any]) -> StreamError:
    # Gateways write the error as a text, or its fields beside the type.
    error = data.get("error", data)
    fields = error if isinstance(error, dict) else {"message": str(error)}
    return StreamError(
        {k: v for k, v in fields.items() if (k, v) != ("type", "error")}, str(data.get("request_id") or "")
    )


_READERS: Mapping[str, Callable[[dict[str, Any]], Event]] = {
    "message_start": lambda data: MessageStart(_mapping(data["message"])),
    "content_block_start": lambda data: BlockStart(int(data["index"]), _mapping(data["content_block"])),
    "content_block_delta": lambda data: BlockDelta(int(data["index"]), _mapping(data["delta"])),
    "content_block_stop": lambda data: BlockStop(int(data["index"])),
    "message_delta": _message_delta,
    "message_stop": lambda data: MessageStop(),
    "ping": lambda data: Ping(),
    "error": _stream_error,
}
