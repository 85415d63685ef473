from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nbclaude.models.info import model_info
from nbclaude.models.prices import Price, cost, input_cost, output_cost, uncached_cost
from tests.wire.recordings import json_files, parameters

# Round figures: a million input tokens cost 2 dollars, and so on.
PRICE = Price(input=2.0, output=10.0, cache_write_5m=2.5, cache_write_1h=4.0, cache_read=0.2)
HAIKU = model_info("claude-haiku-5-5").price
MILLION = 1_000_000


def _price_of(name: str) -> Price | None:
    return model_info(name).price


def usage(input: Any = 0, output: Any = 0, **more: Any) -> dict[str, Any]:
    return {"input_tokens": input, "output_tokens": output, **more}


@pytest.mark.parametrize(
    ("used", "dollars"),
    [
        (usage(1000, 500), 0.002 + 0.005),
        (usage(0, 0), 0.0),
        # Everything at once: 1000 x 2 + 2000 x 2.5 + 3000 x 4 + 10000 x 0.2 + 100 x 10 = 22000 per million.
        (
            usage(
                1000,
                100,
                cache_creation_input_tokens=5000,
                cache_read_input_tokens=10_000,
                cache_creation={"ephemeral_5m_input_tokens": 2000, "ephemeral_1h_input_tokens": 3000},
            ),
            0.022,
        ),
        # Without the breakdown every write is one of five minutes.
        (usage(0, 0, cache_creation_input_tokens=1000), 0.0025),
        (usage(0, 0, cache_creation_input_tokens=1000, cache_creation=None), 0.0025),
        (usage(0, 0, cache_creation={"ephemeral_1h_input_tokens": 1000}), 0.004),
        # The total is the authority where the breakdown says more or less.
        (
            usage(0, 0, cache_creation_input_tokens=1000, cache_creation={"ephemeral_1h_input_tokens": 400}),
            0.0015 + 0.0016,
        ),
        (
            usage(0, 0, cache_creation_input_tokens=0, cache_creation={"ephemeral_1h_input_tokens": 400}),
            0.0,
        ),
        # Thinking is part of the output.
        (usage(0, 1000, output_tokens_details={"thinking_tokens": 900}), 0.01),
        # Three searches at a cent each; fetching is free.
        (usage(1000, 0, server_tool_use={"web_search_requests": 3, "web_fetch_requests": 5}), 0.032),
        (usage(1000, 0, server_tool_use={"web_search_requests": None}), 0.002),
        (usage(1000, 0, server_tool_use=None), 0.002),
        (usage(1000, 0, inference_geo="us"), 0.0022),
        (usage(1000, 0, inference_geo="global"), 0.002),
        (usage(1000, 0, inference_geo="not_available"), 0.002),
        (usage(1000, 0, inference_geo=None), 0.002),
        (usage(1000, 0, inference_geo="moon"), None),
        (usage(1000, 0, service_tier="standard", speed="standard"), 0.002),
        (usage(1000, 0, service_tier="batch"), 0.001),
        # Neither place nor tier changes what a search costs.
        (
            usage(
                1000, 0, service_tier="batch", inference_geo="us", server_tool_use={"web_search_requests": 1}
            ),
            0.0111,
        ),
        (usage(1000, 0, service_tier="priority"), None),
        (usage(1000, 0, speed="fast"), None),
        (usage(1000, 0, speed=["fast"]), None),
        # What is no count makes the cost unknown; what is missing is none, but for input and output.
        ({}, None),
        ({"input_tokens": 1000}, None),
        ({"output_tokens": 1000}, None),
        (usage(None, 5), None),
        (usage(1000, None), None),
        (usage("1000", "0"), 0.002),
        (usage(1000.0, 0), 0.002),
        (usage("many", 0), None),
        (usage(-5, 0), None),
        (usage(1000, True), None),
        (usage(1000, float("nan")), None),
        (usage(1000, 0, cache_read_input_tokens=-1), None),
        (usage(1000, 0, cache_read_input_tokens=None, cache_creation_input_tokens=None), 0.002),
        (usage(1000, 0, iterations=None, service_tier=None, speed=None), 0.002),
    ],
)
def test_cost(used: dict[str, Any], dollars: float | None) -> None:
    assert cost(used, PRICE) == (dollars if dollars is None else pytest.approx(dollars, abs=1e-12))


