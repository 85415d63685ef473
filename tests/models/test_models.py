from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from nbclaude.errors import ConfigurationError
from nbclaude.models.info import model_info, retirement_note
from nbclaude.models.names import resolve_model
from nbclaude.models.prices import Price
from nbclaude.models.server_list import model_of_json
from nbclaude.models.table import MODELS, ModelInfo
from nbclaude.simulator import MODELS as SIMULATED
from nbclaude.simulator import SimulatedModel

ALL = ("low", "medium", "high", "xhigh", "max")
NO_XHIGH = ("low", "medium", "high", "max")
A, AD, AB = ("adaptive",), ("adaptive", "disabled"), ("adaptive", "between_tools")
AED, ED = ("adaptive", "enabled", "disabled"), ("enabled", "disabled")
M, K = 1_000_000, 1000

# id; context, longest answer; dollars in, out, write 5m, 1h, read; thinking types, default; effort levels, default;
# sampling, prefill, forced tool choice; shortest cached prompt.
ROWS: list[tuple[Any, ...]] = [
    ("claude-fable-5-2", M, 128 * K, (8, 40, 10, 16, None), A, "always", ALL, "high", "refused", False, False, 512),
    ("claude-mythos-5-2", M, 128 * K, None, A, "always", ALL, "high", "refused", False, False, 512),
    ("claude-fable-5-1", M, 128 * K, (10, 50, 12.5, 20, 0.25), A, "always", ALL, "high", "refused", False, False, 512),
    ("claude-mythos-5-1", M, 128 * K, (10, 50, 12.5, 20, 0.25), A, "always", ALL, "high", "refused", False, False, 512),
    ("claude-fable-5", M, 128 * K, (10, 50, 12.5, 20, 1), A, "always", ALL, "high", "refused", False, True, 512),
    ("claude-mythos-5", M, 128 * K, (10, 50, 12.5, 20, 1), A, "always", ALL, "high", "refused", False, True, 512),
    ("claude-opus-5-5", M, 128 * K, (4, 20, 5, 8, 0.2), A, "always", ALL, "medium", "refused", False, False, 512),
    ("claude-opus-5", M, 128 * K, (5, 25, 6.25, 10, 0.5), AD, "on", ALL, "high", "refused", False, True, 512),
    ("claude-opus-4-8", M, 128 * K, (5, 25, 6.25, 10, 0.5), AD, "off", ALL, "high", "refused", False, True, 1024),
    ("claude-opus-4-7", M, 128 * K, (5, 25, 6.25, 10, 0.5), AD, "off", ALL, "high", "refused", False, True, 2048),
    ("claude-opus-4-6", M, 128 * K, (5, 25, 6.25, 10, 0.5), AED, "off", NO_XHIGH, "high", "one", False, True, 4096),
    ("claude-opus-4-5", 200 * K, 64 * K, (5, 25, 6.25, 10, 0.5), ED, "off", ALL[:3], "high", "one", True, True, 4096),
    ("claude-opus-4-1", 200 * K, 32 * K, None, ED, "off", (), None, "one", True, True, 1024),
    ("claude-sonnet-5-5", M, 128 * K, (2, 10, 2.5, 4, 0.2), AB, "on", ALL, "high", "refused", False, False, 512),
    ("claude-sonnet-5", M, 128 * K, (2, 10, 2.5, 4, 0.2), AD, "on", ALL, "high", "refused", False, True, 1024),
    ("claude-sonnet-4-6", M, 128 * K, (3, 15, 3.75, 6, 0.3), AED, "off", NO_XHIGH, "high", "one", False, True, 1024),
    ("claude-sonnet-4-5", 200 * K, 64 * K, (3, 15, 3.75, 6, 0.3), ED, "off", (), None, "one", True, True, 1024),
    ("claude-haiku-5-5", M, 128 * K, (0.1, 0.5, 0.125, 0.2, 0.01), AD, "on", ALL, "medium", "refused", False, True, 512),
    ("claude-haiku-4-5", 200 * K, 64 * K, (1, 5, 1.25, 2, 0.1), ED, "off", (), None, "one", True, True, 4096),
]  # fmt: skip
NAMES = [row[0] for row in ROWS]


