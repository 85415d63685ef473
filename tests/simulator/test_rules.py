from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from nbclaude.simulator import Simulator, text
from tests.simulator.helpers import (
    CALL,
    HEADERS,
    RESULT,
    TOOL,
    ask,
    assert_refused,
    body,
    send,
)

EXTRA = "Extra inputs are not permitted"


REQUIRED = "Field required"


MARK = {"type": "ephemeral"}


PREFILL = (
    "This model does not support assistant message prefill. The conversation must end with a user message."
)


EMPTY = "messages.0: all messages must have non-empty content except for the optional final assistant message"


UNANSWERED = (
    "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1. Each "
    "`tool_use` block must have a corresponding `tool_result` block in the next message."
)


@pytest.fixture(scope="module")
def shared() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": None}, f"model: {REQUIRED}"),
        ({"max_tokens": None}, f"max_tokens: {REQUIRED}"),
        ({"messages": None}, f"messages: {REQUIRED}"),
        ({"model": 5}, "model: Input should be a valid string"),
        ({"max_tokens": "5"}, "max_tokens: Input should be a valid integer"),
        ({"max_tokens": True}, "max_tokens: Input should be a valid integer"),
        ({"max_tokens": -1}, "max_tokens: Input should be greater than or equal to 0"),
        ({"messages": "hi"}, "messages: Input should be a valid list"),
        ({"messages": []}, "messages: at least one message is required"),
        ({"messages": ["hi"]}, "messages.0: Input should be an object"),
        ({"stream": "yes"}, "stream: Input should be a valid boolean"),
        ({"system": 5}, "system: Input should be a valid string or a list of blocks"),
        ({"stop_sequences": [1]}, "stop_sequences: Input should be a valid list of strings"),
        ({"stop_sequences": [" "]}, "stop_sequences: each stop sequence must contain non-whitespace"),
        ({"service_tier": "gold"}, "service_tier: Input should be 'auto' or 'standard_only'"),
        ({"metadata": {"name": "x"}}, f"metadata.name: {EXTRA}"),
        ({"prompt": "hi"}, f"prompt: {EXTRA}"),
        ({"context_management": {}}, f"context_management: {EXTRA}"),
        (
            {"max_tokens": 128_001},
            "max_tokens: 128001 > 128000, which is the maximum allowed number of output tokens for "
            "claude-sonnet-5-5",
        ),
        ({"temperature": 2}, "temperature: range: 0..1"),
        (
            {"output_config": {"effort": "huge"}},
            "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'",
        ),
        ({"output_config": {"style": "x"}}, f"output_config.style: {EXTRA}"),
        (
            {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}},
            "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to "
            "false",
        ),
        (
            {"thinking": {"type": "deep"}},
            "thinking: Input tag 'deep' found using 'type' does not match any of the expected tags: 'adaptive', "
            "'enabled', 'disabled', 'between_tools'",
        ),
        ({"thinking": {}}, f"thinking.type: {REQUIRED}"),
        (
            {"thinking": {"type": "adaptive", "display": "full"}},
            "thinking.adaptive.display: Input should be 'summarized', 'omitted' or 'updates'",
        ),
        (
            {"thinking": {"type": "adaptive", "display": "updates"}},
            "thinking.adaptive.display: Input should be 'summarized' or 'omitted'",
        ),
        (
            {"thinking": {"type": "adaptive", "block_binding": {}}},
            f"thinking.adaptive.block_binding: {EXTRA}",
        ),
        ({"tool_choice": {"type": "auto"}}, "tool_choice may only be specified while providing tools"),
        ({"tools": [{"name": "add"}]}, f"tools.0.custom.input_schema: {REQUIRED}"),
        ({"tools": [TOOL, TOOL]}, "tools: Tool names must be unique."),
        (
            {"tools": [TOOL | {"name": "add two"}]},
            "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
        ),
        ({"tools": [TOOL | {"parameters": {}}]}, f"tools.0.custom.parameters: {EXTRA}"),
        (
            {"tools": [TOOL | {"input_schema": {"type": "string"}}]},
            "tools.0.custom.input_schema.type: Input should be 'object'",
        ),
        (
            {"tools": [{"type": "web_search_20260318", "name": "search"}]},
            "tools.0.web_search_20260318.name: Input should be 'web_search'",
        ),
    ],
)
def test_body_is_refused(shared: Simulator, changes: dict[str, Any], message: str) -> None:
    assert_refused(ask(shared, **changes), message)


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        ([""], EMPTY),
        ([[]], EMPTY),
        (["  "], "messages: text content blocks must contain non-whitespace text"),
        ([[text("")]], "messages: text content blocks must be non-empty"),
        ([[text("\n ")]], "messages: text content blocks must contain non-whitespace text"),
        ([[text("a", extra=1)]], f"messages.0.content.0.text.extra: {EXTRA}"),
        ([[{"type": "text"}]], f"messages.0.content.0.text.text: {REQUIRED}"),
        ([[{"text": "a"}]], f"messages.0.content.0.type: {REQUIRED}"),
        (
            ["a", [{"type": "thinking", "thinking": ""}], "b"],
            f"messages.1.content.0.thinking.signature: {REQUIRED}",
        ),
        (
            ["a", [{"type": "thinking", "thinking": "", "signature": "x", "cache_control": MARK}], "b"],
            f"messages.1.content.0.thinking.cache_control: {EXTRA}",
        ),
        (["a", "Once upon"], PREFILL),
        (["a", ""], PREFILL),
        (["a", [CALL]], UNANSWERED),
        (["a", [CALL], "b"], UNANSWERED),
        (["a", [CALL], [text("b"), RESULT]], UNANSWERED),
        (
            ["a", [CALL], [RESULT, RESULT]],
            "messages.2.content.1: each tool_use must have a single result. Found multiple `tool_result` blocks "
            "with id: toolu_1",
        ),
        (
            ["a", "b", [RESULT]],
            "messages.2.content.0: unexpected `tool_use_id` found in `tool_result` blocks: toolu_1. Each "
            "`tool_result` block must have a corresponding `tool_use` block in the previous message.",
        ),
        (["a", [CALL, CALL], [RESULT]], "messages.1.content.1: `tool_use` ids must be unique"),
        (
            [[CALL]],
            "messages.0.content.0: Input tag 'tool_use' found using 'type' does not match any of the "
            "expected tags: 'text', 'image', 'document', 'search_result', 'tool_result', 'container_upload'",
        ),
        (
            ["a", [CALL], [RESULT | {"content": [{"type": "audio"}]}]],
            "messages.2.content.0.tool_result.content.0: Input tag 'audio' found using 'type' does not match any "
            "of the expected tags: 'text', 'image', 'search_result', 'document', 'tool_reference', "
            "'browser_state'",
        ),
        (
            [
                [
                    {
                        "type": "document",
                        "source": {"type": "base64", "media_type": "application/pdf", "data": "aGk="},
                    }
                ]
            ],
            "messages.0.content.0.document.source.base64.data: The PDF specified was not valid.",
        ),
    ],
)
def test_messages_are_refused(shared: Simulator, contents: list[Any], message: str) -> None:
    assert_refused(ask(shared, *contents), message)


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        (
            [{"role": "tool", "content": "x"}],
            "messages.0.role: Input should be 'user', 'assistant' or 'system'",
        ),
        ([{"role": "user"}], f"messages.0.content: {REQUIRED}"),
        ([{"role": "user", "content": "x", "name": "Ada"}], f"messages.0.name: {EXTRA}"),
    ],
)
def test_message_fields_are_refused(shared: Simulator, messages: list[Any], message: str) -> None:
    assert_refused(ask(shared, messages=messages), message)


