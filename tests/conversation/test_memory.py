from __future__ import annotations

from dataclasses import replace

from nbclaude.asking.send import send
from nbclaude.conversation.memory import MAX_SPARE, TurnMemory
from nbclaude.conversation.plan import make_plan
from nbclaude.conversation.question import Question
from nbclaude.conversation.turns import Conversation, Turn
from nbclaude.conversation.workspace import Workspace
from nbclaude.models.info import model_info
from nbclaude.output.display import NoDisplay
from nbclaude.secrets.keys import Secret
from nbclaude.settings.values import Settings
from nbclaude.simulator import Simulator
from nbclaude.wire.request import text_block
from tests.asking.helpers import outcome_of, prepared

MODEL = "claude-opus-5-5"


def turn(question: str, *blocks: dict[str, object]) -> Turn:
    message = {"role": "assistant", "model": MODEL, "content": list(blocks), "stop_reason": "end_turn"}
    return Turn((text_block(question),), message, MODEL)


def asked(text: str) -> Question:
    return Question((text_block(text),))


def test_a_request_is_the_same_bytes_with_a_memory_and_without() -> None:
    call = {"type": "tool_use", "id": "t1", "name": "f", "input": {}}
    first, second = turn("One?", text_block("One. ")), turn("Two?", call)
    second.message["stop_reason"] = "tool_use"  # type: ignore[index]
    result = {"type": "tool_result", "tool_use_id": "t1", "content": "2"}
    third = replace(turn("", text_block("Two.")), prompt=(result,))
    memory = TurnMemory()
    settings = Settings(model=MODEL)
    more = asked("And?")
    for question, turns in (
        (more, (first,)),
        (Question((result,)), (first, second)),
        (more, (first, second, third)),
        (more, (first, second)),
        (more, (second, third)),
        (more, (first, third)),
        (more, (third, first)),
    ):
        conversation = Conversation(turns=turns)
        fresh = make_plan(question, conversation, settings, model_info(MODEL))
        known = make_plan(question, conversation, settings, model_info(MODEL), memory=memory)
        assert known.request.to_json() == fresh.request.to_json()
        assert known.prefix == fresh.prefix


def test_a_key_that_is_known_only_later_is_found_in_turns_that_were_seen_before() -> None:
    memory = TurnMemory()
    conversation = Conversation(turns=(turn("my-own-gateway-key-1", text_block("Yes.")),))
    settings = Settings(model=MODEL)

    def found(*keys: Secret) -> int:
        plan = make_plan(asked("And?"), conversation, settings, model_info(MODEL), keys=keys, memory=memory)
        return len(plan.screening.before)

    assert [found(), found(Secret("my-own-gateway-key-1")), found()] == [0, 1, 0]


def test_what_is_worked_out_is_worked_out_once_and_forgotten_with_its_turn() -> None:
    memory = TurnMemory()
    turns = [turn(str(number)) for number in range(MAX_SPARE + 5)]
    worked: list[str] = []
    for _ in range(2):
        for one in turns:
            memory.of(one, "key", lambda one=one: worked.append(one.question))
    assert worked == [one.question for one in turns]
    memory.forget_all_but(turns[:2])
    for one in turns[:3]:
        memory.of(one, "key", lambda one=one: worked.append(one.question))
    assert worked[len(turns) :] == ["2"]


class TestPrepared:
    """A question is planned once, unless the conversation has changed meanwhile."""

    def test_what_was_prepared_is_what_is_sent(self, simulator: Simulator, workspace: Workspace) -> None:
        simulator.enqueue("Yes.")
        settings = workspace.settings({"model": MODEL, "stream": False})
        question = asked("the password is hunter2hunter2, and AKIAIOSFODNN7EXAMPLE?")
        ready = prepared(workspace, question, settings)
        outcome = send(ready, NoDisplay())
        assert outcome.plan.request == ready.plan.request
        assert simulator.message_requests[0].json == ready.plan.request.body()

    def test_a_turn_that_came_meanwhile_goes_along(self, simulator: Simulator, workspace: Workspace) -> None:
        simulator.enqueue("One.", "Two.")
        settings = workspace.settings({"model": MODEL, "stream": False})
        late = asked("Late?")
        ready = prepared(workspace, late, settings)
        outcome_of(workspace, asked("First?"), settings)
        send(ready, NoDisplay())
        assert [message["role"] for message in simulator.message_requests[1].messages] == [
            "user",
            "assistant",
            "user",
        ]
