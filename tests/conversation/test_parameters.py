"""What each model takes of what was set: a table, as the API's documentation has it."""

from __future__ import annotations

from typing import Any

import pytest

from nbclaude.conversation.parameters import fit_parameters
from nbclaude.errors import ConfigurationError
from nbclaude.magics.wording import note_text, said
from nbclaude.models.info import model_info
from nbclaude.settings.values import Settings

TOOL = ({"name": "f", "input_schema": {"type": "object"}},)
BOUNDED = {"type": "integer", "minimum": 0}


def fit(model: str, prefill: str = "", asked: bool = True, **values: Any) -> Any:
    settings = Settings(model=model, **values, asked=frozenset(values) if asked else frozenset())
    return fit_parameters(settings, model_info(model), prefill=prefill)


@pytest.mark.parametrize(
    ("model", "values", "fields"),
    [
        ("claude-sonnet-5-5", {}, {}),
        ("claude-sonnet-5-5", {"effort": "max"}, {"output_config": {"effort": "max"}}),
        (
            "claude-sonnet-5-5",
            {"thinking": "summarized"},
            {"thinking": {"type": "adaptive", "display": "summarized"}},
        ),
        ("claude-sonnet-5-5", {"thinking": "off"}, {"thinking": {"type": "between_tools"}}),
        ("claude-sonnet-5", {"thinking": "off"}, {"thinking": {"type": "disabled"}}),
        (
            "claude-opus-5",
            {"thinking": "off", "effort": "high"},
            {"thinking": {"type": "disabled"}, "output_config": {"effort": "high"}},
        ),
        ("claude-opus-4-8", {"thinking": "off"}, {}),
        ("claude-opus-4-8", {"thinking": "omitted"}, {"thinking": {"type": "adaptive", "display": "omitted"}}),
        ("claude-sonnet-4-6", {"temperature": 0.0}, {"temperature": 0.0}),
        ("claude-sonnet-4-5", {"temperature": 0.3, "top_k": 5}, {"temperature": 0.3, "top_k": 5}),
        (
            "claude-sonnet-4-5",
            {"thinking": "summarized", "max_tokens": 8_000},
            {"thinking": {"type": "enabled", "budget_tokens": 4_000}},
        ),
        (
            "claude-haiku-4-5-20251001",
            {"thinking": "summarized", "max_tokens": 1_500},
            {"thinking": {"type": "enabled", "budget_tokens": 1_024}},
        ),
        (
            "claude-sonnet-4-6",
            {"thinking": "summarized", "top_p": 0.96},
            {"thinking": {"type": "adaptive", "display": "summarized"}, "top_p": 0.96},
        ),
        ("claude-sonnet-4-5-20250929-thinking", {"thinking": "summarized"}, {}),
        ("claude-sonnet-5-5", {"stop_sequences": ("END",)}, {"stop_sequences": ["END"]}),
        ("claude-sonnet-5-5", {"metadata_user": "u1"}, {"metadata": {"user_id": "u1"}}),
        ("claude-sonnet-5-5", {"service_tier": "standard_only"}, {"service_tier": "standard_only"}),
        ("claude-sonnet-5-5", {"speed": "fast"}, {"speed": "fast"}),
        ("claude-sonnet-5-5", {"tools": TOOL, "tool_choice": "none"}, {"tool_choice": {"type": "none"}}),
        ("claude-opus-4-8", {"tools": TOOL, "tool_choice": "f"}, {"tool_choice": {"type": "tool", "name": "f"}}),
        (
            "claude-sonnet-5-5",
            {"schema": BOUNDED, "effort": "low"},
            {
                "output_config": {
                    "effort": "low",
                    "format": {"type": "json_schema", "schema": {"type": "integer", "description": "minimum: 0"}},
                }
            },
        ),
        # Of a model that nobody knows nothing is refused, and nothing added.
        (
            "llama3.2",
            {"temperature": 0.3, "top_p": 0.5, "top_k": 3, "effort": "xhigh", "max_tokens": 10**7},
            {"temperature": 0.3, "top_p": 0.5, "top_k": 3, "output_config": {"effort": "xhigh"}},
        ),
        ("llama3.2", {"thinking": "summarized"}, {"thinking": {"type": "adaptive", "display": "summarized"}}),
        ("llama3.2", {"thinking": "off"}, {"thinking": {"type": "disabled"}}),
    ],
)  # fmt: skip
def test_taken(model: str, values: dict[str, Any], fields: dict[str, Any]) -> None:
    assert fit(model, **values).fields == fields


