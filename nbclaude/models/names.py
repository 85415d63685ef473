"""Resolve a model's name as people type it (`sonnet`, `opus-4-8`, `5.5 haiku`) to the id that requests use."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from nbclaude.errors import ConfigurationError
from nbclaude.models.info import identify, model_info
from nbclaude.models.table import LINES, MODELS, ModelInfo
from nbclaude.refusal import Refusal, Way, refused

__all__ = ["resolve_model"]

_LINE = "|".join(LINES)
# An id as Anthropic writes them, of a model that may be newer than the table.
_ID = re.compile(rf"claude-(?:{_LINE})-\d{{1,2}}(?:-\d{{1,2}})?(?:-(?:\d{{8}}|latest))?")
_FOREIGN = re.compile(r"[/:@]|anthropic\.|-thinking$")
_WORD = re.compile(r"[a-z]+|\d+")
_VOCABULARY = ("claude", *LINES)
_MAX_SHOWN = 8

_TABLE_NAMES = {info.id for info in MODELS} | {re.sub(r"-\d{8}$", "", info.id) for info in MODELS}


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
            identity = identify(info.id)
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
    if not line or identify(text):  # claude-3-5-sonnet-20241022 and its like are older than the table
        return text
    reason = (
        f"There is no model {text!r} that nbclaude knows. Did you mean {_newest(line, offered)}? "
        "To ask a newer model, give its full id."
    )
    raise refused(Refusal("model", text, reason, (Way.LIST_MODELS,), bare=True))


def _newest(line: str, offered: Sequence[ModelInfo]) -> str:
    order = {"retired": 0, "deprecated": 1}
    for infos in (offered, MODELS):
        found = [
            ((order.get(model_info(info.id, offered).lifecycle, 2), identity.version), info.id)
            for info in infos
            if (identity := identify(info.id)) and identity.line == line and not identity.thinking
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
    reason = f"There is no model {text!r}. Did you mean {suggestion}?"
    raise refused(Refusal("model", text, reason, (Way.LIST_MODELS,), bare=True))


def _near(word: str) -> list[str]:
    alike = [known for known in _VOCABULARY if known[0] == word[0]]
    return difflib.get_close_matches(word, alike, n=1, cutoff=0.75)


def _ambiguous(text: str, ids: list[str]) -> ConfigurationError:
    shown = ", ".join(ids[:_MAX_SHOWN]) + (", ..." if len(ids) > _MAX_SHOWN else "")
    return ConfigurationError(f"The model name {text!r} fits several models: {shown}. Say which.")
