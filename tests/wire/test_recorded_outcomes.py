# ruff: noqa: E501 - one recording is one line, whatever its name
"""Every recorded stream has one right outcome: a line of a table for each, read by eye and by the official SDK.

The table was not made by nbclaude. What the SDK cannot read (a call whose JSON is no JSON, a message that begins anew) was
read by eye.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from nbclaude.errors import APIStatusError
from nbclaude.simulator import RawStream, Simulator
from nbclaude.wire.events import MessageStop, StreamError
from nbclaude.wire.message import text_of
from tests.client.conftest import no_idle_lines, no_network_settings
from tests.client.helpers import connection
from tests.client.helpers import read as read_over_a_socket
from tests.wire.recordings import parameters, stream_files
from tests.wire.test_replay import build, read

__all__ = ["no_idle_lines", "no_network_settings"]


class Outcome(NamedTuple):
    """How a stream ends (its stop reason, or the class of the error), and what it brought until then.

    `blocks` and `tools` are types and names in the order in which they first come, with how often; a `?` after a tool says
    that its arguments are no JSON object. `text` is how the text begins, of `length` characters in all.
    """

    ending: str
    blocks: str
    length: int
    text: str
    tools: str
    tokens_in: int
    tokens_out: int


# fmt: off
OUTCOMES = {
    "anthropic-sdk__TestAsyncStream-a8b7dbb8": Outcome("end_turn", "text", 13, "[12345,67890]", "", 135, 10),
    "anthropic-sdk__TestSyncRunTools-555fb399.2": Outcome("tool_use", "tool_use", 0, "", "get_weather", 656, 74),
    "anthropic-sdk__TestSyncRunTools-771c64ff.2": Outcome("tool_use", "tool_use", 0, "", "get_weather", 656, 74),
    "anthropic-sdk__TestSyncRunTools-771c64ff": Outcome("end_turn", "text", 82, "The weather in San F", "", 770, 27),
    "anthropic-sdk__basic_response": Outcome("end_turn", "text", 12, "Hello there!", "", 11, 6),
    "anthropic-sdk__compaction_response": Outcome("end_turn", "compaction text", 12, "Hello there!", "", 30, 8),
    "anthropic-sdk__context_management_response": Outcome("end_turn", "text", 12, "Hello there!", "", 25, 8),
    "anthropic-sdk__fallback_credit_response": Outcome("end_turn", "text", 12, "Hello there!", "", 25, 8),
    "anthropic-sdk__fallback_response": Outcome("end_turn", "fallback text", 12, "Hello there!", "", 25, 8),
    "anthropic-sdk__incomplete_partial_json_response": Outcome("max_tokens", "text tool_use", 135, "I'll create a compre", "make_file?", 450, 124),
    "anthropic-sdk__input_transformations_delta_response": Outcome("end_turn", "text", 12, "Hello there!", "", 25, 8),
    "anthropic-sdk__input_transformations_empty_delta_response": Outcome("end_turn", "text", 12, "Hello there!", "", 25, 8),
    "anthropic-sdk__input_transformations_start_only_response": Outcome("end_turn", "text", 12, "Hello there!", "", 25, 8),
    "anthropic-sdk__message_delta_fields_response": Outcome("end_turn", "text", 12, "Hello there!", "", 40, 8),
    "anthropic-sdk__refusal_response": Outcome("refusal", "text", 0, "", "", 20, 0),
    "anthropic-sdk__stream-a-toolrefusal": Outcome("refusal", "server_tool_use web_search_tool_result text", 54, "Here's a summary of ", "web_search", 28, 106),
    "anthropic-sdk__tool_use_invalid_json_response": Outcome("tool_use", "text tool_use", 48, "I'll check the curre", "get_weather?", 377, 65),
    "anthropic-sdk__tool_use_response": Outcome("tool_use", "text tool_use", 48, "I'll check the curre", "get_weather", 377, 65),
    "anthropic-sdk__unknown_events_response": Outcome("end_turn", "text", 12, "Hello there!", "", 11, 6),
    "chatlas__test_anthropic_fetch_panel": Outcome("end_turn", "text*2 server_tool_use web_fetch_tool_result", 144, "I'll fetch that page", "web_fetch", 3727, 115),
    "chatlas__test_anthropic_file_lifecycle": Outcome("end_turn", "text", 2, "ok", "", 3, 4),
    "chatlas__test_anthropic_file_lifecycle_async": Outcome("end_turn", "text", 2, "ok", "", 3, 4),
    "chatlas__test_anthropic_image_tool": Outcome("tool_use", "text tool_use", 60, "I'll call the get_pi", "get_picture", 588, 52),
    "chatlas__test_anthropic_search_panel": Outcome("end_turn", "text", 18, "That was May 2014.", "", 3, 10),
    "chatlas__test_anthropic_tool_variations": Outcome("tool_use", "text tool_use", 63, "Now let me get the e", "equipment", 751, 65),
    "constructed__first-event-error": Outcome("OverloadedError", "", 0, "", "", 0, 0),
    "constructed__midstream-overloaded-error": Outcome("OverloadedError", "thinking text", 17, "17 × 23 = **391**", "", 0, 0),
    "constructed__truncated-no-message_stop": Outcome("IncompleteStreamError", "thinking text", 17, "17 × 23 = **391**", "", 0, 0),
    "fantasy__computer_use_streaming": Outcome("tool_use", "tool_use", 0, "", "computer", 1842, 52),
    "fantasy__multi_tool_streaming.2": Outcome("tool_use", "text tool_use*2", 50, "I'll add and multipl", "add multiply", 502, 137),
    "fantasy__multi_tool_streaming.3": Outcome("tool_use", "text tool_use*2", 50, "I'll add and multipl", "add multiply", 502, 137),
    "fantasy__multi_tool_streaming": Outcome("end_turn", "text", 40, "The results are:\n- 2", "", 700, 31),
    "fantasy__thinking-streaming": Outcome("tool_use", "thinking tool_use", 0, "", "weather", 424, 109),
    "kirsch__opencode-minimax-m2.7-S2-tool-call": Outcome("tool_use", "thinking tool_use", 0, "", "read_file", 191, 50),
    "langchain__TestAnthropicStandard.test_stream_time": Outcome("end_turn", "text", 1527, "# Whiskers and the B", "", 14, 363),
    "langchain__test_agent_loop_streaming.2": Outcome("tool_use", "tool_use", 0, "", "get_weather", 567, 57),
    "langchain__test_code_execution": Outcome("end_turn", "text*2 server_tool_use bash_code_execution_tool_result", 278, "I'll calculate the m", "bash_code_execution", 4798, 233),
    "langchain__test_code_execution_old": Outcome("end_turn", "server_tool_use code_execution_tool_result text", 444, "**Results:**\n\n- **Me", "code_execution", 2202, 337),
    "langchain__test_compaction_streaming.3": Outcome("end_turn", "text", 458, "In our conversation ", "", 255, 97),
    "langchain__test_context_management": Outcome("end_turn", "server_tool_use web_search_tool_result text*21", 2262, "Here are some of the", "web_search", 15822, 737),
    "langchain__test_programmatic_tool_use_streaming.2": Outcome("tool_use", "server_tool_use tool_use", 0, "", "code_execution get_weather", 3294, 92),
    "langchain__test_programmatic_tool_use_streaming": Outcome("end_turn", "code_execution_tool_result text", 34, "The weather in Bosto", "", 3408, 14),
    "langchain__test_redacted_thinking": Outcome("end_turn", "redacted_thinking*3 text", 396, "I notice you've sent", "", 92, 255),
    "langchain__test_remote_mcp": Outcome("end_turn", "text*3 mcp_tool_use*2 mcp_tool_result*2", 1461, "I'll help you find i", "ask_question*2", 3718, 538),
    "langchain__test_skills": Outcome("end_turn", "text*5 server_tool_use*4 text_editor_code_execution_tool_result*2 bash_code_execution_tool_result*2", 527, "I'll help you create", "text_editor_code_execution*2 bash_code_execution*2", 23243, 507),
    "langchain__test_web_fetch": Outcome("end_turn", "text*2 server_tool_use web_fetch_tool_result", 1548, "I'll fetch the conte", "web_fetch", 3460, 436),
    "llm-anthropic__test_async_prompt.2": Outcome("end_turn", "text", 24, "- Capitaine\n- Bec (b", "", 32, 16),
    "llm-anthropic__test_fixed_version_tool_chain_regression": Outcome("tool_use", "tool_use", 0, "", "fixed_version", 563, 37),
    "llm-anthropic__test_image_with_no_prompt": Outcome("end_turn", "text", 493, "I need to describe w", "", 76, 104),
    "llm-anthropic__test_opus_46_adaptive_thinking": Outcome("end_turn", "text*2 thinking", 36, "\n\n1. **Captain Scoop", "", 34, 44),
    "llm-anthropic__test_opus_46_prompt": Outcome("end_turn", "text", 34, "1. **Captain Scoop**", "", 17, 20),
    "llm-anthropic__test_opus_46_schema": Outcome("end_turn", "text", 467, "{\"name\":\"Biscuit\",\"a", "", 231, 118),
    "llm-anthropic__test_parts_thinking": Outcome("end_turn", "thinking text", 93, "1. **Pouch** – refer", "", 46, 234),
    "llm-anthropic__test_prompt": Outcome("end_turn", "text", 17, "- Captain\n- Scoop", "", 17, 10),
    "llm-anthropic__test_schema_prompt": Outcome("end_turn", "text", 371, "{\"name\": \"Biscuit\", ", "", 230, 94),
    "llm-anthropic__test_sonnet_46_effort_without_thinking": Outcome("end_turn", "text", 22, "**Pete** and **Scoop", "", 17, 12),
    "llm-anthropic__test_stream_events_text": Outcome("end_turn", "text", 5, "Hello", "", 10, 4),
    "llm-anthropic__test_stream_events_thinking": Outcome("end_turn", "thinking text", 89, "1. **Pouch** - refer", "", 46, 133),
    "llm-anthropic__test_stream_events_tool_calls": Outcome("tool_use", "tool_use", 0, "", "pelican_name_generator", 543, 40),
    "llm-anthropic__test_tools.2": Outcome("end_turn", "text", 299, "Here are two great n", "", 678, 82),
    "llm-anthropic__test_tools": Outcome("tool_use", "tool_use*2", 0, "", "pelican_name_generator*2", 542, 62),
    "llm-anthropic__test_url_prompt": Outcome("end_turn", "text", 943, "This image shows a *", "", 273, 206),
    "llm-anthropic__test_web_search": Outcome("end_turn", "server_tool_use web_search_tool_result text*10", 650, "Based on the search ", "web_search", 10423, 341),
    "mirascope__max-tokens-anthropic-returns-max-tokens-finish-reason-for-stream": Outcome("max_tokens", "text", 137, "# U.S. States (50 to", "", 15, 50),
    "mirascope__test_max_tokens-anthropic_beta_claude_sonnet_4_0-stream": Outcome("max_tokens", "text", 150, "Here are all 50 U.S.", "", 15, 50),
    "mirascope__test_strict_mode_with_tools_streamed-anthropic_claude_sonnet_4_5": Outcome("tool_use", "tool_use", 0, "", "customAdditionImplementation", 853, 72),
    "openinference__test_anthropic_instrumentation_multiple_tool_calling_streaming": Outcome("tool_use", "text tool_use*2", 83, "I'll check both the ", "get_weather get_time", 721, 113),
    "openllmetry__test_anthropic_prompt_caching_async_stream_legacy.2": Outcome("end_turn", "text", 1229, "Here are concise sum", "", 4, 289),
    "openllmetry__test_anthropic_prompt_caching_async_stream_legacy": Outcome("end_turn", "text", 1255, "Here are concise sum", "", 4, 256),
    "openllmetry__test_anthropic_prompt_caching_stream_legacy.2": Outcome("end_turn", "text", 1016, "Here are concise sum", "", 4, 221),
    "openllmetry__test_anthropic_prompt_caching_stream_legacy": Outcome("end_turn", "text", 913, "Here are concise sum", "", 4, 201),
    "openllmetry__test_anthropic_text_stream_helper_method_legacy": Outcome("end_turn", "text", 12, "Hello there!", "", 11, 6),
    "openllmetry__test_anthropic_tools_streaming_legacy": Outcome("tool_use", "text tool_use*2", 175, "Certainly! I can hel", "get_weather get_time", 506, 153),
    "openllmetry__test_anthropic_tools_streaming_with_events_with_content": Outcome("tool_use", "text tool_use*2", 229, "Certainly! I'd be ha", "get_weather get_time", 514, 168),
    "prism__stream-with-extended-thinking-1": Outcome("end_turn", "thinking text", 837, "In popular fiction, ", "", 50, 452),
    "prism__stream-with-tools-3": Outcome("end_turn", "text", 124, "Based on my search, ", "", 200, 36),
    "pydantic-ai__test_anthropic_advisor_tool_stream": Outcome("end_turn", "thinking text*2 server_tool_use advisor_tool_result", 190, "The task asks \"What'", "advisor", 2411, 145),
    "pydantic-ai__test_anthropic_code_execution_tool_stream": Outcome("end_turn", "thinking text*2 server_tool_use bash_code_execution_tool_result", 501, "I'll calculate that ", "bash_code_execution", 4714, 304),
    "pydantic-ai__test_anthropic_mcp_servers_stream": Outcome("end_turn", "thinking mcp_tool_use mcp_tool_result text", 806, "**Pydantic-AI** is a", "ask_question", 3042, 354),
    "pydantic-ai__test_anthropic_model_thinking_part_redacted_stream": Outcome("end_turn", "redacted_thinking*2 text", 359, "I notice that you've", "", 92, 189),
    "pydantic-ai__test_anthropic_native_tool_search_streaming.2": Outcome("tool_use", "text*2 server_tool_use tool_search_tool_result tool_use", 158, "Let me search for a ", "tool_search_tool_bm25 get_exchange_rate", 1591, 175),
    "pydantic-ai__test_anthropic_native_tool_search_streaming": Outcome("end_turn", "text", 227, "The current exchange", "", 1007, 59),
    "pydantic-ai__test_anthropic_text_parts_ahead_of_built_in_tool_call.2": Outcome("end_turn", "text*3 server_tool_use web_search_tool_result", 338, "Let me search for hi", "web_search", 12251, 153),
    "pydantic-ai__test_anthropic_text_parts_ahead_of_built_in_tool_call.3": Outcome("end_turn", "text*4 server_tool_use web_search_tool_result", 336, "Let me search for a ", "web_search", 12957, 152),
    "pydantic-ai__test_anthropic_text_parts_ahead_of_built_in_tool_call": Outcome("end_turn", "text*6 server_tool_use web_search_tool_result", 397, "Let me search for a ", "web_search", 11665, 186),
    "pydantic-ai__test_pause_turn_web_search_streaming_vcr.2": Outcome("pause_turn", "thinking text*3 server_tool_use*11 web_search_tool_result*10", 166, "I'll run these searc", "web_search*11", 404500, 943),
    "pydantic-ai__test_pause_turn_web_search_streaming_vcr": Outcome("end_turn", "web_search_tool_result*5 text*35 server_tool_use*4", 3064, "Let me continue with", "web_search*4", 482529, 1310),
    "pydantic-ai__test_request_stream_fallback_for_high_max_tokens": Outcome("end_turn", "text", 1, "2", "", 20, 5),
    "vercel-ai__anthropic-advisor-20250301.1": Outcome("end_turn", "server_tool_use advisor_tool_result text", 11250, "# Concurrent Worker ", "advisor", 4727, 3391),
    "vercel-ai__anthropic-clear-thinking.1": Outcome("end_turn", "thinking text", 13, "925 ÷ 5 = 185", "", 69, 53),
    "vercel-ai__anthropic-code-execution-20250825.1": Outcome("end_turn", "text*3 server_tool_use*2 text_editor_code_execution_tool_result bash_code_execution_tool_result", 795, "I'll create a Python", "text_editor_code_execution bash_code_execution", 8050, 771),
    "vercel-ai__anthropic-code-execution-20260120-prompt-cache.1": Outcome("end_turn", "server_tool_use*2 bash_code_execution_tool_result*2 text", 62, "The sum of the squar", "bash_code_execution*2", 6, 198),
    "vercel-ai__anthropic-code-execution-file-upload.1": Outcome("end_turn", "text*3 server_tool_use*3 text_editor_code_execution_tool_result*2 bash_code_execution_tool_result", 1019, "I'll analyze the CSV", "text_editor_code_execution*2 bash_code_execution", 11505, 1103),
    "vercel-ai__anthropic-combined-context-editing.1": Outcome("end_turn", "thinking text", 362, "# 25 × 37\n\nLet me br", "", 50, 485),
    "vercel-ai__anthropic-fallback": Outcome("end_turn", "fallback text", 66, "The printing press w", "", 412, 264),
    "vercel-ai__anthropic-message-delta-input-tokens": Outcome("end_turn", "text", 4, "pong", "", 61, 2),
    "vercel-ai__anthropic-programmatic-tool-calling.1.4": Outcome("tool_use", "text server_tool_use tool_use", 157, "I'll help you simula", "code_execution rollDie", 3369, 725),
    "vercel-ai__anthropic-programmatic-tool-calling.1": Outcome("tool_use", "tool_use", 0, "", "rollDie", 0, 0),
    "vercel-ai__anthropic-refusal": Outcome("refusal", "", 0, "", "", 18, 5),
    "vercel-ai__anthropic-tool-search-deferred-bm25.2": Outcome("tool_use", "tool_search_tool_result text tool_use", 225, "Perfect! I can see t", "executeEditorOperation", 1398, 213),
    "vercel-ai__anthropic-tool-search-deferred-regex": Outcome("tool_use", "text tool_use server_tool_use", 156, "I'll help you with t", "readNoteTree tool_search_tool_regex", 904, 175),
    "vercel-ai__anthropic-web-fetch-tool-20260209.1": Outcome("end_turn", "server_tool_use*2 web_fetch_tool_result code_execution_tool_result text", 194, "The page at **exampl", "code_execution web_fetch", 7172, 144),
    "vercel-ai__anthropic-web-fetch-tool.1": Outcome("end_turn", "text*2 server_tool_use web_fetch_tool_result", 1664, "I'll fetch the conte", "web_fetch", 4230, 446),
    "vercel-ai__duplicate-message-start": Outcome("end_turn", "text", 13, "Hello, World!", "", 17, 227),
    "vercel-ai__spliced-message-start": Outcome("tool_use", "thinking tool_use", 0, "", "test-tool", 17, 65),
}
# fmt: on

ERRORS = ("IncompleteStreamError", "OverloadedError")


def counted(names: Iterator[str]) -> str:
    return " ".join(name if times == 1 else f"{name}*{times}" for name, times in Counter(names).items())


def outcome(message: Mapping[str, Any], error: str, beginning: int) -> Outcome:
    content, usage = message["content"], message["usage"]
    calls = [block for block in content if block["type"].endswith("tool_use")]
    return Outcome(
        error or message["stop_reason"],
        counted(block["type"] for block in content),
        len(text_of(message)),
        text_of(message)[:beginning],
        counted(call["name"] + ("?" if "partial_json" in call else "") for call in calls),
        usage.get("input_tokens", 0),
        usage.get("output_tokens", 0),
    )


def known(path: Path) -> Outcome:
    if path.stem not in OUTCOMES:
        pytest.skip(f"{path.stem} is not in the table; test_every_recording_is_in_the_table says so")
    return OUTCOMES[path.stem]


@pytest.mark.parametrize("path", parameters(stream_files()))
def test_every_recording_is_in_the_table(path: Path) -> None:
    assert path.stem in OUTCOMES, (
        f"{path.name} has no line in OUTCOMES. Read it, and write down what is right; the other tests have tried it already."
    )


@pytest.mark.parametrize("chunk_bytes", [None, [5, 700, 64]], ids=["whole", "chunks"])
@pytest.mark.parametrize("path", parameters(stream_files()))
def test_over_a_socket(path: Path, chunk_bytes: list[int] | None, replay_server: Simulator) -> None:
    expected = known(path)
    replay_server.enqueue(RawStream(path.read_bytes(), chunk_bytes=chunk_bytes))
    result = read_over_a_socket(connection(replay_server))
    error = "" if result.error is None else type(result.error).__name__
    assert outcome(result.message, error, len(expected.text)) == expected
    if isinstance(result.error, APIStatusError):
        assert (result.error.status, result.error.message) == (200, "Overloaded")
        assert result.error.partial == bool(expected.blocks)
    replay_server.clear()


@pytest.mark.parametrize("size", [1, None], ids=["bytes", "whole"])
@pytest.mark.parametrize("path", parameters(stream_files()))
def test_through_the_wire(path: Path, size: int | None) -> None:
    expected = known(path)
    events = read(path.read_bytes(), size)
    builder = build(events)
    found = outcome(builder.message, "", len(expected.text))
    failed = any(isinstance(event, StreamError) for event in events)
    has_ended = any(isinstance(event, MessageStop) for event in events)
    if expected.ending in ERRORS:
        assert found._replace(ending="") == expected._replace(ending="")
        assert builder.message["stop_reason"] is None
        assert (failed, has_ended) == (expected.ending == "OverloadedError", False)
    else:
        assert found == expected
        assert (failed, has_ended) == (False, True)


@pytest.mark.parametrize("path", parameters(stream_files()))
def test_the_arguments_of_every_call_are_an_object(path: Path) -> None:
    for block in build(read(path.read_bytes(), None)).message["content"]:
        if block["type"].endswith("tool_use"):
            assert isinstance(block["input"], dict)
            json.dumps(block["input"])


@pytest.fixture(scope="module")
def replay_server() -> Iterator[Simulator]:
    with Simulator(strict=False) as running:
        yield running
