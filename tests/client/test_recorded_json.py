# ruff: noqa: E501 - one recording is one line, whatever its name
"""Every recorded JSON reply, played by the simulator with its own status: each has one right outcome, a line of a table.

The tables were read off the recordings by eye and by plain `json`; nbclaude has not made them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from nbclaude import errors
from nbclaude.simulator import RawStream, Simulator
from nbclaude.wire.message import text_of
from tests.client.helpers import connection, read
from tests.wire.recordings import json_files, parameters, statuses
from tests.wire.test_recorded_outcomes import Outcome, outcome


class Refusal(NamedTuple):
    """An error: its class, the HTTP status, the API's type, how the message begins, and whether it is tried again."""

    name: str
    status: int
    type: str
    message: str
    retried: bool = False


# fmt: off
MESSAGES = {
    "anthropic-sdk__TestSyncRunTools-092be1de": Outcome("tool_use", "tool_use", 0, "", "get_weather", 0, 0),
    "apimart-docs__wrapped-message": Outcome("end_turn", "text", 36, "Hello! I'm Claude. N", "", 12, 18),
    "ellmer__anthropic-standard-params": Outcome("stop_sequence", "text", 9, "Dogs are ", "", 23, 7),
    "ellmer__anthropic-tool-image.2": Outcome("end_turn", "thinking text", 200, "It's a kitten (a bab", "", 2, 142),
    "ellmer__anthropic-tool-image": Outcome("tool_use", "thinking text tool_use", 32, "I'll draw a cute ani", "draw_animal", 432, 63),
    "ellmer__anthropic-tool": Outcome("tool_use", "thinking tool_use", 0, "", "current_month", 574, 37),
    "ellmer__anthropic-web-search.2": Outcome("end_turn", "thinking server_tool_use web_search_tool_result text*3", 93, "According to CRAN pu", "web_search", 4, 155),
    "ellmer__anthropic-web-search": Outcome("end_turn", "thinking text", 87, "May 2014 — ggplot2 1", "", 2, 88),
    "fantasy__thinking": Outcome("tool_use", "thinking tool_use", 0, "", "weather", 424, 110),
    "langchain__test_citations": Outcome("end_turn", "text*4", 39, "The grass is green a", "", 566, 46),
    "langchain__test_code_execution_old": Outcome("end_turn", "server_tool_use code_execution_tool_result text", 250, "For the dataset [1, ", "code_execution", 2139, 228),
    "langchain__test_context_management": Outcome("end_turn", "server_tool_use web_search_tool_result text*25", 2327, "Here are the recent ", "web_search", 17043, 835),
    "langchain__test_system_tool_addition": Outcome("tool_use", "tool_use", 0, "", "get_time", 379, 26),
    "langchain__test_web_fetch.2": Outcome("end_turn", "text*13 server_tool_use web_fetch_tool_result", 936, "I'll fetch that URL ", "web_fetch", 4842, 396),
    "langchain__test_web_fetch": Outcome("end_turn", "text*2 server_tool_use web_fetch_tool_result", 1196, "I'll fetch the conte", "web_fetch", 2187, 335),
    "mirascope__max-tokens-anthropic-returns-max-tokens-finish-reason-for-call": Outcome("max_tokens", "text", 145, "# U.S. States\n\n1. Al", "", 15, 50),
    "mirascope__test_caching_tool-anthropic_beta_claude_sonnet_4_0": Outcome("tool_use", "tool_use", 0, "", "star_wars_tool", 151, 38),
    "mirascope__web-search-tool-anthropic-performs-web-search-and-returns-results.2": Outcome("end_turn", "server_tool_use web_search_tool_result text*5", 169, "Based on the search ", "web_search", 2250, 147),
    "mirascope__web-search-tool-anthropic-performs-web-search-and-returns-results": Outcome("end_turn", "server_tool_use web_search_tool_result text*4", 273, "On January 1-2, 2026", "web_search", 10, 188),
    "prism__structured-with-provider-tool-toolcalling-1": Outcome("tool_use", "server_tool_use web_search_tool_result tool_use", 0, "", "web_search output_structured_data", 300, 95),
    "pydantic-ai__test_anthropic_advisor_tool": Outcome("end_turn", "thinking text*2 server_tool_use advisor_tool_result", 171, "Task: answer \"What's", "advisor", 2390, 121),
    "pydantic-ai__test_anthropic_always_on_capability_toolset_is_visible": Outcome("end_turn", "text", 5, "ready", "", 563, 4),
    "pydantic-ai__test_anthropic_cache_real_api": Outcome("end_turn", "text", 164, "Python is a beginner", "", 3, 33),
    "pydantic-ai__test_anthropic_code_execution_tool": Outcome("end_turn", "thinking server_tool_use bash_code_execution_tool_result text", 23, "**4 × 12,390 = 49,56", "bash_code_execution", 4690, 103),
    "pydantic-ai__test_anthropic_code_execution_tool_container_reuse": Outcome("end_turn", "server_tool_use bash_code_execution_tool_result text", 22, "3 * 12390 = **37,170", "bash_code_execution", 4612, 80),
    "pydantic-ai__test_anthropic_compaction_end_to_end": Outcome("end_turn", "text", 26, "You asked me to say ", "", 239, 10),
    "pydantic-ai__test_anthropic_compaction_usage_with_cache": Outcome("end_turn", "compaction text", 6, "Hello!", "", 229, 5),
    "pydantic-ai__test_anthropic_memory_tool.2": Outcome("tool_use", "text tool_use", 71, "I'll check my memory", "memory", 1577, 86),
    "pydantic-ai__test_anthropic_text_editor_code_execution_tool": Outcome("end_turn", "text*4 server_tool_use*4 text_editor_code_execution_tool_result*4", 461, "Sure! I'll do both s", "text_editor_code_execution*4", 10490, 469),
    "pydantic-ai__test_anthropic_thinking_agui_0_1_10_drops_prefix": Outcome("end_turn", "thinking text", 2, "OK", "", 107, 31),
    "pydantic-ai__test_anthropic_to_google_deferred_capability_history_replay.2": Outcome("end_turn", "text", 467, "Based on the refund ", "", 6, 110),
    "pydantic-ai__test_anthropic_to_google_deferred_capability_history_replay": Outcome("tool_use", "tool_use", 0, "", "lookup_refund_policy", 7, 60),
    "pydantic-ai__test_google_model_receive_web_search_history_from_another_provider": Outcome("end_turn", "server_tool_use web_search_tool_result text*27", 1890, "Based on the latest ", "web_search", 10809, 644),
    "pydantic-ai__test_in_flight_mcp_call_history_is_accepted": Outcome("end_turn", "mcp_tool_result text", 755, "I apologize, but I d", "", 3443, 169),
    "pydantic-ai__test_live_tool_search_handoff_anthropic_openai_anthropic.2": Outcome("tool_use", "text server_tool_use tool_search_tool_result tool_use", 49, "Let me look up the U", "tool_search_tool_bm25 get_exchange_rate", 1594, 132),
    "pydantic-ai__test_live_tool_search_handoff_anthropic_openai_anthropic": Outcome("tool_use", "tool_use", 0, "", "get_exchange_rate", 1149, 58),
    "pydantic-ai__test_multimodal_tool_return_matrix-direct-binary-audio-anthropic": Outcome("tool_use", "text tool_use", 35, "I'll retrieve the fi", "get_file", 558, 46),
    "pydantic-ai__test_multimodal_tool_return_matrix-tool_return_content-binary-video-anthropic": Outcome("tool_use", "tool_use", 0, "", "get_file", 558, 36),
    "pydantic-ai__test_pause_turn_web_search_vcr": Outcome("pause_turn", "thinking text*5 server_tool_use*11 web_search_tool_result*10", 425, "I'll run these searc", "web_search*11", 401468, 792),
    "pydantic-ai__test_thinking_with_native_tool_wire_contract-anthropic": Outcome("end_turn", "thinking server_tool_use web_search_tool_result text*7", 788, "Based on today's sea", "web_search", 7744, 353),
    "pydantic-ai__test_tool_availability_portability_matrix-R5-T2-native-search": Outcome("end_turn", "text*2 server_tool_use tool_search_tool_result", 342, "Let me search for th", "tool_search_tool_bm25", 1841, 155),
    "ruby_llm__chat_tool_choice_and_calls_control_anthropic_claude-haiku-4-5_respects_choice_none": Outcome("end_turn", "", 0, "", "", 633, 9),
    "ruby_llm__chat_web_search_with_anthropic_claude-haiku-4-5_replays_search_turns_so_the_conversation_can_continue": Outcome("end_turn", "server_tool_use web_search_tool_result text*3", 78, "The current stable v", "web_search", 11632, 126),
    "vercel-ai__anthropic-advisor-stop-reasons": Outcome("end_turn", "server_tool_use*2 advisor_tool_result*2", 0, "", "advisor*2", 10, 20),
    "vercel-ai__anthropic-code-execution-20250825.1": Outcome("end_turn", "text*3 server_tool_use*2 text_editor_code_execution_tool_result bash_code_execution_tool_result", 509, "I'll create a Python", "text_editor_code_execution bash_code_execution", 7881, 608),
    "vercel-ai__anthropic-code-execution-file-upload.1": Outcome("end_turn", "text*3 server_tool_use*2 text_editor_code_execution_tool_result bash_code_execution_tool_result", 878, "I'll analyze the CSV", "text_editor_code_execution bash_code_execution", 7451, 521),
    "vercel-ai__anthropic-compaction.1": Outcome("end_turn", "compaction text", 4378, "Based on our convers", "", 682, 1320),
    "vercel-ai__anthropic-refusal-no-details": Outcome("refusal", "", 0, "", "", 18, 5),
    "vercel-ai__anthropic-web-fetch-tool-20260209.1": Outcome("end_turn", "server_tool_use*2 web_fetch_tool_result code_execution_tool_result text", 187, "The page at **exampl", "code_execution web_fetch", 7204, 162),
}

