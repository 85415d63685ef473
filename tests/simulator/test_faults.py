from __future__ import annotations

import http.client
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
)
from tests.simulator.helpers import (
    ask,
    deltas,
    events,
    names,
    open_stream,
    simulator_id,
    stream,
)


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

    def test_a_stall_can_be_followed_by_another_fault(self, simulator: Simulator) -> None:
        go_on = threading.Event()
        go_on.set()
        cut = StreamFault("truncate", after_characters=7)
        simulator.enqueue(StreamFault("stall", "abc def ghi", after_characters=3, until=go_on, then=cut))
        assert deltas(stream(simulator)) == ["abc", " def"]

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
