"""Functions of the notebook as tools: the calls of an answer run, and it goes on, until it is complete."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nbclaude.simulator import Answer, text, thinking, tool_use
from tests.magics.conftest import Notebook

FUNCTIONS = '''
import nbclaude
import pandas as pd
sales = pd.DataFrame({"amount": [2, 3, 5], "city": ["Ulm", "Bonn", "Ulm"]})
ran = []

@nbclaude.tool(safe=True)
def total(df: pd.DataFrame, column: str) -> float:
    """Add up a column.

    Args:
        df: the table
        column: which column
    """
    ran.append(column)
    return float(df[column].sum())

@nbclaude.tool
def erase(what: str, times: int = 1) -> str:
    """Erase something."""
    ran.append(what * times)
    return f"erased {what}"
'''


@pytest.fixture
def tools(notebook: Notebook) -> Notebook:
    assert notebook.run(FUNCTIONS) is None
    return notebook


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[str]]]:
    """Let the user type these lines; return what they were asked."""

    def say(*lines: str) -> list[str]:
        left, asked = list(lines), []

        def typing(prompt: str = "") -> str:
            asked.append(prompt)
            if not left:
                raise EOFError
            return left.pop(0)

        monkeypatch.setattr(builtins, "input", typing)
        return asked

    yield say


def results(notebook: Notebook) -> list[Any]:
    """Return the results that the last request holds, as (is_error, text)."""
    message = notebook.simulator.requests[-1].json["messages"][-1]
    return [
        (
            block.get("is_error", False),
            block["content"] if isinstance(block["content"], str) else block["content"][0]["text"],
        )
        for block in message["content"]
        if block["type"] == "tool_result"
    ]


def test_a_safe_function_runs_and_the_answer_goes_on(tools: Notebook) -> None:
    tools.simulator.enqueue(
        Answer([thinking(), text("Let me add."), tool_use("total", {"df": "sales", "column": "amount"})]),
        Answer("It is 10."),
    )
    assert tools.run("%claude --tools total What is the sum of amount?") is None
    first, second = tools.simulator.requests
    [definition] = first.json["tools"]
    assert (definition["name"], definition["description"]) == ("total", "Add up a column.")
    assert definition["input_schema"]["properties"]["df"] == {
        "type": "string",
        "description": "the table. the name of a variable that holds a value of type DataFrame.",
    }
    # The names stand in the question: the definitions are the same bytes whatever there is.
    assert "Variables that tools can take by name: sales (DataFrame 3×2)" in first.prompt
    assert second.json["tools"] == first.json["tools"]
    assert second.json["messages"][:1] == first.json["messages"]
    assert [block["type"] for block in second.json["messages"][1]["content"]] == [
        "thinking",
        "text",
        "tool_use",
    ]
    assert results(tools) == [(False, '<tool_result name="total">\n10.0\n</tool_result>')]
    reply = tools.value("_claude")
    assert reply.text == "It is 10."
    assert [(call.name, call.value, call.variables) for call in reply.steps[0].calls] == [
        ("total", 10.0, ("sales",))
    ]
    assert tools.value("ran") == ["amount"]


def test_undo_takes_the_whole_answer_back(tools: Notebook) -> None:
    tools.simulator.enqueue(Answer([tool_use("total", {"df": "sales", "column": "amount"})]), Answer("10"))
    tools.run("%claude --tools total Sum?")
    assert tools.run("%claude_undo") is None
    assert tools.sent("%claude Next?") == ["Next?"]
    assert len(tools.simulator.requests[-1].json["messages"]) == 1
