"""Read a stream in a worker thread, and give its batches of events with a time limit on every wait.

So the caller can paint while the server pauses, and the user's stop always reaches the caller, never the depths of a
blocked read.
"""

from __future__ import annotations

import enum
import queue
import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

from nbclaude import stopping
from nbclaude.client.stream import MessageStream, RetryWait
from nbclaude.errors import APIConnectionError
from nbclaude.quiet import quietly
from nbclaude.wire.events import Event
from nbclaude.wire.joining import joined

__all__ = ["Relay"]

# On some platforms a wait cannot be interrupted, so none is long.
_MAX_WAIT = 0.2  # seconds
_AT_ONCE = 0.001  # seconds in which a batch comes that had arrived before
_REST = 0.03  # seconds; less than a painting's interval
_END = 0.05  # seconds for the end of an answer to come after its message; without it the connection is closed
_PATIENCE = 0.3  # seconds for the worker to end after an abort; a connection attempt cannot be hurried


class _Mark(enum.Enum):
    NOTHING = enum.auto()
    COMPLETE = enum.auto()


class Relay:
    """Runs one `MessageStream`; leaving the context closes the connection and ends the worker."""

    def __init__(self, stream: MessageStream) -> None:
        self._stream = stream
        self._queue: queue.SimpleQueue[list[Event] | RetryWait | Exception | _Mark] = queue.SimpleQueue()
        stream.on_wait = self._queue.put
        self._worker = threading.Thread(target=self._run, name="nbclaude-stream", daemon=True)
        self._is_complete = False

    def __enter__(self) -> Self:
        self._worker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_complete and error is None:
            self._worker.join(_END)
        if self._worker.is_alive():
            self._stream.abort()
            self._worker.join(_PATIENCE)

    def batches(self, pause: Callable[[], float | None]) -> Iterator[list[Event] | RetryWait]:
        """Yield events as they come, in lists; deltas that arrived together are joined where possible.

        A list is empty if no event came within `pause()` seconds.

        A `RetryWait` comes before any event, each time that the request must be sent again.
        Raises what the stream raised, after all that came before it, a stop of the user's that was held back, and
        APIConnectionError in a process that was forked meanwhile: the answer comes to its parent.
        """
        while True:
            stopping.check()
            limit = pause()
            try:
                item = self._queue.get(timeout=_MAX_WAIT if limit is None else min(limit, _MAX_WAIT))
            except queue.Empty:
                self._check_worker()
                if limit is not None:
                    yield []
                continue
            if isinstance(item, RetryWait):
                yield item
                continue
            events: list[Event] = []
            while isinstance(item, list):
                events += item
                item = self._next()
            if events:
                yield joined(events)
            if isinstance(item, Exception):
                raise item
            if item is _Mark.COMPLETE:
                return

    def wake(self) -> None:
        """End a wait for events; may be called from any thread, and from a handler of signals."""
        self._queue.put([])

    def _next(self) -> list[Event] | Exception | RetryWait | _Mark:
        """Return what has come meanwhile."""
        try:
            return self._queue.get_nowait()
        except queue.Empty:
            return _Mark.NOTHING

    def _check_worker(self) -> None:
        if not self._worker.is_alive() and self._queue.empty():
            raise APIConnectionError(
                "The answer belongs to the process that asked; this process is a fork of it.",
                should_retry=False,
            )

    def _run(self) -> None:
        try:
            with quietly("httpx", "httpcore"), self._stream as stream:
                asked = time.monotonic()
                for batch in stream:
                    self._queue.put(batch)
                    if time.monotonic() - asked > _AT_ONCE:
                        # It had to be waited for. A short rest now, and the next read brings all that came meanwhile:
                        # at hundreds of events a second that is a fifth of the work.
                        stream.rest(_REST)
                    asked = time.monotonic()
                self._is_complete = True
                self._queue.put(_Mark.COMPLETE)
                stream.drain()
        except Exception as error:  # whatever it is, the caller raises it
            self._queue.put(error)
