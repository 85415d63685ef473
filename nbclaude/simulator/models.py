"""The models that the simulator offers, and what each accepts.

Figures and refusals follow the models overview and the "thinking troubleshooting" page of the API
documentation, https://platform.claude.com/docs/en/about-claude/models/overview, as of November 2026. Dates of
release and deprecation are of the right season, not of the day.
"""

from __future__ import annotations

from typing import Any, Literal

from nbclaude.frozen import frozen

__all__ = ["EFFORT_LEVELS", "MODELS", "SimulatedModel", "any_model", "find_model"]

EFFORT_LEVELS = ("low", "medium", "high", "xhigh", "max")
WITHOUT_XHIGH = ("low", "medium", "high", "max")

ThinkingDefault = Literal["off", "on", "always"]
Sampling = Literal["refused", "one", "any"]


@frozen
class SimulatedModel:
    """One model and what it accepts; the defaults describe the newest generation.

    `thinking_types` are the accepted values of `thinking.type`; those in `up_to_high` only with an effort of
    at most `high`. `sampling` is what version 2023-06-01 of the API takes: nothing but the default,
    `temperature` or `top_p`, or both. `bytes_per_token` is the tokenizer's share in the estimates of
    `tokens.py`.
    """

    id: str
    name: str
    line: str
    released: str
    thinking_types: tuple[str, ...] = ("adaptive",)
    up_to_high: tuple[str, ...] = ()
    thinks: ThinkingDefault = "on"
    effort: tuple[str, ...] = EFFORT_LEVELS
    default_effort: str | None = "high"
    sampling: Sampling = "refused"
    prefill: bool = False
    forced_tool_choice: bool = True
    binds_thinking: bool = False
    system_messages: bool = True
    max_input_tokens: int = 1_000_000
    max_tokens: int = 128_000
    min_cache_tokens: int = 512
    long_edge: int = 2576
    max_image_tokens: int = 4784
    bytes_per_token: float = 3.0
    omits_thinking: bool = True
    deprecated_at: str | None = None
    retires_at: str | None = None
    is_retired: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def lifecycle(self) -> str:
        """`active`, `deprecated` once a retirement has been announced, then `retired`."""
        if self.is_retired:
            return "retired"
        return "deprecated" if self.deprecated_at else "active"

    def as_json(self) -> dict[str, Any]:
        """Give the model as `GET /v1/models/{id}` describes it."""
        return {
            "type": "model",
            "id": self.id,
            "display_name": self.name,
            "created_at": self.released,
            "line": self.line,
            "lifecycle": self.lifecycle,
            "deprecated_at": self.deprecated_at,
            "retires_at": self.retires_at,
            "max_input_tokens": self.max_input_tokens,
            "max_tokens": self.max_tokens,
            "capabilities": self._capabilities(),
        }

    def _capabilities(self) -> dict[str, Any]:
        recent = self.effort == EFFORT_LEVELS or self.effort == WITHOUT_XHIGH
        kinds = ("adaptive", "enabled", "disabled", "between_tools")
        return {
            "batch": _supported(True),
            "citations": _supported(True),
            "code_execution": _supported(recent),
            "compaction": _supported(recent) | {"summarize": _supported(recent)},
            "context_management": {
                "supported": True,
                "clear_thinking_20251015": _supported(True),
                "clear_tool_uses_20250919": _supported(True),
                "compact_20260112": _supported(recent),
            },
            "effort": _supported(bool(self.effort))
            | {level: _supported(level in self.effort) for level in EFFORT_LEVELS},
            "image_input": _supported(True),
            "pdf_input": _supported(True),
            "server_tools": _supported(True)
            | {"code_execution": _supported(True), "web_search": _supported(True)},
            "structured_outputs": _supported(True),
            "thinking": _supported(True)
            | {"types": {kind: _supported(kind in self.thinking_types) for kind in kinds}},
        }


def _supported(value: bool) -> dict[str, Any]:
    return {"supported": value}


def _fable(version: str, name: str, line: str, released: str, *, bound: bool) -> SimulatedModel:
    return SimulatedModel(
        id=f"claude-{line}-{version}",
        name=name,
        line=line,
        released=released,
        thinks="always",
        forced_tool_choice=not bound,
        binds_thinking=bound,
    )


# Up to 4.6: the older tokenizer, smaller images, thinking that is shown, one sampling parameter at a time.
_UNTIL_4_6: dict[str, Any] = {
    "long_edge": 1568,
    "max_image_tokens": 1568,
    "bytes_per_token": 4.0,
    "omits_thinking": False,
    "sampling": "one",
    "thinks": "off",
}
_UNTIL_4_5: dict[str, Any] = _UNTIL_4_6 | {
    "thinking_types": ("enabled", "disabled"),
    "prefill": True,
    "max_input_tokens": 200_000,
    "max_tokens": 64_000,
}

