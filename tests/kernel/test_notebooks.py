"""notebooks/messages-api.ipynb: every cell runs, and every example arrives at the gateway as its page has it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.kernel.kernel import Execution, Kernel

pytestmark = pytest.mark.once

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "messages-api.ipynb"
CELLS: list[dict[str, Any]] = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
CODE = [cell for cell in CELLS if cell["cell_type"] == "code"]
MEANT_TO_FAIL = {cell["id"] for cell in CODE if "raises-exception" in cell["metadata"].get("tags", [])}
# Runs behind each cell of the notebook: what has arrived at its simulator since the last time.
TELL = """
import json as _json
_told = globals().get("_told", 0)
_arrived = gateway.message_requests if "gateway" in globals() else []
print(_json.dumps([{"body": each.json, "headers": dict(each.headers)} for each in _arrived[_told:]]))
_told = len(_arrived)
"""

HAIKU = "claude-haiku-4-5-20251001"
SONNET = "claude-sonnet-4-5-20250929"
OPUS = "claude-opus-4-1-20250805"

WEATHER = {
    "name": "get_weather",
    "description": "Get the current weather in a given location",
    "input_schema": {
        "type": "object",
        "properties": {
            "location": {"type": "string", "description": "The city and state, e.g. San Francisco, CA"},
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"], "description": "Temperature unit"},
        },
        "required": ["location"],
    },
}
STOCK_PRICE = {
    "name": "get_stock_price",
    "description": "Get real-time stock price",
    "input_schema": {
        "type": "object",
        "properties": {"ticker": {"type": "string", "description": "Stock ticker symbol, e.g., AAPL"}},
        "required": ["ticker"],
    },
}
OWN_TOOLS = [
    {
        "type": "computer_20241022",
        "name": "computer",
        "display_width_px": 1024,
        "display_height_px": 768,
    },
    {"type": "text_editor_20241022", "name": "str_replace_editor"},
    {"type": "bash_20241022", "name": "bash"},
]
ANALYSIS = {
    "title": "Analysis",
    "type": "object",
    "properties": {
        "summary": {"type": "string"},
        "key_findings": {"type": "array", "items": {"type": "string"}},
        "recommendations": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["summary", "key_findings", "recommendations"],
    "additionalProperties": False,
}


def request(*said: Any, **fields: Any) -> dict[str, Any]:
    """Write a request as the page does: user and assistant in turns, the page's model and limit."""
    messages = [
        {"role": ("user", "assistant")[index % 2], "content": content} for index, content in enumerate(said)
    ]
    return {"model": SONNET, "max_tokens": 1024, "messages": messages} | fields


def called(name: str, arguments: dict[str, Any], *, before: str = "") -> list[dict[str, Any]]:
    words = [{"type": "text", "text": before}] if before else []
    return [*words, {"type": "tool_use", "id": "(id)", "name": name, "input": arguments}]


def result(text: str) -> list[dict[str, Any]]:
    return [{"type": "tool_result", "tool_use_id": "(id)", "content": text}]


def attached(source: dict[str, Any], question: str) -> list[dict[str, Any]]:
    return [{"type": "image", "source": source}, {"type": "text", "text": question}]


