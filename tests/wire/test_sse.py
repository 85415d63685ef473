from __future__ import annotations

import random

import pytest

from nbclaude.wire.sse import EventStreamDecoder, ServerSentEvent
from tests.growth import cpu
from tests.wire.recordings import CHUNK_SIZES, chunks

Pairs = list[tuple[str, bytes]]

U2028, U2029, NEL = "\u2028", "\u2029", "\x85"

# name of the rule: (bytes, the events that they are)
RULES: dict[str, tuple[bytes, Pairs]] = {
    "nothing": (b"", []),
    "only blank lines": (b"\n\n\r\n\r\r", []),
    "lines end in LF": (b"event: a\ndata: 1\n\n", [("a", b"1")]),
    "lines end in CRLF": (b"event: a\r\ndata: 1\r\n\r\n", [("a", b"1")]),
    "lines end in CR": (b"event: a\rdata: 1\r\r", [("a", b"1")]),
    "line ends are mixed": (
        b"event: a\r\ndata: 1\ndata: 2\r\revent: b\ndata: 3\r\n\n",
        [("a", b"1\n2"), ("b", b"3")],
    ),
    "CR LF LF is two line ends": (b"data: 1\r\n\ndata: 2\n\r\n", [("", b"1"), ("", b"2")]),
    "LF CR is two line ends": (b"data: 1\n\rdata: 2\n\r", [("", b"1"), ("", b"2")]),
    "two events": (b"event: a\ndata: 1\n\nevent: b\ndata: 2\n\n", [("a", b"1"), ("b", b"2")]),
    "a name does not outlive its event": (b"event: a\ndata: 1\n\ndata: 2\n\n", [("a", b"1"), ("", b"2")]),
    "a name without data is no event": (b"event: a\n\ndata: 2\n\n", [("", b"2")]),
    "the last name counts": (b"event: a\nevent: b\ndata: 1\n\n", [("b", b"1")]),
    "data without a name": (b'data: {"type":"ping"}\n\n', [("", b'{"type":"ping"}')]),
    "data before its name": (b"data: 1\nevent: a\n\n", [("a", b"1")]),
    "several data lines": (b"data: {\ndata: 1\ndata: }\n\n", [("", b"{\n1\n}")]),
    "an empty data line": (b"data: 1\ndata:\ndata: 2\n\n", [("", b"1\n\n2")]),
    "data with nothing in it": (b"data:\n\n", [("", b"")]),
    "data without a colon": (b"data\n\n", [("", b"")]),
    "no space after the colon": (b"event:a\ndata:1\n\n", [("a", b"1")]),
    "only one space is taken": (b"data:  1\n\n", [("", b" 1")]),
    "a tab is not taken": (b"data:\t1\n\n", [("", b"\t1")]),
    "colons in the value": (b'data: {"a":"b: c"}\n\n', [("", b'{"a":"b: c"}')]),
    "spaces at the end stay": (b'data: {"a":1}      \n\n', [("", b'{"a":1}      ')]),
    "a comment": (b": keep-alive\ndata: 1\n:\n: 2\n\n", [("", b"1")]),
    "only comments": (b": ping\n\n: ping\n\n", []),
    "id and retry": (b"id: 7\nretry: 1000\nevent: a\ndata: 1\n\n", [("a", b"1")]),
    "unknown fields": (b"foo: x\nDATA: x\n data: x\ndata: 1\n\n", [("", b"1")]),
    "byte order mark": (b"\xef\xbb\xbfevent: a\ndata: 1\n\n", [("a", b"1")]),
    "byte order mark, then a blank line": (b"\xef\xbb\xbf\ndata: 1\n\n", [("", b"1")]),
    "a byte order mark later is text": (b"data: 1\n\n\xef\xbb\xbfdata: 2\n\n", [("", b"1")]),
    "byte order mark inside data": (b"data: \xef\xbb\xbf1\n\n", [("", b"\xef\xbb\xbf1")]),
    "no blank line at the end": (b"event: a\ndata: 1\n", [("a", b"1")]),
    "no line end at the end": (b"event: a\ndata: 1", [("a", b"1")]),
    "CR at the very end": (b"data: 1\r", [("", b"1")]),
    "CRLF at the very end": (b"data: 1\r\n", [("", b"1")]),
    "form feed and its like are text": (
        b'data: {"t":"a\x0b\x0c\x1c\x1d\x1eb"}\n\n',
        [("", b'{"t":"a\x0b\x0c\x1c\x1d\x1eb"}')],
    ),
    "U+2028, U+2029 and U+0085 are text": (
        f'data: {{"t":"a{U2028}b{U2029}c{NEL}d"}}\n\n'.encode(),
        [("", f'{{"t":"a{U2028}b{U2029}c{NEL}d"}}'.encode())],
    ),
    "characters of 2, 3 and 4 bytes": (
        'event: é\ndata: "ß€😀"\n\n'.encode(),
        [("é", '"ß€😀"'.encode())],
    ),
    "bytes that are no UTF-8": (b"event: \xff\ndata: \xff\xfe\n\n", [("\ufffd", b"\xff\xfe")]),
    "NUL": (b"data: \x00\n\n", [("", b"\x00")]),
    "[DONE] is data like any other": (b"data: [DONE]\n\n", [("", b"[DONE]")]),
}


