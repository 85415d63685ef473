from __future__ import annotations

import http.client
import itertools
import json
import socket
import threading
import time
from typing import Any

import pytest

from nbclaude.simulator import (
    Answer,
    HTTPFault,
    Pace,
    RawStream,
    Simulator,
    StreamFault,
    text,
    thinking,
    tool_use,
)
from tests.simulator.helpers import CALL, HEADERS, MODEL, RESULT, TOOL, ask, body, deltas, events, send

GREETING = "Grüße, 世界 🎉 – eins\u2028zwei\x85drei"


def names(data: bytes) -> list[str]:
    return [name for name, _ in events(data)]


def stream(simulator: Simulator, *contents: Any, **changes: Any) -> bytes:
    reply = ask(simulator, *contents, stream=True, **changes)
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/event-stream; charset=utf-8"
    return reply.body


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


def simulator_id(kind: str) -> Any:
    """Equal to any id of that kind."""

    class Matching(str):
        __slots__ = ()

        def __eq__(self, other: object) -> bool:
            return isinstance(other, str) and other.startswith(f"{kind}_01") and len(other) == len(kind) + 25

        __hash__ = str.__hash__

    return Matching(kind)


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
    with socket.create_connection(("127.0.0.1", simulator.port), timeout=5) as connection:
        connection.sendall(request.encode() + payload)
        with connection.makefile("rb") as file:
            while file.readline().strip():
                pass
            chunks = []
            while size := int(file.readline(), 16):
                chunks.append(file.read(size))
                file.readline()
    return chunks


class TestPace:
    def test_deltas_keep_an_absolute_clock(self, simulator: Simulator) -> None:
        pace = Pace(deltas_per_second=200, characters=1, first_delay=0.1)
        simulator.enqueue(Answer("x" * 100, pace=pace))
        started = time.monotonic()
        data = stream(simulator, model="claude-opus-4-8")
        assert len(deltas(data)) == 100
        assert 0.59 <= time.monotonic() - started < 1.0

    def test_delay_before_the_headers(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer("x", pace=Pace(header_delay=0.2)), Answer("x", pace=Pace(first_delay=0.2)))
        for changes in ({"stream": True}, {}):
            started = time.monotonic()
            ask(simulator, **changes)
            assert 0.19 <= time.monotonic() - started < 0.6

    def test_deltas_arrive_when_they_are_sent(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer("abc", pace=Pace(deltas_per_second=20, characters=1)))
        with open_stream(simulator, model="claude-opus-4-8") as reply:
            moments = [time.monotonic() for line in reply if b"text_delta" in line]
        assert all(later - sooner > 0.03 for sooner, later in itertools.pairwise(moments))

    def test_natural(self) -> None:
        with Simulator(pace="natural") as simulator:
            simulator.enqueue("Seven words that come at natural speed")
            started = time.monotonic()
            assert "".join(deltas(stream(simulator))) == "Seven words that come at natural speed"
            assert time.monotonic() - started > 0.3

    @pytest.mark.parametrize(
        "value", ["", " ", "a", "  two words ", "line\n\n\nline\n", "abcdefghij", GREETING]
    )
    def test_pieces_lose_nothing(self, value: str) -> None:
        for pace in (Pace(), Pace(characters=1), Pace(characters=4)):
            assert "".join(pace.pieces(value)) == value


class open_stream:  # noqa: N801 - used like a function
    """A streaming reply whose lines are read one by one."""

    def __init__(self, simulator: Simulator, **changes: Any) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=5)
        self.connection.request("POST", "/v1/messages", json.dumps(body(stream=True, **changes)), HEADERS)
        self.reply = self.connection.getresponse()

    def __enter__(self) -> http.client.HTTPResponse:
        return self.reply

    def __exit__(self, *error: object) -> None:
        self.reply.close()
        self.connection.close()


