from __future__ import annotations

import http.client
import json
import threading
import time
from typing import Any

import pytest

from nbclaude.simulator import (
    Answer,
    Pace,
    RecordedRequest,
    Simulator,
    StreamFault,
)
from tests.simulator.helpers import (
    GREETING,
    HEADERS,
    ask,
    body,
    deltas,
    open_stream,
    stream,
)


class TestPace:
    def test_deltas_keep_an_absolute_clock(self, simulator: Simulator) -> None:
        pace = Pace(deltas_per_second=200, characters=1, first_delay=0.1)
        simulator.enqueue(Answer("x" * 100, pace=pace))
        started = time.monotonic()
        data = stream(simulator, model="claude-opus-4-8")
        assert len(deltas(data)) == 100
        assert 0.59 <= time.monotonic() - started < 20

    def test_delay_before_the_headers(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer("x", pace=Pace(header_delay=0.2)), Answer("x", pace=Pace(first_delay=0.2)))
        for changes in ({"stream": True}, {}):
            started = time.monotonic()
            ask(simulator, **changes)
            assert 0.19 <= time.monotonic() - started < 20

    def test_deltas_arrive_when_they_are_sent(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer("abc", pace=Pace(deltas_per_second=20, characters=1)))
        started = time.monotonic()
        with open_stream(simulator, model="claude-opus-4-8") as reply:
            moments = [time.monotonic() - started for line in reply if b"text_delta" in line]
        # Whoever reads may be late, and never early.
        assert [moment >= 0.05 * number for number, moment in enumerate(moments)] == [True] * 3

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
        assert time.monotonic() - started < 10

    def test_a_complete_reply_is_no_disconnect(self, simulator: Simulator) -> None:
        ask(simulator, stream=True)
        assert simulator.requests[0].wait_finished()
        assert not simulator.requests[0].wait_disconnected(0.05)

    def test_one_connection_serves_many_requests(self, simulator: Simulator) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=30)
        sockets = set()
        for changes in ({}, {"stream": True}, {"model": "nobody"}, {}):
            connection.request("POST", "/v1/messages", json.dumps(body(**changes)), HEADERS)
            with connection.getresponse() as reply:
                reply.read()
            sockets.add(connection.sock)
        connection.close()
        assert len(sockets) == 1

    def test_requests_at_the_same_time(self, simulator: Simulator) -> None:
        together = threading.Barrier(8)

        def answer(_: RecordedRequest) -> str:
            together.wait(30)  # one after the other, they would wait in vain
            return "Here."

        simulator.enqueue(*[answer] * 8)
        texts: list[str] = []
        threads = [threading.Thread(target=lambda: texts.extend(deltas(stream(simulator)))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert texts == ["Here."] * 8

    def test_scripts_are_taken_in_the_order_of_arrival(self, simulator: Simulator) -> None:
        simulator.enqueue("first", "second")
        texts: dict[str, str] = {}

        def run(name: str, system: str) -> None:
            texts[name] = ask(simulator, system=system).json["content"][-1]["text"]

        # To read the first takes the simulator much longer than to read the second.
        threads = []
        for number, (name, system) in enumerate({"large": '"' * 2_000_000, "small": "x"}.items(), 1):
            threads.append(threading.Thread(target=run, args=(name, system)))
            threads[-1].start()
            simulator.wait_for_requests(number)
        for thread in threads:
            thread.join()
        assert texts == {"large": "first", "small": "second"}

    def test_unpaced_streams_are_fast(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer("word " * 4000, pace=Pace(characters=4)))
        started = time.monotonic()
        assert len(deltas(stream(simulator, max_tokens=100_000))) == 5000
        assert time.monotonic() - started < 10
