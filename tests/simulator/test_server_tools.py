from __future__ import annotations

from typing import Any

import pytest

from nbclaude.simulator import Answer, Simulator, text
from tests.simulator.helpers import (
    CALL,
    RESULT,
    TOOL,
    ask,
    assert_refused,
    deltas,
    events,
    names,
    simulator_id,
    stream,
)

SEARCH = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}}
FOUND = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}
RUN = {"type": "server_tool_use", "id": "srvtoolu_2", "name": "bash_code_execution", "input": {}}
WEB = {"type": "web_search_20260318", "name": "web_search"}
CODE = {"type": "code_execution_20260521", "name": "code_execution"}


def without_result(name: str, call: str) -> str:
    return (
        f"messages.1: `{name}` tool use with id `{call}` was found without a corresponding "
        f"`{name}_tool_result` block"
    )


class TestConversations:
    @pytest.mark.parametrize(
        ("contents", "tools"),
        [
            (["a", [SEARCH]], [WEB]),
            (["a", [text("b"), SEARCH, FOUND]], [WEB]),
            (["a", [SEARCH, text("b")]], [WEB]),
            (["a", [RUN]], [CODE]),
            (["a", [RUN]], [WEB]),  # its newer versions run code inside
            (["a", [SEARCH, FOUND, text("b")], "c"], []),
            (["a", [{"type": "compaction", "content": "Summary."}]], []),
            (["a", [RUN, CALL], [RESULT]], [CODE, TOOL]),
            (["a", [RUN, CALL], [RESULT], [FOUND | {"tool_use_id": "srvtoolu_2"}, text("b")], "c"], [TOOL]),
        ],
    )
    def test_passes(self, simulator: Simulator, contents: list[Any], tools: list[Any]) -> None:
        reply = ask(simulator, *contents, tools=tools or None)
        assert reply.status == 200, reply.body

    @pytest.mark.parametrize(
        ("contents", "tools", "message"),
        [
            (
                ["a", [SEARCH]],
                [CODE],
                "messages.1: `web_search` was called, but is not among the `tools` of the request. "
                "A paused turn must be continued with the same tools.",
            ),
            (["a", [SEARCH], "b"], [WEB], without_result("web_search", "srvtoolu_1")),
            (
                ["a", [RUN, CALL], [RESULT], [text("b")], "c"],
                [TOOL],
                without_result("bash_code_execution", "srvtoolu_2"),
            ),
        ],
    )
    def test_is_refused(
        self, simulator: Simulator, contents: list[Any], tools: list[Any], message: str
    ) -> None:
        assert_refused(ask(simulator, *contents, tools=tools), message)

    def test_a_paused_turn_goes_on(self, simulator: Simulator) -> None:
        simulator.enqueue(Answer(["Searching.", SEARCH], stop_reason="pause_turn"), Answer([FOUND, "Found."]))
        paused = ask(simulator, "a", tools=[WEB]).json
        assert paused["stop_reason"] == "pause_turn"
        ended = ask(simulator, "a", paused["content"], tools=[WEB]).json
        assert ended["content"] == [FOUND, text("Found.")]


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "web_search_20250305", "name": "web_search", "max_uses": 3},
        {"type": "web_fetch_20260318", "name": "web_fetch", "use_cache": False},
        {"type": "code_execution_20260521", "name": "code_execution"},
        {"type": "tool_search_tool_bm25_20251119", "name": "tool_search_tool_bm25"},
        {"type": "bash_20250124", "name": "bash"},
        {"type": "text_editor_20241022", "name": "str_replace_editor"},
        {"type": "text_editor_20250728", "name": "str_replace_based_edit_tool"},
        {"type": "memory_20250818", "name": "memory"},
        {"type": "computer_toolset_20260801"},
    ],
)
def test_definitions_pass(simulator: Simulator, tool: dict[str, Any]) -> None:
    assert ask(simulator, tools=[tool]).status == 200


@pytest.mark.parametrize(
    ("tool", "message"),
    [
        (
            {"type": "text_editor_20250728", "name": "str_replace_editor"},
            "tools.0.text_editor_20250728.name: Input should be 'str_replace_based_edit_tool'",
        ),
        ({"type": "bash_20250124"}, "tools.0.bash_20250124.name: Field required"),
    ],
)
def test_definitions_are_refused(simulator: Simulator, tool: dict[str, Any], message: str) -> None:
    assert_refused(ask(simulator, tools=[tool]), message)