class TestFaults:
    @pytest.mark.parametrize(
        ("position", "expected"),
        [
            ({"after_events": 0}, ["error"]),
            ({"after_events": 2}, ["message_start", "content_block_start", "error"]),
            (
                {"after_characters": 2},
                [*["message_start", "content_block_start", "ping"], *["content_block_delta"] * 2, "error"],
            ),
            ({}, ["message_start", "content_block_start", "ping", "content_block_delta", "error"]),
            (
                {"after_characters": 99},
                [
                    *["message_start", "content_block_start", "ping"],
                    *["content_block_delta"] * 3,
                    "content_block_stop",
                    "message_delta",
                    "error",
                ],
            ),
        ],
    )
    def test_error_event(self, simulator: Simulator, position: dict[str, Any], expected: list[str]) -> None:
        answer = Answer("abc", pace=Pace(characters=1))
        simulator.enqueue(StreamFault("error", answer, **position))
        data = stream(simulator, model="claude-opus-4-8")
        assert names(data) == expected
        assert events(data)[-1][1] == {
            "type": "error",
            "error": {"details": None, "type": "overloaded_error", "message": "Overloaded"},
            "request_id": simulator_id("req"),
        }

    def test_truncation_ends_without_message_stop(self, simulator: Simulator) -> None:
        simulator.enqueue(StreamFault("truncate", "abc def", after_characters=3))
        data = stream(simulator, model="claude-opus-4-8")
        assert names(data)[-1] == "content_block_delta"
        assert deltas(data) == ["abc"]

    def test_truncation_inside_an_event(self, simulator: Simulator) -> None:
        simulator.enqueue(StreamFault("truncate", "abc def", inside_event=True))
        data = ask(simulator, stream=True).body
        assert data.rpartition(b"\n\n")[2].startswith(b"event: ")

    def test_dropped_connection(self, simulator: Simulator) -> None:
        simulator.enqueue(StreamFault("drop", after_events=4), StreamFault("drop"))
        for changes in ({"stream": True}, {}):
            with pytest.raises(http.client.IncompleteRead):
                ask(simulator, **changes)

    def test_reset_connection(self, simulator: Simulator) -> None:
        simulator.enqueue(StreamFault("reset", after_events=4), StreamFault("reset"))
        for changes in ({"stream": True}, {}):
            with pytest.raises((ConnectionResetError, http.client.IncompleteRead)) as caught:
                ask(simulator, **changes)
            assert caught.type is ConnectionResetError

    def test_a_stall_goes_on_at_the_same_pace(self, simulator: Simulator) -> None:
        answer = Answer("x" * 20, pace=Pace(deltas_per_second=100, characters=1))
        simulator.enqueue(StreamFault("stall", answer, seconds=0.2))
        started = time.monotonic()
        assert len(deltas(stream(simulator))) == 20
        assert time.monotonic() - started > 0.38

    def test_a_stall_can_wait_for_the_test(self, simulator: Simulator) -> None:
        go_on = threading.Event()
        simulator.enqueue(StreamFault("stall", "abc def", after_characters=3, until=go_on))
        with open_stream(simulator) as reply:
            for line in reply:
                if b'"abc"' in line:
                    break
            assert not simulator.requests[0].finished.is_set()
            go_on.set()
            assert b'" def"' in reply.read()

    def test_faults_without_a_stream(self, simulator: Simulator) -> None:
        simulator.enqueue(StreamFault("error"), StreamFault("truncate"), StreamFault("stall", seconds=0.1))
        reply = ask(simulator)
        assert (reply.status, reply.message) == (529, "Overloaded")
        with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
            _ = ask(simulator).json
        assert ask(simulator).json["stop_reason"] == "end_turn"

    @pytest.mark.parametrize(
        ("status", "kind", "retry"),
        [
            (400, "invalid_request_error", "false"),
            (401, "authentication_error", "false"),
            (402, "billing_error", "false"),
            (403, "permission_error", "false"),
            (404, "not_found_error", "false"),
            (408, "timeout_error", "true"),
            (409, "conflict_error", "true"),
            (413, "request_too_large", "false"),
            (422, "invalid_request_error", "false"),
            (429, "rate_limit_error", "true"),
            (500, "api_error", "true"),
            (503, "api_error", "true"),
            (504, "timeout_error", "true"),
            (529, "overloaded_error", "true"),
        ],
    )
    def test_http_errors(self, simulator: Simulator, status: int, kind: str, retry: str) -> None:
        simulator.enqueue(HTTPFault(status))
        reply = ask(simulator, stream=True)
        assert (reply.status, reply.json["error"]["type"]) == (status, kind)
        assert reply.headers["x-should-retry"] == retry
        assert reply.json["request_id"] == reply.headers["request-id"]

    def test_spend_limits_are_not_to_be_retried(self, simulator: Simulator) -> None:
        details = {"error_code": "enforced_spend_limit_reached"}
        simulator.enqueue(HTTPFault(429, message="No more.", details=details))
        reply = ask(simulator)
        assert reply.headers["x-should-retry"] == "false"
        assert reply.json["error"] == {"type": "rate_limit_error", "message": "No more.", "details": details}

    def test_headers_bodies_and_odd_statuses(self, simulator: Simulator) -> None:
        simulator.enqueue(
            HTTPFault(429, retry_after=1.5, should_retry=False, headers={"x-extra": "1"}),
            HTTPFault.html(502),
            HTTPFault(200, "overloaded_error", "Overloaded"),
            HTTPFault(500, body=b"\xff\xfe", content_type="text/plain"),
        )
        first = ask(simulator)
        assert (first.headers["retry-after"], first.headers["x-extra"]) == ("1.5", "1")
        assert first.headers["x-should-retry"] == "false"
        page = ask(simulator)
        assert (page.status, page.headers["content-type"]) == (502, "text/html; charset=UTF-8")
        assert b"<h1>502 Bad gateway</h1>" in page.body
        odd = ask(simulator)
        assert (odd.status, odd.json["error"]["type"]) == (200, "overloaded_error")
        assert ask(simulator).body == b"\xff\xfe"


