from __future__ import annotations

from typing import Any

import pytest

from nbclaude.wire.events import (
    BlockDelta,
    BlockStart,
    BlockStop,
    Event,
    MessageDelta,
    MessageStart,
    MessageStop,
    Ping,
    StreamError,
    UnknownEvent,
)
from nbclaude.wire.message import (
    MessageBuilder,
    events_of_message,
    prompt_tokens,
    read_count,
    stop_reason_of,
    text_of,
)

START = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-5-5",
    "content": [],
    "stop_reason": None,
    "stop_sequence": None,
    "usage": {"input_tokens": 10, "output_tokens": 1},
}


def build(*events: Event) -> MessageBuilder:
    builder = MessageBuilder()
    for event in events:
        builder.apply(event)
    return builder


def block(start: dict[str, Any], *deltas: dict[str, Any], stop: bool = True) -> dict[str, Any]:
    """Build one block from its start and deltas."""
    ending: list[Event] = [BlockStop(0)] if stop else []
    builder = build(
        MessageStart(START), BlockStart(0, start), *(BlockDelta(0, delta) for delta in deltas), *ending
    )
    content = builder.message["content"]
    assert len(content) == 1
    return dict(content[0])


def pieces(*values: str) -> list[dict[str, Any]]:
    return [{"type": "input_json_delta", "partial_json": value} for value in values]


class TestMessage:
    def test_whole(self) -> None:
        builder = build(
            MessageStart(START),
            BlockStart(0, {"type": "text", "text": ""}),
            Ping(),
            BlockDelta(0, {"type": "text_delta", "text": "Hel"}),
            BlockDelta(0, {"type": "text_delta", "text": "lo"}),
            BlockStop(0),
            MessageDelta({"stop_reason": "end_turn", "stop_sequence": None}, {"output_tokens": 7}, {}),
            MessageStop(),
        )
        assert builder.message == {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-5-5",
            "content": [{"type": "text", "text": "Hello"}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 10, "output_tokens": 7},
        }

    def test_nothing(self) -> None:
        assert build().message == {
            "type": "message",
            "role": "assistant",
            "stop_reason": None,
            "stop_sequence": None,
            "content": [],
            "usage": {},
        }

    def test_can_be_read_at_every_moment(self) -> None:
        builder = build(MessageStart(START), BlockStart(0, {"type": "text", "text": ""}))
        seen = []
        for letter in "abc":
            builder.apply(BlockDelta(0, {"type": "text_delta", "text": letter}))
            seen.append(text_of(builder.message))
        assert seen == ["a", "ab", "abc"]

    def test_what_was_read_does_not_change(self) -> None:
        start = {"type": "text", "text": ""}
        builder = build(MessageStart(START), BlockStart(0, start))
        early = builder.message
        builder.apply(BlockDelta(0, {"type": "text_delta", "text": "a"}))
        builder.apply(BlockDelta(0, {"type": "citations_delta", "citation": {"url": "u"}}))
        builder.apply(MessageDelta({"stop_reason": "end_turn"}, {"output_tokens": 9}, {}))
        assert early["content"] == [{"type": "text", "text": ""}]
        assert early["usage"] == {"input_tokens": 10, "output_tokens": 1}
        assert early["stop_reason"] is None
        # Neither do the events themselves.
        assert start == {"type": "text", "text": ""}
        assert START["content"] == []

    def test_stop_details_container_and_what_stands_beside_the_delta(self) -> None:
        details = {"type": "refusal", "category": "cyber", "explanation": None}
        message = build(
            MessageStart(START),
            MessageDelta(
                {
                    "stop_reason": "refusal",
                    "stop_sequence": None,
                    "stop_details": details,
                    "container": {"id": "c"},
                },
                {},
                {"context_management": {"applied_edits": []}},
            ),
        ).message
        assert message["stop_reason"] == "refusal"
        assert message["stop_details"] == details
        assert message["container"] == {"id": "c"}
        assert message["context_management"] == {"applied_edits": []}

    def test_several_deltas_of_the_message(self) -> None:
        message = build(
            MessageStart(START),
            MessageDelta({"stop_reason": "max_tokens"}, {"output_tokens": 5}, {}),
            MessageDelta({"stop_sequence": "x"}, {"output_tokens": 6}, {}),
        ).message
        assert (message["stop_reason"], message["stop_sequence"]) == ("max_tokens", "x")
        assert message["usage"]["output_tokens"] == 6

    def test_blocks_are_in_the_order_of_their_index(self) -> None:
        message = build(
            MessageStart(START),
            BlockStart(2, {"type": "text", "text": "c"}),
            BlockStart(0, {"type": "text", "text": "a"}),
            BlockStart(1, {"type": "text", "text": "b"}),
        ).message
        assert text_of(message) == "abc"

    def test_deltas_of_blocks_that_alternate(self) -> None:
        message = build(
            MessageStart(START),
            BlockStart(0, {"type": "text", "text": ""}),
            BlockStart(1, {"type": "text", "text": ""}),
            BlockDelta(1, {"type": "text_delta", "text": "x"}),
            BlockDelta(0, {"type": "text_delta", "text": "a"}),
            BlockDelta(1, {"type": "text_delta", "text": "y"}),
            BlockDelta(0, {"type": "text_delta", "text": "b"}),
        ).message
        assert [part["text"] for part in message["content"]] == ["ab", "xy"]

    @pytest.mark.parametrize(
        "event", [UnknownEvent("x", {"a": 1}), UnknownEvent("", None), Ping(), StreamError({}, "")]
    )
    def test_other_events_change_nothing(self, event: Event) -> None:
        builder = build(MessageStart(START), event)
        assert builder.message == build(MessageStart(START)).message