def decode(data: bytes, size: int | None) -> Pairs:
    decoder = EventStreamDecoder()
    events = [event for chunk in chunks(data, size) for event in decoder.feed(chunk)]
    return [(event.name, event.data) for event in [*events, *decoder.close()]]


@pytest.mark.parametrize("size", CHUNK_SIZES)
@pytest.mark.parametrize("rule", RULES)
def test_rule(rule: str, size: int | None) -> None:
    data, expected = RULES[rule]
    assert decode(data, size) == expected


def test_one_stream_with_every_line_end_cut_everywhere() -> None:
    data = b"event: a\r\ndata: 1\r\ndata: 2\r\n\r\n: c\rdata: \xe2\x82\xac\r\revent: b\ndata: 3\n\n"
    expected = [("a", b"1\n2"), ("", "€".encode()), ("b", b"3")]
    for cut in range(len(data) + 1):
        decoder = EventStreamDecoder()
        events = [*decoder.feed(data[:cut]), *decoder.feed(data[cut:]), *decoder.close()]
        assert [(event.name, event.data) for event in events] == expected, cut


def test_random_chunks() -> None:
    data = b"".join(
        stream for stream, _ in RULES.values() if stream.endswith(b"\n\n") and not stream.startswith(b"\xef")
    )
    whole = decode(data, None)
    chance = random.Random(5)
    for _ in range(200):
        decoder, events, start = EventStreamDecoder(), [], 0
        while start < len(data):
            size = chance.choice([0, 1, 1, 2, 3, 5, 8, 50])
            events += decoder.feed(data[start : start + size])
            start += size
        events += decoder.close()
        assert [(event.name, event.data) for event in events] == whole


def test_an_event_is_given_as_soon_as_its_blank_line_is_there() -> None:
    decoder = EventStreamDecoder()
    assert decoder.feed(b"event: a\ndata: 1\n") == []
    assert decoder.feed(b"\n") == [ServerSentEvent("a", b"1")]
    assert decoder.feed(b"data: 2\r\n\r") == [ServerSentEvent("", b"2")]
    assert decoder.feed(b"\n") == []
    assert decoder.feed(b"data: 3\n\n") == [ServerSentEvent("", b"3")]
    assert decoder.close() == []


def test_an_empty_chunk_changes_nothing() -> None:
    decoder = EventStreamDecoder()
    assert decoder.feed(b"data: 1\r") == []
    assert decoder.feed(b"") == []
    assert decoder.feed(b"\n") == []
    assert decoder.feed(b"\r\n") == [ServerSentEvent("", b"1")]


def seconds_for_single_bytes(length: int) -> float:
    """Feed one line of `length` bytes, one byte at a time."""
    data = b"data: " + b"x" * length + b"\n\n"
    decoder = EventStreamDecoder()
    events: list[ServerSentEvent] = []
    spent = cpu(
        lambda: events.extend(event for i in range(len(data)) for event in decoder.feed(data[i : i + 1]))
    )
    assert events == [ServerSentEvent("", b"x" * length)]
    return spent


@pytest.mark.sweep
def test_a_long_line_in_single_bytes_costs_linear_time() -> None:
    eighth = min(seconds_for_single_bytes(30_000) for _ in range(3))
    whole = min(seconds_for_single_bytes(240_000) for _ in range(3))
    # 8 where it is linear; copying the open line at every byte would make it 64. Between them is room for a busy machine.
    assert whole < 24 * eighth
