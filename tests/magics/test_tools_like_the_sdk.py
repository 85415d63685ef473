"""The official SDK's tool runner is the referee: for the same replies it makes the same calls, in the same requests."""

from __future__ import annotations

import re
from typing import Any

import pytest

from nbclaude.simulator import Answer, Simulator, text, tool_use
from tests.later import later
from tests.magics.conftest import Notebook

anthropic = later("anthropic")

MODEL = "claude-sonnet-5-5"
FUNCTIONS = """
import nbclaude
from typing import Literal
ran = []

def add(a: int, b: int = 1) -> str:
    "Add two numbers."
    ran.append(('add', a, b))
    return str(a + b)

def fail(why: str) -> str:
    "Always fail."
    ran.append(('fail', why))
    raise ValueError(why)

def unit(of: Literal['km', 'mile']) -> str:
    "Explain a unit."
    ran.append(('unit', of))
    return {'km': 'thousand metres', 'mile': 'äö 😀'}[of]
"""
REPLIES: list[list[Any]] = [
    ["No tool."],
    [[tool_use("add", {"a": 1, "b": 2}, id="toolu_1")], "3."],
    [
        [text("Both:"), tool_use("add", {"a": 1}, id="toolu_1"), tool_use("unit", {"of": "mile"}, id="toolu_2")],
        [tool_use("add", {"a": 3, "b": 3}, id="toolu_3")],
        "Done.",
    ],
    [[tool_use("fail", {"why": "broken"}, id="toolu_1")], [tool_use("add", {"a": 0}, id="toolu_2")], "Sorry."],
    [[tool_use("missing", {"x": 1}, id="toolu_1"), tool_use("add", {"a": 5}, id="toolu_2")], "Oh."],
    [[tool_use("add", {"a": "many"}, id="toolu_1")], [tool_use("add", {}, id="toolu_2")], "Hm."],
    [[tool_use("add", {"a": n}, id=f"toolu_{n}") for n in range(20)], "All."],
    # Numbers as texts and with a point, what no parameter takes, what is too much, and an answer without a word.
    [[tool_use("add", {"a": "5", "b": 2.0}, id="toolu_1")], [tool_use("add", {"a": "5.5"}, id="toolu_2")], "Hm."],
    [[tool_use("unit", {"of": "yard"}, id="toolu_1"), tool_use("unit", {"of": "km"}, id="toolu_2")], "Hm."],
    [[tool_use("add", {"a": None}, id="toolu_1")], [tool_use("fail", {"why": ""}, id="toolu_2")], "Hm."],
    [[tool_use("add", {"a": n}, id=f"toolu_{n}")] for n in range(9)] + ["Nine."],
]  # fmt: skip


def _sent(simulator: Simulator) -> list[list[Any]]:
    """Return the messages of the last request: roles and blocks, results by id, with the bare text."""
    return [
        [message["role"], [_block(block) for block in _blocks(message["content"])]]
        for message in simulator.requests[-1].json["messages"]
    ]


def _blocks(content: Any) -> list[Any]:
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    return [block for block in blocks if block["type"] != "thinking"]


def _block(block: dict[str, Any]) -> tuple[Any, ...]:
    match block["type"]:
        case "tool_use":
            return "call", block["id"], block["name"], block["input"]
        case "tool_result":
            is_error = bool(block.get("is_error"))
            content = block["content"]
            said = content if isinstance(content, str) else "".join(each["text"] for each in content)
            # What is said of an error is for the model, in words of one's own.
            bare = re.sub(r"^<tool_result name=\"\w+\">\n(.*)\n</tool_result>$", r"\1", said, flags=re.DOTALL)
            return "result", block["tool_use_id"], is_error, "" if is_error else bare
        case _:
            return "text", block["text"]


@pytest.mark.filterwarnings(
    "ignore:Tool 'missing' not found:UserWarning"
)  # what the SDK says of the unknown tool
@pytest.mark.parametrize("replies", REPLIES, ids=range(len(REPLIES)))
def test_the_same_calls_as_the_sdk(notebook: Notebook, replies: list[Any]) -> None:
    answers = [Answer(reply) for reply in replies]
    assert notebook.run(FUNCTIONS) is None
    notebook.run("%config ClaudeMagics.allow_tools = ['add', 'fail', 'unit']")
    notebook.simulator.enqueue(*answers)
    assert notebook.run(f"%claude --model {MODEL} --tools add,fail,unit Go on") is None
    ours, ran = _sent(notebook.simulator), list(notebook.value("ran"))
    count = len(notebook.simulator.requests)

    notebook.value("ran").clear()
    tools: Any = [anthropic.beta_tool(notebook.value(name)) for name in ("add", "fail", "unit")]
    with Simulator() as simulator:
        simulator.enqueue(*answers)
        with anthropic.Anthropic(api_key="canary", base_url=simulator.base_url, max_retries=0) as client:
            runner = client.beta.messages.tool_runner(
                model=MODEL,
                max_tokens=1000,
                tools=tools,
                messages=[{"role": "user", "content": "Go on"}],
                max_iterations=10,
                thread=False,
            )
            runner.until_done()
        assert _sent(simulator) == ours
        assert len(simulator.requests) == count
    assert notebook.value("ran") == ran
