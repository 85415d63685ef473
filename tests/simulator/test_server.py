from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from nbclaude.simulator import Answer, Pace, RecordedRequest, Simulator, StreamFault
from tests.simulator.helpers import (
    HEADERS,
    MODEL,
    ask,
    body,
    get,
    open_stream,
    send,
)


def answer_text(reply: Any) -> str:
    return "".join(block["text"] for block in reply.json["content"] if block["type"] == "text")


class TestScripts:
    def test_are_used_up_in_order(self, simulator: Simulator) -> None:
        simulator.enqueue("one", Answer("two"))
        simulator.enqueue("three")
        assert simulator.pending == 3
        assert [answer_text(ask(simulator)) for _ in range(3)] == ["one", "two", "three"]
        assert "demo model" in answer_text(ask(simulator))

    def test_a_refused_request_uses_up_none(self, simulator: Simulator) -> None:
        simulator.enqueue("one")
        assert ask(simulator, max_tokens=None).status == 400
        assert get(simulator, "/v1/models").status == 200
        assert answer_text(ask(simulator)) == "one"

    def test_functions_see_the_request(self, simulator: Simulator) -> None:
        def shout(request: RecordedRequest) -> str:
            return request.prompt.upper()

        def nothing(request: RecordedRequest) -> None:
            return None

        simulator.enqueue(shout, nothing)
        assert answer_text(ask(simulator, "hello")) == "HELLO"
        assert "demo model" in answer_text(ask(simulator, "hello"))

    @pytest.mark.parametrize("script", [lambda request: 1 / 0, lambda request: 5])
    def test_a_function_that_fails_answers_500(
        self, simulator: Simulator, script: Callable[..., Any]
    ) -> None:
        simulator.enqueue(script)
        reply = ask(simulator)
        assert (reply.status, reply.headers["x-should-retry"]) == (500, "false")
        assert reply.message.startswith("the simulator or a script raised ")

    @pytest.mark.parametrize(
        "block", [{"text": "x"}, {"type": "tool_use", "name": "x"}, {"type": "new", "x": {1}}]
    )
    def test_so_does_a_broken_block(self, simulator: Simulator, block: dict[str, Any]) -> None:
        simulator.enqueue(Answer([block]))
        assert ask(simulator, stream=True).status == 500

    def test_anything_else_is_no_script(self, simulator: Simulator) -> None:
        with pytest.raises(TypeError, match="not a script: 5"):
            simulator.enqueue("one", 5)  # type: ignore[arg-type]
        assert simulator.pending == 0

    def test_only_the_demo_model_marks_its_replies(self, simulator: Simulator) -> None:
        simulator.enqueue("one")
        assert "nbclaude-simulator" not in ask(simulator).headers
        assert ask(simulator).headers["nbclaude-simulator"] == "demo"
        assert ask(simulator, stream=True).headers["nbclaude-simulator"] == "demo"

    def test_overrides(self, simulator: Simulator) -> None:
        answer = Answer(
            "x",
            usage={"input_tokens": 7, "speed": "fast"},
            message={"id": "msg_x"},
            headers={"retry-after": "3"},
        )
        simulator.enqueue(answer)
        reply = ask(simulator, model="claude-haiku-4-5")
        assert reply.json["model"] == "claude-haiku-4-5-20251001"
        assert (reply.json["usage"]["input_tokens"], reply.json["usage"]["speed"]) == (7, "fast")
        assert (reply.json["id"], reply.headers["retry-after"]) == ("msg_x", "3")


