from __future__ import annotations

from typing import Any

import pytest

from nbclaude.simulator import Answer, Simulator, text, thinking, tool_use
from tests.simulator.helpers import TOOL, ask

BOUND = (
    "messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound to a different "
    'conversation. Remove the block, or set `thinking.block_binding.prefix_mismatch_behavior` to "drop_block".'
)
CHANGED = (
    "messages.1.content.0: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be "
    "modified. These blocks must remain as they were in the original response."
)


@pytest.fixture
def turn(simulator: Simulator) -> list[Any]:
    """An answer with a thinking block and a tool call, to the question "What is 1 + 2?"."""
    simulator.enqueue(Answer([thinking("Add."), tool_use("add", {"a": 1})]))
    content: list[Any] = ask(simulator, "What is 1 + 2?", tools=[TOOL], system="Be brief.").json["content"]
    return content


def replay(simulator: Simulator, turn: list[Any], question: Any = "What is 1 + 2?", **changes: Any) -> Any:
    results = [{"type": "tool_result", "tool_use_id": turn[1]["id"], "content": "3"}]
    return ask(simulator, question, turn, results, **{"tools": [TOOL], "system": "Be brief.", **changes})


def test_the_same_prefix_passes(simulator: Simulator, turn: list[Any]) -> None:
    assert replay(simulator, turn).status == 200


def test_what_the_model_does_not_read_may_change(simulator: Simulator, turn: list[Any]) -> None:
    mark = {"type": "ephemeral"}
    question = [text("What is 1 + 2?", cache_control=mark, citations=None)]
    assert replay(simulator, turn, question, system=[text("Be brief.", cache_control=mark)]).status == 200


@pytest.mark.parametrize(
    ("question", "changes"),
    [
        ("What is 1 + 3?", {}),
        ("What is 1 + 2?", {"system": "Be long."}),
        ("What is 1 + 2?", {"system": None}),
        ("What is 1 + 2?", {"tools": [TOOL, TOOL | {"name": "sub"}]}),
    ],
)
def test_another_prefix_is_refused(
    simulator: Simulator, turn: list[Any], question: str, changes: dict[str, Any]
) -> None:
    reply = replay(simulator, turn, question, **changes)
    assert (reply.status, reply.message) == (400, BOUND)


def test_without_its_thinking_a_turn_fits_any_prefix(simulator: Simulator, turn: list[Any]) -> None:
    results = [{"type": "tool_result", "tool_use_id": turn[1]["id"], "content": "3"}]
    assert ask(simulator, "Another question", turn[1:], results, tools=[TOOL]).status == 200


def test_a_changed_block_is_refused(simulator: Simulator, turn: list[Any]) -> None:
    reply = replay(simulator, [turn[0] | {"thinking": "Subtract."}, turn[1]])
    assert (reply.status, reply.message) == (400, CHANGED)


def test_a_signature_from_elsewhere_is_refused_by_models_that_bind(
    simulator: Simulator, turn: list[Any]
) -> None:
    foreign = [turn[0] | {"signature": "EqQBCgIYAhIM"}, turn[1]]
    reply = replay(simulator, foreign)
    assert (reply.status, reply.message) == (
        400,
        "messages.1.content.0: Invalid `signature` in `thinking` block",
    )
    assert replay(simulator, foreign, model="claude-opus-5").status == 200


def test_older_and_other_models_take_any_prefix(simulator: Simulator, turn: list[Any]) -> None:
    assert replay(simulator, turn, "Another question", model="claude-opus-5").status == 200
    assert replay(simulator, turn, "Another question", model="claude-opus-5-5").status == 200


def test_a_second_thinking_block_is_bound_to_the_first_answer(simulator: Simulator) -> None:
    simulator.enqueue(Answer([text("One."), thinking("Two."), text("Three.")]))
    content = ask(simulator, "Count").json["content"]
    assert ask(simulator, "Count", content, "Go on").status == 200
    edited = [text("Zero."), *content[1:]]
    reply = ask(simulator, "Count", edited, "Go on")
    assert reply.message == BOUND.replace("content.0", "content.1")


def test_the_switch() -> None:
    with Simulator(bind_thinking=False) as simulator:
        simulator.enqueue(Answer([thinking("Add."), tool_use("add", {"a": 1})]))
        content = ask(simulator, "What is 1 + 2?", tools=[TOOL]).json["content"]
        assert replay(simulator, content, "Another question").status == 200