def test_no_price_no_cost() -> None:
    assert cost(usage(1000, 10), None) is None
    assert uncached_cost(usage(1000, 10), None) is None
    assert input_cost(1000, None) is None
    assert output_cost(1000, None) is None


def test_reads_at_an_unknown_price_make_the_cost_unknown() -> None:
    without = replace(PRICE, cache_read=None)
    assert cost(usage(1000, 0), without) == pytest.approx(0.002)
    assert cost(usage(1000, 0, cache_read_input_tokens=1), without) is None
    # Without caching nothing would have been read.
    assert uncached_cost(usage(1000, 0, cache_read_input_tokens=1000), without) == pytest.approx(0.004)


def test_what_caching_has_saved() -> None:
    used = usage(1000, 100, cache_creation_input_tokens=5000, cache_read_input_tokens=94_000)
    # 1000 x 2 + 5000 x 2.5 + 94000 x 0.2 + 100 x 10, and 100000 x 2 + 100 x 10, per million.
    assert cost(used, PRICE) == pytest.approx(0.0343)
    assert uncached_cost(used, PRICE) == pytest.approx(0.201)


@pytest.mark.parametrize(
    ("used", "dollars"),
    [
        (usage(100_000, 1000), 0.01 + 0.0005),
        (usage(100_001, 1000), 0.0500005 + 0.0025),
        # The whole prompt counts, from the cache or not: 60000 x 0.5 + 30000 x 0.625 + 20000 x 0.05.
        (usage(60_000, 0, cache_creation_input_tokens=30_000, cache_read_input_tokens=20_000), 0.04975),
        # Two requests of 60000 in one message: neither is above the limit.
        (
            usage(
                120_000,
                20,
                iterations=[
                    {"type": "message", "input_tokens": 60_000, "output_tokens": 10},
                    {"type": "message", "input_tokens": 60_000, "output_tokens": 10},
                ],
            ),
            0.012 + 0.00001,
        ),
        # One of them is: 20000 at 0.1, 110000 at 0.5; 10 at 0.5, 10 at 2.5.
        (
            usage(
                130_000,
                20,
                iterations=[
                    {"type": "message", "input_tokens": 20_000, "output_tokens": 10},
                    {"type": "message", "input_tokens": 110_000, "output_tokens": 10},
                ],
            ),
            0.002 + 0.055 + 0.000005 + 0.000025,
        ),
        # Iterations that do not add up, or server tools without any, leave open how long each prompt was.
        (usage(130_000, 20, iterations=[{"type": "message", "input_tokens": 1, "output_tokens": 1}]), None),
        (usage(130_000, 20, server_tool_use={"web_search_requests": 2}), None),
        (usage(90_000, 0, server_tool_use={"web_search_requests": 2}), 0.029),
    ],
)
def test_the_two_steps_of_haiku(used: dict[str, Any], dollars: float | None) -> None:
    assert cost(used, HAIKU) == (dollars if dollars is None else pytest.approx(dollars, abs=1e-12))


def test_uncached_cost_goes_by_the_same_step() -> None:
    used = usage(60_000, 0, cache_read_input_tokens=50_000)
    assert uncached_cost(used, HAIKU) == pytest.approx(0.055)


def test_estimates() -> None:
    assert input_cost(MILLION, PRICE) == pytest.approx(2.0)
    assert output_cost(MILLION, PRICE) == pytest.approx(10.0)
    assert input_cost(100_000, HAIKU) == pytest.approx(0.01)
    assert input_cost(200_000, HAIKU) == pytest.approx(0.1)
    assert output_cost(1000, HAIKU, prompt_tokens=100_000) == pytest.approx(0.0005)
    assert output_cost(1000, HAIKU, prompt_tokens=100_001) == pytest.approx(0.0025)


