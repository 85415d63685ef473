"""Every block that an answer may hold is kept as it came, and sent back as it came; what nobody knows, too."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from nbclaude.conversation.exchange import Outcome
from nbclaude.conversation.question import Question
from nbclaude.simulator import Answer, RawStream, Simulator, text
from nbclaude.workspace import Workspace
from tests.asking.helpers import outcome_of
from tests.client.conftest import no_idle_lines, no_network_settings
from tests.client.helpers import EVENTS, sse

__all__ = ["no_idle_lines", "no_network_settings"]

SEARCH = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}}
TOOL = {"name": "f", "input_schema": {"type": "object"}}


def result(
    kind: str, content: Any, name: str = "", of: str = "srvtoolu_1", **more: Any
) -> list[dict[str, Any]]:
    """A call of a server tool and its result."""
    call = {"type": "server_tool_use", "id": of, "name": name or kind, "input": {"x": 1}}
    return [call, {"type": f"{kind}_tool_result", "tool_use_id": of, "content": content, **more}]


def cited(**location: Any) -> list[dict[str, Any]]:
    return [text("It is so.", citations=[{"cited_text": "So.", **location}])]


ANSWERS: dict[str, list[dict[str, Any]]] = {
    "text": [text("Hello")],
    "char_location": cited(type="char_location", document_index=0, start_char_index=0, end_char_index=3),
    "page_location": cited(type="page_location", document_index=0, start_page_number=1, end_page_number=2),
    "content_block_location": cited(
        type="content_block_location", document_index=0, start_block_index=0, end_block_index=1
    ),
    "web_search_result_location": cited(
        type="web_search_result_location", url="https://a.example", title="A", encrypted_index="E"
    ),
    "search_result_location": cited(
        type="search_result_location", source="https://a.example", search_result_index=0
    ),
    "redacted_thinking": [{"type": "redacted_thinking", "data": "D"}, text("Hello")],
    "web_search_tool_result": result(
        "web_search", [{"type": "web_search_result", "url": "https://a.example"}]
    ),
    "web_search_tool_result_error": result(
        "web_search", {"type": "web_search_tool_result_error", "error_code": "max_uses_exceeded"}
    ),
    "web_fetch_tool_result": result("web_fetch", {"type": "web_fetch_result", "url": "https://a.example"}),
    "code_execution_tool_result": result(
        "code_execution", {"type": "code_execution_result", "stdout": "1", "return_code": 0}
    ),
    "bash_code_execution_tool_result": result(
        "bash_code_execution", {"type": "bash_code_execution_result", "stdout": "1", "return_code": 0}
    ),
    "text_editor_code_execution_tool_result": result(
        "text_editor_code_execution",
        {"type": "text_editor_code_execution_create_result", "is_file_update": False},
    ),
    "tool_search_tool_result": result(
        "tool_search",
        {
            "type": "tool_search_tool_search_result",
            "tool_references": [{"type": "tool_reference", "tool_name": "f"}],
        },
        name="tool_search_tool_bm25",
    ),
    "advisor_tool_result": result("advisor", {"type": "advisor_result", "text": "Do."}),
    "container_upload": [{"type": "container_upload", "file_id": "file_1"}, text("Hello")],
    "mcp_tool_result": [
        {"type": "mcp_tool_use", "id": "mcptoolu_1", "name": "ask", "server_name": "s", "input": {"q": 1}},
        {"type": "mcp_tool_result", "tool_use_id": "mcptoolu_1", "is_error": False, "content": [text("a")]},
    ],
    "mcp_tool_listing": [{"type": "mcp_tool_listing", "server_name": "s", "tools": []}, text("Hello")],
    "compaction": [{"type": "compaction", "content": "Summary.", "encrypted_content": "E"}, text("Hello")],
    "fallback": [
        {"type": "fallback", "from": {"model": "a"}, "to": {"model": "b"}, "trigger": {"type": "refusal"}},
        text("Hello"),
    ],
}


@pytest.fixture
def workspace(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """Give a workspace of the test's own, connected to the strict simulator."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-canary-9d1f")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", simulator.base_url)
    for name in ("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_CUSTOM_HEADERS", "ANTHROPIC_MODEL"):
        monkeypatch.delenv(name, raising=False)
    yield Workspace()


def ask(workspace: Workspace, *blocks: Mapping[str, Any], **options: Any) -> Outcome:
    settings = workspace.settings({"model": "claude-opus-4-8", **options})
    outcome = outcome_of(workspace, Question(blocks or (text("Hi"),)), settings)
    assert outcome.error is None, outcome.error
    return outcome


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("blocks", ANSWERS.values(), ids=ANSWERS.keys())
def test_blocks_are_kept_and_sent_back(
    workspace: Workspace, simulator: Simulator, blocks: list[dict[str, Any]], stream: bool
) -> None:
    simulator.enqueue(Answer(blocks), "ok")
    assert ask(workspace, stream=stream).message["content"] == blocks
    ask(workspace)
    assert simulator.message_requests[-1].messages[1] == {"role": "assistant", "content": blocks}


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_thinking_and_calls_in_an_open_tool_loop(
    workspace: Workspace, simulator: Simulator, stream: bool
) -> None:
    """The simulator signs the thinking, and checks it when it comes back."""
    call = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"x": 1}, "caller": {"type": "direct"}}
    simulator.enqueue(Answer([{"type": "thinking", "thinking": "Hm."}, text("I look."), call]), "ok")
    options = {"model": "claude-opus-5-5", "tools": (TOOL,), "stream": stream}
    content = ask(workspace, **options).message["content"]
    assert [block["type"] for block in content] == ["thinking", "text", "tool_use"]
    assert content[0]["signature"]
    assert content[2] == call
    ask(workspace, {"type": "tool_result", "tool_use_id": "toolu_1", "content": "21"}, **options)
    assert simulator.message_requests[-1].messages[1] == {"role": "assistant", "content": content}


