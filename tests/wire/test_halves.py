"""A character that is cut in two between deltas is one character, and half of one is never more than a question mark."""

from __future__ import annotations

import pytest

from nbclaude.wire.events import BlockStop, Event, parse_event
from nbclaude.wire.halves import HalfJoiner
from nbclaude.wire.sse import ServerSentEvent


def events(*texts: str, kind: str = "text_delta", key: str = "text") -> list[Event]:
    read = [
        parse_event(
            ServerSentEvent(
                "content_block_delta",
                f'{{"type": "content_block_delta", "index": 0, "delta": {{"type": "{kind}", "{key}": "{text}"}}}}'.encode(),
            )
        )
        for text in texts
    ]
    joiner = HalfJoiner()
    return [found for event in (*read, BlockStop(0)) if event is not None for found in joiner.feed(event)]


@pytest.mark.parametrize(
    ("texts", "together"),
    [
        ((r"a\ud83d", r"\ude00b"), ["a", "😀b"]),
        ((r"\ud83d", r"\ude00\ud83d", r"\ude01"), ["😀", "😁"]),
        ((r"\ud83d\ude00",), ["😀"]),
        ((r"a\ud83d", "b"), ["a", "?b"]),
        ((r"a\ud83d",), ["a", "?"]),
        ((r"\ude00a",), ["?a"]),
        (("é", "x"), ["é", "x"]),
    ],
)
def test_halves(texts: tuple[str, ...], together: list[str]) -> None:
    *deltas, stop = events(*texts)
    assert [delta.delta["text"] for delta in deltas] == together  # type: ignore[union-attr]
    assert stop == BlockStop(0)


def test_thinking_and_arguments() -> None:
    for kind, key in (("thinking_delta", "thinking"), ("input_json_delta", "partial_json")):
        first, _ = events(r"\ud83d", r"\ude00", kind=kind, key=key)
        assert first.delta == {"type": kind, key: "😀"}  # type: ignore[union-attr]