def without_names(content: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out the line that introduces a picture by its name, which the page does not have."""
    following = [*content[1:], {}]
    return [
        block
        for block, after in zip(content, following, strict=True)
        if after.get("type") != "image" or not re.fullmatch(r"[\w.]+:", block.get("text", ""))
    ]


JPEG = {"type": "base64", "media_type": "image/jpeg", "data": "(image.jpg)"}
HELLO = request("Hello, Claude")
POINTS = "Summarize key points:\n\nHere would be the long text."
PAGE: dict[str, list[dict[str, Any]]] = {
    "hello": [request("Hello, world")],
    "model": [request("Hello, Claude", model=HAIKU)],
    "models-loop": [
        request("Hello, Claude", model=model)
        for model in (HAIKU, SONNET, OPUS, f"{OPUS}-thinking", f"{SONNET}-thinking")
    ],
    "model-typo": [],
    "messages-first": [request("Hello there.")],
    "messages-second": [
        request(
            "Hello there.",
            "Hi, I'm Claude. How can I help you?",
            "Can you explain LLMs in plain English?",
        )
    ],
    "prefill": [request("What's the Greek name for Sun? (A) Sol (B) Helios (C) Sun", "The best answer is (")],
    "max-tokens": [request("Hello, Claude. What can you do?", max_tokens=20)],
    "system": [
        request("What is your system prompt?", system="You are a professional Python programming tutor")
    ],
    "system-structured": [
        request(
            "What is your system prompt?",
            system=[{"type": "text", "text": "You are a professional Python programming tutor"}],
        )
    ],
    "temperature-low": [HELLO | {"temperature": 0.2}],
    "temperature-high": [HELLO | {"temperature": 0.8}],
    "top-p": [HELLO | {"top_p": 0.9}],
    "top-k": [HELLO | {"top_k": 40}],
    "stream-on": [HELLO],
    "stream-off": [HELLO],
    "stop": [HELLO | {"stop_sequences": ["\n\nHuman:", "\n\nAssistant:"]}],
    "metadata": [HELLO | {"metadata": {"user_id": "user-7f3a"}}],
    "tools-auto": [
        request(
            'What is the weather in "San Francisco, CA", in celsius?',
            tools=[WEATHER],
            tool_choice={"type": "auto"},
        )
    ],
    "tools-any": [
        request('How warm is it in "San Francisco, CA"?', tools=[WEATHER], tool_choice={"type": "any"})
    ],
    "tools-name": [
        request(
            'How warm is it in "San Francisco, CA"?',
            tools=[WEATHER],
            tool_choice={"type": "tool", "name": "get_weather"},
        )
    ],
    "tools-result": [
        request(
            'How warm is it in "San Francisco, CA"?',
            called("get_weather", {"location": "San Francisco, CA"}, before="I call the tool `get_weather`."),
            result('{"temperature": 18, "unit": "celsius"}'),
            tools=[WEATHER],
        )
    ],
    "tools-own-ask": [HELLO | {"tools": OWN_TOOLS}],
    "basic": [request("Explain quantum computing basics")],
    "multi-turn-first": [request("What is machine learning?")],
    "multi-turn-second": [
        request(
            "What is machine learning?",
            "Machine learning is a branch of AI...",
            "Can you give a practical example?",
        )
    ],
    "reviewer": [
        request(
            "How to optimize this code?\n\ndef total(values):\n    result = 0\n    for value in values:\n"
            "        result = result + value\n    return result",
            system="You are a senior Python developer expert in code review and optimization.",
        )
    ],
    "essay": [request("Write a short essay about AI")],
    "stock-ask": [request("What's Tesla's stock price?", tools=[STOCK_PRICE])],
    "stock-result": [
        request(
            "What's Tesla's stock price?",
            called("get_stock_price", {"ticker": "TSLA"}),
            result("TSLA: 251.44 USD"),
            tools=[STOCK_PRICE],
        )
    ],
    "vision-address": [
        request(attached({"type": "url", "url": "https://example.com/image.jpg"}, "Describe this image"))
    ],
    "vision-file": [request(attached(JPEG, "Analyze this image"))],
    "vision-block-ask": [request(attached(JPEG, "Analyze this image"))],
    "role-ask": [
        request(
            "What is your system prompt?",
            system="You are an experienced data scientist specializing in:\n"
            "- Statistical analysis and data visualization\n- Machine learning model development\n"
            "- Python and R programming\nProvide professional, accurate advice.",
        )
    ],
    "structured": [
        request(
            "Please return the analysis results in JSON format with summary, key_findings, and "
            "recommendations fields."
        )
    ],
    "schema-ask": [
        request(
            "Please return the analysis results.",
            output_config={"format": {"type": "json_schema", "schema": ANALYSIS}},
        )
    ],
    "errors": [request("Hello")] * 3,
    "retry": [request("Hello")] * 2,
    "optimize": [request(POINTS, max_tokens=500)],
    "optimize-continue": [request(POINTS, "(500 tokens)", max_tokens=500)],
    "practices": [request("List 5 Python best practices", "Here are 5 Python best practices:\n\n1.")],
    "decorator": [request("Write a Python decorator example")],
    "react": [request("Write a React component example")],
    "thinking-sonnet": [request("What is 27 * 453?", model=f"{SONNET}-thinking")],
    "thinking-opus": [request("What is 27 * 453?", model=f"{OPUS}-thinking")],
}


@dataclass
class Run:
    """The notebook after its execution: what each cell showed, and what it sent."""

    executions: dict[str, Execution] = field(default_factory=dict)
    requests: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    image: str = ""

    def bodies(self, cell: str) -> list[dict[str, Any]]:
        """What the cell sent, without what is chance (ids), by the way (`stream`), or long."""
        return [self._readable(sent["body"]) for sent in self.requests[cell]]

    def _readable(self, body: dict[str, Any]) -> dict[str, Any]:
        text = json.dumps({key: value for key, value in body.items() if key != "stream"})
        text = re.sub(r'"toolu_\w+"', '"(id)"', text).replace(', "caller": {"type": "direct"}', "")
        plain: dict[str, Any] = json.loads(text.replace(self.image, "(image.jpg)"))
        for message in plain["messages"]:
            content = message["content"] = without_names(message["content"])
            if [block["type"] for block in content] == ["text"]:
                words = content[0]["text"]
                message["content"] = "(500 tokens)" if len(words) == 2000 else words
        return plain


@pytest.fixture(scope="module")
def run(shared_kernel: Kernel) -> Iterator[Run]:
    """Execute the notebook, as JupyterLab does."""
    shared_kernel.reset()
    done = Run()
    for cell in CODE:
        done.executions[cell["id"]] = shared_kernel.run("".join(cell["source"]), cell_id=cell["id"])
        done.requests[cell["id"]] = json.loads(shared_kernel.run(TELL).stdout)
    done.image = base64.b64encode(bytes.fromhex(shared_kernel.value("picture.read_bytes().hex()"))).decode()
    yield done
    shared_kernel.run("gateway.stop(); folder.cleanup()")


def test_no_cell_fails_except_those_meant_to(run: Run) -> None:
    failed = {name for name, execution in run.executions.items() if not execution.ok}
    assert failed == MEANT_TO_FAIL == {"model-typo"}
    # What IPython calls a usage error is no error to the kernel: it is printed.
    assert {name: done.stderr for name, done in run.executions.items() if done.stderr} == {}


def test_every_cell_that_asks_is_in_the_table(run: Run) -> None:
    asking = [name for name, requests in run.requests.items() if requests or name in MEANT_TO_FAIL]
    assert asking == list(PAGE)


@pytest.mark.parametrize("cell", PAGE)
def test_each_example_arrives_as_the_page_has_it(run: Run, cell: str) -> None:
    assert run.bodies(cell) == PAGE[cell]


def test_headers_are_those_of_the_page(run: Run) -> None:
    requests = [sent for sent in run.requests.values() for sent in sent]
    assert {sent["headers"]["anthropic-version"] for sent in requests} == {"2025-10-01"}
    assert {sent["headers"]["content-type"] for sent in requests} == {"application/json"}
    assert all("x-api-key" in sent["headers"] for sent in requests)
    betas = {
        name: sent[0]["headers"]["anthropic-beta"]
        for name, sent in run.requests.items()
        if sent and "anthropic-beta" in sent[0]["headers"]
    }
    assert betas == {"tools-own-ask": "computer-use-2024-10-22"}


def test_an_answer_streams_unless_the_cell_says_otherwise(run: Run) -> None:
    whole = {name for name, sent in run.requests.items() for each in sent if "stream" not in each["body"]}
    assert whole == {"hello", "stream-off"}
    assert all(
        sent[0]["body"]["stream"] is True for name, sent in run.requests.items() if sent and name not in whole
    )


def test_answers_read_as_the_notebook_says(run: Run) -> None:
    executions = run.executions
    assert executions["prefill"].data("text/plain")[0].strip() == (
        "The best answer is (B) Helios. Sol is what the Romans called it."
    )
    assert executions["stock-handle"].stdout == (
        "Calling tool: get_stock_price\nArguments: {'ticker': 'TSLA'}\n"
    )
    assert executions["structured-read"].result == "['The north grew most.', 'Returns fell by half.']"
    assert (executions["schema-data"].result or "").startswith("Analysis(summary=")
    assert (executions["practices"].result or "").startswith(
        "Here are 5 Python best practices:\n\n1. Name things well.\n2. "
    )
    assert executions["decorator-source"].stdout.startswith("from functools import wraps\n")
    assert "arithmetic" in executions["thinking-text"].stdout


def test_errors_are_caught_by_the_names_of_the_page(run: Run) -> None:
    first, second, third = run.executions["errors"].stdout.splitlines()
    assert first == "Rate limit exceeded, please retry later"
    assert second.startswith("API error: Internal server error (HTTP 500, api_error")
    assert third.startswith("Hello!")


def test_an_answer_that_was_cut_off_is_completed(run: Run) -> None:
    (cut,) = run.executions["optimize"].data("text/plain")
    (rest,) = run.executions["optimize-continue"].data("text/plain")
    points = [f"Point {number} must not be forgotten." for number in range(1, 71)]
    assert (cut + rest).strip() == " ".join(points)
    assert "%claude_continue" in run.executions["optimize"].html


def test_thinking_is_shown_in_a_fold(run: Run) -> None:
    for cell in ("thinking-sonnet", "thinking-opus"):
        assert "<details" in run.executions[cell].html
        assert "12231" in run.executions[cell].html


def test_the_gateway_s_models_are_listed(run: Run) -> None:
    (table,) = run.executions["models"].data("text/plain")
    listed = re.findall(r"^claude-\S+", table, re.MULTILINE)
    assert listed == [HAIKU, SONNET, OPUS, f"{OPUS}-thinking", f"{SONNET}-thinking"]


def test_usage_counts_every_answer(run: Run) -> None:
    (table,) = run.executions["usage"].data("text/plain")
    # What the demo has answered stands in a row of its own.
    totals = re.findall(r"^in all(?: \([^)\n]*\))? +(\d+)", table, re.MULTILINE)
    sent = sum(len(requests) for requests in run.requests.values())
    assert len(totals) == 2
    assert sum(map(int, totals)) == sent - 3, table  # three requests were refused


def test_it_is_committed_clean() -> None:
    ids = [cell["id"] for cell in CELLS]
    assert len(set(ids)) == len(ids)
    assert [name for name in ids if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name)] == []
    for cell in CODE:
        assert (cell["outputs"], cell["execution_count"]) == ([], None)
        assert set(cell["metadata"]) <= {"tags"}