REFUSALS = {
    "anthropic-sdk__TestAsyncParse-d743d628": Refusal("RateLimitError", 429, "rate_limit_error", "This request would exceed your organization's rate limit", retried=True),
    "chatlas__test_anthropic_images": Refusal("BadRequestError", 400, "", "messages.0.content.1.image.source.base64.data: URL sources are not supported"),
    "claude-code-issue__429-rate-limited": Refusal("RateLimitError", 429, "rate_limit_error", "Rate limited", retried=True),
    "claude-code-issue__500-api_error-overloaded": Refusal("InternalServerError", 500, "api_error", "Overloaded", retried=True),
    "claude-code-issue__529-overloaded": Refusal("OverloadedError", 529, "overloaded_error", "Overloaded", retried=True),
    "docs__400-adaptive-unsupported": Refusal("BadRequestError", 400, "invalid_request_error", "adaptive thinking is not supported on this model"),
    "docs__400-forced-tool-choice": Refusal("BadRequestError", 400, "invalid_request_error", 'tool_choice: type "tool" and "any" are not supported for this model.'),
    "docs__400-prefill": Refusal("BadRequestError", 400, "invalid_request_error", "This model does not support assistant message prefill."),
    "docs__400-sampling-param": Refusal("BadRequestError", 400, "invalid_request_error", "temperature: Extra inputs are not permitted"),
    "docs__400-thinking-disabled": Refusal("BadRequestError", 400, "invalid_request_error", '"thinking.type.disabled" is not supported for this model.'),
    "docs__400-thinking-enabled": Refusal("BadRequestError", 400, "invalid_request_error", '"thinking.type.enabled" is not supported for this model.'),
    "docs__400-thinking-signature-prefix": Refusal("BadRequestError", 400, "invalid_request_error", "messages.1.content.0: Invalid `signature` in `thinking` block."),
    "ellmer__anthropic-upload-file": Refusal("BadRequestError", 400, "invalid_request_error", "File 'file_011CdeLUpakHYCG43qGLsdXo' is not downloadable"),
    "mirascope__empty-call-anthropic-handles-empty-string-content": Refusal("BadRequestError", 400, "invalid_request_error", "messages.0: all messages must have non-empty content"),
    "pydantic-ai__test_anthropic_explicit_effort_xhigh_unsupported_model_errors": Refusal("BadRequestError", 400, "invalid_request_error", "This model does not support effort level 'xhigh'."),
    "ruby_llm__chat_real_error_scenarios_anthropic_claude-haiku-4-5_handles_context_length_exceeded_errors": Refusal("BadRequestError", 400, "invalid_request_error", "prompt is too long: 3333404 tokens > 200000 maximum"),
}
# fmt: on

