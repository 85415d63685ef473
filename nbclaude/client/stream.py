"""Send one request, and give its events in the batches in which they arrive, until the message is complete.

A stream is a context manager: leaving it closes the connection, whatever has happened. Another thread ends it by `abort`.
"""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from types import TracebackType
from typing import Self

import tenacity

from nbclaude.cleaning import identifier
from nbclaude.client.answer_body import AnswerBody
from nbclaude.client.connection import DEMO_NOTICE, Connection
from nbclaude.client.failures import (
    error_of_exception,
    error_of_reply,
    redact_key,
    retry_delay,
)
from nbclaude.client.http import httpx
from nbclaude.client.lines import Line, give_back, take_line
from nbclaude.client.unreachable import FOREIGN
from nbclaude.errors import APIConnectionError, APIError
from nbclaude.frozen import frozen
from nbclaude.wire.events import Event
from nbclaude.wire.request import MessageRequest

__all__ = ["MessageStream", "RetryWait"]

_MAX_REST_BYTES = 65_536  # that are read after the end of a message, so that the connection can be used again

_growing = tenacity.wait_exponential(multiplier=0.5, max=8.0)  # seconds
_MAX_JITTER = 0.5  # seconds
# Of its own: the global generator is the user's, whose results may hang on its state. A forked child has other values.
_random = random.SystemRandom()


def _together(headers: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Add a request's own headers to the connection's; beta features of both count."""
    betas = [found for found in (headers.get("anthropic-beta"), more.get("anthropic-beta")) if found]
    joined = {"anthropic-beta": ",".join(betas)} if betas else {}
    return {**headers, **more, **joined}


def _pace(state: tenacity.RetryCallState) -> float:
    """Seconds until the next attempt: what the server asked for, else more each time."""
    error = state.outcome.exception() if state.outcome else None
    delay = retry_delay(error) if isinstance(error, Exception) else False
    return _growing(state) + _random.uniform(0.0, _MAX_JITTER) if isinstance(delay, bool) else delay


@frozen
class RetryWait:
    """A request has failed and is sent again in `seconds`; `attempt` is the number of the next one, of `attempts`."""

    error: APIError
    seconds: float
    attempt: int
    attempts: int


class MessageStream:
    """`POST /v1/messages` with retries before the first byte; iterate over it for batches of events.

    Raises (while iterating):
        APIError: see `nbclaude.errors`; `partial` tells whether events had come before.

    """

    def __init__(self, connection: Connection, request: MessageRequest) -> None:
        self._connection = connection
        self._request = request
        self._guard = connection.guard()
        # Called (in the thread that iterates) before each wait for the next attempt.
        self.on_wait: Callable[[RetryWait], object] = lambda wait: None
        self._line: Line | None = None
        # An `abort` and the giving back of the line exclude each other: the line may be another stream's at once.
        self._lock = threading.Lock()
        self._response: httpx.Response | None = None
        self._chunks: Iterator[bytes] = iter(())
        self._aborted = threading.Event()
        self._body = AnswerBody(connection, {})
        # The id that the server gave the request, to quote to its support.
        self.request_id = ""
        # What the user must know about who answers: the simulator's demo model says in a header that it is not Claude.
        self.notice = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back, or close it where the answer was not read to its end; safe to call more than once."""
        response, self._response = self._response, None
        # A connection that was shut down from another thread may complain while it closes.
        with contextlib.suppress(httpx.HTTPError, OSError, RuntimeError):
            if isinstance(self._chunks, Generator):
                self._chunks.close()
            if response is not None:
                response.close()
        with self._lock:
            line, self._line = self._line, None
        if line is not None:
            give_back(line)

    def drain(self) -> None:
        """Read what follows the message, so that the connection can be used again.

        It waits for as long as the server keeps the answer open, or until an `abort`.
        """
        left = _MAX_REST_BYTES
        with contextlib.suppress(*FOREIGN):
            for chunk in self._chunks:
                left -= len(chunk)
                if left < 0:
                    return

    def abort(self) -> None:
        """End the stream from another thread: a read that is blocked there returns at once."""
        with self._lock:
            self._aborted.set()
            if self._line is not None:
                self._line.shut_down()

    def rest(self, seconds: float) -> None:
        """Wait, but not beyond an `abort`."""
        self._aborted.wait(seconds)

    def __iter__(self) -> Iterator[list[Event]]:
        # What a server repeats of a key is in nothing that is shown, recorded or sent.
        guard = self._guard
        try:
            self._open()
            for batch in self._body.batches(self._chunks):
                yield guard.events(batch)
        except FOREIGN as error:
            yield guard.rest()
            raise redact_key(
                error_of_exception(error, self._connection, partial=self._body.has_begun), self._connection
            ) from None
        except APIError as error:
            yield guard.rest()
            error.partial = error.partial or self._body.has_begun
            raise redact_key(error, self._connection)  # noqa: B904 - it is the same error

    def _open(self) -> None:
        """Send the request until it is accepted, or may not be sent again."""
        send = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self._connection.max_retries + 1),
            wait=_pace,
            retry=tenacity.retry_if_exception(self._may_retry),
            before_sleep=self._tell,
            sleep=self.rest,
            reraise=True,
        )
        send(self._send)

    def _tell(self, state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, APIError) and state.next_action is not None:
            attempts = self._connection.max_retries + 1
            self.on_wait(
                RetryWait(
                    redact_key(error, self._connection),
                    state.next_action.sleep,
                    state.attempt_number + 1,
                    attempts,
                )
            )

    def _may_retry(self, error: BaseException) -> bool:
        return isinstance(error, Exception) and not self._aborted.is_set() and retry_delay(error) is not False

    def _send(self) -> None:
        connection = self._connection
        try:
            response = self._post()
            self._response = response
            self._take_headers(response.headers)
            if response.status_code != 200:
                body = response.read()
                response.close()
                raise error_of_reply(response.status_code, response.headers, body, connection, self._line)
        except FOREIGN as error:
            raise error_of_exception(error, connection, self._line) from None
        encoded = "content-encoding" in response.headers
        self._chunks = response.iter_bytes() if encoded else response.iter_raw()
        self._body = AnswerBody(connection, response.headers)

    def _take_headers(self, headers: httpx.Headers) -> None:
        self.request_id = identifier(self._guard.text(headers.get("request-id", "")))
        self.notice = DEMO_NOTICE if headers.get("nbclaude-simulator") == "demo" else ""

    def _post(self) -> httpx.Response:
        """Send the request; once more and without a word if the line was one that the server had given up."""
        connection = self._connection
        content = self._request.to_json()
        headers = _together(connection.headers(), self._request.headers)
        line = self._take()
        try:
            return line.post(connection.messages_url, content, headers, connection.timeout)
        except FOREIGN as error:
            if not line.is_stale(error):
                raise
        return self._take(new=True).post(connection.messages_url, content, headers, connection.timeout)

    def _take(self, *, new: bool = False) -> Line:
        """Take a line, or keep the one that an earlier attempt has left open."""
        with self._lock:
            if self._line is not None and self._line.is_open and not new:
                return self._line
            ended, self._line = self._line, None
        if ended is not None:
            ended.close()
        line = take_line(self._connection.base_url, new=new)
        with self._lock:
            self._line = line
            if self._aborted.is_set():
                raise APIConnectionError("The request was stopped.", should_retry=False)
        return line
