"""Settings and what their model accepts come in; the parameters of the request go out, or the reason why one cannot be.

A value that the ask itself has set and the model refuses is an error, before anything is sent. A configured value that it
refuses is left out, with a note. Of a model that nobody knows nothing is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nbclaude.conversation.settings import Settings
from nbclaude.errors import ConfigurationError
from nbclaude.models.table import ModelInfo

__all__ = ["Parameters", "fit_parameters", "why_refused"]

FAST_MODE_BETA = "fast-mode-2026-02-01"
_SAMPLING = ("temperature", "top_p", "top_k")
_NO_SAMPLING_SINCE = "2026-10-21"  # a version of the API
_LEAST_BUDGET = 1_024  # thinking tokens
_UP_TO_HIGH = ("low", "medium", "high")
_OPTION = {"thinking": "--think", "stop_sequences": "--stop", "metadata_user": "--metadata-user"}


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a request has beside model, messages, system and tools; `notes` say what was left out of it, and why."""

    max_tokens: int
    fields: Mapping[str, Any]
    betas: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def fit_parameters(settings: Settings, model: ModelInfo, *, prefill: str = "") -> Parameters:
    """Fit the settings to the model.

    Raises:
        ConfigurationError: the model refuses what the ask has set; the message has the reason and the alternative.

    """
    notes = []
    for name, check in _CHECKS:
        value = getattr(settings, name)
        if value is None or not (reason := check(settings, model)):
            continue
        if name in settings.asked:
            raise ConfigurationError(f"{_written(name, value)}: {reason}")
        notes.append(f"{name} {value} left out: {reason}")
        settings = replace(settings, **{name: _unset(name, model)})
    if prefill:
        _check_prefill(settings, model)
    if settings.schema is not None and model.structured_outputs is False:
        raise ConfigurationError(
            f"--json: {model.id} has no structured outputs. Ask for JSON in the prompt, or choose another model (-m)."
        )
    fields = _fields(settings, model)
    betas = settings.betas
    if settings.speed == "fast" and FAST_MODE_BETA not in betas:
        betas = (*betas, FAST_MODE_BETA)
    return Parameters(settings.max_tokens, fields, betas, tuple(notes))


def why_refused(name: str, value: Any, settings: Settings, model: ModelInfo) -> str:
    """Tell why the model would refuse this value of a setting beside the others, in sentences; empty if it would not."""
    check = dict(_CHECKS).get(name)
    return check(replace(settings, **{name: value}), model) if check is not None else ""


def _written(name: str, value: Any) -> str:
    if (name, value) == ("thinking", "off"):
        return "--no-think"
    option = _OPTION.get(name, "--" + name.replace("_", "-"))
    return f"{option} {value:,}" if isinstance(value, int) else f"{option} {value}"


def _unset(name: str, model: ModelInfo) -> Any:
    return model.max_tokens if name == "max_tokens" else None


def _thinks(settings: Settings, model: ModelInfo) -> bool:
    """Whether the model will think in this request."""
    if settings.thinking:
        return settings.thinking != "off"
    return model.thinking_default in ("on", "always")


def _instead_of_sampling(model: ModelInfo) -> str:
    if model.effort:
        return f"Use --effort ({', '.join(model.effort)}) to steer it."
    return "Say in the prompt how free the answer may be."


def _sampling(name: str) -> Callable[[Settings, ModelInfo], str]:
    def check(settings: Settings, model: ModelInfo) -> str:
        if model.sampling == "refused":
            return f"{model.id} takes no {', '.join(_SAMPLING)}. {_instead_of_sampling(model)}"
        if settings.api_version >= _NO_SAMPLING_SINCE and model.known:
            return (
                f"version {settings.api_version} of the API takes no {', '.join(_SAMPLING)}. "
                "Set %config ClaudeMagics.api_version = '2023-06-01', or use --effort."
            )
        if model.known and _thinks(settings, model):
            if name != "top_p":
                return f"{model.id} takes no {name} while it thinks. Add --no-think, or leave it out."
            if (settings.top_p or 0.0) < 0.95:
                return (
                    f"while {model.id} thinks, top_p must be from 0.95 to 1. Add --no-think, or leave it out."
                )
        if name != "top_k" and model.sampling == "one" and None not in (settings.temperature, settings.top_p):
            # Of a pair of which one was asked for, the configured one gives way.
            other = "top_p" if name == "temperature" else "temperature"
            if name in settings.asked and other not in settings.asked:
                return ""
            return f"{model.id} takes temperature or top_p, not both. Leave one out."
        return ""

    return check


def _effort(settings: Settings, model: ModelInfo) -> str:
    if model.effort is None or settings.effort in model.effort:
        if (
            settings.thinking == "off"
            and model.thinking_off_up_to_high
            and settings.effort not in _UP_TO_HIGH
        ):
            return f"{model.id} takes at most the effort high without thinking. Leave --no-think out, or lower it."
        return ""
    if not model.effort:
        how = "Use --temperature to steer it." if model.sampling in ("one", "any") else "Leave it out."
        return f"{model.id} takes no effort. {how}"
    return f"{model.id} does not support it. It takes {', '.join(model.effort)}."