# Successes of other endpoints: no message, and not to be tried again.
OTHER_ENDPOINTS = {
    "chatlas__test_anthropic_file_lifecycle",
    "chatlas__test_can_submit_anthropic_batch",
    "kirsch__opencode-models-openai-shape",
    "openllmetry__test_anthropic_completion_legacy",
    "pydantic-ai__test_anthropic_code_execution_files",
    "ruby_llm__batch_with_anthropic_claude-haiku-4-5_answers_staged_chats_and_appends_the_answers_to_their_conversations",
    "ruby_llm__batch_with_anthropic_claude-haiku-4-5_cancels_a_running_batch",
    "ruby_llm__batch_with_anthropic_claude-haiku-4-5_reloads_a_batch_by_id_and_collects_messages_without_the_chats",
    "vercel-ai__anthropic-skill-create",
}


def named(table: Any) -> list[Any]:
    return parameters([path for path in json_files() if path.stem in table])


def played(path: Path, **headers: str) -> RawStream:
    """Play a reply as it was recorded, with those of its headers that are heard."""
    meta = path.with_suffix(".meta")
    recorded = json.loads(meta.read_text("utf-8"))["headers"] if meta.exists() else {}
    heard = {
        name.lower(): value
        for name, value in recorded.items()
        if name.lower() in ("x-should-retry", "request-id")
    }
    return RawStream(
        path.read_bytes(),
        content_type="application/json",
        status=statuses()[f"json/{path.name}"],
        chunk_bytes=1000,
        headers=heard | headers,
    )


