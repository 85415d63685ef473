"""Answers whose JSON a gateway has garbled, each on a socket: an answer or an error of ours, and the next question is taken."""

from __future__ import annotations

import contextlib
import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

import nbclaude
from nbclaude.errors import APIError, APIResponseValidationError
from nbclaude.simulator import RawStream, Simulator
from nbclaude.wire.json_text import from_json, to_json
from tests.thorough import examples

pytestmark = pytest.mark.sweep

# What JSON in Python cannot hold or should not: written into the stream as it stands.
RAW = {
    "number beyond floats": "1e400",
    "number below floats": "-1e999",
    "not a number": "NaN",
    "infinity": "Infinity",
    "minus infinity": "-Infinity",
    "five thousand digits": "9" * 5_000,
    "four hundred digits": "-" + "7" * 400,
    "seven hundred lists": "[" * 700 + "]" * 700,
    "seven hundred objects": '{"a":' * 700 + "1" + "}" * 700,
    "a hundred thousand lists": "[" * 100_000 + "]" * 100_000,
    "ninety lists": "[" * 90 + "]" * 90,
    "half a character": r'"a\ud83d"',
    "no character": r'"a\u0000b"',
    "the same key twice": '{"a": 1, "a": 2, "type": "text", "type": 5}',
}
JUNK = [
    *(f"@{name}@" for name in RAW),
    None,
    "",
    0,
    -1,
    1.5,
    True,
    [],
    {},
    [None],
    {"type": None},
    10**30,
    "\ud83d",
    {"a": [1]},
]
# One answer with everything that an answer usually has.
EVENTS: list[dict[str, Any]] = [
    {
        "type": "message_start",
        "message": {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-5-5",
            "content": [],
            "stop_reason": None,
            "usage": {
                "input_tokens": 9,
                "cache_creation": {"ephemeral_5m_input_tokens": 0},
                "output_tokens": 1,
            },
        },
    },
    {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Hm."}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "S"}},
    {"type": "content_block_stop", "index": 0},
    {
        "type": "content_block_start",
        "index": 1,
        "content_block": {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}},
    },
    {
        "type": "content_block_delta",
        "index": 1,
        "delta": {"type": "input_json_delta", "partial_json": '{"query": "x"}'},
    },
    {"type": "content_block_stop", "index": 1},
    {
        "type": "content_block_start",
        "index": 2,
        "content_block": {
            "type": "web_search_tool_result",
            "tool_use_id": "srvtoolu_1",
            "content": [{"type": "web_search_result", "url": "https://example.org", "title": "T"}],
        },
    },
    {"type": "content_block_stop", "index": 2},
    {
        "type": "content_block_start",
        "index": 3,
        "content_block": {"type": "text", "text": "", "citations": []},
    },
    {"type": "content_block_delta", "index": 3, "delta": {"type": "text_delta", "text": "It is **so**."}},
    {
        "type": "content_block_delta",
        "index": 3,
        "delta": {
            "type": "citations_delta",
            "citation": {
                "type": "web_search_result_location",
                "url": "https://example.org",
                "cited_text": "so",
            },
        },
    },
    {"type": "content_block_stop", "index": 3},
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": {"output_tokens": 7, "output_tokens_details": {"thinking_tokens": 2}},
    },
    {"type": "message_stop"},
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of everything within a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


def garbled(chance: random.Random) -> bytes:
    """Write the answer with one to three of its values taken out or replaced."""
    events = copy.deepcopy(EVENTS)
    for _ in range(chance.randint(1, 3)):
        *way, last = chance.choice(list(places(events)))
        within: Any = events
        for key in way:
            within = within[key]
        if isinstance(within, dict) and chance.random() < 0.3:
            del within[last]
        else:
            within[last] = copy.deepcopy(chance.choice(JUNK))
    return b"".join(b"data: " + written(event) + b"\n\n" for event in events)


def written(event: object) -> bytes:
    """Write an event, with what no value of Python stands for put in its places."""
    text = json.dumps(event)
    for name, raw in RAW.items():
        text = text.replace(f'"@{name}@"', raw)
    return text.encode()


