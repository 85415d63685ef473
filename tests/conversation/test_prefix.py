"""Thinking goes back only behind the very prefix that it was made with; a strict simulator is the judge."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from nbclaude.conversation.exchange import Outcome, exchange
from nbclaude.conversation.plan import make_plan
from nbclaude.conversation.question import Question
from nbclaude.conversation.turns import Conversation
from nbclaude.errors import ConfigurationError
from nbclaude.models.info import model_info
from nbclaude.notebook import CellRun
from nbclaude.output.display import NoDisplay
from nbclaude.settings.values import Settings
from nbclaude.simulator import Answer, Simulator, text, thinking, tool_use
from nbclaude.wire.request import text_block
from tests.client.helpers import connection

BOUND = Settings(model="claude-sonnet-5-5")
TOOLS = ({"name": "f", "input_schema": {"type": "object"}},)


class Notebook:
    """Cells that ask in one conversation."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.conversation = Conversation()
        self.runs = 0

    def ask(self, cell: str, *prompt: Any, answer: Any = None, settings: Settings = BOUND) -> Outcome:
        self.runs += 1
        self.simulator.enqueue(
            Answer(
                [
                    thinking(
                        "",
                    ),
                    "Sure.",
                ]
            )
            if answer is None
            else answer
        )
        blocks = tuple(text_block(item) if isinstance(item, str) else item for item in prompt)
        question = Question(blocks, CellRun(cell, self.runs))
        plan = make_plan(question, self.conversation, settings, model_info(settings.model))
        outcome = exchange(question, plan, self.conversation, connection(self.simulator), NoDisplay())
        assert outcome.error is None, outcome.error
        return outcome

    def sent(self) -> list[str]:
        """What the last request held, in order."""
        found = []
        for message in self.simulator.message_requests[-1].messages:
            for block in message["content"]:
                found.append(block["text"] if block["type"] == "text" else block["type"])
        return found


@pytest.fixture
def notebook(simulator: Simulator) -> Notebook:
    return Notebook(simulator)


def test_it_is_kept_while_nothing_changes(notebook: Notebook) -> None:
    notebook.ask("a", "A?")
    notebook.ask("b", "B?")
    notebook.ask("c", "C?")
    assert notebook.sent() == ["A?", "thinking", "Sure.", "B?", "thinking", "Sure.", "C?"]


def test_the_messages_of_a_request_are_the_beginning_of_the_next(notebook: Notebook) -> None:
    for cell in "abcd":
        notebook.ask(cell, cell)
    bodies = [request.json for request in notebook.simulator.message_requests]
    for earlier, later in itertools.pairwise(bodies):
        assert later["messages"][: len(earlier["messages"])] == earlier["messages"]
        assert later.get("system") == earlier.get("system")


def test_after_a_replaced_turn_that_of_later_turns_is_dropped(notebook: Notebook) -> None:
    for cell in "abc":
        notebook.ask(cell, cell.upper())
    notebook.ask("b", "B2")
    assert notebook.sent() == ["A", "thinking", "Sure.", "B2"]
    notebook.ask("d", "D")
    # c was asked behind the old b.
    assert notebook.sent() == ["A", "thinking", "Sure.", "B2", "thinking", "Sure.", "C", "Sure.", "D"]


def test_after_a_deleted_turn(notebook: Notebook) -> None:
    for cell in "abc":
        notebook.ask(cell, cell.upper())
    notebook.conversation.put_aside(["b"])
    notebook.ask("d", "D")
    assert notebook.sent() == ["A", "thinking", "Sure.", "C", "Sure.", "D"]
    notebook.conversation.cell_exists("b")
    notebook.ask("e", "E")
    # c's thinking stands behind what it was made with again; d's does not.
    assert notebook.sent() == [
        *("A", "thinking", "Sure.", "B", "thinking", "Sure.", "C", "thinking", "Sure.", "D", "Sure.", "E"),
    ]


def test_after_undo_it_is_there_again(notebook: Notebook) -> None:
    for cell in "abc":
        notebook.ask(cell, cell.upper())
    notebook.ask("b", "B2")
    notebook.conversation.undo()
    notebook.ask("d", "D")
    assert notebook.sent().count("thinking") == 3


@pytest.mark.parametrize(
    "change",
    [{"system": "Be brief."}, {"tools": TOOLS}, {"model": "claude-opus-5-5"}, {"model": "claude-opus-4-8"}],
)
def test_behind_another_system_prompt_other_tools_another_model(
    notebook: Notebook, change: dict[str, Any]
) -> None:
    notebook.ask("a", "A?")
    notebook.ask("b", "B?", settings=replace(BOUND, **change))
    assert notebook.sent() == ["A?", "Sure.", "B?"]


