"""Options, configuration and environment come in; the settings of one request go out, the nearest word winning.

Order: option of the magic > `%config` or a profile's config > environment variable > built-in value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from nbclaude.client.connection import DEFAULT_BASE_URL

__all__ = ["ENVIRONMENT", "Settings", "resolve_settings"]

# An empty variable counts as unset.
ENVIRONMENT: Mapping[str, str] = {"model": "ANTHROPIC_MODEL", "base_url": "ANTHROPIC_BASE_URL"}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a request is made with. `max_tokens` counts the answer's tokens, `timeout` seconds without a byte."""

    model: str = "claude-sonnet-5-5"
    max_tokens: int = 16_000
    system: str = ""
    base_url: str = DEFAULT_BASE_URL
    api_version: str = "2023-06-01"
    timeout: float = 600.0
    max_retries: int = 2


def resolve_settings(
    options: Mapping[str, Any], configured: Mapping[str, Any], environment: Mapping[str, str]
) -> Settings:
    """Build the settings; in `options` and `configured` only what somebody has set, and None counts as unset."""
    values: dict[str, Any] = {}
    for field in fields(Settings):
        name = field.name
        from_environment = environment.get(ENVIRONMENT.get(name, ""), "").strip()
        for value in (options.get(name), configured.get(name), from_environment or None):
            if value is not None:
                values[name] = value
                break
    return Settings(**values)
