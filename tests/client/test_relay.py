from __future__ import annotations

import itertools
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from nbclaude.client.relay import Relay
from nbclaude.client.stream import MessageStream
from nbclaude.errors import APIConnectionError, APITimeoutError, OverloadedError
from nbclaude.simulator import Answer, HTTPFault, Pace, Simulator, StreamFault
from nbclaude.wire.events import BlockDelta, Event, MessageStart, MessageStop
from nbclaude.wire.message import MessageBuilder, text_of
from tests.client.helpers import connection, request, stream_threads, wait_for


def never() -> float | None:
    return None


def stream_from(simulator: Simulator, **changes: object) -> MessageStream:
    return MessageStream(connection(simulator, **changes), request())


def text(batches: list[list[Event]]) -> str:
    builder = MessageBuilder()
    for batch in batches:
        for event in batch:
            builder.apply(event)
    return text_of(builder.message)


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    assert wait_for(lambda: not stream_threads()), "a worker thread was left behind"


class TestBatches:
    def test_all_events_in_order(self, simulator: Simulator) -> None:
        simulator.enqueue("Hello there.")
        with Relay(stream_from(simulator)) as relay:
            batches = list(relay.batches(never))
        assert text(batches) == "Hello there."
        events = [event for batch in batches for event in batch]
        assert isinstance(events[0], MessageStart)
        assert isinstance(events[-1], MessageStop)

    def test_none_is_empty_when_nothing_is_waited_for(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer("a b c d e", pace=Pace(deltas_per_second=10)))
        with Relay(stream_from(simulator)) as relay:
            batches = list(relay.batches(never))
        assert [] not in batches
        assert text(batches) == "a b c d e"

    def test_an_empty_one_when_the_pause_is_over(self, simulator: Simulator) -> None:
        enough = threading.Event()
        simulator.enqueue(StreamFault("stall", "One two.", after_characters=3, until=enough))
        pauses: list[float] = []
        with Relay(stream_from(simulator)) as relay:
            asked = 0

            def pause() -> float | None:
                nonlocal asked
                asked += 1
                return 0.05 if asked > 1 else None

            for batch in relay.batches(pause):
                if not batch:
                    pauses.append(time.monotonic())
                    if len(pauses) == 5:
                        enough.set()
        assert len(pauses) >= 5
        gaps = [later - earlier for earlier, later in itertools.pairwise(pauses)]
        assert min(gaps) > 0.03

    def test_a_pause_of_nothing_does_not_spin_without_giving_events(self, simulator: Simulator) -> None:
        simulator.enqueue("Hello there.")
        with Relay(stream_from(simulator)) as relay:
            assert text(list(relay.batches(lambda: 0.0))) == "Hello there."

    def test_what_came_while_the_caller_was_busy_comes_as_one(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer("word " * 60, pace=Pace(deltas_per_second=400)))
        batches = []
        with Relay(stream_from(simulator)) as relay:
            for batch in relay.batches(never):
                batches.append(batch)
                time.sleep(0.1)
        assert text(batches) == "word " * 60
        assert len(batches) < 15
        kinds = [[type(event) for event in batch] for batch in batches]
        assert not any(
            pair == (BlockDelta, BlockDelta) for batch in kinds[2:] for pair in itertools.pairwise(batch)
        )


