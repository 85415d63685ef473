"""The settings of one request, and the options of one ask, as values with a field for each row of the table.

The classes are made of the table; what stands here of their fields is written for type checkers by `make generate`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

from nbclaude.frozen import frozen
from nbclaude.settings.table import OPTIONS, SETTINGS

__all__ = ["Options", "Settings"]

_OPTIONS_DOC = """What one ask was given as options; None (or nothing) means that the configuration decides.

`system`, `json`, `tools` and what is in `attach` may name kernel variables: they are text here, looked up later.
"""
_SETTINGS_DOC = """What a request is made with; `nbclaude.settings.table` says what each field is.

None leaves a parameter out of the request. `asked` names the fields that the ask itself has set, as against the
configuration: what a model refuses of those is an error, of the others a note.
"""


def _made(name: str, defaults: Mapping[str, Any], doc: str) -> Any:
    """Make a frozen dataclass with these fields."""
    fields = {
        each: field(default_factory=dict) if value == {} else field(default=value)
        for each, value in defaults.items()
    }
    kinds = dict.fromkeys(defaults, "Any")
    return frozen(
        type(name, (), {"__doc__": doc, "__module__": __name__, "__annotations__": kinds, **fields})
    )


if TYPE_CHECKING:
    # <generated: options>
    @frozen
    class Options:
        """What one ask was given as options."""

        model: str | None = None
        system: str | None = None
        max_tokens: int | None = None
        temperature: float | None = None
        top_p: float | None = None
        top_k: int | None = None
        stop_sequences: tuple[str, ...] | None = None
        effort: str | None = None
        thinking: str | None = None
        prefill: str = ""
        json: str | None = None
        attach: tuple[str, ...] = ()
        figures: tuple[str, ...] = ()
        figure_data: int = 0
        cells: str | None = None
        citations: bool = False
        tools: tuple[str, ...] | None = None
        max_steps: int | None = None
        tool_choice: str | None = None
        metadata_user: str | None = None
        service_tier: str | None = None
        speed: str | None = None
        betas: tuple[str, ...] | None = None
        headers: tuple[tuple[str, str], ...] | None = None
        extra: Mapping[str, Any] | None = None
        raw: bool = False
        allow_secrets: bool | None = None
        dry_run: bool = False
        fresh: bool = False
        stream: bool | None = None
        conversation: str | None = None
        new: bool = False
        history: bool = True
        into: str | None = None

    # <end>

    # <generated: settings>
    @frozen
    class Settings:
        """What a request is made with."""

        model: str = "claude-sonnet-5-5"
        system: str | list[dict[str, Any]] = ""
        max_tokens: int = 16_000
        temperature: float | None = None
        top_p: float | None = None
        top_k: int | None = None
        stop_sequences: tuple[str, ...] = ()
        effort: str | None = None
        thinking: str | None = None
        lazy_seconds: float = 3.0
        tools: tuple[Mapping[str, Any], ...] = ()
        max_steps: int = 10
        approval: str = "ask"
        approval_seconds: float = 0.0
        allow_tools: tuple[str, ...] = ()
        tool_choice: str | None = None
        metadata_user: str | None = None
        service_tier: str | None = None
        speed: str | None = None
        betas: tuple[str, ...] = ()
        headers: Mapping[str, str] = field(default_factory=dict)
        extra: Mapping[str, Any] = field(default_factory=dict)
        allow_secrets: bool = False
        stream: bool = True
        schema: Mapping[str, Any] | None = None
        mask_personal: tuple[str, ...] = ()
        caching: str = "auto"
        cache_ttl: str = "5m"
        upload_files: bool = True
        moderate: str = ""
        math_macros: tuple[str, ...] = ()
        connection: str = ""
        prices: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
        base_url: str = "https://api.anthropic.com"
        auth_style: str = ""
        api_version: str = "2023-06-01"
        timeout: float = 600.0
        max_retries: int = 2
        asked: frozenset[str] = frozenset()

    # <end>
else:
    _GIVEN = {option.field for option in OPTIONS}
    Options = _made("Options", {row.name: row.unset for row in SETTINGS if row.name in _GIVEN}, _OPTIONS_DOC)
    _HELD = {row.name: row.default for row in SETTINGS if row.held}
    Settings = _made("Settings", _HELD | {"asked": frozenset()}, _SETTINGS_DOC)