class TestUsage:
    @pytest.mark.parametrize(
        ("start", "deltas", "expected"),
        [
            ({"input_tokens": 10}, [{"output_tokens": 5}], {"input_tokens": 10, "output_tokens": 5}),
            # Cumulative, not added up.
            ({"output_tokens": 1}, [{"output_tokens": 4}, {"output_tokens": 9}], {"output_tokens": 9}),
            # A gateway that knows the input only at the end.
            (
                {"input_tokens": 0},
                [{"input_tokens": 37, "output_tokens": 2}],
                {"input_tokens": 37, "output_tokens": 2},
            ),
            # A zero is a figure.
            (
                {"cache_read_input_tokens": 8},
                [{"cache_read_input_tokens": 0}],
                {"cache_read_input_tokens": 0},
            ),
            # Null is none: what was known stays.
            (
                {"input_tokens": 10},
                [{"input_tokens": None, "output_tokens": 2}],
                {"input_tokens": 10, "output_tokens": 2},
            ),
            ({"service_tier": None}, [], {"service_tier": None}),
            ({}, [{"server_tool_use": None}], {"server_tool_use": None}),
            (
                {"server_tool_use": None},
                [{"server_tool_use": {"web_search_requests": 1}}],
                {"server_tool_use": {"web_search_requests": 1}},
            ),
            # A nested figure is replaced whole.
            (
                {"cache_creation": {"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 0}},
                [{"cache_creation": {"ephemeral_5m_input_tokens": 4}}],
                {"cache_creation": {"ephemeral_5m_input_tokens": 4}},
            ),
            ({"input_tokens": 1}, [{}], {"input_tokens": 1}),
            ({}, [], {}),
        ],
    )
    def test_merging(
        self, start: dict[str, Any], deltas: list[dict[str, Any]], expected: dict[str, Any]
    ) -> None:
        events = [MessageDelta({}, usage, {}) for usage in deltas]
        assert build(MessageStart({**START, "usage": start}), *events).message["usage"] == expected

    @pytest.mark.parametrize("usage", [None, {}])
    def test_none_at_all(self, usage: Any) -> None:
        assert build(MessageStart({**START, "usage": usage})).message["usage"] == {}

    def test_missing(self) -> None:
        assert build(MessageStart({"id": "x"})).message["usage"] == {}

    @pytest.mark.parametrize("usage", ["none", [1], 5])
    def test_a_usage_that_is_no_mapping_is_never_fatal(self, usage: Any) -> None:
        builder = build(MessageStart({**START, "usage": usage}), BlockStart(0, {"type": "text", "text": "a"}))
        assert text_of(builder.message) == "a"

    @pytest.mark.parametrize(
        ("value", "count"),
        [
            *[(0, 0), (12, 12), (12.0, 12), ("12", 12)],
            *[(None, None), ("", None), ("many", None), ("-1", None), (-1, None), (1.5, None), (True, None)],
            *[([], None), ({}, None), ([12], None), (float("nan"), None), (float("inf"), None)],
            *[(10**30, None), ("9" * 5000, None), ("¹", None)],
        ],
    )
    def test_what_is_a_count(self, value: object, count: int | None) -> None:
        assert read_count(value) == count
        assert prompt_tokens({"input_tokens": value, "cache_read_input_tokens": 1}) == (count or 0) + 1


@pytest.mark.parametrize(
    ("reason", "expected"),
    [(None, None), ("end_turn", "end_turn"), ("new", "new"), (["a"], "['a']"), ({}, "{}"), (3, "3")],
)
def test_stop_reason(reason: object, expected: str | None) -> None:
    assert stop_reason_of({"stop_reason": reason}) == expected


@pytest.mark.parametrize("before", [None, [], 1.5, "all", {}])
def test_citations_that_are_no_list_give_way(before: object) -> None:
    builder = build(
        MessageStart(START),
        BlockStart(0, {"type": "text", "text": "a", "citations": before}),
        BlockDelta(0, {"type": "citations_delta", "citation": {"url": "u"}}),
    )
    assert builder.message["content"][0]["citations"] == [{"url": "u"}]


class TestMessageStart:
    def test_twice_in_a_row_is_as_once(self) -> None:
        once = build(MessageStart(START), BlockStart(0, {"type": "text", "text": "a"}))
        twice = build(MessageStart(START), MessageStart(START), BlockStart(0, {"type": "text", "text": "a"}))
        assert once.message == twice.message

    def test_spliced_in_begins_again(self) -> None:
        builder = build(
            MessageStart(START),
            BlockStart(0, {"type": "text", "text": ""}),
            BlockDelta(0, {"type": "text_delta", "text": "first try"}),
            MessageDelta({"stop_reason": "end_turn"}, {"output_tokens": 99}, {"extra": 1}),
            MessageStart({**START, "id": "msg_2", "usage": {"input_tokens": 4}}),
            BlockStart(0, {"type": "text", "text": ""}),
            BlockDelta(0, {"type": "text_delta", "text": "second"}),
        )
        assert builder.message == {
            **START,
            "id": "msg_2",
            "content": [{"type": "text", "text": "second"}],
            "usage": {"input_tokens": 4},
        }

    def test_with_content_and_no_block_events(self) -> None:
        content = [
            {
                "type": "tool_use",
                "id": "toolu_1",
                "name": "f",
                "input": {"a": 1},
                "caller": {"type": "code_execution"},
            },
            {"type": "text", "text": "done"},
        ]
        builder = build(
            MessageStart({**START, "content": content, "stop_reason": "tool_use"}),
            MessageDelta({}, {}, {}),
            MessageStop(),
        )
        assert builder.message["content"] == content
        assert builder.message["stop_reason"] == "tool_use"

    def test_with_content_as_a_string(self) -> None:
        assert build(MessageStart({**START, "content": "hi"})).message["content"] == [
            {"type": "text", "text": "hi"}
        ]

    @pytest.mark.parametrize("content", [None, "", []])
    def test_with_content_that_is_empty(self, content: Any) -> None:
        assert build(MessageStart({**START, "content": content})).message["content"] == []

    @pytest.mark.parametrize("content", [["text"], [None], 5, {"type": "text"}])
    def test_with_content_in_an_odd_shape_is_never_fatal(self, content: Any) -> None:
        builder = build(
            MessageStart({**START, "content": content}), BlockStart(9, {"type": "text", "text": "a"})
        )
        assert text_of(builder.message).endswith("a")

    def test_without_fields_that_gateways_leave_out(self) -> None:
        message = build(MessageStart({"model": "m"})).message
        assert message == {
            "type": "message",
            "role": "assistant",
            "model": "m",
            "stop_reason": None,
            "stop_sequence": None,
            "content": [],
            "usage": {},
        }


class TestText:
    def test_a_start_with_text_is_lengthened(self) -> None:
        assert block({"type": "text", "text": "a"}, {"type": "text_delta", "text": "b"}) == {
            "type": "text",
            "text": "ab",
        }

    @pytest.mark.parametrize("start", [{"type": "text"}, {"type": "text", "text": None}])
    def test_a_start_without_text(self, start: dict[str, Any]) -> None:
        assert block(start, {"type": "text_delta", "text": "b"}) == {"type": "text", "text": "b"}

    def test_deltas_without_text(self) -> None:
        assert (
            block(
                {"type": "text", "text": "a"}, {"type": "text_delta"}, {"type": "text_delta", "text": None}
            )["text"]
            == "a"
        )

    def test_citations(self) -> None:
        one = {"type": "char_location", "cited_text": "x", "start_char_index": 0}
        two = {"type": "web_search_result_location", "url": "https://a.example", "title": "A"}
        built = block(
            {"type": "text", "text": "", "citations": []},
            {"type": "text_delta", "text": "as they say"},
            {"type": "citations_delta", "citation": one},
            {"type": "citations_delta", "citation": two},
        )
        assert built == {"type": "text", "text": "as they say", "citations": [one, two]}

    @pytest.mark.parametrize(
        "start", [{"type": "text", "text": ""}, {"type": "text", "text": "", "citations": None}]
    )
    def test_citations_where_the_start_has_none(self, start: dict[str, Any]) -> None:
        assert block(start, {"type": "citations_delta", "citation": {"url": "u"}})["citations"] == [
            {"url": "u"}
        ]

    def test_no_citations_stay_null(self) -> None:
        assert block({"type": "text", "text": "", "citations": None})["citations"] is None


class TestThinking:
    def test_text_is_joined_and_the_signature_assigned(self) -> None:
        built = block(
            {"type": "thinking", "thinking": "", "signature": ""},
            {"type": "thinking_delta", "thinking": "let me "},
            {"type": "thinking_delta", "thinking": "see", "estimated_tokens": 2},
            {"type": "signature_delta", "signature": "AAA"},
            {"type": "signature_delta", "signature": "BBB"},
        )
        assert built == {"type": "thinking", "thinking": "let me see", "signature": "BBB"}

    def test_omitted(self) -> None:
        start = {"type": "thinking", "thinking": "", "signature": ""}
        assert block(start, {"type": "signature_delta", "signature": "S"}) == {
            "type": "thinking",
            "thinking": "",
            "signature": "S",
        }

    def test_a_start_without_signature(self) -> None:
        assert block({"type": "thinking", "thinking": ""}, {"type": "thinking_delta", "thinking": "hm"}) == {
            "type": "thinking",
            "thinking": "hm",
        }

    def test_redacted(self) -> None:
        assert block({"type": "redacted_thinking", "data": "ENC"}) == {
            "type": "redacted_thinking",
            "data": "ENC",
        }


CALL = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}


class TestToolUse:
    @pytest.mark.parametrize(
        ("deltas", "expected"),
        [
            ([""], {}),
            ([], {}),
            (["", "{}"], {}),
            (["", '{"a', '": [1, ', "2]}"], {"a": [1, 2]}),
            (['{"t":"', "\\u00e9\\n", '"}'], {"t": "é\n"}),
            (['{"t":"é😀\u2028"}'], {"t": "é😀\u2028"}),
            (['  {"a": 1}\n'], {"a": 1}),
        ],
    )
    def test_input_from_deltas(self, deltas: list[str], expected: dict[str, Any]) -> None:
        assert block(CALL, *pieces(*deltas)) == {**CALL, "input": expected}

    def test_input_in_the_start(self) -> None:
        whole = {
            **CALL,
            "input": {"a": 1},
            "caller": {"type": "code_execution_20260120", "tool_id": "srvtoolu_1"},
        }
        assert block(whole) == whole
        assert block(whole, *pieces("")) == whole

    @pytest.mark.parametrize("text", ['{"a": 1', '{"a": "b', "{", '{"a": 1}}', "{'a': 1}", '{"a": \n'])
    def test_input_that_was_cut_off_or_is_invalid_is_kept(self, text: str) -> None:
        assert block(CALL, *pieces(*text)) == {**CALL, "partial_json": text}

    def test_input_while_it_grows(self) -> None:
        assert block(CALL, *pieces('{"a":'), stop=False) == {**CALL, "partial_json": '{"a":'}

    @pytest.mark.parametrize("text", ["[1]", '"text"', "5", "null", "true"])
    def test_input_that_is_no_object_is_not_taken_for_one(self, text: str) -> None:
        # The API takes only an object back.
        assert block(CALL, *pieces(text)) == {**CALL, "partial_json": text}

    def test_deep_nesting_is_no_crash(self) -> None:
        text = '{"a":' + "[" * 100_000
        assert block(CALL, *pieces(text)) == {**CALL, "partial_json": text}

    def test_server_tool_use(self) -> None:
        start = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}
        assert block(start, *pieces("", '{"query": "x"}')) == {**start, "input": {"query": "x"}}

    def test_mcp_tool_use(self) -> None:
        start = {"type": "mcp_tool_use", "id": "m", "name": "ask", "server_name": "s", "input": {}}
        assert block(start, *pieces('{"q": 1}')) == {**start, "input": {"q": 1}}


