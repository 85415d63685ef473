"""The models of Anthropic, and what each accepts and costs.

It follows the models overview (https://platform.claude.com/docs/en/about-claude/models/overview), the "thinking
troubleshooting" page and the pricing page of the API documentation as of 2026-11-23. What a server says of its models
wins over it.
"""

from __future__ import annotations

from dataclasses import field
from typing import Any, Literal

from nbclaude.frozen import frozen
from nbclaude.models.prices import Price
from nbclaude.models.prices import price_of_tokens as _price
from nbclaude.wire.request import EFFORT_LEVELS

__all__ = ["LINES", "MODELS", "ModelInfo"]

LINES = ("opus", "sonnet", "haiku", "fable", "mythos")


@frozen
class ModelInfo:
    """One model and what it accepts; the defaults describe a model of which nothing is known.

    * `id` is the name that requests use, `name` the one that people read, `line` one of `LINES` or empty.
    * `known` is false where nothing is known: then nothing optional is sent that was not asked for.
    * `context_window` and `max_tokens` (the longest answer) are in tokens.
    * `thinking` are the accepted values of `thinking.type`, of which none means that there is no such parameter.
      `thinking_default` is what happens without it. With `thinking_off_up_to_high` the off form (`disabled` or
      `between_tools`) is accepted with an effort of at most `high`.
    * `effort` are the accepted levels; with none of them the parameter is refused.
    * `sampling` is what API version 2023-06-01 takes: nothing, `temperature` or `top_p` but not both, or any.
    * `binds_thinking`: a thinking block belongs to the exact request that it was made for. `omits_thinking`: its text
      is empty unless it is asked for.
    * `min_cache_tokens` is the shortest prompt that is cached. `long_edge` (pixels) and `max_image_tokens` are the
      size to which images are reduced.
    * `compaction`: the server can condense a conversation with it, into a signed block.
    * `is_claude`: the server that lists it calls it a Claude model. `any_name`: it answers to whatever name is asked for.
    * `deprecated_at` and `retires_at` are dates (YYYY-MM-DD).

    None is "not known" everywhere.
    """

    id: str
    name: str = ""
    line: str = ""
    known: bool = False
    context_window: int | None = None
    max_tokens: int | None = None
    thinking: tuple[str, ...] | None = None
    thinking_default: Literal["off", "on", "always"] | None = None
    thinking_off_up_to_high: bool = False
    effort: tuple[str, ...] | None = None
    default_effort: str | None = None
    sampling: Literal["refused", "one", "any"] | None = None
    prefill: bool | None = None
    forced_tool_choice: bool | None = None
    binds_thinking: bool = False
    omits_thinking: bool = False
    min_cache_tokens: int | None = None
    long_edge: int = 1568
    max_image_tokens: int = 1568
    structured_outputs: bool | None = None
    image_input: bool | None = None
    pdf_input: bool | None = None
    compaction: bool | None = None
    lifecycle: Literal["active", "deprecated", "retired", ""] = ""
    deprecated_at: str | None = None
    retires_at: str | None = None
    price: Price | None = None
    is_claude: bool = field(default=False, compare=False)
    any_name: bool = field(default=False, compare=False)


_EVERY_MODEL: dict[str, Any] = {
    "known": True,
    "structured_outputs": True,
    "image_input": True,
    "pdf_input": True,
    "lifecycle": "active",
}
_SINCE_4_7: dict[str, Any] = _EVERY_MODEL | {
    "context_window": 1_000_000,
    "max_tokens": 128_000,
    "thinking": ("adaptive", "disabled"),
    "thinking_default": "on",
    "effort": EFFORT_LEVELS,
    "default_effort": "high",
    "sampling": "refused",
    "prefill": False,
    "forced_tool_choice": True,
    "omits_thinking": True,
    "min_cache_tokens": 512,
    "long_edge": 2576,
    "max_image_tokens": 4784,
}
_UNTIL_4_6: dict[str, Any] = _EVERY_MODEL | {
    "context_window": 1_000_000,
    "max_tokens": 128_000,
    "thinking": ("adaptive", "enabled", "disabled"),
    "thinking_default": "off",
    "effort": ("low", "medium", "high", "max"),
    "default_effort": "high",
    "sampling": "one",
    "prefill": False,
    "forced_tool_choice": True,
}
_UNTIL_4_5: dict[str, Any] = _UNTIL_4_6 | {
    "context_window": 200_000,
    "max_tokens": 64_000,
    "thinking": ("enabled", "disabled"),
    "effort": (),
    "default_effort": None,
    "prefill": True,
}
_ALWAYS_THINKS: dict[str, Any] = {"thinking": ("adaptive",), "thinking_default": "always"}
_BOUND: dict[str, Any] = {"binds_thinking": True}
_NO_FORCED_TOOL: dict[str, Any] = {"forced_tool_choice": False}