def listed(price: Price | None) -> Any:
    return price and (price.input, price.output, price.cache_write_5m, price.cache_write_1h, price.cache_read)


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_every_row_of_the_model_table(row: tuple[Any, ...]) -> None:
    info = model_info(row[0])
    assert info.known
    assert info.id == row[0]
    assert (
        info.context_window,
        info.max_tokens,
        listed(info.price),
        info.thinking,
        info.thinking_default,
        info.effort,
        info.default_effort,
        info.sampling,
        info.prefill,
        info.forced_tool_choice,
        info.min_cache_tokens,
    ) == row[1:]
    assert (info.structured_outputs, info.image_input, info.pdf_input) == (True, True, True)


def test_the_table_has_these_models_and_no_others() -> None:
    assert sorted(info.id for info in MODELS) == sorted(
        {"claude-opus-4-5": "claude-opus-4-5-20251101", "claude-opus-4-1": "claude-opus-4-1-20250805",
         "claude-sonnet-4-5": "claude-sonnet-4-5-20250929", "claude-haiku-4-5": "claude-haiku-4-5-20251001"}
        .get(name, name) for name in NAMES
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("thinking_off_up_to_high", {"claude-opus-5", "claude-sonnet-5-5", "claude-haiku-5-5"}),
        (
            "binds_thinking",
            {"claude-fable-5-2", "claude-mythos-5-2", "claude-fable-5-1", "claude-mythos-5-1", "claude-opus-5-5",
             "claude-sonnet-5-5", "claude-haiku-5-5"},
        ),
    ],
)  # fmt: skip
def test_which_models_have_a_peculiarity(field: str, names: set[str]) -> None:
    assert {name for name in NAMES if getattr(model_info(name), field)} == names


@pytest.mark.parametrize("name", NAMES)
def test_the_generations_differ_in_thinking_text_and_image_size(name: str) -> None:
    old = name.endswith(("4-1", "4-5", "4-6"))
    info = model_info(name)
    assert (info.omits_thinking, info.long_edge, info.max_image_tokens) == (
        (False, 1568, 1568) if old else (True, 2576, 4784)
    )


def test_the_second_step_of_haiku() -> None:
    price = model_info("claude-haiku-5-5").price
    assert price is not None
    assert price.above is not None
    limit, above = price.above
    assert (limit, listed(above)) == (100_000, (0.5, 2.5, 0.625, 1.0, 0.05))
    assert [name for name in NAMES if (found := model_info(name).price) and found.above] == [
        "claude-haiku-5-5"
    ]


@pytest.mark.parametrize("model", SIMULATED, ids=lambda model: model.id)
def test_table_and_simulator_agree(model: SimulatedModel) -> None:
    info = model_info(model.id)
    assert info.known
    assert (info.name, info.line, info.lifecycle) == (model.name, model.line, model.lifecycle)
    assert (info.retires_at or "") == (model.retires_at or "")[:10]
    assert info.context_window == model.max_input_tokens
    assert info.thinking == model.thinking_types
    assert info.thinking_default == model.thinks
    assert info.thinking_off_up_to_high == bool(model.up_to_high)
    for name in (
        "max_tokens", "effort", "default_effort", "sampling", "prefill", "forced_tool_choice", "binds_thinking",
        "omits_thinking", "min_cache_tokens", "long_edge", "max_image_tokens",
    ):  # fmt: skip
        assert getattr(info, name) == getattr(model, name), name


@pytest.mark.parametrize("model", SIMULATED, ids=lambda model: model.id)
def test_what_the_models_endpoint_says_agrees_with_the_table(model: SimulatedModel) -> None:
    live = model_of_json(model.as_json())
    assert live is not None
    assert live.known
    table = model_info(model.id)
    # Whether it condenses conversations is known from servers alone.
    found = replace(model_info(model.id, [live]), deprecated_at=None, compaction=None)
    assert found == table


