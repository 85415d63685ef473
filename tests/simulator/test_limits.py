from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from nbclaude.simulator import Simulator, text
from tests.simulator.helpers import (
    CALL,
    MODEL,
    RESULT,
    TOOL,
    ask,
    assert_refused,
)

MARK = {"type": "ephemeral"}


HOUR = {"type": "ephemeral", "ttl": "1h"}


NOT_SUPPORTED = (
    '"thinking.type.{}" is not supported for this model. Use "thinking.type.adaptive" and '
    '"output_config.effort" to control thinking behavior.'
)


FORCED = 'tool_choice: type "tool" and "any" are not supported for this model.'


@pytest.fixture(scope="module")
def shared() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


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
