from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from nbclaude.asking.send import send
from nbclaude.conversation.history import Scope, history_of
from nbclaude.conversation.memory import MAX_SPARE, MAX_TRAILS, STRIDE, TurnMemory
from nbclaude.conversation.plan import make_plan
from nbclaude.conversation.question import Question
from nbclaude.conversation.turns import Conversation, Turn
from nbclaude.models.info import model_info
from nbclaude.output.display import NoDisplay
from nbclaude.secrets.keys import Secret
from nbclaude.settings.values import Settings
from nbclaude.simulator import Simulator
from nbclaude.wire.request import text_block
from nbclaude.workspace import Workspace
from tests.asking.helpers import outcome_of, prepared
from tests.thorough import examples

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


class Counting:
    """A walk that notes which turns it takes, here and wherever it is gone on with."""

    def __init__(self, taken: list[Turn], so_far: tuple[Turn, ...] = ()) -> None:
        self.taken, self.so_far = taken, so_far

    def take(self, turn: Turn) -> None:
        self.taken.append(turn)
        self.so_far = (*self.so_far, turn)

    def copy(self) -> Counting:
        return Counting(self.taken, self.so_far)


class TestWalked:
    def test_a_conversation_that_grows_is_gone_through_once(self) -> None:
        memory, turns, taken = TurnMemory(), [turn("0")], list[Turn]()
        for number in range(1, 300):
            memory.walked("key", turns, lambda: Counting(taken))
            turns.append(turn(str(number)))
        assert len(taken) == 299

    def test_a_cell_in_the_middle_that_runs_again(self) -> None:
        memory, taken = TurnMemory(), list[Turn]()
        turns = [turn(str(number)) for number in range(1_000)]
        memory.walked("key", turns, lambda: Counting(taken))
        assert len(taken) == 1_000
        memory.walked("key", turns[:700], lambda: Counting(taken))
        assert len(taken) <= 1_000 + STRIDE
        count = len(taken)
        memory.walked("key", turns, lambda: Counting(taken))
        assert len(taken) == count  # what stands behind it was not forgotten
        changed = [*turns[:700], turn("new"), *turns[701:]]
        walk = memory.walked("key", changed, lambda: Counting(taken))
        assert len(taken) <= count + 300
        assert [each.question for each in walk.so_far] == [each.question for each in changed]

    def test_the_caller_s_walk_is_his_own(self) -> None:
        memory, taken = TurnMemory(), list[Turn]()
        turns = [turn("a"), turn("b")]
        memory.walked("key", turns, lambda: Counting(taken)).take(turn("prompt"))
        assert [each.question for each in memory.walked("key", turns, lambda: Counting(taken)).so_far] == [
            "a",
            "b",
        ]

    def test_a_stop_in_the_middle_leaves_what_was_known(self) -> None:
        memory, taken = TurnMemory(), list[Turn]()
        turns = [turn(str(number)) for number in range(100)]
        memory.walked("key", turns[:50], lambda: Counting(taken))

        class Stopped(list[Turn]):
            def __iter__(self) -> Iterator[Turn]:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            memory.walked("key", Stopped(turns), lambda: Counting(taken))
        assert len(memory.walked("key", turns, lambda: Counting(taken)).so_far) == 100
        assert len(taken) == 100

    def test_conversations_and_keys_do_not_disturb_each_other(self) -> None:
        memory, taken = TurnMemory(), list[Turn]()
        first, second = [[turn(f"{name}{n}") for n in range(10)] for name in "ab"]
        for _ in range(3):
            for turns in (first, second):
                for key in ("x", "y"):
                    memory.walked(key, turns, lambda: Counting(taken))
        assert len(taken) == 40

    def test_few_trails_are_kept(self) -> None:
        memory, taken = TurnMemory(), list[Turn]()
        turns = [turn("a")]
        for number in range(MAX_TRAILS + 1):
            memory.walked(number, turns, lambda: Counting(taken))
        memory.walked(0, turns, lambda: Counting(taken))
        assert len(taken) == MAX_TRAILS + 2


def some_turn(chance: random.Random, number: int) -> Turn:
    """A turn of any kind that a conversation has: plain, with calls, results, thinking, images, the rest of an answer."""
    blocks: list[dict[str, object]] = []
    if chance.random() < 0.3:
        blocks.append({"type": "thinking", "thinking": "Hm.", "signature": f"s{number}"})
    if chance.random() < 0.8:
        blocks.append(text_block(f"Answer {number}."))
    if chance.random() < 0.3:
        blocks.append({"type": "tool_use", "id": f"t{number}", "name": "f", "input": {}})
    made = turn(f"Question {number}?", *blocks)
    made.message["stop_reason"] = "tool_use" if chance.random() < 0.5 else "end_turn"  # type: ignore[index]
    prompt: list[dict[str, object]] = []
    if chance.random() < 0.4:
        prompt.append({"type": "tool_result", "tool_use_id": f"t{number - 1}", "content": "1"})
    if chance.random() < 0.3:
        data = str(chance.randrange(3)) * 3_000
        prompt.append(
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}
        )
    if chance.random() < 0.8:
        prompt.append(text_block(f"Question {number}?"))
    return replace(made, prompt=tuple(prompt))


@pytest.mark.parametrize("seed", range(examples(4)))
@pytest.mark.sweep
def test_a_conversation_that_changes_is_written_the_same_with_a_memory(seed: int) -> None:
    chance = random.Random(seed)
    memory = TurnMemory()
    turns: list[Turn] = []
    scopes = [Scope("m", binds_thinking=binds, keeps_thinking=True) for binds in (True, False)]
    for number in range(150):
        place = chance.randrange(len(turns) + 1) if chance.random() < 0.2 else len(turns)
        scope = chance.choice(scopes)
        prompt = some_turn(chance, number).prompt if chance.random() < 0.8 else ()
        known = history_of(turns[:place], prompt, scope, memory)
        assert known == history_of(turns[:place], prompt, scope)
        made = replace(some_turn(chance, number), prompt=prompt, prefix=known.prefix)
        turns[place : place + (1 if chance.random() < 0.8 else 0)] = [made]
    assert len(turns) > 50


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