@pytest.mark.parametrize(
    ("name", "people"),
    [
        ("claude-haiku-4-5-20251001", "Claude Haiku 4.5"),
        ("claude-haiku-4-5-latest", "Claude Haiku 4.5"),
        ("claude-opus-5-5-20260908", "Claude Opus 5.5"),
        ("anthropic/claude-opus-5.5", "Claude Opus 5.5"),
        ("openrouter/anthropic/claude-sonnet-4.5", "Claude Sonnet 4.5"),
        ("anthropic.claude-opus-5-5-v1:0", "Claude Opus 5.5"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "Claude Sonnet 4.5"),
        ("global.anthropic.claude-haiku-4-5-20251001-v1:0", "Claude Haiku 4.5"),
        ("claude-opus-4-5@20251101", "Claude Opus 4.5"),
        ("claude-sonnet-5-5@latest", "Claude Sonnet 5.5"),
        ("anthropic/claude-4.5-sonnet", "Claude Sonnet 4.5"),
        ("arn:aws:bedrock:eu-west-1:123:inference-profile/eu.anthropic.claude-opus-4-8", "Claude Opus 4.8"),
        ("CLAUDE-OPUS-4-8", "Claude Opus 4.8"),
        ("claude-3-7-sonnet-20250219", None),
        ("claude-opus-4-20250514", None),
        ("claude-opus-6", None),
        ("claude-opus-5-50", None),
        ("my-claude-opus-5-5", None),
        ("llama3.2", None),
        ("qwen3-thinking", None),
        ("", None),
    ],
)
def test_spellings(name: str, people: str | None) -> None:
    info = model_info(name)
    assert info.id == name
    if people is None:
        assert info == ModelInfo(id=name, known=False)
    else:
        assert (info.known, info.name) == (True, people)


def test_what_nobody_knows_is_said_to_be_unknown() -> None:
    info = model_info("gpt-oss:20b")
    assert not info.known
    assert (info.thinking, info.effort, info.sampling, info.prefill, info.price) == (None,) * 5
    assert (info.long_edge, info.max_image_tokens) == (1568, 1568)


@pytest.mark.parametrize(
    "name", ["claude-opus-4-1-20250805-thinking", "claude-sonnet-4-5-20250929-thinking", "anthropic/claude-haiku-4.5:thinking"]
)  # fmt: skip
def test_the_thinking_twins_of_gateways(name: str) -> None:
    info = model_info(name)
    assert (info.id, info.known) == (name, True)
    assert (info.thinking, info.thinking_default) == ((), "always")
    assert (info.sampling, info.prefill, info.forced_tool_choice) == ("refused", False, False)
    assert info.effort == ()
    assert info.context_window == 200_000


LIVE: dict[str, Any] = {
    "type": "model",
    "id": "claude-opus-6",
    "display_name": "Claude Opus 6",
    "line": "opus",
    "lifecycle": "active",
    "deprecated_at": None,
    "retires_at": None,
    "max_input_tokens": 2_000_000,
    "max_tokens": 256_000,
    "capabilities": {
        "effort": {"supported": True, "low": {"supported": True}, "high": {"supported": True}, "ultra": {"supported": True}},
        "thinking": {"supported": True, "types": {"disabled": {"supported": False}, "adaptive": {"supported": True}}},
        "structured_outputs": {"supported": False},
        "image_input": {"supported": True},
    },
}  # fmt: skip


def live(**changes: Any) -> ModelInfo:
    info = model_of_json(LIVE | changes)
    assert info is not None
    return info


def test_a_model_that_only_the_server_knows() -> None:
    info = model_info("claude-opus-6", [live()])
    assert info == ModelInfo(
        id="claude-opus-6",
        name="Claude Opus 6",
        line="opus",
        known=True,
        context_window=2_000_000,
        max_tokens=256_000,
        thinking=("adaptive",),
        effort=("low", "high", "ultra"),
        binds_thinking=True,
        omits_thinking=True,
        structured_outputs=False,
        image_input=True,
        lifecycle="active",
    )


