"""Random lives of a notebook against a simple model: what is sent is what the cells that are there show, in their places.

The model knows nothing of turns that are set aside. It keeps, for each cell that ever asked, where it stands, and looks at
which of them exist.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nbclaude.asking.follow_up import is_cut, origin_of_rest, origin_of_results
from nbclaude.conversation.conversations import Conversations
from nbclaude.conversation.history import Scope, history_of
from nbclaude.conversation.plan import turns_before
from nbclaude.conversation.question import Question
from nbclaude.conversation.replaying import open_calls
from nbclaude.conversation.turns import Turn
from nbclaude.notebook import CellRun
from nbclaude.simulator.rules import check_request
from nbclaude.simulator.rules.context import Context
from tests.thorough import examples

CELLS = "abcde"
TOOLS = ({"name": "f", "description": "A tool.", "input_schema": {"type": "object"}},)


def accepted(messages: Any) -> None:
    """Fail if the strict simulator would refuse these messages."""
    body = {"model": "claude-opus-4-5", "max_tokens": 99, "tools": list(TOOLS), "messages": list(messages)}
    check_request(body, Context())


def texts_of(messages: Any) -> list[str]:
    return [block["text"] for message in messages for block in message["content"] if block["type"] == "text"]


@dataclass
class Row:
    """One turn of the model: what it says, of which cell and run, whether it begins anew."""

    says: str
    cell: str
    run: int
    begins: bool


@dataclass
class Model:
    """What a notebook's user expects of one conversation."""

    rows: list[Row] = field(default_factory=list)
    past: list[tuple[list[Row], set[str]]] = field(default_factory=list)

    def visible(self, gone: set[str]) -> list[Row]:
        return [row for row in self.rows if row.cell not in gone]

    def keep(self, brought_back: set[str] = frozenset()) -> None:  # type: ignore[assignment]
        self.past.append((list(self.rows), set(brought_back)))

    def place(self, cell: str, run: int) -> int:
        own = [n for n, row in enumerate(self.rows) if row.cell == cell]
        same = [n for n in own if self.rows[n].run == run]
        return same[-1] + 1 if same else own[0] if own else len(self.rows)

    def sends(self, cell: str, run: int, gone: set[str]) -> list[str]:
        rows = [row for row in self.rows[: self.place(cell, run)] if row.cell not in gone]
        first = max((n for n, row in enumerate(rows) if row.begins), default=0)
        return [row.says for row in rows[first:]]

    def ask(self, row: Row) -> None:
        self.keep()
        place = self.place(row.cell, row.run)
        old = [other for other in self.rows if other.cell == row.cell and other.run != row.run]
        before = [other for other in self.rows[:place] if other not in old]
        self.rows = [*before, row, *(other for other in self.rows[place:] if other not in old)]

    def leave(self, cell: str, run: int) -> None:
        kept = [row for row in self.rows if row.cell != cell or row.run == run]
        if len(kept) < len(self.rows):
            self.keep()
            self.rows = kept