class TestErrors:
    def test_come_after_everything_that_came_before(self, simulator: Simulator) -> None:
        simulator.enqueue(StreamFault("error", "One two three.", after_characters=8))
        batches: list[list[Event]] = []
        with pytest.raises(OverloadedError), Relay(stream_from(simulator)) as relay:
            for batch in relay.batches(never):
                batches.append(batch)
        assert text(batches).startswith("One two")

    def test_before_anything(self, simulator: Simulator) -> None:
        simulator.enqueue(HTTPFault(529))
        with pytest.raises(OverloadedError), Relay(stream_from(simulator)) as relay:
            list(relay.batches(never))

    def test_timeouts(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer("late", pace=Pace(header_delay=10)))
        with pytest.raises(APITimeoutError), Relay(stream_from(simulator, timeout=0.2)) as relay:
            list(relay.batches(never))

    def test_connections(self) -> None:
        with (
            pytest.raises(APIConnectionError),
            Relay(MessageStream(connection("http://127.0.0.1:9"), request())) as relay,
        ):
            list(relay.batches(never))

    def test_whatever_they_are(self) -> None:
        class Broken(MessageStream):
            def __iter__(self) -> Iterator[list[Event]]:
                raise ZeroDivisionError("a bug")

        with (
            pytest.raises(ZeroDivisionError, match="a bug"),
            Relay(Broken(connection("http://127.0.0.1:9"), request())) as relay,
        ):
            list(relay.batches(never))

    def test_of_the_caller_end_the_stream(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer("word " * 5000, pace=Pace(deltas_per_second=200)))
        with pytest.raises(ZeroDivisionError), Relay(stream_from(simulator)) as relay:
            for _ in relay.batches(never):
                raise ZeroDivisionError
        assert simulator.requests[0].wait_disconnected()


class _Interrupt(threading.Thread):
    """Press Ctrl-C some seconds after the first request has arrived; `at` is when."""

    def __init__(self, simulator: Simulator, seconds: float) -> None:
        super().__init__()
        self.at = 0.0
        self._simulator, self._seconds = simulator, seconds
        self.start()

    def run(self) -> None:
        self._simulator.wait_for_requests(1)
        time.sleep(self._seconds)
        self.at = time.monotonic()
        os.kill(os.getpid(), signal.SIGINT)


class TestInterrupt:
    @pytest.mark.parametrize(
        "script",
        [
            lambda: Answer("late", pace=Pace(header_delay=30)),
            lambda: Answer("late", pace=Pace(first_delay=30)),
            lambda: StreamFault("stall", "One two.", after_characters=3, seconds=30),
            lambda: Answer("word " * 5000, pace=Pace(deltas_per_second=200)),
        ],
        ids=["before the headers", "before the text", "in a stall", "in the flow"],
    )
    def test_reaches_the_caller_and_ends_the_stream(
        self, simulator: Simulator, script: Callable[[], Answer]
    ) -> None:
        simulator.enqueue(script())
        seen: list[list[Event]] = []
        pressed = _Interrupt(simulator, 0.3)
        with pytest.raises(KeyboardInterrupt), Relay(stream_from(simulator, timeout=60.0)) as relay:
            for batch in relay.batches(never):
                seen.append(batch)
        ended = time.monotonic()
        pressed.join()
        assert ended - pressed.at < 15  # of the 25 s or more that the answer takes
        assert simulator.requests[0].wait_disconnected()

    def test_between_two_attempts(self, simulator: Simulator) -> None:
        simulator.enqueue(HTTPFault(529, retry_after=60), "never")
        pressed = _Interrupt(simulator, 0.3)
        with pytest.raises(KeyboardInterrupt), Relay(stream_from(simulator, max_retries=1)) as relay:
            list(relay.batches(never))
        ended = time.monotonic()
        pressed.join()
        assert ended - pressed.at < 30
        assert len(simulator.requests) == 1


class TestLeaving:
    def test_early_closes_the_connection_and_ends_the_worker(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer("word " * 5000, pace=Pace(deltas_per_second=200)))
        with Relay(stream_from(simulator)) as relay:
            next(relay.batches(never))
        assert simulator.requests[0].wait_disconnected()

    def test_without_reading_anything(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer("late", pace=Pace(header_delay=30)))
        begun = time.monotonic()
        with Relay(stream_from(simulator)):
            simulator.wait_for_requests(1)
        assert time.monotonic() - begun < 10
        assert simulator.requests[0].wait_disconnected()

    def test_at_once(self, simulator: Simulator) -> None:
        for _ in range(5):
            with Relay(stream_from(simulator)):
                pass
