from __future__ import annotations

import http.client
import json
import socket
from typing import Any

import pytest

from nbclaude.simulator import (
    Answer,
    Pace,
    Simulator,
    text,
    thinking,
    tool_use,
)
from tests.simulator.helpers import (
    CALL,
    GREETING,
    HEADERS,
    MODEL,
    RESULT,
    TOOL,
    ask,
    body,
    deltas,
    events,
    send,
    simulator_id,
    stream,
)


def test_a_stream_has_the_events_of_the_api(simulator: Simulator) -> None:
    simulator.enqueue(Answer("Hi", pace=Pace(characters=1)))
    assert events(stream(simulator, model="claude-opus-4-8")) == [
        (
            "message_start",
            {
                "type": "message_start",
                "message": {
                    "model": "claude-opus-4-8",
                    "id": simulator_id("msg"),
                    "type": "message",
                    "role": "assistant",
                    "content": [],
                    "stop_reason": None,
                    "stop_sequence": None,
                    "stop_details": None,
                    "usage": {
                        "input_tokens": 6,
                        "cache_creation_input_tokens": 0,
                        "cache_read_input_tokens": 0,
                        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
                        "output_tokens": 1,
                        "service_tier": "standard",
                        "inference_geo": "global",
                    },
                },
            },
        ),
        ("content_block_start", {"type": "content_block_start", "index": 0, "content_block": text("")}),
        ("ping", {"type": "ping"}),
        delta(0, {"type": "text_delta", "text": "H"}),
        delta(0, {"type": "text_delta", "text": "i"}),
        ("content_block_stop", {"type": "content_block_stop", "index": 0}),
        (
            "message_delta",
            {
                "type": "message_delta",
                "delta": {"stop_reason": "end_turn", "stop_sequence": None, "stop_details": None},
                "usage": {
                    "input_tokens": 6,
                    "cache_creation_input_tokens": 0,
                    "cache_read_input_tokens": 0,
                    "output_tokens": 1,
                    "output_tokens_details": {"thinking_tokens": 0},
                },
            },
        ),
        ("message_stop", {"type": "message_stop"}),
    ]