COMPLETE_BLOCKS: list[dict[str, Any]] = [
    {
        "type": "web_search_tool_result",
        "tool_use_id": "s",
        "content": [{"type": "web_search_result", "url": "u", "title": "t"}],
    },
    {
        "type": "web_search_tool_result",
        "tool_use_id": "s",
        "content": {"type": "web_search_tool_result_error", "error_code": "unavailable"},
    },
    {
        "type": "web_fetch_tool_result",
        "tool_use_id": "s",
        "content": {"type": "web_fetch_result", "url": "u"},
    },
    {
        "type": "code_execution_tool_result",
        "tool_use_id": "s",
        "content": {"type": "code_execution_result", "stdout": "1\n", "return_code": 0},
    },
    {"type": "bash_code_execution_tool_result", "tool_use_id": "s", "content": {"stdout": ""}},
    {
        "type": "text_editor_code_execution_tool_result",
        "tool_use_id": "s",
        "content": {"is_file_update": True},
    },
    {"type": "tool_search_tool_result", "tool_use_id": "s", "content": {"tool_references": []}},
    {
        "type": "mcp_tool_result",
        "tool_use_id": "m",
        "is_error": False,
        "content": [{"type": "text", "text": "x"}],
    },
    {"type": "mcp_tool_listing", "tools": []},
    {"type": "advisor_tool_result", "tool_use_id": "s", "content": {"type": "advisor_result", "text": "x"}},
    {"type": "container_upload", "file_id": "file_1"},
    {"type": "fallback", "from": {"model": "a"}, "to": {"model": "b"}, "trigger": "refusal"},
    {"type": "compaction", "content": "summary", "encrypted_content": "E"},
    {"type": "hologram", "anything": {"at": ["all", 1, None]}},
    {"no type": 1},
]