class TestRequests:
    def test_are_recorded_as_they_arrived(self, simulator: Simulator) -> None:
        send(simulator, body("Grüße"), path="/v1/messages?beta=true", headers=HEADERS | {"X-Custom": "Yes"})
        (request,) = simulator.requests
        assert (request.method, request.path, request.query) == ("POST", "/v1/messages", "beta=true")
        assert request.headers["x-custom"] == request.headers["X-CUSTOM"] == "Yes"
        assert "X-Custom" in request.headers
        assert request.json == body("Grüße")
        assert request.messages == [{"role": "user", "content": "Grüße"}]
        assert request.prompt == "Grüße"

    def test_keep_keys_out_of_sight(self, simulator: Simulator) -> None:
        ask(simulator)
        assert "canary" not in repr(simulator.requests)
        assert "canary" not in repr(simulator)
        assert simulator.requests[0].headers["x-api-key"] == "canary"

    def test_refused_ones_are_kept_too(self, simulator: Simulator) -> None:
        send(simulator, b"{", headers={})
        get(simulator, "/nowhere")
        assert [request.path for request in simulator.requests] == ["/v1/messages", "/nowhere"]
        assert [request.path for request in simulator.message_requests] == ["/v1/messages"]

    def test_clear(self, simulator: Simulator) -> None:
        ask(simulator)
        simulator.enqueue("x")
        simulator.clear()
        assert (simulator.requests, simulator.pending) == ([], 0)

    def test_only_so_many_are_kept(self) -> None:
        with Simulator(keep=2) as simulator:
            for word in "abc":
                ask(simulator, word)
            assert [request.prompt for request in simulator.requests] == ["b", "c"]

    def test_waiting(self, simulator: Simulator) -> None:
        thread = threading.Timer(0.05, ask, (simulator, "later"))
        thread.start()
        assert simulator.wait_for_requests(1)[0].prompt == "later"
        thread.join()
        with pytest.raises(TimeoutError, match=r"1 of 2 requests arrived within 0\.01 s"):
            simulator.wait_for_requests(2, timeout=0.01)


class TestDoors:
    @pytest.mark.parametrize(
        ("headers", "message"),
        [
            ({}, "x-api-key header is required"),
            ({"authorization": "Basic abc"}, "x-api-key header is required"),
            ({"x-api-key": "wrong"}, "invalid x-api-key"),
            ({"authorization": "Bearer wrong"}, "invalid x-api-key"),
            ({"x-api-key": "wrong", "authorization": "Bearer right"}, "invalid x-api-key"),
            ({"x-api-key": "right"}, ""),
            ({"authorization": "bearer right"}, ""),
        ],
    )
    def test_credentials(self, headers: dict[str, str], message: str) -> None:
        common = {key: value for key, value in HEADERS.items() if key != "x-api-key"}
        with Simulator(api_key="right") as simulator:
            reply = send(simulator, body(), headers=common | headers)
        if not message:
            assert reply.status == 200
            return
        assert (reply.status, reply.message) == (401, message)
        assert reply.json["error"]["type"] == "authentication_error"

    def test_json_and_its_type(self, simulator: Simulator) -> None:
        reply = send(simulator, b"{'a': 1}")
        assert reply.status == 400
        assert reply.message.startswith("The request body is not valid JSON: Expecting property name")
        assert send(simulator, b"[1]").message == "Input should be an object"
        assert send(simulator, b"[" * 100_000).status == 400
        for bad in (b'{"a": NaN}', b'{"a": Infinity}', b'{"a": "\\ud800"}', b'"\xff"'):
            assert send(simulator, bad).message.startswith("The request body is not valid JSON: ")
        other = send(simulator, body(), headers=HEADERS | {"content-type": "text/plain"})
        assert (other.status, other.message) == (415, "content-type: header must be application/json")

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/v1/messages", 405),
            ("DELETE", "/v1/models", 405),
            ("POST", "/v1/models/claude-opus-5", 405),
            ("POST", "/v1/complete", 404),
            ("GET", "/", 404),
            ("POST", "//v1/messages", 404),
            ("HEAD", "/v1/messages", 405),
        ],
    )
    def test_other_addresses(self, simulator: Simulator, method: str, path: str, status: int) -> None:
        reply = send(simulator, b"{}", method=method, path=path)
        assert reply.status == status
        if method != "HEAD":
            assert reply.json["type"] == "error"

    def test_headers_of_every_reply(self, simulator: Simulator) -> None:
        reply = ask(simulator)
        assert reply.headers["request-id"].startswith("req_01")
        assert reply.headers["anthropic-ratelimit-requests-remaining"] == "3999"
        assert reply.headers["anthropic-ratelimit-output-tokens-reset"].endswith("Z")
        assert reply.headers["anthropic-organization-id"]