class TestRawStreams:
    def test_the_very_bytes(self, simulator: Simulator) -> None:
        data = b"event: ping\r\ndata: {}\r\n\r\n\xf0\x9f"
        for size in (None, 1, 7):
            simulator.enqueue(RawStream(data, chunk_bytes=size))
            assert ask(simulator, stream=True).body == data

    def test_another_status_type_and_end(self, simulator: Simulator) -> None:
        simulator.enqueue(RawStream(b"{}", "application/json", 202), RawStream(b"half", end="drop"))
        reply = ask(simulator)
        assert (reply.status, reply.headers["content-type"]) == (202, "application/json")
        with pytest.raises(http.client.IncompleteRead):
            ask(simulator)

    def test_delay(self, simulator: Simulator) -> None:
        simulator.enqueue(RawStream(b"abc", chunk_bytes=1, delay=0.1))
        started = time.monotonic()
        assert ask(simulator).body == b"abc"
        assert time.monotonic() - started > 0.19


class TestDisconnects:
    @pytest.mark.parametrize(
        "script",
        [
            Answer("x" * 50_000, pace=Pace(deltas_per_second=50)),
            StreamFault("stall"),
            Answer("x", pace=Pace(first_delay=30)),
        ],
    )
    def test_a_client_that_goes_away_is_noticed(self, simulator: Simulator, script: Any) -> None:
        simulator.enqueue(script)
        with open_stream(simulator) as reply:
            reply.readline()
            assert not simulator.requests[0].disconnected.is_set()
        started = time.monotonic()
        assert simulator.requests[0].wait_disconnected()
        assert simulator.requests[0].wait_finished()
        assert time.monotonic() - started < 0.3

    def test_a_complete_reply_is_no_disconnect(self, simulator: Simulator) -> None:
        ask(simulator, stream=True)
        assert simulator.requests[0].wait_finished()
        assert not simulator.requests[0].wait_disconnected(0.05)

    def test_one_connection_serves_many_requests(self, simulator: Simulator) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=5)
        sockets = set()
        for changes in ({}, {"stream": True}, {"model": "nobody"}, {}):
            connection.request("POST", "/v1/messages", json.dumps(body(**changes)), HEADERS)
            with connection.getresponse() as reply:
                reply.read()
            sockets.add(connection.sock)
        connection.close()
        assert len(sockets) == 1

    def test_requests_at_the_same_time(self, simulator: Simulator) -> None:
        pace = Pace(deltas_per_second=20, characters=1)
        simulator.enqueue(*[Answer("x" * 8, pace=pace)] * 8)
        threads = [threading.Thread(target=ask, args=(simulator,), kwargs={"stream": True}) for _ in range(8)]
        started = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert time.monotonic() - started < 2
        assert len(simulator.wait_for_requests(8)) == 8

    def test_unpaced_streams_are_fast(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer("word " * 4000, pace=Pace(characters=4)))
        started = time.monotonic()
        assert len(deltas(stream(simulator, max_tokens=100_000))) == 5000
        assert time.monotonic() - started < 3


def test_requests_may_be_chunked(simulator: Simulator) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=5)
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