def _thinking(settings: Settings, model: ModelInfo) -> str:
    if model.thinking is None:
        return ""
    if settings.thinking == "off":
        if model.thinking_default == "always":
            if model.thinking:
                return f"{model.id} always thinks. Use --effort low to make it short."
            return f"{model.id} is the thinking kind of this model. Choose {model.id.removesuffix('-thinking')} (-m)."
        return ""
    if model.thinking_default == "always" and not model.thinking:
        return ""  # a gateway's -thinking model: it thinks by itself, and nothing need be sent
    if not {"adaptive", "enabled"} & set(model.thinking):
        return f"{model.id} cannot think. Choose another model (-m)."
    if "adaptive" not in model.thinking and settings.max_tokens <= _LEAST_BUDGET:
        return f"thinking takes at least {_LEAST_BUDGET:,} tokens. Raise --max-tokens above it."
    return ""


def _max_tokens(settings: Settings, model: ModelInfo) -> str:
    if model.max_tokens is not None and settings.max_tokens > model.max_tokens:
        return f"{model.id} writes at most {model.max_tokens:,} tokens. Lower it."
    return ""


def _tool_choice(settings: Settings, model: ModelInfo) -> str:
    choice = settings.tool_choice
    if not settings.tools and "tools" not in settings.extra:
        return "there are no tools to choose from. Give their definitions with --tools NAME."
    names = [tool.get("name") for tool in settings.tools]
    if choice not in ("auto", "any", "none") and choice not in names:
        return f"no such tool. It is auto, any, none, or one of {', '.join(str(name) for name in names)}."
    if choice in ("auto", "none"):
        return ""
    if model.forced_tool_choice is False:
        return f"{model.id} decides itself (it takes auto and none). Say in the prompt which tool to use."
    if model.known and _thinks(settings, model) and settings.thinking:
        return (
            "a model that thinks decides itself. Leave --think out, or say in the prompt which tool to use."
        )
    return ""


# In this order: whether it thinks decides over the sampling parameters.
_CHECKS: tuple[tuple[str, Callable[[Settings, ModelInfo], str]], ...] = (
    ("max_tokens", _max_tokens),
    ("thinking", _thinking),
    ("effort", _effort),
    ("temperature", _sampling("temperature")),
    ("top_p", _sampling("top_p")),
    ("top_k", _sampling("top_k")),
    ("tool_choice", _tool_choice),
)


def _check_prefill(settings: Settings, model: ModelInfo) -> None:
    instead = "Say in the prompt how the answer shall begin, or use --json for a fixed form."
    if model.prefill is False:
        raise ConfigurationError(f"--prefill: {model.id} takes no beginning of its answer. {instead}")
    if model.known and _thinks(settings, model):
        raise ConfigurationError(
            "--prefill: a model that thinks takes no beginning of its answer. Add --no-think."
        )


def _fields(settings: Settings, model: ModelInfo) -> dict[str, Any]:
    """Write the parameters as body fields; what nobody has set is left out."""
    output_config: dict[str, Any] = {"effort": settings.effort} if settings.effort else {}
    if settings.schema is not None:
        output_config["format"] = {"type": "json_schema", "schema": settings.schema}
    found: dict[str, Any] = {
        "temperature": settings.temperature,
        "top_p": settings.top_p,
        "top_k": settings.top_k,
        "stop_sequences": list(settings.stop_sequences) or None,
        "thinking": _thinking_field(settings, model),
        "output_config": output_config or None,
        "tool_choice": _tool_choice_field(settings.tool_choice),
        "metadata": {"user_id": settings.metadata_user} if settings.metadata_user else None,
        "service_tier": settings.service_tier,
        "speed": settings.speed,
    }
    return {name: value for name, value in found.items() if value is not None}


def _tool_choice_field(choice: str | None) -> dict[str, Any] | None:
    if choice is None:
        return None
    return {"type": choice} if choice in ("auto", "any", "none") else {"type": "tool", "name": choice}


def _thinking_field(settings: Settings, model: ModelInfo) -> dict[str, Any] | None:
    how = settings.thinking
    if not how or (model.thinking == () and model.known):
        return None
    kinds = model.thinking or ("adaptive", "disabled")
    if how == "off":
        if model.thinking_default == "off":
            return None
        return {"type": "disabled" if "disabled" in kinds else "between_tools"}
    if "adaptive" in kinds:
        return {"type": "adaptive", "display": how}
    budget = max(_LEAST_BUDGET, settings.max_tokens // 2)
    return {"type": "enabled", "budget_tokens": budget} | ({"display": how} if how == "omitted" else {})