def delta(index: int, value: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "content_block_delta", {"type": "content_block_delta", "index": index, "delta": value}


def test_tool_input_begins_with_an_empty_delta(simulator: Simulator) -> None:
    pace = Pace(characters=6)
    simulator.enqueue(Answer([tool_use("add", {"a": 1}), tool_use("now", id="toolu_x")], pace=pace))
    data = stream(simulator, tools=[TOOL])
    assert deltas(data, "input_json_delta", "partial_json") == ["", '{"a":1', "}", ""]
    starts = [value["content_block"] for name, value in events(data) if name == "content_block_start"]
    assert starts[0] == CALL | {"id": simulator_id("toolu"), "caller": {"type": "direct"}}
    assert starts[1]["id"] == "toolu_x"
    assert events(data)[-2][1]["delta"]["stop_reason"] == "tool_use"


def test_citations_and_unknown_blocks(simulator: Simulator) -> None:
    cite = {"type": "char_location", "cited_text": "a", "document_index": 0}
    whole = {"type": "hologram", "data": [1, 2]}
    simulator.enqueue(Answer([text("Yes.", citations=[cite]), whole], stop_reason="pause_turn"))
    data = stream(simulator)
    starts = [value["content_block"] for name, value in events(data) if name == "content_block_start"]
    assert starts == [{"type": "text", "text": "", "citations": []}, whole]
    assert deltas(data, "citations_delta", "citation") == [cite]
    assert events(data)[-2][1]["delta"]["stop_reason"] == "pause_turn"


class TestThinking:
    def test_is_omitted_by_default_on_models_that_think(self, simulator: Simulator) -> None:
        simulator.enqueue("Hi")
        data = stream(simulator)
        starts = [
            value["content_block"]["type"] for name, value in events(data) if name == "content_block_start"
        ]
        assert starts == ["thinking", "text"]
        assert deltas(data, "thinking_delta", "thinking") == []
        assert len(deltas(data, "signature_delta", "signature")) == 1
        assert events(data)[-2][1]["usage"]["output_tokens_details"] == {"thinking_tokens": 9}

    def test_is_shown_when_asked_for(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer("Hi", thinking="First this, then that."))
        data = stream(simulator, thinking={"type": "adaptive", "display": "summarized"})
        assert "".join(deltas(data, "thinking_delta", "thinking")) == "First this, then that."

    @pytest.mark.parametrize(
        ("model", "changes", "expected"),
        [
            ("claude-opus-4-8", {}, ["text"]),
            ("claude-opus-4-8", {"thinking": {"type": "adaptive"}}, ["thinking", "text"]),
            ("claude-opus-5", {"thinking": {"type": "disabled"}}, ["text"]),
            (MODEL, {"thinking": {"type": "between_tools"}}, ["text"]),
        ],
    )
    def test_depends_on_model_and_request(
        self, simulator: Simulator, model: str, changes: dict[str, Any], expected: list[str]
    ) -> None:
        simulator.enqueue("Hi")
        content = ask(simulator, model=model, **changes).json["content"]
        assert [block["type"] for block in content] == expected

    def test_between_tools_thinks_after_a_tool_result(self, simulator: Simulator) -> None:
        simulator.enqueue("Hi")
        changes = {"thinking": {"type": "between_tools"}, "tools": [TOOL]}
        content = ask(simulator, "a", [CALL], [RESULT], **changes).json["content"]
        assert [block["type"] for block in content] == ["thinking", "text"]

    def test_scripted_blocks_stay_as_they_are(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer([thinking("Hm.", signature="abc"), text("Hi")]), Answer([text("Hi")]))
        assert ask(simulator).json["content"] == [thinking("Hm.", signature="abc"), text("Hi")]
        assert ask(simulator).json["content"] == [text("Hi")]


class TestCuts:
    def test_max_tokens(self, simulator: Simulator) -> None:
        simulator.enqueue("abcdefghijklmnopqrstuvwxyz")
        message = ask(simulator, model="claude-opus-4-8", max_tokens=5).json
        assert message["content"] == [text("abcdefghijklmno")]
        assert (message["stop_reason"], message["usage"]["output_tokens"]) == ("max_tokens", 5)

    def test_thinking_counts(self, simulator: Simulator) -> None:
        simulator.enqueue("abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz")
        message = ask(simulator, max_tokens=10).json  # 9 of them for thinking
        assert message["content"][1:] == [text("abc")]
        assert (message["stop_reason"], message["usage"]["output_tokens"]) == ("max_tokens", 10)
        message = ask(simulator, max_tokens=5).json
        assert ([block["type"] for block in message["content"]], message["stop_reason"]) == (
            ["thinking"],
            "max_tokens",
        )

    def test_zero_max_tokens_only_warms_the_cache(self, simulator: Simulator) -> None:
        simulator.enqueue("never seen")
        message = ask(simulator, max_tokens=0).json
        assert (message["content"], message["stop_reason"]) == ([], "max_tokens")
        assert message["usage"]["output_tokens"] == 0

    def test_stop_sequences(self, simulator: Simulator) -> None:
        simulator.enqueue("one, two, three")
        message = ask(simulator, model="claude-opus-4-8", stop_sequences=["three", ", two"]).json
        assert message["content"] == [text("one")]
        assert (message["stop_reason"], message["stop_sequence"]) == ("stop_sequence", ", two")

    def test_an_explicit_stop_reason_cuts_nothing(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer("long enough", stop_reason="refusal"))
        message = ask(simulator, max_tokens=1, model="claude-opus-4-8").json
        assert message["content"] == [text("long enough")]
        assert message["stop_details"] == {"type": "refusal", "category": None, "explanation": None}


class TestChunks:
    @pytest.mark.parametrize("size", [1, 2, 3, 7, 1000, (1, 5)])
    def test_every_size_gives_the_same_text(self, simulator: Simulator, size: Any) -> None:
        simulator.enqueue(Answer(GREETING, chunk_bytes=size))
        assert "".join(deltas(stream(simulator))) == GREETING

    def test_chunks_are_cut_mid_character(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer(GREETING, chunk_bytes=3))
        chunks = read_chunks(simulator)
        assert {len(chunk) for chunk in chunks[:-1]} == {3}
        with pytest.raises(UnicodeDecodeError):
            for chunk in chunks:
                chunk.decode()

    def test_one_chunk_an_event_without_a_size(self, simulator: Simulator) -> None:
        simulator.enqueue(GREETING)
        chunks = read_chunks(simulator)
        assert all(chunk.startswith(b"event: ") and chunk.endswith(b"\n\n") for chunk in chunks)

    def test_simulators_have_a_size_of_their_own(self) -> None:
        with Simulator(chunk_bytes=2) as simulator:
            simulator.enqueue(GREETING)
            assert {len(chunk) for chunk in read_chunks(simulator)[:-1]} == {2}


def read_chunks(simulator: Simulator) -> list[bytes]:
    """Read the network chunks of a stream off the bare socket."""
    payload = json.dumps(body(stream=True)).encode()
    head = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    request = f"POST /v1/messages HTTP/1.1\r\nhost: x\r\n{head}content-length: {len(payload)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", simulator.port), timeout=30) as connection:
        connection.sendall(request.encode() + payload)
        with connection.makefile("rb") as file:
            while file.readline().strip():
                pass
            chunks = []
            while size := int(file.readline(), 16):
                chunks.append(file.read(size))
                file.readline()
    return chunks


def test_requests_may_be_chunked(simulator: Simulator) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=30)
    payload = json.dumps(body("chunked")).encode()
    connection.request(
        "POST", "/v1/messages", iter([payload[:10], payload[10:]]), HEADERS, encode_chunked=True
    )
    with connection.getresponse() as reply:
        assert reply.status == 200
        reply.read()
    connection.close()
    assert simulator.requests[0].prompt == "chunked"


def test_too_large_a_body(simulator: Simulator) -> None:
    reply = send(simulator, b" " * (32 * 1024 * 1024 + 1))
    assert (reply.status, reply.json["error"]["type"]) == (413, "request_too_large")