@pytest.mark.parametrize("seed", range(8))
def test_no_answer_breaks_the_client_or_the_conversation(
    seed: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    chance = random.Random(seed)
    with Simulator(strict=True) as simulator:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", simulator.base_url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "any")
        for number in range(examples(10)):
            name = f"garbled {seed} {number}"
            stream = garbled(chance)
            simulator.enqueue(RawStream(stream), "Fine.")
            with contextlib.suppress(APIError):  # says in one line what came; anything else fails the test
                reply = nbclaude.ask("What?", conversation=name)
                read_all(reply)
            assert nbclaude.ask("And now?", conversation=name).text == "Fine.", stream.decode()[:2000]


def read_all(reply: nbclaude.Reply) -> None:
    """Read everything that a reply tells, as a user would."""
    with contextlib.suppress(APIResponseValidationError):
        assert reply.data is not None
    for name in ("text", "tool_calls", "thinking", "citations", "code", "usage", "stop_reason", "model"):
        getattr(reply, name)
    assert reply.request["messages"]
    for shown in reply._repr_mimebundle_().values():
        shown.encode()  # half a character would keep a notebook from being saved
    assert repr(reply)
    from_json(to_json(reply.message), exact=True)


INPUTS = {name: f'{{"x": {raw}}}' for name, raw in RAW.items()} | {
    "cut off": '{"x": [1, 2',
    "no object": "[1]",
    "a number": "1e400",
    "nothing": "null",
}


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("way", ["deltas", "start", "whole"])
def test_whatever_a_tools_input_is_the_next_request_can_be_read(
    way: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = INPUTS[name]
    call = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
    text = {"type": "text", "text": "I call f."}
    deltas = [given[start : start + 9_000] for start in range(0, len(given), 9_000)]
    if way == "whole":
        message = {**EVENTS[0]["message"], "content": [text, call], "stop_reason": "tool_use"}
        body = json.dumps(message).replace('"input": {}', f'"input": {given}').encode()
    else:
        events = [
            *(EVENTS[0], {"type": "content_block_start", "index": 0, "content_block": text}),
            *(
                {"type": "content_block_stop", "index": 0},
                {"type": "content_block_start", "index": 1, "content_block": call},
            ),
            *(
                {
                    "type": "content_block_delta",
                    "index": 1,
                    "delta": {"type": "input_json_delta", "partial_json": delta},
                }
                for delta in (deltas if way == "deltas" else [])
            ),
            *(
                {"type": "content_block_stop", "index": 1},
                {"type": "message_delta", "delta": {"stop_reason": "tool_use"}},
            ),
            {"type": "message_stop"},
        ]
        body = b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)
        if way == "start":
            body = body.replace(b'"input": {}', f'"input": {given}'.encode())
    with Simulator(strict=True) as simulator:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", simulator.base_url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "any")
        conversation = f"inputs {way} {name}"
        simulator.enqueue(RawStream(body), "Fine.")
        with contextlib.suppress(APIError):
            read_all(nbclaude.ask("What?", conversation=conversation))
        assert nbclaude.ask("And now?", conversation=conversation).text == "Fine."


@pytest.mark.parametrize("name", RAW)
@pytest.mark.parametrize("status", [200, 400])
def test_whatever_an_error_holds(name: str, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    body = f'{{"error": {{"type": "x", "message": {RAW[name]}, "details": {RAW[name]}}}, "code": {RAW[name]}}}'.encode()
    with Simulator(strict=False) as simulator:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", simulator.base_url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "any")
        simulator.enqueue(RawStream(body, status=status))
        with pytest.raises(APIError) as caught:
            nbclaude.ask("What?", conversation=f"errors {name}")
        str(caught.value).encode()


@pytest.mark.parametrize(
    "block",
    [
        {"type": "text", "text": "So it is.", "unheard": 1},
        {"type": "unheard", "text": "So it is."},
        {"type": "document", "source": {"type": "unheard"}},
    ],
)
def test_a_block_that_the_server_does_not_take_back_is_left_out_with_a_note(
    block: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    message = {
        **EVENTS[0]["message"],
        "content": [{"type": "text", "text": "First."}, block],
        "stop_reason": "end_turn",
    }
    with Simulator(strict=True) as simulator:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", simulator.base_url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "any")
        conversation = f"refused {block}"
        simulator.enqueue(RawStream(json.dumps(message).encode()), "Fine.", "Again.")
        nbclaude.ask("What?", conversation=conversation)
        assert nbclaude.ask("And now?", conversation=conversation).text == "Fine."
        texts = ["First.", "So it is."] if block["type"] == "text" else ["First."]
        assert simulator.requests[-1].messages[1]["content"] == [
            {"type": "text", "text": text} for text in texts
        ]
        # What was refused once does not keep the conversation from going on.
        assert nbclaude.ask("And then?", conversation=conversation).text == "Again."
