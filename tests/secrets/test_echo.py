"""A key that a server repeats, in every piece and form that it may come in."""

import base64
import json
import random
from typing import Any
from urllib.parse import quote

import pytest

from nbclaude.secrets.echo import KeyGuard
from nbclaude.wire.events import (
    BlockDelta,
    BlockStart,
    BlockStop,
    Event,
    MessageDelta,
    MessageStart,
    MessageStop,
    StreamError,
    UnknownEvent,
)
from tests.growth import is_quick

_KEY = "sk-ant-api03-" + "aZ3_-xQ9kL0pRt5vB7nM/+=z"
_MASK = "[secret removed: API key in use]"


def _deltas(pieces: list[str], kind: str = "text_delta", field: str = "text") -> list[Event]:
    return [BlockDelta(0, {"type": kind, field: piece}) for piece in pieces]


def _streamed(pieces: list[str], kind: str = "text_delta", field: str = "text") -> str:
    guard = KeyGuard([_KEY])
    events = [event for delta in _deltas(pieces, kind, field) for event in guard.events([delta])]
    events += guard.events([BlockStop(0)])
    return "".join(event.delta[field] for event in events if isinstance(event, BlockDelta))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1_000])
@pytest.mark.parametrize(
    ("kind", "field"),
    [("text_delta", "text"), ("thinking_delta", "thinking"), ("input_json_delta", "partial_json")],
)
def test_in_pieces_of_every_size(size: int, kind: str, field: str) -> None:
    text = f"Your key is {_KEY}, and again: {_KEY}{_KEY}. sk-ant-api03 is how it begins."
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert _streamed(pieces, kind, field) == (
        f"Your key is {_MASK}, and again: {_MASK}{_MASK}. sk-ant-api03 is how it begins."
    )


def test_cut_at_every_place() -> None:
    for cut in range(len(_KEY) + 1):
        assert _streamed(["x" + _KEY[:cut], _KEY[cut:] + "y"]) == f"x{_MASK}y"


@pytest.mark.parametrize(
    "form",
    [
        base64.b64encode(_KEY.encode()).decode(),
        base64.urlsafe_b64encode(_KEY.encode()).decode(),
        base64.b64encode(b"x-api-key: " + _KEY.encode()).decode(),
        base64.b64encode(b"anna:" + _KEY.encode() + b"\n").decode(),
        base64.b64encode(b"ab" + _KEY.encode() + b"cd").decode(),
        quote(_KEY, safe=""),
        "".join(f"%{byte:02x}" for byte in _KEY.encode()),
        _KEY.encode().hex(),
        _KEY[::-1],
        _KEY[:24],
        _KEY[18:],
    ],
)
@pytest.mark.parametrize("size", [1, 5, 1_000])
def test_in_other_forms(form: str, size: int) -> None:
    text = f"({form})"
    said = _streamed([text[start : start + size] for start in range(0, len(text), size)])
    assert _MASK in said
    # At either end a character or two of an encoding may belong to what stands beside the key.
    assert len(said.replace(_MASK, "")) <= 24
    assert form[6:-6] not in said


def test_only_what_may_be_a_key_is_held_back() -> None:
    guard = KeyGuard([_KEY])
    first = guard.events(_deltas(["Hello there, s"]))
    assert [event.delta["text"] for event in first if isinstance(event, BlockDelta)] == ["Hello there, "]
    second = guard.events(_deltas(["ome words and sk-ant-"]))
    assert [event.delta["text"] for event in second if isinstance(event, BlockDelta)] == ["some words and "]
    assert guard.rest() == _deltas(["sk-ant-"])
    assert guard.rest() == []


def test_what_is_held_back_comes_before_the_end_of_its_block() -> None:
    guard = KeyGuard([_KEY])
    assert guard.events([*_deltas(["sk-"]), BlockStop(0), MessageStop()]) == [
        *_deltas(["sk-"]),
        BlockStop(0),
        MessageStop(),
    ]


def test_the_half_of_a_key_before_a_break_is_masked() -> None:
    guard = KeyGuard([_KEY])
    assert guard.events(_deltas([f"it is {_KEY[:30]}"])) == _deltas(["it is "])
    assert guard.rest() == _deltas([_MASK])


def test_in_every_field_of_every_event() -> None:
    block: dict[str, Any] = {
        "type": "tool_use",
        "name": f"get_{_KEY}",
        "input": {_KEY: [_KEY, 3]},
        "signature": _KEY,
    }
    citation = {"type": "citations_delta", "citation": {"url": f"https://x.org/?k={_KEY}"}}
    events: list[Event] = [
        MessageStart({"model": _KEY, "content": [{"type": "text", "text": _KEY}]}),
        BlockStart(0, block),
        BlockDelta(0, citation),
        MessageDelta({"stop_reason": _KEY}, {"input_tokens": 3}, {"note": _KEY}),
        StreamError({"message": _KEY}, _KEY),
        UnknownEvent(_KEY, {"a": (_KEY,)}),
    ]
    cleaned = KeyGuard([_KEY]).events(events)
    assert repr(cleaned).count(_KEY) == 1  # the signature, which must go back as it came
    assert repr(cleaned).count(_MASK) == 12
    assert json.dumps(KeyGuard([_KEY]).value({"plain": [1, "x"]})) == '{"plain": [1, "x"]}'


@pytest.mark.parametrize("key", ["", "any", "no-key", "lm-studio"])
def test_a_placeholder_is_a_word(key: str) -> None:
    events = _deltas([f"{key} is any word, no-key at all in lm-studio"])
    assert KeyGuard([key]).events(events) == events


def test_random_pieces_of_random_texts() -> None:
    chance = random.Random(7)
    for _ in range(300):
        text = "".join(chance.choice(["sk-", "ant-", _KEY, _KEY[:9], " ", "aZ3", "c2st"]) for _ in range(12))
        pieces, rest = [], text
        while rest:
            size = chance.randint(1, 9)
            pieces.append(rest[:size])
            rest = rest[size:]
        assert _streamed(pieces) == text.replace(_KEY, _MASK)


def test_a_long_answer_takes_little_time() -> None:
    events = _deltas(["ska", "sc2"] * 10_000)

    def read() -> None:
        guard = KeyGuard([_KEY])
        for event in events:
            guard.events([event])

    assert is_quick(read, 3)  # about 0.2 s