MODELS: tuple[SimulatedModel, ...] = (
    _fable("5-2", "Claude Fable 5.2", "fable", "2026-11-09T00:00:00Z", bound=True),
    _fable("5-2", "Claude Mythos 5.2", "mythos", "2026-11-09T00:00:00Z", bound=True),
    SimulatedModel(
        id="claude-haiku-5-5",
        name="Claude Haiku 5.5",
        line="haiku",
        released="2026-10-07T00:00:00Z",
        thinking_types=("adaptive", "disabled"),
        up_to_high=("disabled",),
        default_effort="medium",
        binds_thinking=True,
    ),
    SimulatedModel(
        id="claude-sonnet-5-5",
        name="Claude Sonnet 5.5",
        line="sonnet",
        released="2026-09-22T00:00:00Z",
        thinking_types=("adaptive", "between_tools"),
        up_to_high=("between_tools",),
        forced_tool_choice=False,
        binds_thinking=True,
    ),
    SimulatedModel(
        id="claude-opus-5-5",
        name="Claude Opus 5.5",
        line="opus",
        released="2026-09-08T00:00:00Z",
        thinks="always",
        default_effort="medium",
        forced_tool_choice=False,
        binds_thinking=True,
    ),
    _fable("5-1", "Claude Fable 5.1", "fable", "2026-08-31T00:00:00Z", bound=True),
    _fable("5-1", "Claude Mythos 5.1", "mythos", "2026-08-31T00:00:00Z", bound=True),
    SimulatedModel(
        id="claude-opus-5",
        name="Claude Opus 5",
        line="opus",
        released="2026-07-14T00:00:00Z",
        thinking_types=("adaptive", "disabled"),
        up_to_high=("disabled",),
    ),
    SimulatedModel(
        id="claude-sonnet-5",
        name="Claude Sonnet 5",
        line="sonnet",
        released="2026-06-30T00:00:00Z",
        thinking_types=("adaptive", "disabled"),
        system_messages=False,
        min_cache_tokens=1024,
    ),
    _fable("5", "Claude Fable 5", "fable", "2026-06-09T00:00:00Z", bound=False),
    _fable("5", "Claude Mythos 5", "mythos", "2026-06-09T00:00:00Z", bound=False),
    SimulatedModel(
        id="claude-opus-4-8",
        name="Claude Opus 4.8",
        line="opus",
        released="2026-05-28T00:00:00Z",
        thinking_types=("adaptive", "disabled"),
        thinks="off",
        min_cache_tokens=1024,
    ),
    SimulatedModel(
        id="claude-opus-4-7",
        name="Claude Opus 4.7",
        line="opus",
        released="2026-04-16T00:00:00Z",
        thinking_types=("adaptive", "disabled"),
        thinks="off",
        min_cache_tokens=2048,
    ),
    SimulatedModel(
        id="claude-sonnet-4-6",
        name="Claude Sonnet 4.6",
        line="sonnet",
        released="2026-02-17T00:00:00Z",
        thinking_types=("adaptive", "enabled", "disabled"),
        effort=WITHOUT_XHIGH,
        min_cache_tokens=1024,
        **_UNTIL_4_6,
    ),
    SimulatedModel(
        id="claude-opus-4-6",
        name="Claude Opus 4.6",
        line="opus",
        released="2026-02-05T00:00:00Z",
        thinking_types=("adaptive", "enabled", "disabled"),
        effort=WITHOUT_XHIGH,
        min_cache_tokens=4096,
        **_UNTIL_4_6,
    ),
    SimulatedModel(
        id="claude-opus-4-5-20251101",
        name="Claude Opus 4.5",
        line="opus",
        released="2025-11-24T00:00:00Z",
        effort=("low", "medium", "high"),
        min_cache_tokens=4096,
        **_UNTIL_4_5,
        aliases=("claude-opus-4-5",),
    ),
    SimulatedModel(
        id="claude-haiku-4-5-20251001",
        name="Claude Haiku 4.5",
        line="haiku",
        released="2025-10-15T00:00:00Z",
        effort=(),
        default_effort=None,
        min_cache_tokens=4096,
        **_UNTIL_4_5,
        aliases=("claude-haiku-4-5",),
    ),
    SimulatedModel(
        id="claude-sonnet-4-5-20250929",
        name="Claude Sonnet 4.5",
        line="sonnet",
        released="2025-09-29T00:00:00Z",
        effort=(),
        default_effort=None,
        min_cache_tokens=1024,
        **_UNTIL_4_5,
        deprecated_at="2026-05-28T00:00:00Z",
        retires_at="2026-11-30T00:00:00Z",
        aliases=("claude-sonnet-4-5",),
    ),
)

_BY_NAME = {name: model for model in MODELS for name in (model.id, *model.aliases)}


def find_model(name: str) -> SimulatedModel | None:
    """Find a model by its id or alias; None for an unknown one."""
    return _BY_NAME.get(name)


def any_model(name: str) -> SimulatedModel:
    """Describe a model that the table does not know, as a gateway would: it accepts everything."""
    return find_model(name) or SimulatedModel(
        id=name,
        name=name,
        line="",
        released="1970-01-01T00:00:00Z",
        thinking_types=("adaptive", "enabled", "disabled", "between_tools"),
        thinks="off",
        sampling="any",
        prefill=True,
        bytes_per_token=4.0,
        omits_thinking=False,
    )
