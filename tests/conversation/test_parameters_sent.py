"""What is set reaches the server: every parameter, header and content block of the API, at the strict simulator."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import pytest

from nbclaude.client.endpoints import upload_file
from nbclaude.conversation.exchange import Outcome
from nbclaude.conversation.question import Question
from nbclaude.errors import BadRequestError
from nbclaude.simulator import Answer, HTTPFault, RecordedRequest, Simulator, text, thinking, tool_use
from nbclaude.tools.results import tool_results
from nbclaude.workspace import Surroundings, Workspace
from tests.asking.helpers import outcome_of

CANARY = "sk-canary-9d1f"
TOOL = {"name": "f", "description": "Does f.", "input_schema": {"type": "object"}}
SCHEMA = {"type": "object", "properties": {}, "additionalProperties": False}
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def ask(workspace: Workspace, *blocks: Mapping[str, Any], prefill: str = "", **options: Any) -> Outcome:
    question = Question(blocks or (text("Hi"),), prefill=prefill)
    outcome = outcome_of(workspace, question, workspace.settings(options))
    assert outcome.error is None, outcome.error
    return outcome


def sent(simulator: Simulator) -> RecordedRequest:
    return simulator.message_requests[-1]


def param(name: str, options: dict[str, Any], fields: dict[str, Any]) -> Any:
    return pytest.param(options, fields, id=name)


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        param("model", {"model": "claude-opus-4-8"}, {"model": "claude-opus-4-8"}),
        param("max_tokens", {"max_tokens": 77}, {"max_tokens": 77}),
        param("system", {"system": "Be brief."}, {"system": "Be brief."}),
        param("system-blocks", {"system": [text("a"), text("b")]}, {"system": [text("a"), text("b")]}),
        param("stream", {"stream": True}, {"stream": True}),
        param(
            "stop_sequences",
            {"stop_sequences": ("END", "\n\nHuman:")},
            {"stop_sequences": ["END", "\n\nHuman:"]},
        ),
        param("temperature", {"model": "claude-sonnet-4-6", "temperature": 0.25}, {"temperature": 0.25}),
        param("top_p", {"model": "claude-sonnet-4-6", "top_p": 0.5}, {"top_p": 0.5}),
        param("top_k", {"model": "claude-sonnet-4-6", "top_k": 7}, {"top_k": 7}),
        param("tools", {"tools": (TOOL,)}, {"tools": [TOOL]}),
        param(
            "tool_choice-auto", {"tools": (TOOL,), "tool_choice": "auto"}, {"tool_choice": {"type": "auto"}}
        ),
        param(
            "tool_choice-none", {"tools": (TOOL,), "tool_choice": "none"}, {"tool_choice": {"type": "none"}}
        ),
        param(
            "tool_choice-any",
            {"model": "claude-opus-4-8", "tools": (TOOL,), "tool_choice": "any"},
            {"tool_choice": {"type": "any"}},
        ),
        param(
            "tool_choice-tool",
            {"model": "claude-opus-4-8", "tools": (TOOL,), "tool_choice": "f"},
            {"tool_choice": {"type": "tool", "name": "f"}},
        ),
        param(
            "thinking-adaptive",
            {"thinking": "summarized"},
            {"thinking": {"type": "adaptive", "display": "summarized"}},
        ),
        param(
            "thinking-omitted",
            {"thinking": "omitted"},
            {"thinking": {"type": "adaptive", "display": "omitted"}},
        ),
        param(
            "thinking-enabled",
            {"model": "claude-sonnet-4-5", "thinking": "summarized", "max_tokens": 8_000},
            {"thinking": {"type": "enabled", "budget_tokens": 4_000}},
        ),
        param(
            "thinking-disabled",
            {"model": "claude-sonnet-5", "thinking": "off"},
            {"thinking": {"type": "disabled"}},
        ),
        param("thinking-between_tools", {"thinking": "off"}, {"thinking": {"type": "between_tools"}}),
        param("effort", {"effort": "xhigh"}, {"output_config": {"effort": "xhigh"}}),
        param(
            "format",
            {"schema": SCHEMA},
            {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
        ),
        param("cache_control", {}, {"cache_control": {"type": "ephemeral"}}),
        param("cache_control-1h", {"cache_ttl": "1h"}, {"cache_control": {"type": "ephemeral", "ttl": "1h"}}),
        param("metadata", {"metadata_user": "u-1"}, {"metadata": {"user_id": "u-1"}}),
        param("service_tier", {"service_tier": "standard_only"}, {"service_tier": "standard_only"}),
        param("speed", {"speed": "fast"}, {"speed": "fast"}),
    ],
)
def test_a_parameter(
    workspace: Workspace, simulator: Simulator, options: dict[str, Any], fields: dict[str, Any]
) -> None:
    simulator.enqueue("ok")
    ask(workspace, **options)
    body = sent(simulator).json
    assert {name: body.get(name) for name in fields} == fields
    assert body["messages"] == [{"role": "user", "content": [text("Hi")]}]


def test_nothing_is_sent_that_nobody_has_set(workspace: Workspace, simulator: Simulator) -> None:
    simulator.enqueue("ok", "ok")
    ask(workspace)
    assert set(sent(simulator).json) == {"model", "max_tokens", "messages", "stream", "cache_control"}
    ask(workspace, stream=False, caching="off")
    assert set(sent(simulator).json) == {"model", "max_tokens", "messages"}


def test_a_prefill_ends_the_messages(workspace: Workspace, simulator: Simulator) -> None:
    simulator.enqueue("Yes!")
    ask(workspace, prefill="Oh yes ", model="claude-sonnet-4-5")
    assert sent(simulator).messages[-1] == {"role": "assistant", "content": [text("Oh yes")]}


def field(name: str, value: Any, *betas: str) -> Any:
    return pytest.param({name: value}, betas, id=name)


@pytest.mark.parametrize(
    ("extra", "betas"),
    [
        field("inference_geo", "us"),
        field("container", "container_1"),
        pytest.param(
            {"container": {"skills": [{"type": "anthropic", "skill_id": "xlsx"}]}}, (), id="container-skills"
        ),
        field("diagnostics", {"previous_message_id": None}),
        pytest.param({"max_tokens": 0}, (), id="max_tokens-0"),
        pytest.param(
            {"tools": [TOOL], "tool_choice": {"type": "auto", "disable_parallel_tool_use": True}},
            (),
            id="disable_parallel_tool_use",
        ),
        field(
            "context_management",
            {"edits": [{"type": "clear_tool_uses_20250919"}]},
            "context-management-2025-06-27",
        ),
        field(
            "mcp_servers",
            [{"type": "url", "url": "https://example.com", "name": "x"}],
            "mcp-client-2026-09-15",
        ),
        field("fallbacks", "default", "server-side-fallback-2026-07-01"),
        field("fallback_credit_token", "tok", "server-side-fallback-2026-07-01"),
        field("compaction", {"type": "summarize"}, "compact-2026-09-04"),
        pytest.param(
            {"output_config": {"task_budget": {"type": "tokens", "total": 20_000}}},
            ("task-budgets-2026-03-13",),
            id="task_budget",
        ),
        pytest.param(
            {"thinking": {"type": "adaptive", "display": "updates"}},
            ("thinking-display-updates-2026-08-18",),
            id="display-updates",
        ),
        pytest.param(
            {"thinking": {"type": "adaptive", "block_binding": {"prefix_mismatch_behavior": "drop_block"}}},
            ("thinking-binding-controls-2026-08-01",),
            id="block_binding",
        ),
        pytest.param(
            {
                "messages": [
                    {"role": "user", "content": "Hi"},
                    {"role": "system", "content": "Be brief."},
                    {"role": "user", "content": "So?"},
                ]
            },
            (),
            id="role-system",
        ),
    ],
)
def test_a_field_that_has_no_option(
    workspace: Workspace, simulator: Simulator, extra: dict[str, Any], betas: tuple[str, ...]
) -> None:
    """Any field of the body goes as it is with `--extra`, any feature with `--beta`; the strict simulator takes them."""
    simulator.enqueue("ok")
    ask(workspace, extra=extra, betas=betas)
    assert {name: sent(simulator).json.get(name) for name in extra} == extra
    assert sent(simulator).headers.get("anthropic-beta", "") == ",".join(betas)


def test_a_thread_goes_as_it_is(workspace: Workspace, simulator: Simulator) -> None:
    """The simulator keeps no threads, and says so as the API does of what it cannot thread."""
    options = {"extra": {"thread": {"id": "thread_1"}}, "betas": ("message-threads-2026-08-12",)}
    outcome = outcome_of(workspace, Question((text("Hi"),)), workspace.settings(options))
    assert isinstance(outcome.error, BadRequestError)
    assert sent(simulator).json["thread"] == {"id": "thread_1"}


def test_a_field_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    with Simulator(strict=False) as lenient:
        monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", lenient.base_url)
        lenient.enqueue("ok")
        ask(Workspace(), extra={"billing_policy": {"x": 1}, "some_day": [1]}, betas=("some-day-2027-01-01",))
        assert sent(lenient).json["billing_policy"] == {"x": 1}
        assert sent(lenient).json["some_day"] == [1]
        assert sent(lenient).headers["anthropic-beta"] == "some-day-2027-01-01"


class TestHeaders:
    def test_of_every_request(self, workspace: Workspace, simulator: Simulator) -> None:
        simulator.enqueue("ok")
        ask(workspace)
        headers = sent(simulator).headers
        assert headers["content-type"] == "application/json"
        assert headers["accept"] == "text/event-stream, application/json"
        assert headers["accept-encoding"] == "identity"
        assert headers["anthropic-version"] == "2023-06-01"
        assert "x-api-key" in headers
        for name in ("authorization", "anthropic-beta", "content-encoding"):
            assert name not in headers
        assert not [name for name in headers if name.lower().startswith("x-stainless")]

    def test_the_newest_version(self, workspace: Workspace, simulator: Simulator) -> None:
        workspace.enter(Surroundings(configured=lambda: {"api_version": "2026-10-21"}))
        simulator.enqueue("ok", "ok")
        ask(workspace, thinking="summarized", effort="low")
        ask(workspace)
        assert sent(simulator).headers["anthropic-version"] == "2026-10-21"
        assert len(sent(simulator).messages) == 3

    def test_those_that_are_set(self, workspace: Workspace, simulator: Simulator) -> None:
        given = {"anthropic-workspace-id": "wrkspc_1", "anthropic-user-profile-id": "up_1", "X-Team": "blue"}
        simulator.enqueue("ok")
        ask(workspace, headers=given, betas=("one-2026", "two-2026"), speed="fast")
        headers = sent(simulator).headers
        assert {name: headers[name] for name in given} == given
        assert headers["anthropic-beta"] == "one-2026,two-2026,fast-mode-2026-02-01"


TOOLS = [
    TOOL | {"type": "custom", "eager_input_streaming": True, "defer_loading": True},
    TOOL
    | {"strict": True, "input_schema": {"type": "object", "properties": {}, "additionalProperties": False}},
    TOOL | {"allowed_callers": ["direct"], "input_examples": [{}], "cache_control": {"type": "ephemeral"}},
    {"type": "bash_20250124", "name": "bash"},
    {"type": "bash_20241022", "name": "bash"},
    {"type": "text_editor_20250728", "name": "str_replace_based_edit_tool"},
    {"type": "text_editor_20241022", "name": "str_replace_editor"},
    {"type": "memory_20250818", "name": "memory"},
    {"type": "computer_toolset_20260801"},
    {"type": "browser_toolset_20260801"},
    {"type": "computer_20241022", "name": "computer", "display_width_px": 800, "display_height_px": 600},
    {"type": "web_search_20260318", "name": "web_search", "max_uses": 3},
    {"type": "web_fetch_20260318", "name": "web_fetch", "use_cache": False},
    {"type": "code_execution_20260521", "name": "code_execution"},
    {"type": "tool_search_tool_bm25_20251119", "name": "tool_search_tool_bm25"},
    {"type": "tool_search_tool_regex_20251119", "name": "tool_search_tool_regex"},
    {"type": "mcp_toolset", "mcp_server_name": "x"},
    {"type": "advisor_20260301", "name": "advisor", "model": "claude-opus-5-5"},
]


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.get("type", "custom"))
def test_a_tool_definition_goes_as_it_is(
    workspace: Workspace, simulator: Simulator, tool: dict[str, Any]
) -> None:
    simulator.enqueue("ok")
    ask(workspace, tools=(tool,))
    assert sent(simulator).json["tools"] == [tool]


def image(**source: Any) -> dict[str, Any]:
    return {"type": "image", "source": source}


def document(**source: Any) -> dict[str, Any]:
    return {"type": "document", "source": source}


def data(media_type: str, content: bytes) -> dict[str, str]:
    return {"type": "base64", "media_type": media_type, "data": base64.b64encode(content).decode()}


BLOCKS = {
    "text": text("What?", cache_control={"type": "ephemeral", "ttl": "1h"}),
    "image-base64": image(**data("image/png", PNG)),
    "image-url": image(type="url", url="https://example.com/image.jpg"),
    "image-transformations": image(**data("image/png", PNG))
    | {"transformations": {"oversized_image": "error"}},
    "document-pdf": document(**data("application/pdf", b"%PDF-1.7\n")),
    "document-text": document(type="text", media_type="text/plain", data="A text.")
    | {"title": "T", "context": "C", "citations": {"enabled": True}},
    "document-content": document(type="content", content=[text("a"), text("b")]),
    "document-url": document(type="url", url="https://example.com/paper.pdf"),
    "search_result": {
        "type": "search_result",
        "source": "https://example.com",
        "title": "T",
        "content": [text("a")],
        "citations": {"enabled": True},
    },
    "container_upload": {"type": "container_upload", "file_id": "file_1"},
}


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS.keys())
def test_a_content_block_goes_as_it_is(
    workspace: Workspace, simulator: Simulator, block: dict[str, Any]
) -> None:
    simulator.enqueue("ok", "ok")
    ask(workspace, block, text("Hi"), cache_ttl="1h")
    assert sent(simulator).messages == [{"role": "user", "content": [block, text("Hi")]}]
    ask(workspace, text("And?"), cache_ttl="1h")
    assert sent(simulator).messages[0] == {"role": "user", "content": [block, text("Hi")]}


@pytest.mark.parametrize("kind", ["image", "document"])
def test_a_file_by_its_id(workspace: Workspace, simulator: Simulator, kind: str) -> None:
    media_type, content = ("image/png", PNG) if kind == "image" else ("text/plain", b"A text.")
    file_id = upload_file(workspace.connection(workspace.settings({})), "x", media_type, content, 3_600)
    block = {"type": kind, "source": {"type": "file", "file_id": file_id}}
    simulator.enqueue("ok")
    ask(workspace, block, text("Hi"))
    assert sent(simulator).messages[0]["content"][0] == block


RESULTS = {
    "text": [text("21 degrees")],
    "image": [image(**data("image/png", PNG))],
    "search_result": [BLOCKS["search_result"]],
    "document": [BLOCKS["document-text"]],
    "tool_reference": [{"type": "tool_reference", "tool_name": "f"}],
    "browser_state": [{"type": "browser_state", "url": "https://example.com"}],
}


@pytest.mark.parametrize("content", RESULTS.values(), ids=RESULTS.keys())
def test_a_tool_result_goes_as_it_is(
    workspace: Workspace, simulator: Simulator, content: list[dict[str, Any]]
) -> None:
    simulator.enqueue(Answer([tool_use("f", {}, id="toolu_1")]), "ok")
    ask(workspace, tools=(TOOL,))
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": content, "is_error": True}
    ask(workspace, result, tools=(TOOL,))
    assert sent(simulator).messages[-1] == {"role": "user", "content": [result]}


class TestRefusedAndSentAgain:
    """What nbclaude adds on its own is taken back where the server refuses it."""

    def test_caching_marks(self, workspace: Workspace, simulator: Simulator) -> None:
        fault = HTTPFault(400, message="cache_control: Extra inputs are not permitted")
        simulator.enqueue(fault, fault, "ok")
        ask(workspace)
        automatic, explicit, off = (request.json for request in simulator.message_requests)
        assert automatic["cache_control"] == {"type": "ephemeral"}
        assert explicit["messages"][0]["content"][0]["cache_control"] == {"type": "ephemeral"}
        assert "cache_control" not in str(off)

    def test_thinking_of_another_prefix(self, workspace: Workspace, simulator: Simulator) -> None:
        simulator.enqueue(Answer([thinking("Hm."), text("Hello.")]))
        simulator.enqueue(
            HTTPFault(400, message="messages.1.content.0: Invalid `signature` in `thinking` block.")
        )
        simulator.enqueue("ok")
        ask(workspace)
        ask(workspace)
        kinds = [
            [block["type"] for block in request.messages[1]["content"]]
            for request in simulator.message_requests[1:]
        ]
        assert kinds == [["thinking", "text"], ["text"]]

    @pytest.mark.parametrize("code", ["file_expired", ""])
    def test_files_that_are_gone(self, workspace: Workspace, simulator: Simulator, code: str) -> None:
        block = document(**data("application/pdf", b"%PDF-1.7\n" + bytes(60_000)))
        gone = HTTPFault(
            404, message="File has expired: file_1", details={"error_code": code} if code else None
        )
        simulator.enqueue("ok", gone, "ok")
        ask(workspace, block, text("Hi"))
        ask(workspace)
        ids = [
            request.messages[0]["content"][0]["source"]["file_id"] for request in simulator.message_requests
        ]
        assert ids[0] == ids[1] != ids[2]
        uploads = [request for request in simulator.requests if request.path == "/v1/files"]
        assert [request.method for request in uploads if request.method == "POST"] == ["POST", "POST"]


CONTAINER = {"id": "container_1", "expires_at": "2026-11-23T12:00:00Z"}
CODE = {"type": "code_execution_20260521", "name": "code_execution"}
RUN = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "code_execution", "input": {"code": "f()"}}


class TestContainerOfPendingCode:
    """Without it: 400, container_id is required when there are pending tool uses generated by code execution."""

    def test_with_the_result_of_a_call_from_code(self, workspace: Workspace, simulator: Simulator) -> None:
        call = tool_use("f", {}, id="toolu_1", caller={"type": CODE["type"], "tool_id": "srvtoolu_1"})
        simulator.enqueue(Answer([RUN, call], stop_reason="tool_use", message={"container": CONTAINER}), "ok")
        tools = (CODE, TOOL | {"allowed_callers": [CODE["type"]]})
        assert ask(workspace, tools=tools).message["container"] == CONTAINER
        ask(workspace, {"type": "tool_result", "tool_use_id": "toolu_1", "content": "21"}, tools=tools)
        assert sent(simulator).json["container"] == "container_1"

    def test_when_a_paused_answer_goes_on(self, workspace: Workspace, simulator: Simulator) -> None:
        simulator.enqueue(Answer([RUN], stop_reason="pause_turn", message={"container": CONTAINER}), "ok")
        ask(workspace, tools=(CODE,))
        assert sent(simulator).json["container"] == "container_1"


def test_the_state_of_a_browser_is_a_content_block() -> None:
    [result] = tool_results([tool_use("f", {}, id="toolu_1")], RESULTS["browser_state"])
    assert result["content"] == RESULTS["browser_state"]