class TestModels:
    def test_pages(self, simulator: Simulator) -> None:
        everything = get(simulator, "/v1/models?limit=1000").json
        ids = [model["id"] for model in everything["data"]]
        assert everything["has_more"] is False
        assert (everything["first_id"], everything["last_id"]) == (ids[0], ids[-1])
        page = get(simulator, f"/v1/models?limit=2&after_id={ids[0]}").json
        assert [model["id"] for model in page["data"]] == ids[1:3]
        assert page["has_more"] is True
        page = get(simulator, f"/v1/models?limit=2&before_id={ids[4]}").json
        assert [model["id"] for model in page["data"]] == ids[2:4]
        assert [m["id"] for m in get(simulator, "/v1/models?lifecycle[]=deprecated").json["data"]] == [
            "claude-sonnet-4-5-20250929"
        ]
        retired = get(simulator, "/v1/models?lifecycle[]=retired").json["data"]
        assert [model["id"] for model in retired][:2] == [
            "claude-mythos-preview",
            "claude-3-7-sonnet-20250219",
        ]
        assert {model["lifecycle"] for model in retired} == {"retired"}

    @pytest.mark.parametrize(
        "query", ["limit=0", "limit=1001", "limit=x", "after_id=x", "page=2", "lifecycle[]=new"]
    )
    def test_bad_queries(self, simulator: Simulator, query: str) -> None:
        assert get(simulator, f"/v1/models?{query}").status == 400

    def test_one_model(self, simulator: Simulator) -> None:
        model = get(simulator, f"/v1/models/{MODEL}").json
        assert (model["max_input_tokens"], model["max_tokens"]) == (1_000_000, 128_000)
        assert (model["lifecycle"], model["line"]) == ("active", "sonnet")
        types = model["capabilities"]["thinking"]["types"]
        assert {name for name, value in types.items() if value["supported"]} == {"adaptive", "between_tools"}
        effort = get(simulator, "/v1/models/claude-haiku-4-5").json["capabilities"]["effort"]
        assert effort["supported"] is effort["low"]["supported"] is False
        missing = get(simulator, "/v1/models/claude-sonnet-6")
        assert (missing.status, missing.message) == (404, "model: claude-sonnet-6")

    def test_of_a_gateway(self) -> None:
        with Simulator(strict=False, openai_models=True) as simulator:
            listed = get(simulator, "/v1/models").json
        assert listed["object"] == "list"
        assert set(listed["data"][0]) == {"id", "object", "created", "owned_by"}


class TestLife:
    def test_start_and_stop_may_be_called_twice(self) -> None:
        simulator = Simulator()
        assert simulator.start() is simulator
        port = simulator.port
        simulator.start()
        assert simulator.port == port
        assert simulator.base_url == f"http://127.0.0.1:{port}"
        simulator.stop()
        simulator.stop()
        with pytest.raises(ConnectionRefusedError):
            ask(simulator)

    def test_the_port_is_free_again(self) -> None:
        with Simulator() as first:
            ask(first)
            with pytest.raises(OSError, match="in use"):
                Simulator(port=first.port).start()
        with Simulator(port=first.port) as second:
            assert ask(second).status == 200

    def test_stopping_ends_running_streams_at_once(self) -> None:
        before = {*threading.enumerate()}
        simulator = Simulator().start()
        simulator.enqueue(StreamFault("stall"), Answer("x" * 9000, pace=Pace(deltas_per_second=10)))
        with open_stream(simulator) as first, open_stream(simulator) as second:
            first.readline()
            second.readline()
            started = time.monotonic()
            simulator.stop()
            assert time.monotonic() - started < 20  # of the minute that the first would take, and more
        for thread in {*threading.enumerate()} - before:
            thread.join(20)
            assert not thread.is_alive()
        assert all(request.finished.is_set() for request in simulator.requests)
        assert not any(request.disconnected.is_set() for request in simulator.requests)

    def test_idle_connections_do_not_delay_the_stop(self) -> None:
        with Simulator() as simulator:
            idle = [socket.create_connection(("127.0.0.1", simulator.port)) for _ in range(3)]
            time.sleep(0.05)
            started = time.monotonic()
        assert time.monotonic() - started < 20
        for connection in idle:
            connection.close()

    def test_garbage_does_no_harm(self, simulator: Simulator) -> None:
        for garbage in (
            b"\x16\x03\x01 TLS?",
            b"GET\r\n\r\n",
            b"POST /v1/messages HTTP/1.1\r\ncontent-length: x\r\n\r\n",
            # The client hangs up in the middle of the body: before its first byte, after some, between two chunks.
            b"POST /v1/messages HTTP/1.1\r\ncontent-length: 90\r\n\r\n",
            b'POST /v1/messages HTTP/1.1\r\ncontent-length: 90\r\n\r\n{"model": ',
            b'POST /v1/messages HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{"\r\n',
        ):
            with socket.create_connection(("127.0.0.1", simulator.port), timeout=30) as connection:
                connection.sendall(garbage)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(4096):
                    pass
        assert simulator.requests == []
        assert ask(simulator).status == 200