def test_the_server_wins_and_the_table_says_the_rest() -> None:
    said = live(
        id="claude-opus-4-8",
        display_name="Opus, ours",
        lifecycle="deprecated",
        retires_at="2027-01-31T00:00:00Z",
    )
    info = model_info("claude-opus-4-8", [said])
    assert (info.name, info.context_window, info.max_tokens) == ("Opus, ours", 2_000_000, 256_000)
    assert (info.thinking, info.effort) == (("adaptive",), ("low", "high", "ultra"))
    assert (info.lifecycle, info.retires_at, info.structured_outputs) == ("deprecated", "2027-01-31", False)
    # These no server tells.
    assert (info.sampling, info.prefill, info.thinking_default) == ("refused", False, "off")
    assert (listed(info.price), info.binds_thinking) == ((5, 25, 6.25, 10, 0.5), False)
    assert info.pdf_input is True


def test_an_effort_that_the_server_refuses_has_no_default() -> None:
    said = live(id="claude-opus-4-8", capabilities={"effort": {"supported": False}})
    info = model_info("claude-opus-4-8", [said])
    assert (info.effort, info.default_effort) == ((), None)


def test_a_list_of_mere_ids_adds_nothing_but_that_the_model_is_there() -> None:
    entry = {"id": "claude-opus-4-1-20250805", "object": "model", "created": 1, "owned_by": "x"}
    bare = model_of_json(entry)
    assert bare == ModelInfo(id="claude-opus-4-1-20250805")
    info = model_info("claude-opus-4-1-20250805", [bare])
    assert info == replace(model_info("claude-opus-4-1-20250805"), lifecycle="", retires_at=None)
    assert model_info("claude-opus-4-8", [ModelInfo("claude-opus-4-8")]) == model_info("claude-opus-4-8")


def test_the_entry_of_another_spelling_serves() -> None:
    said = live(id="claude-haiku-4-5-20251001")
    assert model_info("claude-haiku-4-5", [said]).max_tokens == 256_000
    twin = model_info("claude-opus-6-thinking", [live()])
    assert (twin.known, twin.thinking, twin.max_tokens) == (True, (), 256_000)


@pytest.mark.parametrize(
    "entry", [None, "claude-opus-6", 7, [], {}, {"id": ""}, {"id": None}, {"name": "claude-opus-6"}]
)
def test_an_entry_without_an_id_is_none(entry: object) -> None:
    assert model_of_json(entry) is None


@pytest.mark.parametrize(
    "capabilities",
    [
        None,
        {},
        [],
        "all",
        {"thinking": None},
        {"thinking": {"types": []}},
        {"effort": True},
        {"image_input": 1},
    ],
)
def test_capabilities_that_say_nothing(capabilities: object) -> None:
    info = live(
        capabilities=capabilities, max_tokens=True, max_input_tokens="many", lifecycle=4, retires_at="soon"
    )
    assert info.known == bool(capabilities and isinstance(capabilities, dict))
    assert (info.thinking, info.effort, info.image_input) == (None, None, None)
    assert (info.context_window, info.max_tokens, info.lifecycle, info.retires_at) == (None, None, "", None)


@pytest.mark.parametrize("name", ["max_input_tokens", "context_length", "max_model_len"])
def test_the_names_of_the_context_window(name: str) -> None:
    info = model_of_json({"id": "m", name: 4096})
    assert info == ModelInfo(id="m", context_window=4096)


@pytest.mark.parametrize(
    ("info", "today", "note"),
    [
        (model_info("claude-sonnet-4-5"), date(2026, 11, 23), "retires on 2026-11-30"),
        (model_info("claude-sonnet-4-5"), date(2026, 11, 30), "retires on 2026-11-30"),
        (model_info("claude-sonnet-4-5"), date(2026, 10, 1), "retires on 2026-11-30"),
        (model_info("claude-sonnet-4-5"), date(2026, 9, 30), ""),
        (model_info("claude-sonnet-4-5"), date(2026, 12, 1), "was to retire on 2026-11-30"),
        (model_info("claude-opus-4-1"), date(2026, 11, 23), "retired on 2026-08-05"),
        (model_info("claude-opus-5-5"), date(2026, 11, 23), ""),
        (model_info("llama3.2"), date(2026, 11, 23), ""),
        (ModelInfo(id="m", lifecycle="retired"), date(2026, 11, 23), "retired"),
    ],
)
def test_retirement_note(info: ModelInfo, today: date, note: str) -> None:
    assert retirement_note(info, today) == note