@pytest.mark.parametrize("whole", COMPLETE_BLOCKS, ids=lambda value: str(value.get("type")))
def test_a_block_that_arrives_complete_is_kept_verbatim(whole: dict[str, Any]) -> None:
    assert block(whole) == whole


class TestDeltasToCome:
    def test_compaction(self) -> None:
        built = block(
            {"type": "compaction", "content": None},
            {"type": "compaction_delta", "content": "summary", "encrypted_content": "E"},
        )
        assert built == {"type": "compaction", "content": "summary", "encrypted_content": "E"}

    def test_an_unknown_delta_keeps_its_fields(self) -> None:
        built = block(
            {"type": "text", "text": "a"},
            {"type": "colour_delta", "colour": "red"},
            {"type": "text_delta", "text": "b"},
        )
        assert built == {"type": "text", "text": "ab", "colour": "red"}

    def test_an_unknown_delta_never_overwrites_what_was_said(self) -> None:
        # Nobody knows what a delta to come means: it may bring a piece, not the whole.
        built = block(
            {"type": "text", "text": ""},
            {"type": "text_delta", "text": "a"},
            {"type": "loud_text_delta", "text": "B"},
        )
        assert built["text"].startswith("a") or built["text"] == "a"
        assert "a" in built["text"]

    @pytest.mark.parametrize("delta", [{}, {"type": None}, {"type": ["x"]}, {"type": {"a": 1}}])
    def test_a_delta_without_a_proper_type_is_never_fatal(self, delta: dict[str, Any]) -> None:
        assert block({"type": "text", "text": "a"}, delta)["text"] == "a"


