"""Deltas that come together become one; nothing else is touched."""

from __future__ import annotations

from typing import Any

from nbclaude.wire.events import BlockDelta, BlockStart, BlockStop, Event, Ping, parse_event
from nbclaude.wire.joining import joined, runs
from nbclaude.wire.sse import ServerSentEvent


def text(piece: Any, index: int = 0) -> BlockDelta:
    return BlockDelta(index, {"type": "text_delta", "text": piece})


def test_texts_in_a_row_are_joined() -> None:
    arguments = [BlockDelta(1, {"type": "input_json_delta", "partial_json": piece}) for piece in '{"a":1}']
    events: list[Event] = [
        BlockStart(0, {"type": "text"}),
        text("a"),
        text(""),
        text("b"),
        BlockStop(0),
        *arguments,
    ]
    assert joined(events) == [
        BlockStart(0, {"type": "text"}),
        text("ab"),
        BlockStop(0),
        BlockDelta(1, {"type": "input_json_delta", "partial_json": '{"a":1}'}),
    ]


def test_what_is_no_plain_text_stays_as_it_is() -> None:
    cited = BlockDelta(0, {"type": "citations_delta", "citation": {}})
    more = BlockDelta(0, {"type": "text_delta", "text": "a", "new": 1})
    thought = BlockDelta(0, {"type": "thinking_delta", "thinking": "a"})
    events: list[Event] = [
        text("a"),
        cited,
        text("b"),
        text("c", 1),
        Ping(),
        text("d", 1),
        text(None, 1),
        more,
        more,
        thought,
    ]
    assert joined(events) == events
    assert joined([]) == []


def test_a_text_delta_is_the_same_event_however_it_is_written() -> None:
    written = [
        b'{"type":"content_block_delta","index":12,"delta":{"type":"text_delta","text":%b}}',
        b'{"type": "content_block_delta", "index": 12, "delta": {"type": "text_delta", "text": %b} }  ',
        b'{"index":12,"type":"content_block_delta","delta":{"text":%b,"type":"text_delta"}}',
    ]
    texts = {
        b'""': "",
        b'"a \xc3\xbc \xe2\x80\xa8"': "a ü \u2028",
        b'"a\\n\\\\"': "a\n\\",
        b'"a \\"b\\""': 'a "b"',
        b'"\\u00fc \\ud83d\\ude00"': "ü 😀",
        b'"\xff"': "\ufffd",
    }
    for text_of_json, expected in texts.items():
        for pattern in written:
            assert parse_event(ServerSentEvent("", pattern % text_of_json)) == text(expected, 12)


def test_each_run_says_how_many_events_it_stands_for() -> None:
    events = [
        BlockStart(0, {"type": "text", "text": ""}),
        *(BlockDelta(0, {"type": "text_delta", "text": text}) for text in "abc"),
        BlockDelta(1, {"type": "text_delta", "text": "d"}),
        BlockDelta(1, {"type": "thinking_delta", "thinking": "e"}),
        BlockStop(1),
    ]
    found = list(runs(events))
    assert [count for _event, count in found] == [1, 3, 1, 1, 1]
    assert [event for event, _count in found] == joined(events)
    assert found[1][0] == BlockDelta(0, {"type": "text_delta", "text": "abc"})
    assert list(runs([])) == []
