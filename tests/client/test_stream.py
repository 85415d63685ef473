from __future__ import annotations

import gzip
import json
import socket
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nbclaude import errors
from nbclaude.client.lines import close_lines
from nbclaude.client.stream import MessageStream
from nbclaude.errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    IncompleteStreamError,
    OverloadedError,
    RateLimitError,
)
from nbclaude.simulator import Answer, HTTPFault, Pace, RawStream, Simulator, StreamFault, thinking, tool_use
from nbclaude.wire.events import BlockDelta, Event, MessageStart, MessageStop, parse_event
from nbclaude.wire.joining import joined
from nbclaude.wire.sse import EventStreamDecoder
from tests.client.helpers import (
    CANARY,
    EVENTS,
    MESSAGE,
    SHORT,
    STREAM,
    connection,
    read,
    reply,
    request,
    sse,
    wait_for,
)
from tests.wire.recordings import CHUNK_SIZES

SHORT_SSE = "text/event-stream"


class TestAnswers:
    def test_a_stream(self, simulator: Simulator) -> None:
        simulator.enqueue("Hello there.")
        result = read(connection(simulator))
        assert result.error is None
        assert result.text == "Hello there."
        assert result.message["stop_reason"] == "end_turn"
        assert result.message["usage"]["output_tokens"] > 0
        assert isinstance(result.events[0], MessageStart)
        assert isinstance(result.events[-1], MessageStop)
        assert result.request_id.startswith("req_")

    def test_what_is_sent(self, simulator: Simulator) -> None:
        simulator.enqueue("ok")
        read(
            connection(simulator, custom_headers={"X-Team": "a"}),
            request("Grüße \u2028 😀", system="be brief"),
        )
        [sent] = simulator.requests
        assert (sent.method, sent.path, sent.query) == ("POST", "/v1/messages", "")
        assert sent.json == {
            "model": "claude-sonnet-5-5",
            "max_tokens": 1000,
            "system": "be brief",
            "messages": [{"role": "user", "content": "Grüße \u2028 😀"}],
            "stream": True,
        }
        assert sent.headers["content-type"] == "application/json"
        assert sent.headers["anthropic-version"] == "2023-06-01"
        assert sent.headers["x-api-key"] == CANARY
        assert sent.headers["x-team"] == "a"
        assert sent.headers["accept-encoding"] == "identity"
        assert "authorization" not in sent.headers

    def test_a_token_is_a_bearer(self, simulator: Simulator) -> None:
        simulator.enqueue("ok")
        read(connection(simulator, auth_header="authorization"))
        assert simulator.requests[0].headers["authorization"] == f"Bearer {CANARY}"
        assert "x-api-key" not in simulator.requests[0].headers

    def test_blocks_of_every_kind(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer([thinking(""), "Calling.", tool_use("f", {"a": [1, "é"]})]))
        result = read(
            connection(simulator),
            request(extra={"tools": [{"name": "f", "input_schema": {"type": "object"}}]}),
        )
        assert [block["type"] for block in result.message["content"]] == ["thinking", "text", "tool_use"]
        assert result.message["content"][2]["input"] == {"a": [1, "é"]}
        assert result.message["stop_reason"] == "tool_use"

    @pytest.mark.parametrize("size", [size for size in CHUNK_SIZES if size])
    def test_network_chunks_of_any_size(self, simulator: Simulator, size: int) -> None:
        simulator.enqueue(Answer("Grüße, 😀!", chunk_bytes=size))
        assert read(connection(simulator)).text == "Grüße, 😀!"

    def test_deltas_come_as_they_are_sent(self, simulator: Simulator) -> None:
        gate = threading.Event()
        simulator.enqueue(
            StreamFault("stall", "One two three four.", after_characters=3, until=gate, seconds=5)
        )
        with MessageStream(connection(simulator), request()) as stream:
            batches = iter(stream)
            seen = ""
            while not seen:
                for event in next(batches):
                    if isinstance(event, BlockDelta):
                        seen += str(event.delta.get("text") or "")
            assert seen.startswith("One")
            assert "four" not in seen
            gate.set()
            rest = [event for batch in batches for event in batch]
        assert isinstance(rest[-1], MessageStop)

    def test_nothing_is_waited_for_after_message_stop(self, simulator: Simulator) -> None:
        # Some servers keep the connection open after the end.
        simulator.enqueue(
            RawStream(STREAM + b": bye\n\n" * 3, chunk_bytes=[len(STREAM), 7, 7, 7], delay=20.0)
        )
        result = read(connection(simulator))
        assert result.error is None
        assert result.text == "Hello there."
        assert result.seconds < 10

    def test_a_stream_can_be_read_only_under_its_own_connection(self, simulator: Simulator) -> None:
        for number in range(3):
            simulator.enqueue(f"answer {number}")
            assert read(connection(simulator)).text == f"answer {number}"

    def test_many_at_once(self, simulator: Simulator) -> None:
        simulator.enqueue(*[lambda sent: sent.prompt for _ in range(8)])
        texts: dict[int, str] = {}

        def ask(number: int) -> None:
            texts[number] = read(connection(simulator), request(f"prompt {number}")).text

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert texts == {number: f"prompt {number}" for number in range(8)}