def ids(*names: str) -> list[ModelInfo]:
    return [ModelInfo(id=name) for name in names]


APIMART = ids("claude-haiku-4-5-20251001", "claude-sonnet-4-5-20250929", "claude-opus-4-1-20250805",
              "claude-opus-4-1-20250805-thinking", "claude-sonnet-4-5-20250929-thinking")  # fmt: skip
OPENROUTER = ids("anthropic/claude-opus-5.5", "anthropic/claude-sonnet-5.5", "anthropic/claude-3.7-sonnet:thinking",
                 "anthropic/claude-opus-4.8", "openai/gpt-oss-20b")  # fmt: skip
OLLAMA = ids("llama3.2:latest", "qwen3-coder:30b", "qwen3:8b", "qwen3:14b", "gemma4:12b")
NONE: list[ModelInfo] = []


@pytest.mark.parametrize(
    ("name", "offered", "resolved"),
    [
        # Ids as they are.
        ("claude-sonnet-5-5", NONE, "claude-sonnet-5-5"),
        ("claude-haiku-4-5", NONE, "claude-haiku-4-5"),
        ("claude-haiku-4-5-20251001", NONE, "claude-haiku-4-5-20251001"),
        (" claude-opus-5-5 ", NONE, "claude-opus-5-5"),
        ("Claude-Opus-5-5", NONE, "claude-opus-5-5"),
        ("LLAMA3.2:LATEST", OLLAMA, "llama3.2:latest"),
        ("claude-sonnet-5-5", OPENROUTER, "claude-sonnet-5-5"),
        ("opus-mini", ids("opus-mini"), "opus-mini"),
        # The lines.
        ("opus", NONE, "claude-opus-5-5"),
        ("Sonnet", NONE, "claude-sonnet-5-5"),
        ("HAIKU", NONE, "claude-haiku-5-5"),
        ("fable", NONE, "claude-fable-5-2"),
        ("mythos", NONE, "claude-mythos-5-2"),
        ("claude-opus", NONE, "claude-opus-5-5"),
        ("opus-latest", NONE, "claude-opus-5-5"),
        ("opus", APIMART, "claude-opus-4-1-20250805"),
        ("sonnet", APIMART, "claude-sonnet-4-5-20250929"),
        ("fable", APIMART, "claude-fable-5-2"),
        ("sonnet", OPENROUTER, "anthropic/claude-sonnet-5.5"),
        ("opus", [live(), *ids("claude-opus-5-5")], "claude-opus-6"),
        ("opus", [live(lifecycle="retired"), *ids("claude-opus-5")], "claude-opus-5"),
        ("opus", [live(lifecycle="deprecated"), *ids("claude-opus-5")], "claude-opus-5"),
        ("opus", [live(lifecycle="deprecated")], "claude-opus-6"),
        ("sonnet", ids("claude-3-5-sonnet-20241022", "claude-3-7-sonnet-20250219"), "claude-3-7-sonnet-20250219"),
        # Fragments.
        ("opus-4-8", NONE, "claude-opus-4-8"),
        ("opus-4.8", NONE, "claude-opus-4-8"),
        ("sonnet-4-6", NONE, "claude-sonnet-4-6"),
        ("haiku 4.5", NONE, "claude-haiku-4-5-20251001"),
        ("5.5 sonnet", NONE, "claude-sonnet-5-5"),
        ("sonnet4.5", NONE, "claude-sonnet-4-5-20250929"),
        ("opus 5", NONE, "claude-opus-5"),
        ("claude-sonnet-5.5", NONE, "claude-sonnet-5-5"),
        ("claude-5-5-sonnet", NONE, "claude-sonnet-5-5"),
        ("haiku-20251001", NONE, "claude-haiku-4-5-20251001"),
        ("opus-4-1", APIMART, "claude-opus-4-1-20250805"),
        ("opus-4-8", OPENROUTER, "anthropic/claude-opus-4.8"),
        ("claude-opus-5.5", OPENROUTER, "anthropic/claude-opus-5.5"),
        ("opus-4-8", APIMART, "claude-opus-4-8"),
        ("coder", OLLAMA, "qwen3-coder:30b"),
        ("gpt-oss", OPENROUTER, "openai/gpt-oss-20b"),
        # New models of the lines, and older ones than the table's.
        ("claude-opus-6", NONE, "claude-opus-6"),
        ("claude-sonnet-6-1-20270101", NONE, "claude-sonnet-6-1-20270101"),
        ("claude-haiku-7-latest", NONE, "claude-haiku-7-latest"),
        ("claude-3-5-sonnet-20241022", NONE, "claude-3-5-sonnet-20241022"),
        ("claude-opus-4-20250514", NONE, "claude-opus-4-20250514"),
        ("claude-saga-1", NONE, "claude-saga-1"),
        # Prefixes and twins.
        ("anthropic/claude-opus-5.5", NONE, "anthropic/claude-opus-5.5"),
        ("us.anthropic.claude-opus-5-5-v1:0", NONE, "us.anthropic.claude-opus-5-5-v1:0"),
        ("anthropic.claude-opus-5-5", NONE, "anthropic.claude-opus-5-5"),
        ("claude-opus-4-5@20251101", NONE, "claude-opus-4-5@20251101"),
        ("claude-opus-4-1-20250805-thinking", NONE, "claude-opus-4-1-20250805-thinking"),
        ("arn:aws:bedrock:us-east-1:1:provisioned-model/x", NONE, "arn:aws:bedrock:us-east-1:1:provisioned-model/x"),
        # What has nothing of a Claude model.
        ("llama3.2", NONE, "llama3.2"),
        ("llama3.2", OLLAMA, "llama3.2"),
        ("qwen3-coder:30b", NONE, "qwen3-coder:30b"),
        ("gpt-oss", NONE, "gpt-oss"),
        ("my-deployment", NONE, "my-deployment"),
        ("my-claude-deployment", NONE, "my-claude-deployment"),
        ("opus-mt-en-de", NONE, "opus-mt-en-de"),
        ("o3", NONE, "o3"),
        ("table", NONE, "table"),
        ("", NONE, ""),
    ],
)  # fmt: skip
def test_resolve(name: str, offered: list[ModelInfo], resolved: str) -> None:
    assert resolve_model(name, offered) == resolved