def test_an_open_tool_loop_keeps_it_verbatim(notebook: Notebook) -> None:
    settings = replace(BOUND, tools=TOOLS)
    call = Answer([thinking(""), text("Let me see."), thinking(""), tool_use("f", {"x": 1}, id="toolu_1")])
    outcome = notebook.ask("a", "A?", answer=call, settings=settings)
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "42"}
    notebook.ask("b", result, settings=settings)
    sent = notebook.simulator.message_requests[-1].messages
    kept = [block for block in sent[1]["content"] if block["type"] != "text"]
    assert kept == [block for block in outcome.message["content"] if block["type"] != "text"]
    assert sent[2] == {"role": "user", "content": [result]}
    # The loop is closed, and nothing of it changes in the next request; the tools stay defined without being named again.
    notebook.ask("c", "C?")
    assert notebook.sent() == [
        *("A?", "thinking", "Let me see.", "thinking", "tool_use"),
        *("tool_result", "thinking", "Sure.", "C?"),
    ]
    assert notebook.simulator.message_requests[-1].json["tools"] == list(TOOLS)


def test_a_call_that_was_never_answered_is_not_sent(notebook: Notebook) -> None:
    settings = replace(BOUND, tools=TOOLS)
    notebook.ask(
        "a", "A?", answer=Answer([text("Let me see."), tool_use("f", id="toolu_1")]), settings=settings
    )
    notebook.ask("b", "Never mind.")
    assert notebook.sent() == ["A?", "Let me see.", "Never mind."]


def test_the_result_of_a_call_that_is_gone_is_not_sent(notebook: Notebook) -> None:
    settings = replace(BOUND, tools=TOOLS)
    notebook.ask("a", "A?", answer=Answer([tool_use("f", id="toolu_1")]), settings=settings)
    notebook.ask("b", {"type": "tool_result", "tool_use_id": "toolu_1", "content": "42"}, settings=settings)
    notebook.ask("a", "Something else.")
    notebook.ask("c", "C?")
    assert notebook.sent() == ["Something else.", "thinking", "Sure.", "C?"]


def test_a_loop_whose_first_call_is_gone_is_left_out_to_its_end(notebook: Notebook) -> None:
    settings = replace(BOUND, tools=TOOLS)

    def result(number: int) -> dict[str, Any]:
        return {"type": "tool_result", "tool_use_id": f"toolu_{number}", "content": str(number)}

    notebook.ask("a", "A?", answer=Answer([tool_use("f", id="toolu_1")]), settings=settings)
    notebook.ask("b", result(1), answer=Answer([tool_use("f", id="toolu_2")]), settings=settings)
    notebook.ask("c", result(2), answer="Done.", settings=settings)
    notebook.conversation.put_aside(["a"])
    notebook.ask("d", "D?")
    assert notebook.sent() == ["D?"]
    notebook.conversation.cell_exists("a")
    notebook.ask("e", "E?")
    assert [said for said in notebook.sent() if said != "thinking"] == [
        *("A?", "tool_use", "tool_result", "tool_use", "tool_result", "Done.", "D?", "Sure.", "E?"),
    ]


def test_results_whose_call_cannot_be_sent_are_refused(notebook: Notebook) -> None:
    settings = replace(BOUND, tools=TOOLS)
    first = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "1"}
    notebook.ask("a", "A?", answer=Answer([tool_use("f", id="toolu_1")]), settings=settings)
    notebook.ask("b", first, answer=Answer([tool_use("f", id="toolu_2")]), settings=settings)
    notebook.conversation.put_aside(["a"])
    with pytest.raises(ConfigurationError, match="whose cell was deleted or has run again"):
        notebook.ask("c", {**first, "tool_use_id": "toolu_2"}, settings=settings)


def test_results_for_some_of_the_calls_are_none(notebook: Notebook) -> None:
    settings = replace(BOUND, tools=TOOLS)
    calls = Answer(["Both.", tool_use("f", id="toolu_1"), tool_use("f", id="toolu_2")])
    notebook.ask("a", "A?", answer=calls, settings=settings)
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "42"}
    notebook.ask("b", result, "And?", settings=settings)
    assert notebook.sent() == ["A?", "Both.", "And?"]


def test_in_an_open_loop_of_a_model_that_does_not_bind_it_a_changed_prefix_keeps_it(
    notebook: Notebook,
) -> None:
    settings = Settings(model="claude-opus-4-8", thinking="summarized", tools=TOOLS)
    notebook.ask("z", "Z?", answer="Z.", settings=settings)
    call = Answer([thinking("Hm."), tool_use("f", id="toolu_1")])
    notebook.ask("a", "A?", answer=call, settings=settings)
    notebook.conversation.put_aside(["z"])
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "42"}
    notebook.ask("b", result, settings=settings)
    assert notebook.sent() == ["A?", "thinking", "tool_use", "tool_result"]


def test_thinking_without_a_signature_is_never_sent(notebook: Notebook) -> None:
    # Some gateways leave it out.
    settings = Settings(model="gateway-model")
    lenient = Simulator(strict=False)
    with lenient:
        notebook.simulator = lenient
        notebook.ask(
            "a", "A?", answer=Answer([{"type": "thinking", "thinking": "Hm."}, "Sure."]), settings=settings
        )
        message = dict(notebook.conversation.turns[0].message)
        message["content"] = [{"type": "thinking", "thinking": "Hm."}, text("Sure.")]
        notebook.conversation.every = (replace(notebook.conversation.turns[0], message=message),)
        notebook.ask("b", "B?", settings=settings)
        assert notebook.sent() == ["A?", "Sure.", "B?"]