class TestStreams:
    def test_a_search_with_citations(self, simulator: Simulator) -> None:
        cite = {"type": "web_search_result_location", "url": "https://example.org", "cited_text": "a"}
        cited = text("One two three", citations=[cite, cite | {"cited_text": "b"}])
        usage = {"server_tool_use": {"web_search_requests": 1}, "iterations": [{"type": "message"}]}
        simulator.enqueue(Answer([SEARCH, FOUND, "So: ", cited], usage=usage))
        data = stream(simulator, tools=[WEB])
        starts = [value["content_block"] for name, value in events(data) if name == "content_block_start"]
        assert starts == [SEARCH | {"input": {}}, FOUND, text(""), text("", citations=[])]
        kinds = [
            value["delta"]["type"]
            for name, value in events(data)
            if name == "content_block_delta" and value["index"] == 3
        ]
        # As in real streams: what is cited comes before and between the pieces that cite it.
        assert kinds == ["citations_delta", "text_delta", "citations_delta", "text_delta", "text_delta"]
        assert "".join(deltas(data, "input_json_delta", "partial_json")) == '{"query":"x"}'
        ending = events(data)[-2][1]
        assert ending["usage"]["server_tool_use"] == {"web_search_requests": 1}
        assert ending["usage"]["iterations"] == [{"type": "message"}]

    def test_ids_are_made(self, simulator: Simulator) -> None:
        simulator.enqueue(
            Answer(
                [
                    {"type": "server_tool_use", "name": "web_search", "input": {}},
                    {"type": "mcp_tool_use", "name": "x", "input": {}},
                ],
                stop_reason="pause_turn",
            )
        )
        made = ask(simulator, tools=[WEB]).json["content"]
        assert made == [
            {
                "type": "server_tool_use",
                "id": simulator_id("srvtoolu"),
                "name": "web_search",
                "input": {},
            },
            {"type": "mcp_tool_use", "id": simulator_id("mcptoolu"), "name": "x", "input": {}},
        ]

    def test_whole_blocks(self, simulator: Simulator) -> None:
        whole: list[dict[str, Any]] = [
            {"type": "redacted_thinking", "data": "AAAA"},
            {"type": "container_upload", "file_id": "file_1"},
            {"type": "hologram", "depth": 3},
        ]
        simulator.enqueue(Answer([*whole, "b"], stop_reason="model_context_window_exceeded"))
        data = stream(simulator)
        starts = [value["content_block"] for name, value in events(data) if name == "content_block_start"]
        assert starts == [*whole, text("")]
        assert names(data)[1:6] == [
            "content_block_start",
            "ping",
            "content_block_stop",
            "content_block_start",
            "content_block_stop",
        ]
        assert events(data)[-2][1]["delta"]["stop_reason"] == "model_context_window_exceeded"

    def test_a_compaction(self, simulator: Simulator) -> None:
        block = {"type": "compaction", "content": "Summary.", "encrypted_content": "AAAA"}
        message: dict[str, Any] = {"context_management": {"applied_edits": []}}
        simulator.enqueue(Answer([block], stop_reason="compaction", message=message))
        data = stream(simulator)
        found = [value for name, value in events(data) if name.startswith("content_block")]
        assert found == [
            {
                "type": "content_block_start",
                "index": 0,
                "content_block": {"type": "compaction", "content": None, "encrypted_content": None},
            },
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "compaction_delta", "content": "Summary.", "encrypted_content": "AAAA"},
            },
            {"type": "content_block_stop", "index": 0},
        ]
        assert events(data)[-2][1]["context_management"] == {"applied_edits": []}

    def test_a_refusal(self, simulator: Simulator) -> None:
        details = {"type": "refusal", "category": "cyber", "explanation": "No."}
        simulator.enqueue(Answer("Well,", stop_reason="refusal", stop_details=details))
        data = stream(simulator)
        assert events(data)[0][1]["message"]["stop_details"] is None
        assert events(data)[-2][1]["delta"] == {
            "stop_reason": "refusal",
            "stop_sequence": None,
            "stop_details": details,
        }

    def test_results_are_not_billed_as_output(self, simulator: Simulator) -> None:
        found = FOUND | {"content": [{"type": "web_search_result", "title": "x" * 3000}]}
        simulator.enqueue(Answer([SEARCH, found, "x" * 30]))
        used = ask(simulator, model="claude-opus-4-8", tools=[WEB]).json["usage"]["output_tokens"]
        assert 10 < used < 100