OPUS = Price(5.0, 25.0, 6.25, 10.0, 0.5)


def of_name(name: str) -> Price | None:
    return OPUS if name == "claude-opus-4-8" else None


@pytest.mark.parametrize(
    ("iterations", "dollars"),
    [
        # A compaction is by the model itself and not in the sums: 60000 x 2 + 500 x 10, and 1000 x 2 + 100 x 10.
        (
            [
                {"type": "compaction", "input_tokens": 60_000, "output_tokens": 500},
                {"type": "message", "input_tokens": 1000, "output_tokens": 100},
            ],
            0.125 + 0.003,
        ),
        # So is an advisor's message, at the advisor's price: 2500 x 5 + 20 x 25.
        (
            [
                {"type": "message", "input_tokens": 400, "output_tokens": 60},
                {
                    "type": "advisor_message",
                    "model": "claude-opus-4-8",
                    "input_tokens": 2500,
                    "output_tokens": 20,
                },
                {"type": "message", "input_tokens": 600, "output_tokens": 40},
            ],
            0.013 + 0.003,
        ),
        ([{"type": "advisor_message", "model": "claude-x", "input_tokens": 1, "output_tokens": 1}], None),
        # Where a fallback has answered, the sums are the fallback's; declining before any output is free.
        (
            [
                {"type": "message", "model": "claude-fable-5", "input_tokens": 990, "output_tokens": 0},
                {
                    "type": "fallback_message",
                    "model": "claude-opus-4-8",
                    "input_tokens": 1000,
                    "output_tokens": 100,
                },
            ],
            0.005 + 0.0025,
        ),
        # What was declined after some output is paid for, here at a price that nobody knows.
        (
            [
                {"type": "message", "model": "claude-fable-5", "input_tokens": 990, "output_tokens": 7},
                {
                    "type": "fallback_message",
                    "model": "claude-opus-4-8",
                    "input_tokens": 1000,
                    "output_tokens": 100,
                },
            ],
            None,
        ),
        # A kind that is new may be in the sums or not.
        ([{"type": "rehearsal", "input_tokens": 1, "output_tokens": 1}], None),
        (["?", None], 0.003),
        ({"type": "message"}, 0.003),
    ],
)
def test_iterations(iterations: Any, dollars: float | None) -> None:
    used = usage(1000, 100, iterations=iterations)
    assert cost(used, PRICE, of_name) == (dollars if dollars is None else pytest.approx(dollars, abs=1e-12))


def test_another_model_without_a_price_list_makes_the_cost_unknown() -> None:
    advised = usage(
        1,
        1,
        iterations=[
            {"type": "advisor_message", "model": "claude-opus-4-8", "input_tokens": 1, "output_tokens": 1}
        ],
    )
    assert cost(advised, PRICE) is None
    assert cost(advised, PRICE, _price_of) == pytest.approx((2 + 10 + 5 + 25) / MILLION)


RECORDED_COSTS = {
    # Sonnet 4.6: 229 x 3 + 5 x 15, and the compaction's 100 x 3 + 55096 x 3.75 + 131 x 15.
    "pydantic-ai__test_anthropic_compaction_usage_with_cache": 0.209637,
    # Sonnet 5: 2390 x 2 + 121 x 10, and the advisor's (Opus 4.8) 2518 x 5 + 22 x 25.
    "pydantic-ai__test_anthropic_advisor_tool": 0.01913,
    # Opus 4.6: 682 x 5 + 1320 x 25, and the compaction's 60385 x 5 + 592 x 25.
    "vercel-ai__anthropic-compaction.1": 0.353135,
}


@pytest.mark.parametrize("path", parameters([path for path in json_files() if path.stem in RECORDED_COSTS]))
def test_cost_of_recorded_messages(path: Path) -> None:
    message = json.loads(path.read_bytes())
    dollars = cost(message["usage"], _price_of(message["model"]), _price_of)
    assert dollars == pytest.approx(RECORDED_COSTS[path.stem], abs=1e-9)
