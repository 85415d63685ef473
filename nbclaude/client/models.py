"""The name of a model comes in, as people and servers spell it; the model's id, and what it accepts, go out."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from nbclaude.client.model_table import EFFORT_LEVELS, LINES, MODELS, MODELS_AS_OF, ModelInfo
from nbclaude.client.prices import Price
from nbclaude.errors import ConfigurationError

__all__ = [
    "EFFORT_LEVELS",
    "LINES",
    "MODELS",
    "MODELS_AS_OF",
    "ModelInfo",
    "in_short",
    "model_info",
    "price_of",
    "resolve_model",
    "retirement_note",
]

_SOON = 60  # days of notice that a retirement has at least
_LINE = "|".join(LINES)
_NUMBER = r"\d{1,2}(?:[-.]\d{1,2})?"
# claude-opus-5-5, claude-3-7-sonnet-20250219, anthropic/claude-opus-5.5, us.anthropic.claude-opus-5-5-v1:0,
# claude-opus-4-5@20251101, claude-sonnet-4-5-20250929-thinking, anthropic/claude-3.7-sonnet:thinking
_SPELLING = re.compile(
    rf"(?:.*[/.:])?claude-(?:(?P<line>{_LINE})-(?P<number>{_NUMBER})|(?P<number_first>{_NUMBER})-(?P<line_last>{_LINE}))"
    r"(?:[-@](?:(?P<date>\d{8})|latest|default))?(?:-v\d+(?::\d+k?)?)?(?P<thinking>[-:]thinking)?(?::[a-z]+)?"
)
# An id as Anthropic writes them, of a model that may be newer than the table.
_ID = re.compile(rf"claude-(?:{_LINE})-\d{{1,2}}(?:-\d{{1,2}})?(?:-(?:\d{{8}}|latest))?")
_FOREIGN = re.compile(r"[/:@]|anthropic\.|-thinking$")
_WORD = re.compile(r"[a-z]+|\d+")
_VOCABULARY = ("claude", *LINES)
_MOST_SHOWN = 8

# What a server says of its own models goes before the table.
_SAID_BY_SERVERS = (
    "name",
    "line",
    "context_window",
    "max_tokens",
    "thinking",
    "effort",
    "structured_outputs",
    "image_input",
    "pdf_input",
)
# Some gateways offer a model a second time under this suffix, with thinking switched on by them. What the API refuses
# beside thinking on the models of that time is refused there: temperature and top_k, prefill, a forced tool.
_THINKING_TWIN: dict[str, Any] = {
    "thinking": (),
    "thinking_default": "always",
    "thinking_off_up_to_high": False,
    "sampling": "refused",
    "prefill": False,
    "forced_tool_choice": False,
}


class _Identity(NamedTuple):
    line: str
    version: tuple[int, ...]
    date: str
    thinking: bool


def _identify(name: str) -> _Identity | None:
    """Read which Claude model a name means, in any spelling; None if it means none."""
    found = _SPELLING.fullmatch(name.strip().lower())
    if found is None:
        return None
    version = tuple(int(part) for part in re.split(r"[-.]", found["number"] or found["number_first"]))
    if version[-1] == 0:
        version = version[:-1]
    return _Identity(
        found["line"] or found["line_last"], version, found["date"] or "", bool(found["thinking"])
    )


_IDENTITIES = {info.id: identity for info in MODELS if (identity := _identify(info.id))}
_BY_VERSION = {(_IDENTITIES[info.id].line, _IDENTITIES[info.id].version): info for info in MODELS}
_TABLE_NAMES = {info.id for info in MODELS} | {re.sub(r"-\d{8}$", "", info.id) for info in MODELS}


def model_info(name: str, offered: Iterable[ModelInfo] = ()) -> ModelInfo:
    """Return what is known of the model behind a name; its `id` is the name as given.

    `offered` are the models of the connection, as `list_models` gives them. They win for what they say; the table
    says the rest. `known` is false where neither knows the model.
    """
    identity = _identify(name)
    info = _BY_VERSION.get((identity.line, identity.version)) if identity else None
    info = replace(info, id=name) if info else ModelInfo(id=name)
    live = _live_info(name, identity, offered)
    if live is not None:
        info = _merge(info, live)
    if identity and identity.thinking and info.known:
        info = replace(info, **_THINKING_TWIN)
    return info


def in_short(tokens: int | None) -> str:
    """Write a number of tokens as people do: 200k, 1M; nothing for what is not known."""
    if tokens is None:
        return ""
    return f"{tokens / 1_000_000:g}M" if tokens >= 1_000_000 else f"{tokens / 1_000:g}k"


def price_of(name: str) -> Price | None:
    """Return the price of the model behind a name, or None if it is not known."""
    return model_info(name).price


def _live_info(name: str, identity: _Identity | None, offered: Iterable[ModelInfo]) -> ModelInfo | None:
    """Find the entry of this very name, else one of the same model."""
    same: list[tuple[bool, ModelInfo]] = []
    for info in offered:
        if info.id == name:
            return info
        other = _identify(info.id) if identity else None
        if identity and other and other[:2] == identity[:2]:
            same.append((other.thinking == identity.thinking, info))
    return max(same, key=lambda pair: pair[0])[1] if same else None


def _merge(table: ModelInfo, live: ModelInfo) -> ModelInfo:
    if not table.known:
        return replace(live, id=table.id)
    said = {
        name: value for name in _SAID_BY_SERVERS if (value := getattr(live, name)) is not None and value != ""
    }
    if live.effort == ():
        said["default_effort"] = None
    if live.lifecycle:
        said |= {name: getattr(live, name) for name in ("lifecycle", "deprecated_at", "retires_at")}
    elif table.lifecycle == "retired":
        # At Anthropic; a server that offers a model has it.
        said |= {"lifecycle": "", "retires_at": None}
    return replace(table, **said)


def retirement_note(info: ModelInfo, today: date) -> str:
    """Say that a model is retired, or that it will be within 60 days: "retires on 2026-11-30"; else the empty string."""
    if info.lifecycle == "retired":
        return f"retired on {info.retires_at}" if info.retires_at else "retired"
    if not info.retires_at:
        return ""
    days = (date.fromisoformat(info.retires_at) - today).days
    if days < 0:
        # Retirements may be late: whether it has happened is for the server to say.
        return f"was to retire on {info.retires_at}"
    return f"retires on {info.retires_at}" if days <= _SOON else ""


def resolve_model(name: str, offered: Sequence[ModelInfo] = ()) -> str:
    """Return the model id that a name means, in the spelling of `offered` where it is there.

    `sonnet` is the newest Sonnet, `opus-4-8` or `5.5 haiku` the one model that fits. An id of a model that is not in
    the table goes through as it is, and so does every name that has nothing of a Claude model's.

    Raises:
        ConfigurationError: the name fits several models, or it is that of a Claude model misspelt.

    """
    text = name.strip()
    lowered = text.lower()
    words = _WORD.findall(lowered)
    spellings = {entry.lower(): entry for entry in (*_TABLE_NAMES, *(info.id for info in offered))}
    if lowered in spellings:
        return text if text in {info.id for info in offered} else spellings[lowered]
    if not words or _FOREIGN.search(lowered) or _ID.fullmatch(lowered):
        return text
    if "".join(words).isdigit() or set(words) & set(_VOCABULARY):
        fragment = _parts_of_fragment(words)
        if fragment is not None:
            return _from_fragment(text, *fragment, offered)
    return _from_offered_words(text, words, offered) or _unless_misspelt(text, words, offered)


def _parts_of_fragment(words: list[str]) -> tuple[str, tuple[int, ...], str] | None:
    """Read line, version and date; None if there are other words beside."""
    rest = [word for word in words if word not in ("claude", "latest")]
    lines = [word for word in rest if word in LINES]
    numbers = [word for word in rest if word.isdigit()]
    if len(lines) > 1 or len(lines) + len(numbers) < len(rest):
        return None
    version = tuple(int(number) for number in numbers if len(number) < 8)
    return "".join(lines), version, next((number for number in numbers if len(number) == 8), "")


def _from_fragment(
    text: str, line: str, version: tuple[int, ...], day: str, offered: Sequence[ModelInfo]
) -> str:
    if line and not version and not day:
        return _newest(line, offered)
    for infos in (offered, MODELS):
        fitting: dict[tuple[str, tuple[int, ...]], str] = {}
        for info in infos:
            identity = _identify(info.id)
            if (
                identity
                and not identity.thinking
                and line in ("", identity.line)
                and day in ("", identity.date)
                and identity.version[: len(version)] == version
            ):
                fitting.setdefault((identity.line, identity.version), info.id)
        # Opus 5 is also the beginning of Opus 5.5, but means the one that has no more to its name.
        ids = [entry for (_, its_version), entry in fitting.items() if its_version == version] or [
            *fitting.values()
        ]
        if len(ids) == 1:
            return ids[0]
        if ids:
            raise _ambiguous(text, ids)
    if not line or _identify(text):  # claude-3-5-sonnet-20241022 and its like are older than the table
        return text
    raise ConfigurationError(
        f"There is no model {text!r} that nbclaude knows. Did you mean {_newest(line, offered)}? "
        "A newer model is asked by its full id; %claude_models lists those that the server offers."
    )


def _newest(line: str, offered: Sequence[ModelInfo]) -> str:
    order = {"retired": 0, "deprecated": 1}
    for infos in (offered, MODELS):
        found = [
            ((order.get(model_info(info.id, offered).lifecycle, 2), identity.version), info.id)
            for info in infos
            if (identity := _identify(info.id)) and identity.line == line and not identity.thinking
        ]
        if found:
            return max(found, key=lambda entry: entry[0])[1]
    raise AssertionError(f"the table has no {line}")


def _from_offered_words(text: str, words: list[str], offered: Sequence[ModelInfo]) -> str:
    """Find the one offered model whose name has these words in a row; empty if there is none."""
    size = len(words)
    found = []
    for info in offered:
        theirs = _WORD.findall(info.id.lower())
        if any(theirs[start : start + size] == words for start in range(len(theirs) - size + 1)):
            found.append(info.id)
    if f"{text}:latest" in found:  # what the name without a tag means to Ollama
        return text
    if len(found) > 1:
        raise _ambiguous(text, found)
    return found[0] if found else ""


def _unless_misspelt(text: str, words: list[str], offered: Sequence[ModelInfo]) -> str:
    """Return the name, unless all of its words are those of Claude models, or nearly."""
    corrected = []
    for word in words:
        near = [word] if word.isdigit() or word in (*_VOCABULARY, "latest") else _near(word)
        if not near:
            return text
        corrected += near
    if corrected == words:
        return text
    suggestion = "-".join(corrected)
    try:
        suggestion = resolve_model(suggestion, offered)
    except ConfigurationError as error:
        raise ConfigurationError(f"There is no model {text!r}. {error}") from None
    raise ConfigurationError(
        f"There is no model {text!r}. Did you mean {suggestion}? %claude_models lists what there is."
    )


def _near(word: str) -> list[str]:
    alike = [known for known in _VOCABULARY if known[0] == word[0]]
    return difflib.get_close_matches(word, alike, n=1, cutoff=0.75)


def _ambiguous(text: str, ids: list[str]) -> ConfigurationError:
    shown = ", ".join(ids[:_MOST_SHOWN]) + (", ..." if len(ids) > _MOST_SHOWN else "")
    return ConfigurationError(f"The model name {text!r} fits several models: {shown}. Say which.")
