"""What of the settings a model takes: the parameters of the request, or the fact why one cannot be.

A value that the ask itself has set and the model refuses is an error, before anything is sent. A configured value that it
refuses is left out, with a note. Of a model that nobody knows nothing is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from nbclaude.conversation.enforced_schema import enforced, why_not_enforced
from nbclaude.frozen import frozen
from nbclaude.models.table import ModelInfo
from nbclaude.refusal import ASKED, CONFIGURED, Mention, Refusal, Words, refused
from nbclaude.settings.rows import EVERY_FIELD
from nbclaude.settings.table import SETTINGS
from nbclaude.settings.values import Settings
from nbclaude.tools.versions import beta_of

__all__ = ["Parameters", "fit_parameters", "why_refused"]

_SAMPLING = "temperature, top_p or top_k"
_NO_SAMPLING_SINCE = "2026-10-21"  # a version of the API
_WITH_SAMPLING = "2023-06-01"
_LEAST_BUDGET = 1_024  # thinking tokens
_UP_TO_HIGH = ("low", "medium", "high")

# Why a model refuses a setting: whole sentences, and what to do instead.
Why = tuple[str, Words]


@frozen
class Parameters:
    """What a request has beside model, messages, system and tools; `left_out` is what was configured and is not in it."""

    max_tokens: int
    fields: Mapping[str, Any]
    betas: tuple[str, ...] = ()
    left_out: tuple[Refusal, ...] = ()


def fit_parameters(settings: Settings, model: ModelInfo, *, prefill: str = "") -> Parameters:
    """Fit the settings to the model.

    Raises:
        ConfigurationError: the model refuses what the ask has set; its `refusal` has the reason and the alternative.

    """
    left_out = []
    for name, check in _CHECKS.items():
        value = getattr(settings, name)
        if value is None or not (why := check(settings, model)):
            continue
        if name in settings.asked:
            raise refused(Refusal(name, value, *why))
        left_out.append(Refusal(name, value, *why, CONFIGURED))
        settings = replace(settings, **{name: _unset(name, model)})
    if prefill and (why := _prefill(settings, model)):
        raise refused(Refusal("prefill", None, *why, shown=False))
    if settings.schema is not None and (why := _schema(settings.schema, model)):
        raise refused(Refusal("json", None, *why, shown=False))
    fields = _fields(settings, model)
    return Parameters(settings.max_tokens, fields, _betas(settings), tuple(left_out))


def why_refused(name: str, value: Any, settings: Settings, model: ModelInfo) -> Refusal | None:
    """Tell why the model would refuse this value of a setting beside the others; None if it would not."""
    check = _CHECKS.get(name)
    why = check(replace(settings, **{name: value}), model) if check is not None else None
    return Refusal(name, value, *why, ASKED if name in settings.asked else CONFIGURED) if why else None


def _unset(name: str, model: ModelInfo) -> Any:
    return model.max_tokens if name == "max_tokens" else None


def _thinks(settings: Settings, model: ModelInfo) -> bool:
    """Whether the model will think in this request."""
    if settings.thinking:
        return settings.thinking != "off"
    return model.thinking_default in ("on", "always")


def _instead_of_sampling(model: ModelInfo) -> Words:
    if model.effort:
        return ("Use ", Mention("effort"), f" ({', '.join(model.effort)}) to steer it.")
    return ("Say in the prompt how free the answer may be.",)


_NO_THINKING = Mention("thinking", "off")


def _sampling(name: str) -> Callable[[Settings, ModelInfo], Why | None]:
    def check(settings: Settings, model: ModelInfo) -> Why | None:
        if model.sampling == "refused":
            return f"{model.id} does not accept {_SAMPLING}.", _instead_of_sampling(model)
        if settings.api_version >= _NO_SAMPLING_SINCE and model.known:
            return (
                f"version {settings.api_version} of the API does not accept {_SAMPLING}.",
                ("Set ", Mention("api_version", _WITH_SAMPLING), ", or use ", Mention("effort"), "."),
            )
        if model.known and _thinks(settings, model):
            cure: Words = ("Add ", _NO_THINKING, ", or leave it out.")
            if name != "top_p":
                return f"{model.id} does not accept {name} while it thinks.", cure
            if (settings.top_p or 0.0) < 0.95:
                return f"while {model.id} thinks, top_p must be from 0.95 to 1.", cure
        if name != "top_k" and model.sampling == "one" and None not in (settings.temperature, settings.top_p):
            # Of a pair of which one was asked for, the configured one gives way.
            other = "top_p" if name == "temperature" else "temperature"
            if name in settings.asked and other not in settings.asked:
                return None
            return f"{model.id} takes temperature or top_p, not both.", ("Leave one out.",)
        return None

    return check


def _effort(settings: Settings, model: ModelInfo) -> Why | None:
    if model.effort is None or settings.effort in model.effort:
        if (
            settings.thinking == "off"
            and model.thinking_off_up_to_high
            and settings.effort not in _UP_TO_HIGH
        ):
            cure: Words = ("Leave ", _NO_THINKING, " out, or lower it.")
            return f"{model.id} accepts at most effort high without thinking.", cure
        return None
    if not model.effort:
        steerable = model.sampling in ("one", "any")
        cure = ("Use ", Mention("temperature"), " to steer it.") if steerable else ("Leave it out.",)
        return f"{model.id} has no effort setting.", cure
    return f"{model.id} does not support it.", (f"It takes {', '.join(model.effort)}.",)


def _thinking(settings: Settings, model: ModelInfo) -> Why | None:
    if model.thinking is None:
        return None
    if settings.thinking == "off":
        if model.thinking_default != "always":
            return None
        if model.thinking:
            return f"{model.id} always thinks.", ("Use ", Mention("effort", "low"), " to make it short.")
        other = model.id.removesuffix("-thinking")
        return f"{model.id} is the thinking variant of this model.", ("Choose ", Mention("model", other), ".")
    if model.thinking_default == "always" and not model.thinking:
        return None  # a gateway's -thinking model: it thinks by itself, and nothing need be sent
    if not {"adaptive", "enabled"} & set(model.thinking):
        return f"{model.id} cannot think.", ("Choose another ", Mention("model"), ".")
    if "adaptive" not in model.thinking and settings.max_tokens <= _LEAST_BUDGET:
        cure: Words = ("Raise ", Mention("max_tokens"), " above it.")
        return f"thinking takes at least {_LEAST_BUDGET:,} tokens.", cure
    return None


def _max_tokens(settings: Settings, model: ModelInfo) -> Why | None:
    if model.max_tokens is not None and settings.max_tokens > model.max_tokens:
        return f"{model.id} writes at most {model.max_tokens:,} tokens.", ("Lower it.",)
    return None


def _tool_choice(settings: Settings, model: ModelInfo) -> Why | None:
    choice = settings.tool_choice
    if not settings.tools and "tools" not in settings.extra:
        return "there are no tools to choose from.", ("Give their definitions with ", Mention("tools"), ".")
    names = [tool.get("name") for tool in settings.tools]
    if choice not in ("auto", "any", "none") and choice not in names:
        known = ", ".join(str(name) for name in names)
        return "no such tool.", (f"It is auto, any, none, or one of {known}.",)
    if choice in ("auto", "none"):
        return None
    if model.forced_tool_choice is False:
        return (
            f"{model.id} decides for itself (it takes auto and none).",
            ("Say in the prompt which tool to use.",),
        )
    if model.known and _thinks(settings, model) and settings.thinking:
        cure: Words = (
            *(
                "Leave ",
                Mention("thinking", settings.thinking),
                " out, or say in the prompt which tool to use.",
            ),
        )
        return "a model that thinks decides for itself.", cure
    return None


# In this order: whether it thinks decides over the sampling parameters.
_CHECKS: Mapping[str, Callable[[Settings, ModelInfo], Why | None]] = {
    "max_tokens": _max_tokens,
    "thinking": _thinking,
    "effort": _effort,
    "temperature": _sampling("temperature"),
    "top_p": _sampling("top_p"),
    "top_k": _sampling("top_k"),
    "tool_choice": _tool_choice,
}


def _prefill(settings: Settings, model: ModelInfo) -> Why | None:
    if model.prefill is False:
        return (
            f"{model.id} does not accept a prefill.",
            ("Say in the prompt how the answer should begin, or use ", Mention("json"), " for a fixed form."),
        )
    if model.known and _thinks(settings, model):
        return "a model that thinks does not accept a prefill.", ("Add ", _NO_THINKING, ".")
    if model.known and settings.schema is not None:
        return "the API does not accept a prefill together with a schema.", ("Leave one out.",)
    return None


def _schema(schema: Mapping[str, Any], model: ModelInfo) -> Why | None:
    if model.structured_outputs is False:
        cure: Words = ("Ask for JSON in the prompt, or choose another ", Mention("model"), ".")
        return f"{model.id} does not support structured outputs.", cure
    if model.known and (obstacle := why_not_enforced(schema)):
        reason, instead = obstacle
        return f"the API cannot hold {model.id} to this schema: {reason}", (instead,)
    return None


def _betas(settings: Settings) -> tuple[str, ...]:
    """Return the beta features that were asked for, then those that tools and values of other settings need."""
    needed = [row.betas.get(getattr(settings, row.name)) for row in SETTINGS if row.betas]
    needed += [beta_of(tool) for tool in settings.tools or ()]
    return tuple(dict.fromkeys([*settings.betas, *(beta for beta in needed if beta)]))


def _fields(settings: Settings, model: ModelInfo) -> dict[str, Any]:
    """Write the parameters as body fields; what nobody has set is left out."""
    found: dict[str, Any] = {}
    for row in SETTINGS:
        value = getattr(settings, row.name) if row.body and row.body != EVERY_FIELD else None
        if value is None:
            continue
        if row.name in _WRITTEN:
            value = _WRITTEN[row.name](settings, model)
        if value is None or value == ():
            continue
        *above, name = row.body.split(".")
        place = found
        for outer in above:
            place = place.setdefault(outer, {})
        place[name] = list(value) if isinstance(value, tuple) else value
    return found


def _tool_choice_field(settings: Settings, _model: ModelInfo) -> dict[str, Any] | None:
    choice = settings.tool_choice
    return {"type": choice} if choice in ("auto", "any", "none") else {"type": "tool", "name": choice}


def _schema_field(settings: Settings, model: ModelInfo) -> dict[str, Any] | None:
    schema = settings.schema or {}
    return {"type": "json_schema", "schema": enforced(schema) if model.known else schema}


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


# What is more than its value in the body.
_WRITTEN: Mapping[str, Callable[[Settings, ModelInfo], Any]] = {
    "thinking": _thinking_field,
    "tool_choice": _tool_choice_field,
    "schema": _schema_field,
}
