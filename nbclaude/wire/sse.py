"""Decodes server-sent events from bytes that arrive in chunks of any size.

The format: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

from __future__ import annotations

import re

from nbclaude.frozen import frozen

__all__ = ["EventStreamDecoder", "ServerSentEvent"]

# Lines end at these three only. Text inside the JSON may hold U+2028, U+0085 or a form feed, which are not line ends here.
_LINE_END = re.compile(rb"\r\n|\n|\r")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@frozen
class ServerSentEvent:
    """One event: its name (empty when the stream gave none) and the bytes of its data lines, joined by newlines."""

    name: str
    data: bytes


class EventStreamDecoder:
    """Incremental parser: `feed` chunks, `close` at the end of the stream; both return the events completed so far.

    Work per byte is constant whatever the chunk size: a line that is still open is kept as a list of its pieces.
    """

    def __init__(self) -> None:
        self._open_line: list[bytes] = []
        self._at_start = True
        self._ended_in_cr = False
        self._name = b""
        self._data: list[bytes] = []

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """Take the next bytes; return the events that they complete."""
        if self._ended_in_cr and chunk:
            # A "\r\n" was cut in two; its first half has ended the line already.
            self._ended_in_cr = False
            chunk = chunk.removeprefix(b"\n")
        if not chunk:
            return []
        lines = _LINE_END.split(chunk) if b"\r" in chunk else chunk.split(b"\n")
        self._ended_in_cr = chunk.endswith(b"\r")
        if self._open_line and len(lines) > 1:
            lines[0] = b"".join([*self._open_line, lines[0]])
            self._open_line.clear()
        if rest := lines.pop():
            self._open_line.append(rest)
        events: list[ServerSentEvent] = []
        for line in lines:
            # Nearly every line is one of these, written like this.
            if line.startswith(b"data: ") and not self._at_start:
                self._data.append(line[6:])
            else:
                self._end_line(line, events)
        return events

    def close(self) -> list[ServerSentEvent]:
        """End the stream; return the last event even if no blank line closed it (some servers send none)."""
        events: list[ServerSentEvent] = []
        if self._open_line:
            self._end_line(b"".join(self._open_line), events)
            self._open_line.clear()
        self._end_line(b"", events)
        return events

    def _end_line(self, line: bytes, events: list[ServerSentEvent]) -> None:
        if self._at_start:
            self._at_start = False
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if not line:
            if self._data:
                data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
                events.append(ServerSentEvent(self._name.decode("utf-8", "replace"), data))
                self._data.clear()
            self._name = b""
            return
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data.append(value)
        elif field == b"event":
            self._name = value
        # "id" and "retry" steer a reconnection that the Messages API does not have; an empty field is a comment.