class TestOutOfOrder:
    @pytest.mark.parametrize(
        ("delta", "expected"),
        [
            ({"type": "text_delta", "text": "a"}, {"type": "text", "text": "a"}),
            ({"type": "thinking_delta", "thinking": "a"}, {"type": "thinking", "thinking": "a"}),
            ({"type": "signature_delta", "signature": "s"}, {"type": "thinking", "signature": "s"}),
            (
                {"type": "input_json_delta", "partial_json": '{"a":1}'},
                {"type": "tool_use", "input": {"a": 1}},
            ),
        ],
    )
    def test_a_delta_without_a_start(self, delta: dict[str, Any], expected: dict[str, Any]) -> None:
        assert build(MessageStart(START), BlockDelta(0, delta)).message["content"] == [expected]

    def test_a_stop_without_a_start(self) -> None:
        assert build(MessageStart(START), BlockStop(7)).message == build(MessageStart(START)).message

    def test_deltas_after_the_stop(self) -> None:
        builder = build(
            BlockStart(0, {"type": "text", "text": ""}),
            BlockStop(0),
            BlockDelta(0, {"type": "text_delta", "text": "a"}),
        )
        assert text_of(builder.message) == "a"

    def test_blocks_before_the_message(self) -> None:
        builder = build(
            BlockStart(0, {"type": "text", "text": "a"}), MessageDelta({"stop_reason": "end_turn"}, {}, {})
        )
        assert text_of(builder.message) == "a"
        assert builder.message["stop_reason"] == "end_turn"

    def test_the_message_after_its_first_block_begins_again(self) -> None:
        assert (
            build(BlockStart(0, {"type": "text", "text": "a"}), MessageStart(START)).message["content"] == []
        )

    def test_the_end_first(self) -> None:
        assert build(
            MessageStop(), MessageStart(START), BlockStart(0, {"type": "text", "text": "a"})
        ).message["content"] == [{"type": "text", "text": "a"}]

    def test_a_second_start_of_a_block_replaces_it(self) -> None:
        builder = build(
            BlockStart(0, {"type": "text", "text": "a"}),
            BlockDelta(0, {"type": "text_delta", "text": "b"}),
            BlockStart(0, {"type": "text", "text": "c"}),
        )
        assert text_of(builder.message) == "c"