_OPUS_PRICE = _price(5, 25, 0.5)


def _model(id: str, name: str, line: str, *facts: dict[str, Any], **more: Any) -> ModelInfo:
    """Lay facts over each other; the later ones win."""
    merged: dict[str, Any] = {}
    for fact in (*facts, more):
        merged |= fact
    return ModelInfo(id=id, name=name, line=line, **merged)


def _fable(
    version: str, *facts: dict[str, Any], price: Price | None, mythos_price: Price | None
) -> list[ModelInfo]:
    number = version.replace("-", ".")
    return [
        _model(f"claude-{line}-{version}", f"Claude {line.title()} {number}", line, *facts, price=its_price)
        for line, its_price in (("fable", price), ("mythos", mythos_price))
    ]


MODELS: tuple[ModelInfo, ...] = (
    # What Mythos 5.2 costs, and reading the cache of Fable 5.2, is published nowhere that we know of.
    *_fable(
        "5-2",
        _SINCE_4_7, _ALWAYS_THINKS, _BOUND, _NO_FORCED_TOOL,
        price=_price(8, 40, None),
        mythos_price=None,
    ),
    *_fable(
        "5-1",
        _SINCE_4_7, _ALWAYS_THINKS, _BOUND, _NO_FORCED_TOOL,
        price=_price(10, 50, 0.25),
        mythos_price=_price(10, 50, 0.25),
    ),
    *_fable("5", _SINCE_4_7, _ALWAYS_THINKS, price=_price(10, 50, 1), mythos_price=_price(10, 50, 1)),
    _model(
        "claude-opus-5-5", "Claude Opus 5.5", "opus",
        _SINCE_4_7, _ALWAYS_THINKS, _BOUND, _NO_FORCED_TOOL,
        default_effort="medium",
        price=_price(4, 20, 0.2),
    ),
    _model(
        "claude-opus-5", "Claude Opus 5", "opus",
        _SINCE_4_7,
        thinking_off_up_to_high=True,
        price=_OPUS_PRICE,
    ),
    _model(
        "claude-opus-4-8", "Claude Opus 4.8", "opus",
        _SINCE_4_7,
        thinking_default="off", min_cache_tokens=1024,
        price=_OPUS_PRICE,
    ),
    _model(
        "claude-opus-4-7", "Claude Opus 4.7", "opus",
        _SINCE_4_7,
        thinking_default="off", min_cache_tokens=2048,
        price=_OPUS_PRICE,
    ),
    _model(
        "claude-opus-4-6", "Claude Opus 4.6", "opus",
        _UNTIL_4_6,
        min_cache_tokens=4096,
        price=_OPUS_PRICE,
    ),
    _model(
        "claude-opus-4-5-20251101", "Claude Opus 4.5", "opus",
        _UNTIL_4_5,
        effort=("low", "medium", "high"), default_effort="high", min_cache_tokens=4096,
        price=_OPUS_PRICE,
    ),
    # Retired at Anthropic, still offered by gateways; its price is theirs.
    _model(
        "claude-opus-4-1-20250805", "Claude Opus 4.1", "opus",
        _UNTIL_4_5,
        max_tokens=32_000, min_cache_tokens=1024,
        lifecycle="retired", retires_at="2026-08-05",
    ),
    _model(
        "claude-sonnet-5-5", "Claude Sonnet 5.5", "sonnet",
        _SINCE_4_7, _BOUND, _NO_FORCED_TOOL,
        thinking=("adaptive", "between_tools"), thinking_off_up_to_high=True,
        price=_price(2, 10, 0.2),
    ),
    _model(
        "claude-sonnet-5", "Claude Sonnet 5", "sonnet",
        _SINCE_4_7,
        min_cache_tokens=1024,
        price=_price(2, 10, 0.2),
    ),
    _model(
        "claude-sonnet-4-6", "Claude Sonnet 4.6", "sonnet",
        _UNTIL_4_6,
        min_cache_tokens=1024,
        price=_price(3, 15, 0.3),
    ),
    _model(
        "claude-sonnet-4-5-20250929", "Claude Sonnet 4.5", "sonnet",
        _UNTIL_4_5,
        min_cache_tokens=1024,
        lifecycle="deprecated", retires_at="2026-11-30",
        price=_price(3, 15, 0.3),
    ),
    _model(
        "claude-haiku-5-5", "Claude Haiku 5.5", "haiku",
        _SINCE_4_7, _BOUND,
        thinking_off_up_to_high=True, default_effort="medium",
        price=_price(0.1, 0.5, 0.01, above=(100_000, _price(0.5, 2.5, 0.05))),
    ),
    _model(
        "claude-haiku-4-5-20251001", "Claude Haiku 4.5", "haiku",
        _UNTIL_4_5,
        min_cache_tokens=4096,
        price=_price(1, 5, 0.1),
    ),
)  # fmt: skip