class TestOddServers:
    def test_json_for_a_request_that_asked_for_a_stream(self, simulator: Simulator) -> None:
        result = reply(simulator, MESSAGE)
        assert result.error is None
        assert result.message == MESSAGE

    @pytest.mark.parametrize("before", [b"", b"  \n", b"\r\n\t "])
    @pytest.mark.parametrize("content_type", ["text/event-stream", "text/plain", "application/octet-stream"])
    def test_json_by_any_other_name(self, simulator: Simulator, before: bytes, content_type: str) -> None:
        result = reply(
            simulator, before + json.dumps(MESSAGE).encode(), content_type=content_type, chunk_bytes=2
        )
        assert result.message == MESSAGE

    @pytest.mark.parametrize(
        "wrapped",
        [{"code": 200, "data": MESSAGE}, {"code": 0, "msg": "ok", "data": MESSAGE}, {"data": MESSAGE}],
    )
    def test_a_wrapped_message(self, simulator: Simulator, wrapped: dict[str, Any]) -> None:
        assert reply(simulator, wrapped).message == MESSAGE

    @pytest.mark.parametrize(
        "changes",
        [
            {"usage": None},
            {"usage": {"input_tokens": None}},
            {"type": None},
            {"stop_reason": None},
            {"content": "Hello there."},
            {"role": None},
        ],
    )
    def test_a_message_that_lacks_something(self, simulator: Simulator, changes: dict[str, Any]) -> None:
        message = {
            key: value
            for key, value in {**MESSAGE, **changes}.items()
            if value is not None or key == "stop_reason"
        }
        result = reply(simulator, message)
        assert result.error is None
        assert result.text == "Hello there."

    @pytest.mark.parametrize(
        "content_type", ["application/json", "text/plain", "application/octet-stream", "text/html"]
    )
    def test_a_stream_by_any_other_name(self, simulator: Simulator, content_type: str) -> None:
        assert reply(simulator, STREAM, content_type=content_type).text == "Hello there."

    @pytest.mark.parametrize(
        "stream",
        [
            STREAM.replace(b"\n", b"\r\n"),
            STREAM.replace(b"\n", b"\r"),
            b"\xef\xbb\xbf" + STREAM,
            b"\n\n" + STREAM,
            b": OPENROUTER PROCESSING\n\n" * 3 + STREAM,
            STREAM + b"data: [DONE]\n\n",
            b"".join(b"data: %b\n\n" % json.dumps(event).encode() for event in EVENTS),
            STREAM.rstrip(b"\n"),
            b"id: 1\nretry: 5\n" + STREAM,
            sse(EVENTS[0], *EVENTS),
            sse({"type": "brand_new"}, *EVENTS[:4], {"type": "brand_new", "index": 0}, *EVENTS[4:]),
        ],
        ids=[
            "crlf",
            "cr",
            "bom",
            "blank",
            "comments",
            "done",
            "no-names",
            "no-end",
            "ids",
            "duplicate-start",
            "unknown",
        ],
    )
    def test_streams_in_every_spelling(self, simulator: Simulator, stream: bytes) -> None:
        result = reply(simulator, stream, content_type=SHORT_SSE, chunk_bytes=[1, 2, 3, 50])
        assert result.error is None
        assert result.text == "Hello there."

    @pytest.mark.parametrize(
        ("encoding", "encode"), [("gzip", gzip.compress), ("deflate", zlib.compress)], ids=["gzip", "deflate"]
    )
    @pytest.mark.parametrize("body", [STREAM, json.dumps(MESSAGE).encode()], ids=["stream", "json"])
    def test_compressed_against_our_wish(
        self, simulator: Simulator, encoding: str, encode: Any, body: bytes
    ) -> None:
        result = reply(simulator, encode(body), headers={"content-encoding": encoding}, chunk_bytes=10)
        assert result.text == "Hello there."

    def test_a_compressed_error(self, simulator: Simulator) -> None:
        body = gzip.compress(json.dumps({"error": {"type": "overloaded_error", "message": "m"}}).encode())
        assert (
            type(reply(simulator, body, 529, headers={"content-encoding": "gzip"}).error) is OverloadedError
        )

    def test_broken_compression(self, simulator: Simulator) -> None:
        error = reply(simulator, b"this is not gzip at all", headers={"content-encoding": "gzip"}).api_error
        assert type(error) is APIResponseValidationError

    def test_broken_compression_of_an_error(self, simulator: Simulator) -> None:
        error = reply(simulator, b"this is not gzip", 502, headers={"content-encoding": "gzip"}).api_error
        assert isinstance(error, APIError)

    def test_compression_of_an_unknown_kind(self, simulator: Simulator) -> None:
        assert isinstance(
            reply(simulator, b"\x28\xb5\x2f\xfd", headers={"content-encoding": "zstd"}).error, APIError
        )

    @pytest.mark.parametrize(
        "body",
        [
            b"<!DOCTYPE html><html><body>Sign in to the hotel's network</body></html>",
            b"  <html></html>",
            b"upstream request failed",
            b"OK",
            b"[1, 2]",
            b'"a string"',
            b"{not json",
            b'{"object": "list", "data": [{"id": "m"}]}',
            b'{"id": "msgbatch_1", "type": "message_batch", "processing_status": "ended"}',
            b'{"type": "completion", "completion": " Hi", "stop_reason": "stop_sequence"}',
            b'{"choices": [{"message": {"role": "assistant", "content": "Hi"}}]}',
            b"{}",
            b"\x00\x01\x02",
        ],
    )
    def test_what_is_not_the_messages_api(self, simulator: Simulator, body: bytes) -> None:
        error = reply(simulator, body, content_type="text/html").api_error
        assert type(error) is APIResponseValidationError
        assert "base_url" in str(error)
        assert not error.partial
        assert "\n" not in str(error)

    @pytest.mark.parametrize("body", [b"", b"\n\n", b": only a comment\n\n", b"data: [DONE]\n\n"])
    def test_a_body_with_nothing_in_it(self, simulator: Simulator, body: bytes) -> None:
        error = reply(simulator, body, content_type=SHORT_SSE).api_error
        assert type(error) is IncompleteStreamError
        assert not error.partial

    @pytest.mark.parametrize(
        ("body", "name"),
        [
            ({"type": "error", "error": {"type": "overloaded_error", "message": "m"}}, "OverloadedError"),
            ({"error": {"message": "m", "type": "invalid_request_error"}}, "BadRequestError"),
            ({"code": 401, "message": "m", "data": None}, "AuthenticationError"),
            ({"code": 429, "message": "m"}, "RateLimitError"),
            ({"error": "m"}, "APIStatusError"),
        ],
    )
    def test_an_error_under_status_200(self, simulator: Simulator, body: dict[str, Any], name: str) -> None:
        error = reply(simulator, body).error
        assert type(error) is getattr(errors, name)
        assert "m" in str(error)

    def test_an_error_of_the_simulator_under_status_200(self, simulator: Simulator) -> None:
        simulator.enqueue(HTTPFault(200, "overloaded_error"))
        assert type(read(connection(simulator)).error) is OverloadedError

    def test_an_event_that_is_no_json(self, simulator: Simulator) -> None:
        broken = sse(*EVENTS[:4]) + b"event: content_block_delta\ndata: {oh no\n\n" + sse(*EVENTS[4:])
        result = reply(simulator, broken, content_type=SHORT_SSE)
        assert type(result.error) is APIResponseValidationError
        assert result.api_error.partial
        assert result.text == "Hello "

    def test_a_content_of_odd_blocks(self, simulator: Simulator) -> None:
        result = reply(
            simulator,
            {**MESSAGE, "content": [None, "x", {"type": "hologram"}, {"type": "text", "text": "a"}]},
        )
        assert result.error is None or isinstance(result.error, APIError)


