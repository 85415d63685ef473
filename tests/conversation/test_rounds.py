from __future__ import annotations

from typing import Any

from nbclaude.conversation.rounds import AnswerRounds
from nbclaude.wire.events import (
    BlockDelta,
    BlockStart,
    BlockStop,
    Event,
    MessageDelta,
    MessageStart,
    MessageStop,
)

SEARCH = {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "x"}}


def answer(
    text: str, stop: str, usage: dict[str, Any], content: tuple[dict[str, Any], ...] = ()
) -> list[Event]:
    return [
        MessageStart(
            {
                "id": "m",
                "model": "c",
                "content": list(content),
                "usage": {"input_tokens": usage["input_tokens"]},
            }
        ),
        BlockStart(len(content), {"type": "text", "text": ""}),
        BlockDelta(len(content), {"type": "text_delta", "text": text}),
        BlockStop(len(content)),
        MessageDelta({"stop_reason": stop}, usage, {}),
        MessageStop(),
    ]


def apply(rounds: AnswerRounds, events: list[Event]) -> list[Event]:
    return [shown for event in events for shown in rounds.apply(event)]


def test_one_round_passes_as_it_is() -> None:
    rounds = AnswerRounds()
    events = answer("Hi", "end_turn", {"input_tokens": 3, "output_tokens": 1})
    assert apply(rounds, events) == [MessageStart({**events[0].message, "content": []}), *events[1:]]  # type: ignore[union-attr]
    assert rounds.message["content"] == [{"type": "text", "text": "Hi"}]
    assert rounds.message["usage"] == {"input_tokens": 3, "output_tokens": 1}
    assert rounds.stop_reason == "end_turn"


def test_two_rounds_are_one_answer() -> None:
    rounds = AnswerRounds()
    first = {
        "input_tokens": 3,
        "output_tokens": 5,
        "server_tool_use": {"web_search_requests": 1},
        "service_tier": "standard",
    }
    apply(rounds, answer("A", "pause_turn", first))
    assert rounds.pending["content"] == [{"type": "text", "text": "A"}]
    rounds.begin_round()
    second = {
        "input_tokens": 9,
        "output_tokens": 2,
        "server_tool_use": {"web_search_requests": 2},
        "service_tier": "standard",
    }
    shown = apply(rounds, answer("B", "end_turn", second, content=(SEARCH,)))
    # The blocks are counted on, and no second start voids what stands.
    assert [event for event in shown if isinstance(event, MessageStart)] == []
    assert [event.index for event in shown if isinstance(event, BlockStart)] == [1, 2]
    message = rounds.message
    assert message["content"] == [{"type": "text", "text": "A"}, SEARCH, {"type": "text", "text": "B"}]
    assert message["stop_reason"] == "end_turn"
    assert message["usage"] == {
        "input_tokens": 12,
        "output_tokens": 7,
        "server_tool_use": {"web_search_requests": 3},
        "service_tier": "standard",
    }


def test_a_round_of_which_nothing_came_loses_nothing() -> None:
    rounds = AnswerRounds()
    apply(rounds, answer("A", "pause_turn", {"input_tokens": 3, "output_tokens": 5}))
    rounds.begin_round()
    message = rounds.message
    assert message["content"] == [{"type": "text", "text": "A"}]
    assert (message["id"], message["model"], message["stop_reason"]) == ("m", "c", None)


def test_a_prefill_is_shown_and_kept_before_the_answer() -> None:
    rounds = AnswerRounds("Answer: (")
    assert rounds.message["content"] == []
    shown = apply(rounds, answer("B)", "end_turn", {"input_tokens": 3, "output_tokens": 1}))
    assert shown[1:3] == [BlockStart(0, {"type": "text", "text": "Answer: ("}), BlockStop(0)]
    assert shown[3] == BlockStart(1, {"type": "text", "text": ""})
    assert rounds.message["content"] == [
        {"type": "text", "text": "Answer: ("},
        {"type": "text", "text": "B)"},
    ]


def test_a_gateway_that_begins_again_voids_the_first_round_only() -> None:
    rounds = AnswerRounds("P")
    apply(rounds, answer("A", "end_turn", {"input_tokens": 1, "output_tokens": 1})[:3])
    shown = apply(rounds, answer("B", "end_turn", {"input_tokens": 1, "output_tokens": 1}))
    assert isinstance(shown[0], MessageStart)
    assert rounds.message["content"] == [{"type": "text", "text": "P"}, {"type": "text", "text": "B"}]


def test_content_in_the_start_is_shown_as_blocks() -> None:
    rounds = AnswerRounds()
    shown = apply(rounds, [MessageStart({"content": [SEARCH], "stop_reason": "tool_use"}), MessageStop()])
    assert shown == [
        MessageStart({"content": [], "stop_reason": "tool_use"}),
        BlockStart(0, SEARCH),
        BlockStop(0),
        MessageStop(),
    ]
    assert rounds.message["content"] == [SEARCH]