@pytest.mark.parametrize(
    "contents",
    [
        ["a", [CALL], [RESULT, text("b")]],
        ["a", [CALL, CALL | {"id": "toolu_2"}], [RESULT | {"tool_use_id": "toolu_2"}, RESULT]],
        ["a", [text("b", citations=None)], "c"],
    ],
)
def test_valid_messages_pass(shared: Simulator, contents: list[Any]) -> None:
    assert ask(shared, *contents).status == 200


def test_tool_results_may_come_in_two_user_messages(shared: Simulator) -> None:
    second = CALL | {"id": "toolu_2"}
    messages = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": [CALL, second]},
        {"role": "user", "content": [RESULT]},
        {"role": "user", "content": [RESULT | {"tool_use_id": "toolu_2"}]},
    ]
    assert ask(shared, messages=messages).status == 200


DOCUMENT = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a"}}
PASSAGE = {"type": "search_result", "source": "s", "title": "t", "content": [text("a")]}
NEWEST = HEADERS | {"anthropic-version": "2026-10-21"}


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (
            DOCUMENT | {"citations": {"enabled": "yes"}},
            "messages.0.content.0.document.citations.enabled: Input should be a valid boolean",
        ),
        (DOCUMENT | {"name": "a"}, f"messages.0.content.0.document.name: {EXTRA}"),
        (
            DOCUMENT | {"source": {"type": "text", "media_type": "text/plain", "data": " "}},
            "messages.0.content.0.document.source.text.data: document text must contain non-whitespace text",
        ),
        (
            DOCUMENT | {"source": {"type": "content", "content": [{"type": "document"}]}},
            "messages.0.content.0.document.source.content.content.0: Input tag 'document' found using 'type' "
            "does not match any of the expected tags: 'text', 'image'",
        ),
        (
            PASSAGE | {"content": [{"type": "image"}]},
            "messages.0.content.0.search_result.content.0: Input tag 'image' found using 'type' does not match "
            "any of the expected tags: 'text'",
        ),
    ],
)
def test_documents_are_refused(shared: Simulator, block: dict[str, Any], message: str) -> None:
    assert_refused(ask(shared, [block]), message)


