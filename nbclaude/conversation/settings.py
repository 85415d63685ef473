"""Options, configuration and environment come in; the settings of one request go out, the nearest word winning.

Order: option of the magic > `%config` or a profile's config > environment variable > built-in value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from nbclaude.client.addresses import DEFAULT_BASE_URL
from nbclaude.errors import ConfigurationError
from nbclaude.wire.request import System

__all__ = ["ENVIRONMENT", "Settings", "follow_up_settings", "resolve_settings"]

# An empty variable counts as unset.
ENVIRONMENT: Mapping[str, str] = {"model": "ANTHROPIC_MODEL", "base_url": "ANTHROPIC_BASE_URL"}

# These add to what is configured instead of taking its place.
_ADDED = ("betas", "headers", "extra")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a request is made with. `max_tokens` counts the answer's tokens, `timeout` seconds without a byte.

    None leaves a parameter out of the request. `asked` names the fields that the ask itself has set, as against the
    configuration: what a model refuses of those is an error, of the others a note.
    """

    model: str = "claude-sonnet-5-5"
    max_tokens: int = 16_000
    system: System = ""
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop_sequences: tuple[str, ...] = ()
    effort: str | None = None
    thinking: str | None = None  # "summarized", "omitted" or "off"
    tools: tuple[Mapping[str, Any], ...] = ()
    tool_choice: str | None = None
    schema: Mapping[str, Any] | None = None  # the JSON schema that the answer follows
    metadata_user: str | None = None
    service_tier: str | None = None
    speed: str | None = None
    betas: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    allow_secrets: bool = False  # send what would be masked as a secret
    mask_personal: tuple[str, ...] = ()  # "email", "card", "phone": masked in what goes along
    stream: bool = True
    caching: str = "auto"  # "auto", "automatic", "explicit" or "off"
    cache_ttl: str = "5m"  # "5m" or "1h"
    upload_files: bool = True
    math_macros: tuple[str, ...] = ()  # LaTeX macros of the notebook that formulas of an answer may use
    connection: str = ""
    base_url: str = DEFAULT_BASE_URL
    auth_style: str = ""
    api_version: str = "2023-06-01"
    timeout: float = 600.0
    max_retries: int = 2
    asked: frozenset[str] = frozenset()


def resolve_settings(
    options: Mapping[str, Any], configured: Mapping[str, Any], environment: Mapping[str, str]
) -> Settings:
    """Build the settings; in `options` and `configured` only what somebody has set, and None counts as unset.

    Raises:
        ConfigurationError: a value is of the wrong kind.

    """
    values: dict[str, Any] = {}
    for name in (item.name for item in fields(Settings) if item.name != "asked"):
        from_environment = environment.get(ENVIRONMENT.get(name, ""), "").strip() or None
        given = [
            value
            for value in (from_environment, configured.get(name), options.get(name))
            if value is not None
        ]
        if given:
            values[name] = _together(given) if name in _ADDED else given[-1]
    for name, (fits, wanted) in _VALUES.items():
        if name in values and not fits(values[name]):
            raise ConfigurationError(f"{name} {values[name]!r}: it must be {wanted}.")
    asked = frozenset(name for name in values if options.get(name) is not None)
    return Settings(**values, asked=asked)


def _whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


# Options and traits check their values themselves; this is for what plain Python passes.
_VALUES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "model": (lambda value: isinstance(value, str) and bool(value.strip()), "the name of a model"),
    "max_tokens": (lambda value: _whole(value, 1), "a whole number from 1"),
    "temperature": (_share, "a number from 0 to 1"),
    "top_p": (_share, "a number from 0 to 1"),
    "top_k": (lambda value: _whole(value, 0), "a whole number from 0"),
    "thinking": (lambda value: value in ("summarized", "omitted", "off"), "summarized, omitted or off"),
    "effort": (lambda value: isinstance(value, str) and bool(value), "low, medium, high, xhigh or max"),
}


# What a request that goes on with an answer repeats of the one before.
_REPEATED = (
    *(
        "model",
        "max_tokens",
        "system",
        "temperature",
        "top_p",
        "top_k",
        "stop_sequences",
        "effort",
        "thinking",
    ),
    *("tools", "schema", "metadata_user", "service_tier", "speed", "betas", "headers", "extra"),
)


def follow_up_settings(before: Settings | None, now: Settings) -> Settings:
    """Ask as before, except for what this ask itself has set; a tool that had to be called need not be again."""
    if before is None:
        return now
    return replace(now, **{name: getattr(before, name) for name in _REPEATED if name not in now.asked})


def _together(given: list[Any]) -> Any:
    """Add up tuples without repetition, or mappings, the last word winning."""
    if all(isinstance(value, Mapping) for value in given):
        return {key: item for value in given for key, item in value.items()}
    return tuple(dict.fromkeys(item for value in given for item in value))