@pytest.mark.parametrize(
    ("model", "values", "message"),
    [
        (
            "claude-sonnet-5-5",
            {"temperature": 0.3},
            "--temperature 0.3: claude-sonnet-5-5 does not accept temperature, top_p or top_k. "
            "Use --effort (low, medium, high, xhigh, max) to steer it.",
        ),
        ("claude-opus-4-7", {"top_p": 0.9}, "--top-p 0.9: claude-opus-4-7 does not accept"),
        ("claude-haiku-5-5", {"top_k": 1}, "--top-k 1: claude-haiku-5-5 does not accept"),
        ("claude-sonnet-4-5", {"temperature": 0.1, "top_p": 0.5}, "takes temperature or top_p, not both"),
        ("claude-sonnet-4-6", {"temperature": 0.1, "thinking": "summarized"}, "does not accept temperature while it thinks"),
        ("claude-sonnet-4-6", {"top_p": 0.5, "thinking": "summarized"}, "top_p must be from 0.95 to 1"),
        ("claude-sonnet-4-5-20250929-thinking", {"temperature": 0.1}, "does not accept temperature"),
        (
            "claude-haiku-4-5",
            {"effort": "low"},
            "--effort low: claude-haiku-4-5 has no effort setting. Use --temperature to steer it.",
        ),
        (
            "claude-opus-4-5",
            {"effort": "max"},
            "--effort max: claude-opus-4-5 does not support it. It takes low, medium, high.",
        ),
        ("claude-opus-4-6", {"effort": "xhigh"}, "does not support it. It takes low, medium, high, max."),
        ("claude-fable-5-2", {"thinking": "off"}, "--no-think: claude-fable-5-2 always thinks. Use --effort low"),
        ("claude-opus-5", {"thinking": "off", "effort": "max"}, "accepts at most effort high without thinking"),
        ("claude-sonnet-4-5-20250929-thinking", {"thinking": "off"}, "Choose claude-sonnet-4-5-20250929 (-m)."),
        ("claude-sonnet-4-5", {"thinking": "summarized", "max_tokens": 1_000}, "Raise --max-tokens above it"),
        ("claude-haiku-4-5", {"max_tokens": 64_001}, "--max-tokens 64,001: claude-haiku-4-5 writes at most 64,000 tokens"),
        ("claude-sonnet-5-5", {"tools": TOOL, "tool_choice": "any"}, "it takes auto and none"),
        ("claude-opus-4-8", {"tools": TOOL, "tool_choice": "g"}, "one of f"),
        ("claude-opus-4-8", {"tool_choice": "auto"}, "there are no tools"),
        (
            "claude-sonnet-5-5",
            {"schema": {"type": "object"}},
            "--json: the API cannot hold claude-sonnet-5-5 to this schema: the answer may have any keys. "
            "Name its keys, or ask for a list of pairs.",
        ),
    ],
)  # fmt: skip
def test_refused_before_anything_is_sent(model: str, values: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        fit(model, **values)
    assert message in said(caught.value)


@pytest.mark.parametrize("schema", [BOUNDED, {"type": "object"}])
def test_a_schema_goes_as_it_is_to_a_model_that_nobody_knows(schema: dict[str, Any]) -> None:
    assert fit("qwen3", schema=schema).fields["output_config"]["format"]["schema"] == schema


@pytest.mark.parametrize(
    "model", ["claude-sonnet-5-5", "claude-opus-4-6", "claude-sonnet-4-5-20250929-thinking"]
)
def test_a_prefill_that_the_model_refuses(model: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        fit(model, prefill="{")
    assert said(caught.value) == (
        f"--prefill: {model} does not accept a prefill. "
        "Say in the prompt how the answer should begin, or use --json for a fixed form."
    )


def test_a_prefill_that_the_model_takes() -> None:
    assert fit("claude-sonnet-4-5", prefill="{").fields == {}
    with pytest.raises(ConfigurationError) as caught:
        fit("claude-sonnet-4-5", prefill="{", thinking="summarized")
    assert said(caught.value).endswith("Add --no-think.")
    with pytest.raises(ConfigurationError) as caught:
        fit("claude-sonnet-4-5", prefill="{", schema=BOUNDED)
    assert said(caught.value) == (
        "--prefill: the API does not accept a prefill together with a schema. Leave one out."
    )
    assert "output_config" in fit("qwen3", prefill="{", schema=BOUNDED).fields


def test_what_is_configured_and_refused_is_left_out_with_a_note() -> None:
    fitted = fit("claude-sonnet-5-5", asked=False, temperature=0.3, effort="low", max_tokens=10**6)
    assert fitted.fields == {"output_config": {"effort": "low"}}
    assert fitted.max_tokens == 128_000
    assert tuple(map(note_text, fitted.left_out)) == (
        "max_tokens 1000000 left out: claude-sonnet-5-5 writes at most 128,000 tokens. Lower it.",
        "temperature 0.3 left out: claude-sonnet-5-5 does not accept temperature, top_p or top_k. "
        "Use --effort (low, medium, high, xhigh, max) to steer it.",
    )


def test_of_two_that_exclude_each_other_the_configured_one_gives_way() -> None:
    settings = Settings(model="claude-sonnet-4-5", temperature=0.5, top_p=0.9, asked=frozenset({"top_p"}))
    fitted = fit_parameters(settings, model_info("claude-sonnet-4-5"))
    assert fitted.fields == {"top_p": 0.9}
    assert len(fitted.left_out) == 1


def test_a_version_of_the_api_without_sampling() -> None:
    with pytest.raises(ConfigurationError, match="version 2026-10-21 of the API does not accept temperature"):
        fit("claude-sonnet-4-5", temperature=0.3, api_version="2026-10-21")


def test_the_beta_of_the_fast_mode_goes_along() -> None:
    assert fit("claude-opus-5", speed="fast").betas == ("fast-mode-2026-02-01",)
    assert fit("claude-opus-5", speed="standard", betas=("x",)).betas == ("x",)