class Notebook:
    """Both side by side: the conversations, and the model of each."""

    def __init__(self) -> None:
        self.conversations = Conversations()
        self.models = {"main": Model(), "side": Model()}
        self.gone: set[str] = set()
        self.runs = 0

    def run(self, cell: str, name: str, asks: int, begins: bool) -> None:
        self.runs += 1
        self.gone.discard(cell)
        self.conversations.cell_exists(cell)
        for model in self.models.values():
            model.past = [(rows, back - {cell}) for rows, back in model.past]
        for number in range(asks):
            self.ask(cell, name, f"{cell}{self.runs}.{number}", begins=begins and not number)

    def ask(self, cell: str, name: str, says: str, *, begins: bool) -> None:
        at, model, conversation = CellRun(cell, self.runs), self.models[name], self.conversations[name]
        prompt = ({"type": "text", "text": says},)
        question = Question(prompt, at, begins)
        before = turns_before(question, conversation)
        expected = [] if begins else model.sends(cell, self.runs, self.gone)
        assert [turn.question for turn in before] == expected
        history = history_of(before, prompt, Scope(keeps_thinking=False))
        assert texts_of(history.messages) == [text for turn in expected for text in (turn, turn.upper())] + [
            says
        ]
        accepted(history.messages)
        message = {"content": [{"type": "text", "text": says.upper()}], "stop_reason": "end_turn"}
        conversation.record(Turn(prompt, message, "m", cell, self.runs, begins), at)
        model.ask(Row(says, cell, self.runs, begins))
        self.conversations.leave_others(name, at)
        for other, its in self.models.items():
            if other != name:
                its.leave(cell, self.runs)

    def delete(self, cells: set[str]) -> None:
        # The front end tells of cells that nobody ever asked in, too.
        known = {
            row.cell
            for model in self.models.values()
            for rows in (model.rows, *(r for r, _ in model.past))
            for row in rows
        }
        self.gone |= cells & known
        self.conversations.put_aside(cells)

    def bring_back(self) -> None:
        aside = {row.cell for model in self.models.values() for row in model.rows if row.cell in self.gone}
        for model in self.models.values():
            if back := {row.cell for row in model.rows if row.cell in aside}:
                model.keep(back)
        self.gone -= aside
        self.conversations.bring_back()

    def undo(self, name: str) -> None:
        model = self.models[name]
        change = self.conversations[name].undo()
        assert (change is None) == (not model.past)
        if model.past:
            model.rows, back = model.past.pop()
            assert set(change.cells if change else ()) == back
            self.gone_in(name, back)

    def gone_in(self, name: str, cells: set[str]) -> None:
        self.gone |= cells

    def reset(self, name: str) -> None:
        model = self.models[name]
        assert self.conversations[name].reset() == len(model.rows)
        if model.rows:
            model.keep()
            model.rows = []

    def check(self) -> None:
        for name, model in self.models.items():
            conversation = self.conversations[name]
            assert [turn.question for turn in conversation.every] == [row.says for row in model.rows]
            assert [turn.question for turn in conversation.turns] == [
                row.says for row in model.visible(self.gone)
            ]
            assert len(conversation.set_aside) == len(model.rows) - len(model.visible(self.gone))


cell = st.sampled_from(CELLS)
names = st.sampled_from(["main", "main", "main", "side"])
steps = st.one_of(
    st.tuples(st.just("run"), cell, names, st.integers(0, 2), st.booleans()),
    st.tuples(st.just("run"), cell, st.just("main"), st.just(1), st.just(False)),
    st.tuples(st.just("delete"), st.sets(cell, min_size=1, max_size=3)),
    st.tuples(st.just("bring_back")),
    st.tuples(st.just("undo"), names),
    st.tuples(st.just("reset"), names),
)


@settings(max_examples=examples(100))
@given(st.lists(steps, max_size=25))
# What is brought back in one conversation is there in all of them.
@example(
    [
        ("run", "a", "main", 1, False),
        ("run", "a", "side", 1, False),
        ("delete", {"a"}),
        ("bring_back",),
        ("undo", "main"),
    ]
)
def test_what_is_sent_is_what_the_cells_that_are_there_show(life: list[tuple[Any, ...]]) -> None:
    notebook = Notebook()
    for what, *details in life:
        # Taking back a return sets aside in one conversation only: the model would need to know of each its own.
        if what == "undo" and notebook.models[details[0]].past and notebook.models[details[0]].past[-1][1]:
            continue
        getattr(notebook, what)(*details)
        notebook.check()


def answer(kind: str, number: int) -> dict[str, Any]:
    """An answer that is complete, cut off, or calls a tool."""
    said = {"type": "text", "text": f"answer {number}"}
    call = {"type": "tool_use", "id": f"toolu_{number}", "name": "f", "input": {}}
    match kind:
        case "call":
            return {"content": [said, call], "stop_reason": "tool_use"}
        case "call alone":
            return {"content": [call], "stop_reason": "tool_use"}
        case "cut":
            return {"content": [said], "stop_reason": "max_tokens"}
        case _:
            return {"content": [said], "stop_reason": "end_turn"}


