from __future__ import annotations

import json
from typing import Any

import pytest

from nbclaude.errors import APIResponseValidationError
from nbclaude.wire.events import (
    BlockDelta,
    BlockStart,
    BlockStop,
    Event,
    MessageDelta,
    MessageStart,
    MessageStop,
    Ping,
    StreamError,
    UnknownEvent,
    parse_event,
)
from nbclaude.wire.sse import ServerSentEvent


def parse(data: Any, name: str = "") -> Event | None:
    return parse_event(ServerSentEvent(name, json.dumps(data, ensure_ascii=False).encode()))


MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [],
    "usage": {"input_tokens": 3},
}
ERROR = {"type": "overloaded_error", "message": "Overloaded", "details": None}

EVENTS: list[tuple[dict[str, Any], Event]] = [
    ({"type": "message_start", "message": MESSAGE}, MessageStart(MESSAGE)),
    (
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        BlockStart(0, {"type": "text", "text": ""}),
    ),
    (
        {"type": "content_block_delta", "index": 3, "delta": {"type": "text_delta", "text": "a"}},
        BlockDelta(3, {"type": "text_delta", "text": "a"}),
    ),
    ({"type": "content_block_stop", "index": 2}, BlockStop(2)),
    (
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}},
        MessageDelta({"stop_reason": "end_turn"}, {"output_tokens": 5}, {}),
    ),
    (
        {"type": "message_delta", "delta": {}, "usage": {}, "context_management": {"applied_edits": []}},
        MessageDelta({}, {}, {"context_management": {"applied_edits": []}}),
    ),
    ({"type": "message_delta", "delta": None, "usage": None}, MessageDelta({}, {}, {})),
    ({"type": "message_delta"}, MessageDelta({}, {}, {})),
    ({"type": "message_stop"}, MessageStop()),
    ({"type": "message_stop", "amazon-bedrock-invocationMetrics": {"inputTokenCount": 1}}, MessageStop()),
    ({"type": "ping"}, Ping()),
    ({"type": "error", "error": ERROR, "request_id": "req_1"}, StreamError(ERROR, "req_1")),
    ({"type": "error", "error": ERROR}, StreamError(ERROR, "")),
    ({"type": "error"}, StreamError({}, "")),
]


@pytest.mark.parametrize(
    ("data", "event"), EVENTS, ids=lambda value: value["type"] if isinstance(value, dict) else ""
)
def test_event(data: dict[str, Any], event: Event) -> None:
    assert parse(data, data["type"]) == event
    # Gateways that send data alone, and one that names every event alike.
    assert parse(data) == event
    assert parse(data, "message") == event


def test_a_type_only_in_the_name() -> None:
    assert parse({"index": 1}, "content_block_stop") == BlockStop(1)
    assert parse({}, "ping") == Ping()
    assert parse({"error": ERROR}, "error") == StreamError(ERROR, "")


@pytest.mark.parametrize(
    ("data", "name", "event"),
    [
        (
            {"type": "thinking_pulse", "n": 1},
            "thinking_pulse",
            UnknownEvent("thinking_pulse", {"type": "thinking_pulse", "n": 1}),
        ),
        ({"n": 1}, "", UnknownEvent("", {"n": 1})),
        ([1, 2], "list", UnknownEvent("list", [1, 2])),
        ("text", "", UnknownEvent("", "text")),
        (None, "null", UnknownEvent("null", None)),
        (5, "", UnknownEvent("", 5)),
        # Known names in shapes that nobody has announced.
        ({"type": "message_start"}, "", UnknownEvent("message_start", {"type": "message_start"})),
        (
            {"type": "message_start", "message": "x"},
            "",
            UnknownEvent("message_start", {"type": "message_start", "message": "x"}),
        ),
        (
            {"type": "content_block_start", "index": 0},
            "",
            UnknownEvent("content_block_start", {"type": "content_block_start", "index": 0}),
        ),
        (
            {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "a"}},
            "",
            UnknownEvent(
                "content_block_delta",
                {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "a"}},
            ),
        ),
        (
            {"type": "content_block_delta", "index": "zero", "delta": {}},
            "",
            UnknownEvent(
                "content_block_delta", {"type": "content_block_delta", "index": "zero", "delta": {}}
            ),
        ),
        (
            {"type": "content_block_delta", "index": 0, "delta": ["x"]},
            "",
            UnknownEvent("content_block_delta", {"type": "content_block_delta", "index": 0, "delta": ["x"]}),
        ),
        (
            {"type": "message_delta", "usage": [1]},
            "",
            UnknownEvent("message_delta", {"type": "message_delta", "usage": [1]}),
        ),
        ({"type": 5}, "", UnknownEvent("5", {"type": 5})),
    ],
)
def test_what_is_not_known_is_kept_verbatim(data: Any, name: str, event: UnknownEvent) -> None:
    assert parse(data, name) == event


@pytest.mark.parametrize("type_value", [["a"], {"a": 1}, True, 1.5])
def test_a_type_that_is_no_string_is_never_fatal(type_value: Any) -> None:
    event = parse({"type": type_value}, "x")
    assert isinstance(event, UnknownEvent)
    assert event.data == {"type": type_value}


@pytest.mark.parametrize("error", ["overloaded", ["overloaded"], 5])
def test_an_error_in_an_odd_shape_is_still_an_error(error: Any) -> None:
    # Taken for an unknown event it would be passed over, and the user would hear of a cut stream instead.
    event = parse({"type": "error", "error": error})
    assert isinstance(event, StreamError)
    assert str(error if isinstance(error, str | int) else error[0]) in json.dumps(dict(event.error))


@pytest.mark.parametrize("data", [b"[DONE]", b" [DONE] ", b"", b"   ", b"\n"])
def test_end_marks_of_gateways_are_nothing(data: bytes) -> None:
    assert parse_event(ServerSentEvent("", data)) is None


@pytest.mark.parametrize("data", [b"{", b'{"type": "ping"', b"<html>", b"OK", b'{"type":"ping"} x', b"\xff"])
def test_data_that_is_no_json(data: bytes) -> None:
    with pytest.raises(APIResponseValidationError, match="not JSON") as caught:
        parse_event(ServerSentEvent("ping", data))
    assert "base_url" in str(caught.value)


def test_a_long_event_is_quoted_in_part() -> None:
    with pytest.raises(APIResponseValidationError) as caught:
        parse_event(ServerSentEvent("", b"x" * 100_000))
    assert len(str(caught.value)) < 400


def test_data_with_bytes_that_are_no_utf8() -> None:
    data = b'{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a\xffb"}}'
    assert parse_event(ServerSentEvent("", data)) == BlockDelta(0, {"type": "text_delta", "text": "a\ufffdb"})


def test_data_with_the_odd_line_separators() -> None:
    text = "a\u2028b\x85c\u2029d"
    assert parse(
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
    ) == BlockDelta(0, {"type": "text_delta", "text": text})


def test_deep_nesting_is_no_crash() -> None:
    data = b'{"type":' + b"[" * 100_000
    with pytest.raises(APIResponseValidationError):
        parse_event(ServerSentEvent("", data))