def arrived(count: int) -> list[Event]:
    """Return the first events; deltas that come together are handed on as one."""
    events = (parse_event(item) for item in EventStreamDecoder().feed(sse(*EVENTS[:count])))
    return joined(event for event in events if event is not None)


class TestErrors:
    @pytest.mark.parametrize(
        ("fault", "name"),
        [
            (HTTPFault(400), "BadRequestError"),
            (HTTPFault(401), "AuthenticationError"),
            (HTTPFault(402), "BillingError"),
            (HTTPFault(403), "PermissionDeniedError"),
            (HTTPFault(404), "NotFoundError"),
            (HTTPFault(409), "ConflictError"),
            (HTTPFault(413), "RequestTooLargeError"),
            (HTTPFault(429), "RateLimitError"),
            (HTTPFault(500), "InternalServerError"),
            (HTTPFault(503), "InternalServerError"),
            (HTTPFault(504), "DeadlineExceededError"),
            (HTTPFault(529), "OverloadedError"),
            (HTTPFault.html(413, "Request Entity Too Large"), "RequestTooLargeError"),
            (HTTPFault.html(502), "InternalServerError"),
            (HTTPFault.html(504, "Gateway Time-out"), "DeadlineExceededError"),
            (HTTPFault(500, body=""), "InternalServerError"),
        ],
        ids=lambda value: str(getattr(value, "status", value)),
    )
    def test_of_http(self, simulator: Simulator, fault: HTTPFault, name: str) -> None:
        simulator.enqueue(fault)
        result = read(connection(simulator))
        error = result.error
        assert type(error) is getattr(errors, name)
        assert isinstance(error, APIStatusError)
        assert error.status == fault.status
        assert error.request_id.startswith("req_")
        assert not error.partial
        assert result.events == []
        assert CANARY not in str(error)

    @pytest.mark.parametrize("after", range(8))
    def test_an_error_event(self, simulator: Simulator, after: int) -> None:
        error_event = {
            "type": "error",
            "error": {"details": None, "type": "overloaded_error", "message": "Overloaded"},
            "request_id": "req_mid",
        }
        simulator.enqueue(RawStream(sse(*EVENTS[:after], error_event)))
        result = read(connection(simulator, max_retries=2))
        assert type(result.error) is OverloadedError
        assert isinstance(result.error, OverloadedError)
        assert result.error.request_id == "req_mid"
        assert result.error.status == 200
        # What came before it has arrived, in the same chunk or not.
        assert joined(result.events) == arrived(after)
        assert result.error.partial == (after > 0)
        assert len(simulator.requests) == 1

    @pytest.mark.parametrize(
        "name", ["rate_limit_error", "api_error", "timeout_error", "invalid_request_error"]
    )
    def test_error_events_of_every_type(self, simulator: Simulator, name: str) -> None:
        simulator.enqueue(StreamFault("error", error_type=name, message="m", after_events=2))
        error = read(connection(simulator)).error
        assert isinstance(error, APIStatusError)
        assert error.type == name

    def test_an_error_event_in_another_shape(self, simulator: Simulator) -> None:
        for number, body in enumerate(
            [b'{"type":"error","error":"m"}', b'{"type":"error","message":"m"}', b'{"error":{"message":"m"}}']
        ):
            simulator.enqueue(RawStream(b"event: error\ndata: " + body + b"\n\n"))
            error = read(connection(simulator)).error
            assert isinstance(error, APIStatusError), number
            assert error.message == "m"

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_redirects_are_refused(self, simulator: Simulator, status: int) -> None:
        with Simulator() as elsewhere:
            location = f"{elsewhere.base_url}/v1/messages"
            result = reply(simulator, b"", status, headers={"location": location})
            assert type(result.error) is APIResponseValidationError
            assert location in str(result.error)
            assert elsewhere.requests == []