@pytest.mark.parametrize("path", parameters(json_files()))
def test_every_recording_is_in_a_table(path: Path) -> None:
    assert sum(path.stem in table for table in (MESSAGES, REFUSALS, OTHER_ENDPOINTS)) == 1, (
        f"{path.name} has no line in MESSAGES, REFUSALS or OTHER_ENDPOINTS. Read it, and write down what is right; "
        "test_reply has tried it already."
    )


@pytest.mark.parametrize("path", named(MESSAGES))
def test_a_message(simulator: Simulator, path: Path) -> None:
    expected = MESSAGES[path.stem]
    simulator.enqueue(played(path))
    result = read(connection(simulator))
    assert result.error is None
    assert outcome(result.message, "", len(expected.text)) == expected


@pytest.mark.parametrize("path", named(REFUSALS))
def test_a_refusal(simulator: Simulator, path: Path) -> None:
    expected = REFUSALS[path.stem]
    again = played(path, **{"retry-after-ms": "1"})
    simulator.enqueue(again, again)
    result = read(connection(simulator, max_retries=1))
    error = result.error
    assert isinstance(error, errors.APIStatusError)
    assert (type(error).__name__, error.status, error.type) == expected[:3]
    assert error.message.startswith(expected.message)
    assert error.partial is False
    assert error.request_id == (json.loads(path.read_bytes()).get("request_id") or result.request_id)
    assert len(simulator.message_requests) == (2 if expected.retried else 1)


@pytest.mark.parametrize("path", named(OTHER_ENDPOINTS))
def test_another_endpoint_s_reply(simulator: Simulator, path: Path) -> None:
    simulator.enqueue(played(path), played(path))
    result = read(connection(simulator, max_retries=1))
    assert type(result.error) is errors.APIResponseValidationError
    assert "did not answer with a message of the Messages API" in str(result.error)
    assert len(simulator.message_requests) == 1


# What holds of any reply, also of one that is in no table yet.

# The class of the error by the reply's status and error type ("" where the body names none).
ERRORS = {
    (400, "invalid_request_error"): "BadRequestError",
    (400, ""): "BadRequestError",
    (401, "authentication_error"): "AuthenticationError",
    (402, "billing_error"): "BillingError",
    (403, "permission_error"): "PermissionDeniedError",
    (404, "not_found_error"): "NotFoundError",
    (413, "request_too_large"): "RequestTooLargeError",
    (429, "rate_limit_error"): "RateLimitError",
    (500, "api_error"): "InternalServerError",
    (504, "timeout_error"): "DeadlineExceededError",
    (529, "overloaded_error"): "OverloadedError",
    # A success of another endpoint is no message.
    (200, ""): "APIResponseValidationError",
}


def message_in(data: Any) -> dict[str, Any] | None:
    """Find the message in a reply; one that lacks its `type` has content and a stop reason."""
    for found in (data, data.get("data")):
        if isinstance(found, dict) and isinstance(found.get("content"), list) and "stop_reason" in found:
            return found
    return None


@pytest.mark.parametrize("path", parameters(json_files()))
def test_reply(simulator: Simulator, path: Path) -> None:
    body = path.read_bytes()
    status = statuses()[f"json/{path.name}"]
    data = json.loads(body) if not path.name.endswith("jsonl") else {}
    simulator.enqueue(RawStream(body, content_type="application/json", status=status, chunk_bytes=1000))
    result = read(connection(simulator))
    expected = message_in(data)
    if status == 200 and expected is not None:
        assert result.error is None
        assert result.message["content"] == expected["content"]
        assert result.text == text_of(expected)
        assert result.message["usage"] == (expected.get("usage") or {})
        assert result.message["stop_reason"] == expected["stop_reason"]
        for key in expected.keys() - {"content", "usage"}:
            assert result.message[key] == expected[key], key
        return
    error = data.get("error")
    kind = str(error.get("type") or "") if isinstance(error, dict) else ""
    assert type(result.error) is getattr(errors, ERRORS[status, kind])
    said = error.get("message") if isinstance(error, dict) else data.get("message")
    if status != 200 and said:
        assert str(said).rstrip() in str(result.error)