class TestTextOf:
    @pytest.mark.parametrize(
        ("message", "expected"),
        [
            ({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, "ab"),
            ({"content": [{"type": "thinking", "thinking": "x"}, {"type": "text", "text": "b"}]}, "b"),
            ({"content": [{"type": "text", "text": None}, {"type": "text"}]}, ""),
            ({"content": []}, ""),
            ({"content": None}, ""),
            ({}, ""),
        ],
    )
    def test_text(self, message: dict[str, Any], expected: str) -> None:
        assert text_of(message) == expected


class TestWholeMessages:
    def test_tell_the_events_that_build_them(self) -> None:
        message = {
            **START,
            "content": [
                {"type": "thinking", "thinking": "", "signature": "s"},
                {"type": "text", "text": "a", "citations": None},
                CALL,
            ],
            "stop_reason": "tool_use",
            "stop_details": None,
            "container": {"id": "c"},
        }
        assert build(*events_of_message(message)).message == message

    @pytest.mark.parametrize(
        "message",
        [
            {"content": [{"type": "text", "text": "a"}]},
            {"content": [{"type": "text", "text": "a"}], "usage": None, "stop_reason": None},
            {"content": "a"},
            {"content": "a", "usage": {"input_tokens": None}},
        ],
    )
    def test_of_gateways(self, message: dict[str, Any]) -> None:
        builder = build(*events_of_message(message))
        assert text_of(builder.message) == "a"

    def test_with_no_content(self) -> None:
        assert build(*events_of_message({"content": None})).message["content"] == []

    def test_with_an_odd_block_are_never_fatal(self) -> None:
        assert text_of(
            build(*events_of_message({"content": ["a", {"type": "text", "text": "b"}]})).message
        ).endswith("b")
