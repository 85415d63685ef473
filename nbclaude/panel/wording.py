"""What the panel says of settings: labels of its controls, and what is refused, whose facts come from below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbclaude.cures import Command, Login, Part, Words
from nbclaude.errors import AnswerInterrupted, NbclaudeError
from nbclaude.options.spelling import command_line, config_line, spelled_setting
from nbclaude.refusal import ASKED, CONFIGURED, Refusal, Way, spelled
from nbclaude.secrets.shown import with_value
from nbclaude.settings.kinds import Choice, Flag
from nbclaude.settings.rows import MORE
from nbclaude.settings.table import BY_NAME

__all__ = ["caption", "choices", "note_text", "refusal_text", "said", "sentence", "spell"]

_CAPTIONS = {"system": "System prompt"}
_ANY_LABELS: Mapping[Any, str] = {None: "not set", True: "on", False: "off"}
# What the words of a setting are called in a list; a word that is not here is called by itself.
_LABELS: Mapping[str, Mapping[Any, str]] = {
    "thinking": {
        None: "automatic",
        "summarized": "yes, with a summary",
        "omitted": "yes, without a summary",
    },
    "caching": {"auto": "auto, by server and model", "explicit": "explicit marks"},
    "auth_style": {"": "as the server expects"},
}
_CONTROLS = {"max_tokens": "length (max tokens)"}  # names in sentences that differ from the control's caption
_WAYS = {
    Way.STORE_KEY: "See %claude_login.",
    Way.LIST_MODELS: "The list below shows the known models.",
}


def choices(name: str) -> tuple[tuple[str, Any], ...]:
    """Return the entries of the list for a setting that is one of some words: label and value."""
    setting = BY_NAME[name]
    kind = setting.kind
    words = (True, False) if isinstance(kind, Flag) else kind.words if isinstance(kind, Choice) else ()
    values = words if setting.default in words else (setting.default, *words)
    labels = {**_ANY_LABELS, **_LABELS.get(name, {})}
    return tuple((labels.get(value, str(value)), value) for value in values)


def caption(name: str) -> str:
    """Return what the panel calls a setting."""
    return _CAPTIONS.get(name, name.replace("_", " ").capitalize())


def refusal_text(refusal: Refusal) -> str:
    """Say why a setting is refused, in one line."""
    if refusal.bare:
        return sentence(refusal)
    name = refusal.setting
    if refusal.source == CONFIGURED:
        subject = with_value(f"ClaudeMagics.{name}", " = ", refusal)
    elif refusal.source == ASKED:
        subject = with_value(caption(name), " ", refusal)
    else:
        subject = with_value(refusal.source, "=", refusal)
    return f"{subject}: {sentence(refusal)}"


def sentence(refusal: Refusal, *, cure: bool = True) -> str:
    """Say the reason and, unless the panel offers something better, the cure."""
    words = spelled(refusal.cure, spell) if cure else ""
    return f"{refusal.reason} {words}".strip()


def note_text(note: str | Words | Refusal) -> str:
    """Say what is to be known of a request: what was left out of it, and why."""
    if isinstance(note, str):
        return note
    if isinstance(note, tuple):
        return spelled(note, spell)
    return f"{note.setting} {note.value} left out: {sentence(note)}"


def said(error: BaseException) -> str:
    """Return what an error says, in the words of this surface."""
    refusal = getattr(error, "refusal", None)
    if refusal is not None:
        return refusal_text(refusal)
    return error.said(spell) if isinstance(error, NbclaudeError | AnswerInterrupted) else str(error)


def spell(part: Part) -> str:
    """Spell what a sentence mentions, by the panel's control where there is one."""
    if isinstance(part, Way):
        return _WAYS[part]
    if isinstance(part, Command | Login):
        return command_line(part)
    name, value = part.setting, part.value
    if name == "model":
        return str(value or "model")
    if name == "new":
        return "a new conversation"
    if BY_NAME[name].group in ("", MORE):
        return (
            config_line(name, value)
            if BY_NAME[name].configurable
            else f"{spelled_setting(name, value)} in a cell"
        )
    control = _CONTROLS.get(name, caption(name).lower())
    return f"the {control}" if value is None else f"the {control} {value}"
