"""What stands beside the control of a setting: what it does, what the model does with it, or why it is of no use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nbclaude.conversation.parameters import why_refused
from nbclaude.models.table import ModelInfo
from nbclaude.panel.wording import choices, sentence
from nbclaude.refusal import Mention, Refusal
from nbclaude.settings.kinds import Choice, Flag, Number, Whole
from nbclaude.settings.rows import Setting
from nbclaude.settings.values import Settings

__all__ = ["beside", "entries_of"]

_DEFAULT = "the model's default"


def entries_of(setting: Setting, value: Any, settings: Settings, model: ModelInfo) -> list[tuple[str, Any]]:
    """Return the entries of a list, label and value: what the model takes, what means "not set", and what is set."""
    found = [
        (_unset_label(setting, model, label) if each is None else label, each)
        for label, each in choices(setting.name)
        if each is None or each == value or not why_refused(setting.name, each, settings, model)
    ]
    return found if value in [each for _, each in found] else [*found, (str(value), value)]


def beside(setting: Setting, value: Any, settings: Settings, model: ModelInfo) -> tuple[bool, str]:
    """Return whether the control is of no use with this model, and what to say beside it."""
    refusals = [why_refused(setting.name, each, settings, model) for each in _tried(setting, value)]
    refused = [refusal for refusal in refusals if refusal is not None]
    if refused and len(refused) == len(refusals):
        left_out = " The value that is set is not sent." if value is not None else ""
        return True, f"{_reason(refused[0])}{left_out}"
    of_value = why_refused(setting.name, value, settings, model) if value is not None else None
    if of_value is not None and setting.name not in _TOLD_ANYWAY:
        return False, sentence(of_value)
    explain = _EXPLAINED.get(setting.name, _help)
    return False, explain(setting, value, settings, model)


def _tried(setting: Setting, value: Any) -> tuple[Any, ...]:
    """Return values to try: the model accepts at least one of them if the setting is of any use."""
    match setting.kind:
        case Choice() | Flag():
            return tuple(each for _, each in choices(setting.name) if each is not None)
        case Number(least=least, most=most):
            return (least, least if most is None else most)
        case Whole(least=least):
            return (least,)
        case _:
            return () if value is None else (value,)


def _reason(refusal: Refusal) -> str:
    instead = " Use effort instead." if any(part == Mention("effort") for part in refusal.cure) else ""
    return f"{sentence(refusal, cure=False)}{instead}"


def _unset_label(setting: Setting, model: ModelInfo, label: str) -> str:
    if setting.name == "effort":
        known = model.default_effort and model.effort != ()
        return f"{_DEFAULT}, {model.default_effort}" if known else _DEFAULT
    return label


# The explanations of settings that need more than their help. Each function gets the setting, its value, all the settings and
# the model.
Explain = Callable[[Setting, Any, Settings, ModelInfo], str]


def _help(setting: Setting, _value: Any, _settings: Settings, _model: ModelInfo) -> str:
    text = f"{setting.help[:1].upper()}{setting.help[1:]}"
    wanted = setting.kind.wanted if isinstance(setting.kind, Number | Whole) else ""
    return f"{text}; {wanted}." if wanted else f"{text}."


def _temperature(_setting: Setting, value: Any, _settings: Settings, _model: ModelInfo) -> str:
    return f"Not set: {_DEFAULT}, 1." if value is None else "0 is steady, 1 varied."


def _thinking(setting: Setting, _value: Any, settings: Settings, model: ModelInfo) -> str:
    refusals = [why_refused(setting.name, each, settings, model) for each in _tried(setting, None)]
    reasons = dict.fromkeys(sentence(each, cure=False) for each in refusals if each is not None)
    by_itself = {"on": "Thinks automatically.", "always": "Always thinks.", "off": "Thinks on request."}
    return " ".join(reasons) or by_itself.get(model.thinking_default or "", "")


def _max_tokens(_setting: Setting, _value: Any, _settings: Settings, model: ModelInfo) -> str:
    return f"{model.id} writes up to {model.max_tokens:,}." if model.max_tokens else "The longest answer."


_TOLD_ANYWAY = ("thinking",)  # its explanation has the reasons
_EXPLAINED: Mapping[str, Explain] = {
    "temperature": _temperature,
    "effort": lambda *_: "How hard the model works: more costs more.",
    "thinking": _thinking,
    "max_tokens": _max_tokens,
    "system": lambda *_: "",
    "caching": lambda *_: "Cached input costs 10 % of the normal price.",
}
