"""A gateway in front of older Claude models: what it offers and takes, as tables.

Such a gateway has ids of its own: those that end in `-thinking` think without being asked, and show it.
"""

from __future__ import annotations

from dataclasses import replace

from .models import SimulatedModel, find_model

__all__ = ["GATEWAY_MODELS", "GATEWAY_VERSIONS", "find_gateway_model"]

GATEWAY_VERSIONS = ("2023-06-01", "2025-10-01")
"""Values of `anthropic-version` that pass; one of them exists at the gateway alone."""

_OPUS = SimulatedModel(
    id="claude-opus-4-1-20250805",
    name="Claude Opus 4.1",
    line="opus",
    released="2025-08-05T00:00:00Z",
    thinking_types=("enabled", "disabled"),
    thinks="off",
    effort=(),
    default_effort=None,
    prefill=True,
    max_input_tokens=200_000,
    max_tokens=32_000,
    min_cache_tokens=1024,
    long_edge=1568,
    max_image_tokens=1568,
    bytes_per_token=4.0,
    omits_thinking=False,
)


def _offered(name: str) -> SimulatedModel:
    """Describe a model as the gateway offers it: with all sampling parameters, without roles of the newer API."""
    model = find_model(name.removesuffix("-thinking")) or _OPUS
    thinks = "always" if name.endswith("-thinking") else model.thinks
    return replace(model, id=name, sampling="any", system_messages=False, thinks=thinks, aliases=())


GATEWAY_MODELS = tuple(
    _offered(name)
    for name in (
        "claude-haiku-4-5-20251001",
        "claude-sonnet-4-5-20250929",
        "claude-opus-4-1-20250805",
        "claude-opus-4-1-20250805-thinking",
        "claude-sonnet-4-5-20250929-thinking",
    )
)


def find_gateway_model(name: str) -> SimulatedModel | None:
    """Find a model that the gateway offers; None for any other."""
    return next((model for model in GATEWAY_MODELS if model.id == name), None)