def test_a_call_from_code_keeps_its_caller_and_its_toolset(
    workspace: Workspace, simulator: Simulator
) -> None:
    run = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "code_execution", "input": {"code": "f()"}}
    call = {
        "type": "tool_use",
        "id": "toolu_1",
        "name": "f",
        "input": {"x": 1},
        "caller": {"type": "code_execution_20260521", "tool_id": "srvtoolu_1"},
        "toolset_name": "t",
    }
    code = {"type": "code_execution_20260521", "name": "code_execution"}
    simulator.enqueue(Answer([run, call], stop_reason="tool_use"), "ok")
    assert ask(workspace, tools=(code, TOOL)).message["content"] == [run, call]
    ask(workspace, {"type": "tool_result", "tool_use_id": "toolu_1", "content": "21"}, tools=(code, TOOL))
    assert simulator.message_requests[-1].messages[1] == {"role": "assistant", "content": [run, call]}


def test_a_block_a_delta_and_an_event_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The block is kept with what its delta brought, and sent back; the event is nothing."""
    events = [
        EVENTS[0],
        {"type": "some_event", "x": 1},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "some_block", "a": [1]}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "some_delta", "b": {"c": 2}}},
        {"type": "content_block_stop", "index": 0},
        *(event if "index" not in event else {**event, "index": 1} for event in EVENTS[1:]),
    ]
    kept = [{"type": "some_block", "a": [1], "b": {"c": 2}}, text("Hello there.")]
    with Simulator(strict=False) as lenient:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-canary-9d1f")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", lenient.base_url)
        workspace = Workspace()
        lenient.enqueue(RawStream(sse(*events)), "ok")
        assert ask(workspace).message["content"] == kept
        ask(workspace)
        assert lenient.message_requests[-1].messages[1] == {"role": "assistant", "content": kept}


FIELDS: dict[str, Any] = {
    "stop_details": {"type": "refusal", "category": "cyber", "explanation": "No."},
    "container": {"id": "container_1", "expires_at": "2026-11-23T00:00:00Z"},
    "context_management": {"applied_edits": []},
    "diagnostics": {"cache_miss_reason": "some"},
    "input_transformations": [{"type": "some"}],
    "some_field": 1,
}


def test_every_field_of_the_message_is_kept(workspace: Workspace, simulator: Simulator) -> None:
    whole = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [text("Hi")]}
    usage = {
        "input_tokens": 1,
        "cache_creation_input_tokens": 2,
        "cache_read_input_tokens": 3,
        "cache_creation": {"ephemeral_5m_input_tokens": 1, "ephemeral_1h_input_tokens": 1},
        "output_tokens": 4,
        "output_tokens_details": {"thinking_tokens": 1},
        "server_tool_use": {"web_search_requests": 1, "web_fetch_requests": 1},
        "service_tier": "standard",
        "speed": "standard",
        "inference_geo": "us",
        "iterations": [{"type": "message", "input_tokens": 1, "output_tokens": 4}],
        "fallback_credit": {"x": 1},
        "some_figure": 5,
    }
    message = {**whole, "stop_reason": "end_turn", "stop_sequence": None, **FIELDS, "usage": usage}
    simulator.enqueue(RawStream(json.dumps(message).encode(), content_type="application/json"))
    assert ask(workspace, stream=False).message == message


def test_fields_beside_and_in_a_message_delta_are_kept(workspace: Workspace, simulator: Simulator) -> None:
    inside = {name: FIELDS[name] for name in ("stop_details", "container")}
    beside = {name: FIELDS[name] for name in ("context_management", "input_transformations", "some_field")}
    ending = {"type": "message_delta", "delta": {"stop_reason": "end_turn", **inside}, **beside}
    simulator.enqueue(RawStream(sse(*EVENTS[:-2], {**ending, "usage": {"output_tokens": 9}}, EVENTS[-1])))
    message = ask(workspace).message
    assert {name: message.get(name) for name in inside | beside} == inside | beside
    assert message["usage"] == {"input_tokens": 3, "output_tokens": 9}


STOP_REASONS = [
    *("end_turn", "max_tokens", "stop_sequence", "tool_use", "refusal", "compaction", "some_reason"),
    "model_context_window_exceeded",
]


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("reason", STOP_REASONS)
def test_every_stop_reason_is_kept(
    workspace: Workspace, simulator: Simulator, reason: str, stream: bool
) -> None:
    sequence = "END" if reason == "stop_sequence" else None
    simulator.enqueue(Answer("Part.", stop_reason=reason, stop_sequence=sequence), "ok")
    message = ask(workspace, stream=stream).message
    assert (message["stop_reason"], message["stop_sequence"]) == (reason, sequence)
    ask(workspace)
    assert simulator.message_requests[-1].messages[1] == {"role": "assistant", "content": [text("Part.")]}
