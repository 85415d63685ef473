"""Reads the body of an answer: an event stream, or (whatever was asked for) one JSON object."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nbclaude.client.connection import Connection
from nbclaude.client.failures import error_of_body
from nbclaude.client.web_pages import excerpt, is_web_page
from nbclaude.errors import APIError, APIResponseValidationError, IncompleteStreamError
from nbclaude.wire.events import Event, MessageStop, StreamError, parse_event
from nbclaude.wire.halves import HalfJoiner
from nbclaude.wire.joining import joined
from nbclaude.wire.json_text import from_json
from nbclaude.wire.message import events_of_message
from nbclaude.wire.sse import EventStreamDecoder, ServerSentEvent

__all__ = ["AnswerBody"]

_SAYS_AN_ERROR = {"error", "errors", "message", "msg", "Message", "detail"}


class AnswerBody:
    """The body of one answer, read piece by piece; `has_begun` tells whether any of its events have come."""

    def __init__(self, connection: Connection, headers: Mapping[str, str]) -> None:
        self._connection = connection
        self._headers = headers
        self._halves = HalfJoiner()
        self.has_begun = False

    def batches(self, chunks: Iterable[bytes]) -> Iterator[list[Event]]:
        """Give the events in the batches in which their bytes arrive; the first byte tells how to read them."""
        chunks = iter(chunks)
        head = b""
        for chunk in chunks:
            head += chunk
            if head.strip():
                break
        if head.lstrip()[:1] in (b"{", b"<"):
            yield self._whole_message(head + b"".join(chunks))
        else:
            yield from self._event_stream(itertools.chain((head,), chunks))

    def _event_stream(self, chunks: Iterable[bytes]) -> Iterator[list[Event]]:
        decoder = EventStreamDecoder()
        head = b""
        for chunk in chunks:
            head = head or chunk
            batch: list[Event] = []
            fault: APIError | None = None
            try:
                self._parse(decoder.feed(chunk), batch)
            except APIError as error:
                fault = error
            if batch := self._whole(batch):
                # What came before a fault in the same chunk has arrived, and is handed on first.
                self.has_begun = True
                yield batch
            if fault is not None:
                raise fault
            if any(isinstance(event, MessageStop) for event in batch):
                # Nothing of interest follows, and some servers keep the answer open: see `drain`.
                return
        if (
            not self.has_begun
            and head.strip()
            and not head.lstrip().startswith((b":", b"data", b"event", b"id", b"retry"))
        ):
            raise self._not_a_message(head)
        rest: list[Event] = []
        with contextlib.suppress(APIResponseValidationError):  # an event that was cut in two by the end
            self._parse(decoder.close(), rest)
        if rest := self._whole(rest):
            yield rest
        if not any(isinstance(event, MessageStop) for event in rest):
            raise IncompleteStreamError(
                f"{self._connection.host} ended the stream before the answer was complete.",
                partial=self.has_begun,
            )

    def _parse(self, items: Iterable[ServerSentEvent], batch: list[Event]) -> None:
        for item in items:
            event = parse_event(item)
            if isinstance(event, StreamError):
                raise error_of_body(
                    {"error": event.error, "request_id": event.request_id}, 200, self._headers
                )
            if event is not None:
                batch.append(event)

    def _whole(self, events: Iterable[Event]) -> list[Event]:
        """Return what came together with as few deltas as it needs, and no half characters."""
        return [each for event in joined(events) for each in self._halves.feed(event)]

    def _not_a_message(self, body: bytes) -> APIResponseValidationError:
        text = body.decode("utf-8", "replace")
        is_page = is_web_page(text)
        what = "a web page" if is_page else "something else"
        login = "If this is the login page of a network or a proxy, log in there first. " if is_page else ""
        return APIResponseValidationError(
            f"{self._connection.base_url} (base_url) did not answer with a message of the Messages API, but with {what}: "
            f"“{excerpt(text)}”",
            cure=(f"{login}Check base_url: the path /v1/messages is added to it.",),
        )

    def _whole_message(self, body: bytes) -> list[Event]:
        try:
            data: Any = from_json(body)
        except ValueError:
            data = None
        if not isinstance(data, dict):
            raise self._not_a_message(body)
        # Some gateways wrap the message: {"code": 200, "data": {...}}.
        code = data.get("code")
        is_error = isinstance(code, int) and code >= 400
        if not is_error and isinstance(data.get("data"), dict) and "content" not in data:
            data = data["data"]
        if "content" not in data:
            if is_error or _SAYS_AN_ERROR & set(data):
                raise error_of_body(data, 200, self._headers)
            raise self._not_a_message(body)
        self.has_begun = True
        return events_of_message(data)