@pytest.mark.parametrize(
    ("contents", "changes", "message"),
    [
        (["a", [text("b"), DOCUMENT], "c"], {}, "`document` blocks are not permitted in assistant messages"),
        (
            [[PASSAGE | {"content": [text("a", citations=[{"type": "x"}])]}]],
            {},
            "citations are not permitted in user messages",
        ),
        (["a"], {"temperature": 1}, f"temperature: {EXTRA}"),
    ],
)
def test_what_the_newest_version_took_away(
    shared: Simulator, contents: list[Any], changes: dict[str, Any], message: str
) -> None:
    assert ask(shared, *contents, **changes).status == 200
    reply = send(shared, body(*contents, **changes), headers=NEWEST)
    assert reply.status == 400
    assert reply.message.endswith(message)


def test_what_the_newest_version_takes(shared: Simulator) -> None:
    result = RESULT | {"content": [DOCUMENT | {"citations": {"enabled": True}}]}
    contents = [[DOCUMENT, text("a")], [text("b", citations=[{"type": "x"}]), CALL], [result]]
    assert send(shared, body(*contents, tools=[TOOL]), headers=NEWEST).status == 200


OPEN = {"type": "object", "properties": {}}
CLOSED = OPEN | {"additionalProperties": False}
CIRCLE = {"$ref": "#/$defs/a", "$defs": {"a": CLOSED | {"properties": {"b": {"$ref": "#/$defs/a"}}}}}


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (
            {"type": "number", "minimum": 0, "maximum": 1},
            "For 'number' type, properties maximum, minimum are not supported",
        ),
        ({"type": "string", "maxLength": 3}, "For 'string' type, property 'maxLength' is not supported"),
        (
            {"type": "array", "items": {"type": "string"}, "minItems": 2},
            "For 'array' type, 'minItems' values other than 0 or 1 are not supported",
        ),
        ({"type": "string", "format": "regex"}, "Invalid schema: Unsupported format 'regex'."),
        ({"title": "x"}, "Invalid schema: Schema type is missing"),
        ({"enum": ["a", "a"]}, "Invalid JSON Schema in output format: ['a', 'a'] has non-unique elements"),
        (
            {"type": ["string", "null"], "enum": ["a", None]},
            "Invalid schema: Enum value 'a' does not match declared type '['string', 'null']'",
        ),
        (OPEN, "For 'object' type, 'additionalProperties' must be explicitly set to false"),
        (
            OPEN | {"additionalProperties": {"type": "string"}},
            "For 'object' type, 'additionalProperties: object' is not supported. Please set 'additionalProperties' "
            "to false",
        ),
        ({"$ref": "#/$defs/b"}, "Invalid schema: Reference to non-existent definition: #/$defs/b"),
        (
            CIRCLE,
            "Circular reference detected in schema definitions: a -> a. Self-referencing or mutually-referencing "
            "definitions are not supported.",
        ),
    ],
)
def test_schemas_that_cannot_be_enforced(shared: Simulator, schema: dict[str, Any], message: str) -> None:
    inner = CLOSED | {"properties": {"a": schema}} | {"$defs": schema.get("$defs", {})}
    config = {"format": {"type": "json_schema", "schema": inner}}
    assert_refused(ask(shared, output_config=config), f"output_config.format.schema: {message}")
    tool = {"name": "add", "input_schema": inner}
    assert ask(shared, tools=[tool]).status == 200
    assert_refused(ask(shared, tools=[tool | {"strict": True}]), f"tools.0.custom: {message}")


def test_citations_and_structured_outputs(shared: Simulator) -> None:
    cited = DOCUMENT | {"citations": {"enabled": True}}
    schema = {"type": "object", "additionalProperties": False, "properties": {}}
    config = {"format": {"type": "json_schema", "schema": schema}}
    assert_refused(
        send(shared, body([cited, text("a")], output_config=config)),
        "output_config.format: citations cannot be enabled together with structured outputs",
    )


@pytest.mark.parametrize("block", [DOCUMENT, PASSAGE])
def test_citations_are_for_all_or_none(shared: Simulator, block: dict[str, Any]) -> None:
    cited = block | {"citations": {"enabled": True}}
    assert send(shared, body([cited, text("a")], "b", [cited, text("c")])).status == 200
    assert_refused(
        send(shared, body([block, text("a")], "b", [cited, text("c")])),
        f"messages: citations must be enabled on all or none of the {block['type']} blocks",
    )
