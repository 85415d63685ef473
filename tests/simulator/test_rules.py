from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from nbclaude.simulator import Simulator, text
from tests.simulator.helpers import (
    CALL,
    HEADERS,
    MODEL,
    RESULT,
    TOOL,
    Reply,
    ask,
    body,
    image,
    image_bytes,
    send,
)

EXTRA = "Extra inputs are not permitted"
REQUIRED = "Field required"
MARK = {"type": "ephemeral"}
HOUR = {"type": "ephemeral", "ttl": "1h"}
PREFILL = (
    "This model does not support assistant message prefill. The conversation must end with a user message."
)
EMPTY = "messages.0: all messages must have non-empty content except for the optional final assistant message"
NOT_SUPPORTED = (
    '"thinking.type.{}" is not supported for this model. Use "thinking.type.adaptive" and '
    '"output_config.effort" to control thinking behavior.'
)
FORCED = 'tool_choice: type "tool" and "any" are not supported for this model.'
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
    ("model", "changes", "message"),
    [
        (MODEL, {"temperature": 0.5}, "`temperature` is deprecated for this model."),
        (MODEL, {"top_p": 0.9}, "`top_p` is deprecated for this model."),
        ("claude-opus-4-7", {"top_k": 5}, "`top_k` is deprecated for this model."),
        (
            "claude-opus-4-6",
            {"temperature": 0.5, "top_p": 0.9},
            "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
        ),
        (
            "claude-opus-4-6",
            {"temperature": 0.5, "thinking": {"type": "adaptive"}},
            "`temperature` may only be set to 1 when thinking is enabled.",
        ),
        (
            "claude-opus-4-6",
            {"top_p": 0.5, "thinking": {"type": "adaptive"}},
            "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.",
        ),
        (
            "claude-opus-4-6",
            {"top_k": 5, "thinking": {"type": "adaptive"}},
            "`top_k` must be unset when thinking is enabled.",
        ),
        (
            "claude-haiku-4-5",
            {"thinking": {"type": "enabled", "budget_tokens": 1000}},
            "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
        ),
        (
            "claude-haiku-4-5",
            {"thinking": {"type": "enabled", "budget_tokens": 2000}},
            "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at "
            "https://platform.claude.com/docs/en/build-with-claude/extended-thinking"
            "#max-tokens-and-context-window-size",
        ),
        (
            "claude-haiku-4-5",
            {"thinking": {"type": "adaptive"}},
            "adaptive thinking is not supported on this model",
        ),
        (
            "claude-opus-5-5",
            {"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2000},
            NOT_SUPPORTED.format("enabled"),
        ),
        ("claude-opus-5-5", {"thinking": {"type": "disabled"}}, NOT_SUPPORTED.format("disabled")),
        (MODEL, {"thinking": {"type": "disabled"}}, NOT_SUPPORTED.format("disabled")),
        ("claude-opus-5", {"thinking": {"type": "between_tools"}}, NOT_SUPPORTED.format("between_tools")),
        (
            "claude-opus-5",
            {"thinking": {"type": "disabled"}, "output_config": {"effort": "xhigh"}},
            "\"thinking.type.disabled\" is not supported for this model with effort level 'xhigh'. Use effort "
            "'high' or lower.",
        ),
        (
            "claude-opus-4-6",
            {"output_config": {"effort": "xhigh"}},
            "This model does not support effort level 'xhigh'. Supported levels: high, low, max, medium.",
        ),
        (
            "claude-opus-4-5",
            {"output_config": {"effort": "max"}},
            "This model does not support effort level 'max'. Supported levels: high, low, medium.",
        ),
        (
            "claude-haiku-4-5",
            {"output_config": {"effort": "low"}},
            "This model does not support the effort parameter.",
        ),
        (MODEL, {"tools": [TOOL], "tool_choice": {"type": "any"}}, FORCED),
        ("claude-fable-5-2", {"tools": [TOOL], "tool_choice": {"type": "tool", "name": "add"}}, FORCED),
        (
            "claude-opus-4-6",
            {"tools": [TOOL], "tool_choice": {"type": "any"}, "thinking": {"type": "adaptive"}},
            "Thinking may not be enabled when tool_choice forces tool use.",
        ),
        (
            "claude-opus-4-6",
            {"tools": [TOOL], "tool_choice": {"type": "tool", "name": "sub"}},
            "Tool 'sub' not found in provided tools",
        ),
        (
            "claude-sonnet-5",
            {"messages": [{"role": "user", "content": "a"}, {"role": "system", "content": "b"}]},
            "messages.1: role 'system' is not supported on this model",
        ),
    ],
)
def test_model_refuses(shared: Simulator, model: str, changes: dict[str, Any], message: str) -> None:
    assert_refused(ask(shared, model=model, **changes), message)