@pytest.mark.parametrize(
    ("name", "offered", "message"),
    [
        ("5.5", NONE, "'5.5' fits several models: claude-opus-5-5, claude-sonnet-5-5, claude-haiku-5-5. Say which."),
        ("sonnet 4", NONE, "'sonnet 4' fits several models: claude-sonnet-4-6, claude-sonnet-4-5-20250929. Say"),
        ("claude", NONE, "claude-opus-5-5, claude-opus-5, .... Say which."),
        ("qwen3", OLLAMA, "'qwen3' fits several models: qwen3-coder:30b, qwen3:8b, qwen3:14b. Say which."),
        ("claude-sonet-5-5", NONE, "no model 'claude-sonet-5-5'. Did you mean claude-sonnet-5-5?"),
        ("cluade-opus-5-5", NONE, "Did you mean claude-opus-5-5?"),
        ("claude-fabel-5", NONE, "Did you mean claude-fable-5?"),
        ("claude-sonet-9", NONE, "Did you mean claude-sonnet-9?"),
        ("sonet", NONE, "no model 'sonet'. Did you mean claude-sonnet-5-5?"),
        ("sonet", APIMART, "Did you mean claude-sonnet-4-5-20250929?"),
        ("opuss", NONE, "Did you mean claude-opus-5-5?"),
        ("haiku45", NONE, "no model 'haiku45' that nbclaude knows. Did you mean claude-haiku-5-5?"),
        ("opus-6", NONE, "Did you mean claude-opus-5-5? To ask a newer model, give its full id"),
        ("sonet 4", NONE, "There is no model 'sonet 4'. The model name 'sonnet-4' fits several models"),
    ],
)  # fmt: skip
def test_names_that_stop_before_a_request(name: str, offered: list[ModelInfo], message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve_model(name, offered)
    assert message in str(caught.value)
