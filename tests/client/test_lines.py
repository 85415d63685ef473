from __future__ import annotations

import itertools
import socket
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nbclaude.client import lines, relay
from nbclaude.client.endpoints import list_models
from nbclaude.client.lines import Line, close_lines, give_back, take_line
from nbclaude.client.relay import Relay
from nbclaude.client.stream import MessageStream
from nbclaude.errors import APIConnectionError
from nbclaude.simulator import Answer, HTTPFault, Pace, RecordedRequest, Simulator, StreamFault
from nbclaude.wire.message import MessageBuilder, text_of
from tests.client.faults import http
from tests.client.helpers import STREAM, connection, read, request, wait_for
from tests.client.listeners import Authority, Listener, forward, in_tls, read_body, read_head

PATIENCE = relay._END  # seconds


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait long for the end of an answer: on a busy machine it comes late, and then the connection is not used again."""
    monkeypatch.setattr(relay, "_END", 20.0)


@pytest.fixture
def counted(simulator: Simulator) -> Iterator[Listener]:
    """Count the connections to the simulator."""
    with Listener(forward(simulator.port)) as listener:
        yield listener


def ask(to: Listener | Simulator, prompt: str = "Hi") -> str:
    """Ask as the product does, and read the answer."""
    address = to.base_url if isinstance(to, Simulator) else f"http://{to.address}"
    builder = MessageBuilder()
    with Relay(MessageStream(connection(address), request(prompt))) as relay:
        for batch in relay.batches(lambda: None):
            assert isinstance(batch, list), "a retry"
            for event in batch:
                builder.apply(event)
    return text_of(builder.message)


@pytest.fixture
def stale(counted: Listener) -> Line:
    """Give an idle line."""
    assert ask(counted) != ""
    [line] = lines._idle
    return line


class TestUsedAgain:
    def test_ten_streamed_questions_take_one_connection(
        self, simulator: Simulator, counted: Listener
    ) -> None:
        simulator.enqueue(*(f"Answer {number}." for number in range(10)))
        assert [ask(counted) for _ in range(10)] == [f"Answer {number}." for number in range(10)]
        assert counted.connections == 1

    def test_over_tls_too(
        self, simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        authority = Authority(tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        with Listener(in_tls(authority.context(), forward(simulator.port))) as server:
            for _ in range(3):
                simulator.enqueue("Hello.")
                line_of = MessageStream(connection(f"https://{server.address}"), request())
                with Relay(line_of) as relay:
                    assert list(relay.batches(lambda: None))
            assert server.connections == 1

    def test_whole_messages_and_the_other_endpoints_share_it(
        self, simulator: Simulator, counted: Listener
    ) -> None:
        to = connection(f"http://{counted.address}")
        for _ in range(3):
            simulator.enqueue("Hello.")
            assert read(to, request(stream=False)).text == "Hello."
            assert list_models(to)
        assert counted.connections == 1

    def test_an_attempt_that_was_refused_leaves_it_to_the_next(
        self, simulator: Simulator, counted: Listener
    ) -> None:
        simulator.enqueue(HTTPFault(529, headers={"retry-after-ms": "5"}), "Well.")
        assert read(connection(f"http://{counted.address}", max_retries=1)).text == "Well."
        assert counted.connections == 1

    def test_a_server_that_keeps_the_answer_open_costs_little(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert PATIENCE <= 0.05
        monkeypatch.setattr(relay, "_END", PATIENCE)

        def serve(peer: socket.socket) -> None:
            read_head(peer)
            peer.sendall(
                http(b"200 OK", b"content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n")
            )
            peer.sendall(b"%x\r\n%b\r\n" % (len(STREAM), STREAM))
            peer.settimeout(5)
            closed.append(peer.recv(100_000)[-1:])
            while closed[-1]:
                closed.append(peer.recv(100_000))

        closed: list[bytes] = []
        with Listener(serve) as server:
            assert ask(server) == "Hello there."
            # Not the server has ended it.
            assert wait_for(lambda: closed[-1:] == [b""])
        assert lines._idle == []

    @pytest.mark.parametrize(("rest", "connections"), [(100, 1), (1_000_000, 3)])
    def test_a_short_rest_is_read_and_a_long_one_ends_the_connection(
        self, rest: int, connections: int
    ) -> None:
        def serve(peer: socket.socket) -> None:
            while b"content-length" in (head := read_head(peer).lower()):
                length = int(head.partition(b"content-length: ")[2].split(b"\r")[0])
                read_body(peer, length)
                body = STREAM + b": " + b"x" * rest + b"\n\n"
                peer.sendall(http(b"200 OK", b"content-length: %d\r\n" % len(body), body))

        with Listener(serve) as server:
            assert [ask(server) for _ in range(3)] == ["Hello there."] * 3
            assert server.connections == connections

    def test_two_streams_at_once_have_two_lines(self) -> None:
        first, second = take_line("http://a.example"), take_line("http://a.example")
        assert first is not second

    def test_what_never_connected_is_not_kept(self) -> None:
        give_back(take_line("http://a.example"))
        assert lines._idle == []

    def test_lines_are_those_of_one_server(
        self, simulator: Simulator, counted: Listener, stale: Line
    ) -> None:
        assert ask(simulator)
        assert len(lines._idle) == 2
        assert ask(counted)
        assert counted.connections == 1

    def test_a_few_at_the_most_wait_for_work(self, simulator: Simulator) -> None:
        threads = [threading.Thread(target=ask, args=(simulator,)) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert 1 <= len(lines._idle) <= 4
        close_lines()
        assert lines._idle == []

    def test_one_that_was_shut_down_is_not(self, counted: Listener, stale: Line) -> None:
        stale.shut_down()
        assert ask(counted)
        assert counted.connections == 2

    def test_another_proxy_ends_it(
        self, counted: Listener, stale: Line, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("nbclaude.client.routes.is_loopback", lambda url: False)
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        taken = take_line(f"http://{counted.address}")
        assert taken is not stale
        assert not stale.is_open

    @pytest.mark.parametrize("clock", ["monotonic", "time"])
    def test_one_that_was_idle_for_long_is_not(
        self, clock: str, counted: Listener, stale: Line, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = getattr(time, clock)
        monkeypatch.setattr(f"nbclaude.client.lines.time.{clock}", lambda: now() + 61.0)
        assert not stale.is_ready


class TestGivenUpByTheServer:
    def test_before_the_next_question(self) -> None:
        with Simulator() as first:
            port = first.port
            first.enqueue("one")
            assert ask(first) == "one"
        with Simulator(port=port) as second:
            second.enqueue("two")
            # `ask` takes no retry for an answer.
            assert ask(second) == "two"

    @pytest.mark.parametrize("way", ["close", "reset"])
    def test_while_the_next_question_is_on_its_way(self, way: str, simulator: Simulator) -> None:
        """The end of a connection and a request pass each other on the wire."""
        seen: list[int] = []

        def serve(peer: socket.socket) -> None:
            seen.append(0)
            while b"content-length" in (head := read_head(peer).lower()):
                seen[-1] += 1
                length = int(head.partition(b"content-length: ")[2].split(b"\r")[0])
                read_body(peer, length)
                if (len(seen), seen[-1]) == (1, 2):
                    if way == "reset":
                        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                peer.sendall(http(b"200 OK", b"content-length: %d\r\n" % len(STREAM), STREAM))

        with Listener(serve) as server:
            assert [ask(server) for _ in range(3)] == ["Hello there."] * 3
        assert seen == [2, 2]

    def test_a_new_connection_that_breaks_is_a_fault(self) -> None:
        with Listener(lambda peer: read_head(peer) and None) as server:
            assert type(read(connection(f"http://{server.address}")).error) is APIConnectionError
            assert server.connections == 1


class TestStopping:
    @pytest.mark.sweep
    def test_two_hundred_stops_beside_another_question_disturb_none(self, simulator: Simulator) -> None:
        slow = Answer("word " * 4000, pace=Pace(deltas_per_second=3000))

        def answer(asked: RecordedRequest) -> Answer:
            prompt = asked.messages[-1]["content"]
            return slow if prompt == "stop" else Answer(f"All of it, {prompt}. " * 20)

        simulator.enqueue(*[answer] * 600)
        done = threading.Event()
        texts: list[tuple[str, str]] = []

        def keep_asking() -> None:
            for number in itertools.count():
                if done.is_set():
                    return
                texts.append((f"All of it, {number}. " * 20, ask(simulator, f"{number}")))

        other = threading.Thread(target=keep_asking)
        other.start()
        for number in range(200):
            stream = MessageStream(connection(simulator), request("stop"))
            with Relay(stream) as relay:
                if number % 3:
                    next(relay.batches(lambda: None))
            # Late, and once more: the line may be another question's by now.
            stream.abort()
        done.set()
        other.join(60)
        assert texts
        assert [said.strip() for _, said in texts] == [expected.strip() for expected, _ in texts]

    def test_a_connection_that_was_stopped_at_the_last_moment_is_not_kept(self, simulator: Simulator) -> None:
        simulator.enqueue("one")
        with MessageStream(connection(simulator), request()) as stream:
            assert list(stream)
            stream.drain()
            stream.abort()
        assert lines._idle == []

    def test_a_stop_after_the_end_reaches_nobody(self, simulator: Simulator) -> None:
        simulator.enqueue("one", Answer("two " * 50, pace=Pace(deltas_per_second=200)))
        first = MessageStream(connection(simulator), request())
        with Relay(first) as relay:
            list(relay.batches(lambda: None))
        [line] = lines._idle
        second = MessageStream(connection(simulator), request())
        with Relay(second) as relay:
            batches = relay.batches(lambda: None)
            next(batches)
            assert second._line is line
            first.abort()
            assert list(batches)


@pytest.mark.parametrize(
    "trouble",
    [
        StreamFault("drop"),
        StreamFault("reset"),
        StreamFault("error"),
        StreamFault("truncate"),
        HTTPFault(400),
        HTTPFault.html(502),
    ],
)
def test_trouble_on_a_line_does_not_reach_the_next_question(simulator: Simulator, trouble: Any) -> None:
    simulator.enqueue("one", trouble, "three", "four")
    texts = [read(connection(simulator)) for _ in range(4)]
    assert texts[1].error is not None
    assert [result.text for result in (texts[0], texts[2], texts[3])] == ["one", "three", "four"]