@pytest.mark.parametrize(
    ("model", "changes"),
    [
        (MODEL, {"temperature": 1}),
        (MODEL, {"max_tokens": 0}),
        (MODEL, {"thinking": {"type": "between_tools"}}),
        (
            MODEL,
            {"thinking": {"type": "adaptive", "display": "summarized"}, "output_config": {"effort": "max"}},
        ),
        (MODEL, {"tools": [TOOL], "tool_choice": {"type": "none"}}),
        (MODEL, {"tools": [{"type": "web_search_20260318", "name": "web_search", "max_uses": 3}]}),
        ("claude-opus-5", {"thinking": {"type": "disabled"}}),
        ("claude-opus-4-6", {"temperature": 0.2}),
        ("claude-opus-4-6", {"tools": [TOOL], "tool_choice": {"type": "tool", "name": "add"}}),
        ("claude-haiku-4-5", {"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2000}),
        (MODEL, {"messages": [{"role": "user", "content": "a"}, {"role": "system", "content": "b"}]}),
        (MODEL, {"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]}),
        (MODEL, {"system": [text("Be brief.", cache_control=HOUR)], "cache_control": MARK}),
        (
            MODEL,
            {"container": {"id": "x"}, "inference_geo": "us", "service_tier": "auto", "speed": "standard"},
        ),
    ],
)
def test_valid_requests_pass(shared: Simulator, model: str, changes: dict[str, Any]) -> None:
    assert ask(shared, model=model, **changes).status == 200


@pytest.mark.parametrize(
    "contents",
    [
        ["a", [CALL], [RESULT, text("b")]],
        ["a", [CALL, CALL | {"id": "toolu_2"}], [RESULT | {"tool_use_id": "toolu_2"}, RESULT]],
        ["a", [{"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"new": 1}}]],
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


def test_prefill_works_on_older_models_but_must_not_end_in_whitespace(shared: Simulator) -> None:
    assert ask(shared, "a", "Once upon", model="claude-sonnet-4-5").status == 200
    assert_refused(
        ask(shared, "a", "Once upon ", model="claude-sonnet-4-5"),
        "messages: final assistant content cannot end with trailing whitespace",
    )


def test_a_thinking_budget_wants_the_thinking_of_an_open_tool_loop(shared: Simulator) -> None:
    changes = {
        "model": "claude-haiku-4-5",
        "max_tokens": 2000,
        "thinking": {"type": "enabled", "budget_tokens": 1024},
    }
    message = (
        "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`. When "
        "`thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the "
        "lastmost set of `tool_use` and `tool_result` blocks)."
    )
    assert_refused(ask(shared, "a", [CALL], [RESULT], **changes), message)
    thought = {"type": "thinking", "thinking": "So.", "signature": "made-elsewhere"}
    assert ask(shared, "a", [thought, CALL], [RESULT], **changes).status == 200


def test_unknown_model(shared: Simulator) -> None:
    reply = ask(shared, model="claude-sonnet-6")
    assert (reply.status, reply.json["error"]["type"]) == (404, "not_found_error")
    assert reply.message == "model: claude-sonnet-6"


def test_too_long_a_prompt(shared: Simulator) -> None:
    reply = ask(shared, "x" * 800_000, model="claude-haiku-4-5")
    assert_refused(reply, "prompt is too long: 200004 tokens > 200000 maximum")


class TestVersions:
    NEWEST = HEADERS | {"anthropic-version": "2026-10-21"}

    @pytest.mark.parametrize("name", ["temperature", "top_p", "top_k"])
    def test_newest_version_knows_no_sampling(self, shared: Simulator, name: str) -> None:
        reply = send(shared, body(model="claude-opus-4-6", **{name: 1}), headers=self.NEWEST)
        assert_refused(reply, f"{name}: {EXTRA}")

    def test_newest_version_refuses_citations_of_users(self, shared: Simulator) -> None:
        reply = send(shared, body([text("a", citations=[{"type": "x"}])]), headers=self.NEWEST)
        assert_refused(
            reply, "messages.0.content.0.text.citations: citations are not permitted in user messages"
        )

    def test_newest_version_refuses_documents_of_assistants(self, shared: Simulator) -> None:
        document = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a"}}
        reply = send(shared, body("a", [document], "b"), headers=self.NEWEST)
        assert_refused(
            reply, "messages.1.content.0: `document` blocks are not permitted in assistant messages"
        )
        assert ask(shared, "a", [document], "b").status == 200

    def test_both_versions_answer(self, shared: Simulator) -> None:
        assert send(shared, body(), headers=self.NEWEST).status == 200

    @pytest.mark.parametrize(
        ("version", "message"),
        [
            ("", "anthropic-version: header is required"),
            ("2025-10-01", 'anthropic-version: "2025-10-01" is not a valid version'),
        ],
    )
    def test_other_versions_are_refused(self, shared: Simulator, version: str, message: str) -> None:
        headers = {key: value for key, value in HEADERS.items() if key != "anthropic-version"}
        if version:
            headers["anthropic-version"] = version
        assert_refused(send(shared, body(), headers=headers), message)

    def test_beta_fields_need_their_header(self, shared: Simulator) -> None:
        headers = HEADERS | {"anthropic-beta": "compact-2026-09-04,thinking-binding-controls-2026-08-01"}
        changes = {
            "context_management": {"edits": []},
            "thinking": {"type": "adaptive", "block_binding": {"prefix_mismatch_behavior": "drop_block"}},
        }
        assert send(shared, body(**changes), headers=headers).status == 200


class TestImages:
    def test_whole_images_pass(self, shared: Simulator) -> None:
        for kind in ("PNG", "JPEG", "GIF", "WEBP"):
            assert ask(shared, [image(image_bytes(kind), f"image/{kind.lower()}")]).status == 200

    @pytest.mark.parametrize(
        ("block", "message"),
        [
            (
                image(image_bytes("PNG"), "image/jpeg"),
                ": The image was specified using the image/jpeg media type, but the image appears to be a "
                "image/png image",
            ),
            (image(image_bytes("PNG")[:-9]), ": Could not process image"),
            (image(b"no image"), ": Could not process image"),
            (
                image(b"x", "image/tiff"),
                ".media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'",
            ),
            (
                {
                    "type": "image",
                    "source": {"type": "base64", "media_type": "image/png", "data": "not base64!"},
                },
                ".data: Invalid base64 data",
            ),
            (
                {
                    "type": "image",
                    "source": {"type": "base64", "media_type": "image/png", "data": "A" * 10_485_764},
                },
                ": image exceeds 10 MB maximum: 10485764 bytes > 10485760 bytes",
            ),
        ],
    )
    def test_broken_images_are_refused(self, shared: Simulator, block: dict[str, Any], message: str) -> None:
        assert_refused(ask(shared, [block]), f"messages.0.content.0.image.source.base64{message}")

    def test_too_large_a_side(self, shared: Simulator) -> None:
        reply = ask(shared, [text("a"), image(image_bytes(size=(8001, 1)))])
        place = "messages.0.content.1"
        assert_refused(
            reply,
            f"{place}.image.source.base64.data: At least one of the image dimensions exceed max allowed size: "
            "8000 pixels",
        )
        assert reply.json["error"]["details"] == {
            "error_code": "image_dimensions_too_large",
            "max_side_length_pixels": 8000,
            "paths": [place],
        }

    def test_many_images_must_be_smaller(self, shared: Simulator) -> None:
        small, large = image(image_bytes(size=(2, 2))), image(image_bytes(size=(2001, 2)))
        assert ask(shared, [large] * 20).status == 200
        result = RESULT | {"content": [large]}
        reply = ask(shared, [small] * 20, [CALL], [result])
        assert reply.json["error"]["details"]["paths"] == ["messages.2.content.0.content.0"]
        assert reply.json["error"]["details"]["max_side_length_pixels"] == 2000


class TestBreakpoints:
    def test_at_most_four(self, shared: Simulator) -> None:
        four = [text(word, cache_control=MARK) for word in "abcd"]
        assert ask(shared, four).status == 200
        message = "A maximum of 4 blocks with cache_control may be provided. Found 5."
        assert_refused(ask(shared, [*four, text("e", cache_control=MARK)]), message)
        assert_refused(ask(shared, four, cache_control=MARK), message)

    def test_longer_life_comes_first(self, shared: Simulator) -> None:
        reply = ask(shared, [text("b", cache_control=HOUR)], system=[text("a", cache_control=MARK)])
        assert_refused(
            reply,
            "messages.0.content.0.cache_control.ttl: a ttl='1h' cache_control block must not come after a "
            "ttl='5m' cache_control block. Note that blocks are processed in the following order: `tools`, "
            "`system`, `messages`.",
        )

    @pytest.mark.parametrize(
        ("mark", "message"),
        [
            ({"type": "permanent"}, "type: Input should be 'ephemeral'"),
            ({"type": "ephemeral", "ttl": "1d"}, "ttl: Input should be '5m' or '1h'"),
        ],
    )
    def test_marks_are_checked(self, shared: Simulator, mark: dict[str, Any], message: str) -> None:
        reply = ask(shared, [text("a", cache_control=mark)])
        assert_refused(reply, f"messages.0.content.0.cache_control.{message}")

    def test_empty_text_cannot_be_cached(self, shared: Simulator) -> None:
        reply = ask(shared, system=[text("", cache_control=MARK)])
        assert_refused(reply, "system.0: cache_control cannot be set for empty text blocks")


@pytest.fixture(scope="module")
def lenient() -> Iterator[Simulator]:
    with Simulator(strict=False, wrap=True) as running:
        yield running


class TestGateways:
    def test_unknown_things_pass(self, lenient: Simulator) -> None:
        headers = HEADERS | {"anthropic-version": "2025-10-01"}
        wild = body([text("a", colour="red"), {"type": "video"}], model="gpt-oss", top_a=1, temperature=0.3)
        reply = send(lenient, wild, headers=headers)
        assert reply.status == 200
        assert reply.json["code"] == 200
        assert reply.json["data"]["model"] == "gpt-oss"

    def test_structure_is_still_checked(self, lenient: Simulator) -> None:
        assert_refused(ask(lenient, "a", [CALL], "b"), UNANSWERED)


def assert_refused(reply: Reply, message: str) -> None:
    assert reply.status == 400, reply.body
    assert reply.message == message
    assert reply.json["type"] == "error"
    assert reply.json["error"]["type"] == "invalid_request_error"
    assert reply.json["request_id"] == reply.headers["request-id"]
    assert reply.headers["x-should-retry"] == "false"