calls = st.tuples(st.just("ask"), cell, st.sampled_from(["call", "call alone"]))
results = st.tuples(st.just("results"), cell, st.sampled_from(["call", "whole"]))
cuts = st.tuples(st.just("ask"), cell, st.just("cut"))
rests = st.tuples(st.sampled_from(["rest", "goes on"]), cell, st.sampled_from(["cut", "whole", "call"]))
others = st.tuples(st.sampled_from(["ask", "delete", "undo", "back"]), cell, st.just("whole"))
# Loops as they are, with something else that happens in between now and then.
loops = st.lists(
    st.one_of(
        st.tuples(calls, results, results, others),
        st.tuples(calls, results, others, results),
        st.tuples(cuts, rests, rests, others),
        st.tuples(others),
    ),
    max_size=6,
).map(lambda parts: [step for part in parts for step in part])


@settings(max_examples=examples(100))
@given(loops)
@pytest.mark.sweep
def test_every_request_of_a_loop_is_accepted(life: list[tuple[str, str, str]]) -> None:
    conversations = Conversations()
    conversation = conversations["main"]
    for number, (what, name, kind) in enumerate(life, 1):
        at = CellRun(name, number)
        if what == "delete":
            conversations.put_aside([name])
            continue
        if what in ("undo", "back"):
            conversation.undo() if what == "undo" else conversations.bring_back()
            continue
        conversations.cell_exists(name)
        question = _question(what, conversation, at, number)
        if question is None:
            continue
        before = turns_before(question, conversation)
        history = history_of(before, question.prompt, Scope(keeps_thinking=False))
        if not history.asks:
            continue  # refused, with the reason
        accepted(history.messages)
        sent = texts_of(history.messages)
        assert not {
            text for turn in conversation.set_aside for text in (turn.question, turn.answer) if text
        } & set(sent)
        partial = question.completes
        message = answer(kind, number)
        turn = Turn(
            prompt=partial.prompt if partial else question.prompt,
            message={
                **message,
                "content": [*(partial.message["content"] if partial else ()), *message["content"]],
            },
            model="m",
            cell=name,
            run=number,
            begins=question.begins,
            follows=partial.follows if partial else question.follows,
            completes=partial,
            kept=question.kept,
        )
        count = len(conversation.turns)
        change = conversation.record(turn, at, question.instead_of)
        assert len(conversation.turns) == count + 1 - change.replaced
        assert conversation.turns[change.number - 1] is turn


def _question(what: str, conversation: Any, at: CellRun, number: int) -> Question | None:
    if what == "ask":
        return Question(({"type": "text", "text": f"question {number}"},), at)
    origin = (origin_of_results if what == "results" else origin_of_rest)(conversation, at)
    turn = origin.turn
    if turn is None:
        return None
    if what == "results":
        calls = open_calls(turn)
        if not calls:
            return None
        prompt: Any = tuple(
            {"type": "tool_result", "tool_use_id": call["id"], "content": "1"} for call in calls
        )
    elif not is_cut(turn):
        return None
    else:
        # Some models go on by themselves, others are asked to.
        prompt = () if what == "goes on" else ({"type": "text", "text": f"go on {number}"},)
    return Question(
        prompt,
        at,
        instead_of=origin.instead_of,
        follows=turn,
        in_place=origin.in_place,
        is_shown=origin.is_of_run,
        kept=origin.kept,
    )


def test_taking_back_a_return_is_for_its_conversation_alone() -> None:
    conversations = Conversations()
    for name in ("x", "y"):
        turn = Turn(({"type": "text", "text": name},), {"content": []}, "m", "a", 1)
        conversations[name].record(turn, CellRun("a", 1))
    conversations.put_aside(["a"])
    conversations.bring_back()
    conversations["x"].undo()
    assert [len(conversations[name].turns) for name in ("x", "y")] == [0, 1]