class TestBrokenConnections:
    @pytest.mark.parametrize("kind", ["drop", "reset", "truncate"])
    @pytest.mark.parametrize("inside", [False, True], ids=["between", "inside"])
    @pytest.mark.parametrize("after", range(len(EVENTS)))
    def test_after_every_event(self, simulator: Simulator, kind: str, inside: bool, after: int) -> None:
        cut = len(sse(*EVENTS[:after])) + (len(sse(EVENTS[after])) // 2 if inside else 0)
        end: Any = "clean" if kind == "truncate" else kind
        # A pause lets the reset find the bytes read: what a reset throws away never arrived.
        body = STREAM[:cut]
        sizes = [max(1, cut - 1), 1]
        simulator.enqueue(RawStream(body, end=end, chunk_bytes=sizes, delay=0.02))
        result = read(connection(simulator, max_retries=2))
        error = result.api_error
        assert isinstance(error, (IncompleteStreamError, APIConnectionError))
        assert not isinstance(error, APITimeoutError)
        if kind == "reset":
            assert len(result.events) <= after
        else:
            assert joined(result.events) == arrived(after)
        assert error.partial == bool(result.events)
        if error.partial:
            assert type(error) is IncompleteStreamError
        assert len(simulator.requests) == 1  # never asked twice once the answer has begun
        assert "\n" not in str(error)

    def test_half_a_json_message(self, simulator: Simulator) -> None:
        body = json.dumps(MESSAGE).encode()
        for end in ("clean", "drop", "reset"):
            error = reply(simulator, body[: len(body) // 2], end=end).api_error
            assert isinstance(error, (APIResponseValidationError, APIConnectionError, IncompleteStreamError))

    def test_closed_before_the_headers(self) -> None:
        with listening() as (server, url):

            def serve() -> None:
                for _ in range(2):
                    client, _ = server.accept()
                    client.recv(65536)
                    client.close()

            thread = threading.Thread(target=serve)
            thread.start()
            error = read(connection(url)).api_error
            assert type(error) is APIConnectionError
            assert not error.partial
            read(connection(url))
            thread.join(60)

    @pytest.mark.parametrize(
        "answer", [b"SSH-2.0-OpenSSH_9.6\r\n", b"\x15\x03\x01\x00\x02\x02\x46", b"HTTP/1.1 banana\r\n\r\n"]
    )
    def test_a_server_that_speaks_something_else(self, answer: bytes) -> None:
        with listening() as (server, url):

            def serve() -> None:
                client, _ = server.accept()
                client.recv(65536)
                client.sendall(answer)
                client.close()

            thread = threading.Thread(target=serve)
            thread.start()
            error = read(connection(url)).api_error
            assert isinstance(error, APIError)
            assert "\n" not in str(error)
            thread.join(60)

    def test_refused(self) -> None:
        with listening() as (server, url):
            server.close()
            result = read(connection(url))
        assert type(result.error) is APIConnectionError
        assert url in str(result.error)
        assert "refused" in str(result.error)
        assert not result.api_error.partial

    def test_a_name_that_does_not_exist(self) -> None:
        error = read(connection("http://nbclaude-test.invalid")).api_error
        assert type(error) is APIConnectionError
        assert "nbclaude-test.invalid" in str(error)

    @pytest.mark.parametrize("url", ["http://[::1", "nonsense", "http://" + "x" * 300])
    def test_an_address_that_is_none(self, url: str) -> None:
        result = read(connection(url, max_retries=1))
        assert isinstance(result.error, APIError), repr(result.error)
        assert result.seconds < 20  # and nobody waits for it to become one

    def test_tls_to_a_server_without(self, simulator: Simulator) -> None:
        error = read(connection(simulator.base_url.replace("http:", "https:"))).api_error
        assert type(error) is APIConnectionError

    @pytest.mark.parametrize("value", ["a\x00b", "a\nb", "ü"])
    def test_a_header_that_cannot_be_sent(self, simulator: Simulator, value: str) -> None:
        result = read(connection(simulator, custom_headers={"x-team": f"{CANARY}{value}"}, max_retries=1))
        assert isinstance(result.error, (APIError, errors.ConfigurationError)), repr(result.error)
        assert CANARY not in str(result.error)
        assert result.seconds < 20


class TestTimeouts:
    def test_a_stall_in_mid_answer(self, simulator: Simulator) -> None:
        simulator.enqueue(StreamFault("stall", "One two three.", after_characters=3, seconds=20))
        result = read(connection(simulator, timeout=SHORT, max_retries=2))
        assert type(result.error) is APITimeoutError
        assert result.api_error.partial
        assert result.text
        assert SHORT - 0.05 < result.seconds < 15
        assert len(simulator.requests) == 1
        assert simulator.requests[0].wait_disconnected()
        assert "1 s" in str(result.error)

    def test_silence_from_the_start(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer("late", pace=Pace(header_delay=20)))
        result = read(connection(simulator, timeout=0.3))
        assert type(result.error) is APITimeoutError
        assert not result.api_error.partial
        assert result.seconds < 10

    def test_a_slow_answer_is_no_timeout(self, simulator: Simulator) -> None:
        # The limit is on the silence, not on the whole answer.
        simulator.enqueue(Answer("a b c d e f g h", pace=Pace(deltas_per_second=6)))
        result = read(connection(simulator, timeout=SHORT))
        assert result.text == "a b c d e f g h"
        assert result.seconds > SHORT

    def test_an_error_body_that_never_ends(self, simulator: Simulator) -> None:
        simulator.enqueue(
            RawStream(
                b'{"error": {"message":', status=500, content_type="application/json", chunk_bytes=8, delay=20
            )
        )
        result = read(connection(simulator, timeout=0.3))
        assert isinstance(result.error, APIError)
        assert result.seconds < 10


class TestRetries:
    """Every attempt is counted where it arrives."""

    @staticmethod
    def plain(status: int, **headers: str) -> RawStream:
        """An error without the `x-should-retry` that the simulator adds to its own; the wait is short."""
        body = b'{"type":"error","error":{"type":"","message":"m"}}'
        return RawStream(
            body, status=status, content_type="application/json", headers={"retry-after-ms": "5", **headers}
        )

    @pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
    def test_statuses_that_are_tried_again(self, simulator: Simulator, status: int) -> None:
        simulator.enqueue(self.plain(status), self.plain(status), "at last")
        result = read(connection(simulator, max_retries=2))
        assert result.error is None
        assert result.text == "at last"
        assert len(simulator.requests) == 3
        assert len({sent.body for sent in simulator.requests}) == 1

    @pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422, 499])
    def test_statuses_that_are_not(self, simulator: Simulator, status: int) -> None:
        simulator.enqueue(self.plain(status), "never")
        assert isinstance(read(connection(simulator, max_retries=2)).error, APIStatusError)
        assert len(simulator.requests) == 1

    @pytest.mark.parametrize("retries", [0, 1, 3])
    def test_as_often_as_the_setting_says(self, simulator: Simulator, retries: int) -> None:
        simulator.enqueue(*[self.plain(529)] * 5)
        result = read(connection(simulator, max_retries=retries))
        assert isinstance(result.error, OverloadedError)
        assert len(simulator.requests) == retries + 1

    @pytest.mark.parametrize(
        ("status", "header", "attempts"),
        [(400, "true", 2), (529, "false", 1), (500, "maybe", 2), (400, "maybe", 1)],
    )
    def test_x_should_retry_decides(
        self, simulator: Simulator, status: int, header: str, attempts: int
    ) -> None:
        simulator.enqueue(self.plain(status, **{"x-should-retry": header}), "ok")
        read(connection(simulator, max_retries=1))
        assert len(simulator.requests) == attempts

    @pytest.mark.parametrize("code", ["enforced_spend_limit_reached", "contract_spend_limit_reached"])
    def test_spending_limits_do_not_clear(self, simulator: Simulator, code: str) -> None:
        simulator.enqueue(HTTPFault(429, details={"error_code": code}, should_retry=True), "never")
        result = read(connection(simulator, max_retries=2))
        assert isinstance(result.error, RateLimitError)
        assert len(simulator.requests) == 1

    def test_retry_after_is_waited_for(self, simulator: Simulator) -> None:
        simulator.enqueue(HTTPFault(429, retry_after=0.4), "ok")
        result = read(connection(simulator, max_retries=1))
        assert result.text == "ok"
        assert 0.4 <= result.seconds < 20

    def test_without_it_the_pace_is_half_a_second_and_more(
        self, simulator: Simulator, usual_wait: Callable[..., float], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("nbclaude.client.stream._growing", usual_wait)
        simulator.enqueue(HTTPFault(500), "ok")
        result = read(connection(simulator, max_retries=1))
        assert result.text == "ok"
        assert 0.35 <= result.seconds < 20

    @pytest.mark.parametrize("value", ["inf", "nan", "-1", "soon", "1e300"])
    def test_a_retry_after_that_makes_no_sense_is_not_obeyed(self, simulator: Simulator, value: str) -> None:
        simulator.enqueue(HTTPFault(529, headers={"retry-after": value}), "ok")
        result = read(connection(simulator, max_retries=1))
        assert result.error is None or isinstance(result.error, OverloadedError)
        assert result.seconds < 10

    def test_connections_that_fail(
        self, usual_wait: Callable[..., float], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("nbclaude.client.stream._growing", usual_wait)
        with listening() as (server, url):
            server.close()
            result = read(connection(url, max_retries=1))
        assert type(result.error) is APIConnectionError
        assert result.seconds > 0.35  # it was tried again after a while

    def test_a_dropped_request_is_sent_again(self) -> None:
        with listening() as (server, url):
            arrived: list[bytes] = []

            def serve() -> None:
                for number in range(2):
                    client, _ = server.accept()
                    arrived.append(client.recv(65536))
                    if number:
                        body = json.dumps(MESSAGE).encode()
                        client.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))
                    client.close()

            thread = threading.Thread(target=serve)
            thread.start()
            assert read(connection(url, max_retries=1)).text == "Hello there."
            thread.join(60)
        assert len(arrived) == 2

    def test_nothing_is_logged_or_warned(
        self, simulator: Simulator, caplog: pytest.LogCaptureFixture
    ) -> None:
        # A retry that is logged as a warning would be printed into the cell.
        simulator.enqueue(self.plain(529), "ok")
        read(connection(simulator, max_retries=1))
        assert [
            record for record in caplog.records if record.levelname != "DEBUG" and record.name != "httpx"
        ] == []
        assert CANARY not in caplog.text

    def test_a_pause_between_attempts_is_ended_by_abort(self, simulator: Simulator) -> None:
        simulator.enqueue(HTTPFault(529, retry_after=60), "never")
        stream = MessageStream(connection(simulator, max_retries=2), request())
        ended = threading.Event()
        worker = threading.Thread(target=lambda: (consume(stream), ended.set()))
        worker.start()
        simulator.wait_for_requests(1)
        time.sleep(0.1)
        stream.abort()
        in_time = ended.wait(30)
        assert in_time, "the thread slept on after the user had stopped"
        assert len(simulator.requests) == 1


def consume(stream: MessageStream) -> BaseException | None:
    try:
        with stream:
            for _ in stream:
                pass
    except BaseException as error:
        return error
    return None


class listening:  # noqa: N801 - reads as a context
    """A bare socket that listens on the loopback, and its address as a URL."""

    def __enter__(self) -> tuple[socket.socket, str]:
        self.server = socket.create_server(("127.0.0.1", 0))
        return self.server, f"http://127.0.0.1:{self.server.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self.server.close()


class TestAbort:
    def run(self, stream: MessageStream, ready: Any) -> tuple[float, BaseException | None]:
        """Read in a thread, abort when `ready` returns; return how long the reader took to end, and its error."""
        found: list[BaseException | None] = []
        worker = threading.Thread(target=lambda: found.append(consume(stream)))
        worker.start()
        ready()
        begun = time.monotonic()
        stream.abort()
        worker.join(25)
        assert not worker.is_alive()
        return time.monotonic() - begun, found[0]

    def test_a_blocked_read(self, simulator: Simulator) -> None:
        simulator.enqueue(StreamFault("stall", "One two three.", after_characters=3, seconds=30))
        stream = MessageStream(connection(simulator, timeout=60), request())
        seconds, error = self.run(stream, lambda: (simulator.wait_for_requests(1), time.sleep(0.1)))
        assert seconds < 20
        assert isinstance(error, APIError)
        assert simulator.requests[0].wait_disconnected()

    def test_while_waiting_for_the_headers(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer("late", pace=Pace(header_delay=30)))
        stream = MessageStream(connection(simulator, timeout=60, max_retries=2), request())
        seconds, error = self.run(stream, lambda: (simulator.wait_for_requests(1), time.sleep(0.1)))
        assert seconds < 20
        assert isinstance(error, APIError)
        assert simulator.requests[0].wait_disconnected()
        assert len(simulator.requests) == 1  # not tried again

    def test_in_a_flowing_answer(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer("word " * 5000, pace=Pace(deltas_per_second=300)))
        stream = MessageStream(connection(simulator), request())
        seconds, _ = self.run(stream, lambda: (simulator.wait_for_requests(1), time.sleep(0.3)))
        assert seconds < 10
        assert simulator.requests[0].wait_disconnected()

    def test_before_it_has_begun(self, simulator: Simulator) -> None:
        stream = MessageStream(connection(simulator), request())
        stream.abort()
        assert isinstance(consume(stream), APIError)
        assert simulator.requests == []

    def test_after_its_end(self, simulator: Simulator) -> None:
        simulator.enqueue("one", "two")
        stream = MessageStream(connection(simulator), request())
        assert consume(stream) is None
        stream.abort()
        stream.close()
        # And the next stream does not suffer from it.
        assert read(connection(simulator)).text == "two"

    def test_before_the_connection_stands(self) -> None:
        """An abort while the connection is being made: no request leaves once it is there."""
        # A listening socket whose queue is full answers no connection attempt until it accepts one.
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            server.listen(0)
            fillers = []
            for _ in range(3):
                filler = socket.socket()
                filler.setblocking(False)
                filler.connect_ex(server.getsockname())
                fillers.append(filler)
            time.sleep(0.05)
            stream = MessageStream(
                connection(f"http://127.0.0.1:{server.getsockname()[1]}", timeout=6), request()
            )
            found: list[BaseException | None] = []
            worker = threading.Thread(target=lambda: found.append(consume(stream)))
            worker.start()
            time.sleep(0.3)
            stream.abort()
            server.settimeout(4)
            arrived = b""
            deadline = time.monotonic() + 5
            while worker.is_alive() and time.monotonic() < deadline:
                try:
                    client, _ = server.accept()
                except TimeoutError:
                    break
                with client:
                    client.settimeout(0.2)
                    try:
                        arrived += client.recv(65536)
                    except OSError:
                        continue
            for filler in fillers:
                filler.close()
            worker.join(8)
        assert not worker.is_alive()
        assert isinstance(found[0], APIError)
        assert b"POST" not in arrived, "a request was sent after the user had stopped it"


class TestClosing:
    def test_leaving_the_context_early_closes_the_connection(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer("word " * 5000, pace=Pace(deltas_per_second=200)))
        with MessageStream(connection(simulator), request()) as stream:
            next(iter(stream))
        assert simulator.requests[0].wait_disconnected()

    def test_an_exception_inside_the_context_closes_it_too(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer("word " * 5000, pace=Pace(deltas_per_second=200)))
        with pytest.raises(ZeroDivisionError), MessageStream(connection(simulator), request()) as stream:
            for _ in stream:
                raise ZeroDivisionError
        assert simulator.requests[0].wait_disconnected()

    def test_a_generator_that_a_traceback_keeps_alive_does_not_keep_the_connection(
        self, simulator: Simulator
    ) -> None:
        simulator.enqueue(Answer("word " * 5000, pace=Pace(deltas_per_second=200)))
        with MessageStream(connection(simulator), request()) as stream:
            kept = iter(stream)
            next(kept)
        assert simulator.requests[0].wait_disconnected()
        assert kept is not None

    def test_closing_twice_does_nothing(self, simulator: Simulator) -> None:
        simulator.enqueue("ok")
        stream = MessageStream(connection(simulator), request())
        assert consume(stream) is None
        stream.close()
        stream.close()

    @pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files in /proc")
    def test_no_socket_is_left_behind(self, simulator: Simulator) -> None:
        def sockets() -> int:
            count = 0
            for entry in Path("/proc/self/fd").iterdir():
                try:
                    count += str(entry.readlink()).startswith("socket:")
                except OSError:
                    continue
            return count

        close_lines()
        wait_for(lambda: False, 0.1)
        before = sockets()
        for _ in range(6):
            simulator.enqueue(
                "ok",
                StreamFault("drop"),
                StreamFault("reset"),
                HTTPFault(400),
                StreamFault("error"),
                RawStream(b"", status=302),
            )
        for _ in range(36):
            read(connection(simulator))
        # One connection may be kept for the next question, with its other end in the simulator.
        assert wait_for(lambda: sockets() <= before + 2)
        close_lines()
        assert wait_for(lambda: sockets() <= before)
