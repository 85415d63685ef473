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
from nbclaude.errors import APIError
from nbclaude.simulator import RawStream, Simulator

JUNK = [None, "", 0, -1, 1.5, True, [], {}, [None], {"type": None}, 10**30, "\ud83d", {"a": [1]}]
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
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)


@pytest.mark.parametrize("seed", range(8))
def test_no_answer_breaks_the_client_or_the_conversation(
    seed: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    chance = random.Random(seed)
    with Simulator(strict=False) as simulator:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", simulator.base_url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "any")
        for number in range(25):
            name = f"garbled {seed} {number}"
            stream = garbled(chance)
            simulator.enqueue(RawStream(stream), "Fine.")
            with contextlib.suppress(APIError):  # says in one line what came; anything else fails the test
                nbclaude.ask("What?", conversation=name)
            assert nbclaude.ask("And now?", conversation=name).text == "Fine.", stream.decode()
