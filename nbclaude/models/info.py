"""What is known of a model, whatever the spelling of its name: from the table, and from what its server says of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from nbclaude.models.table import LINES, MODELS, ModelInfo

__all__ = ["Identity", "identify", "in_short", "model_info", "of_server", "retirement_note"]

_SOON = 60  # days of notice that a retirement has at least
_LINE = "|".join(LINES)
_NUMBER = r"\d{1,2}(?:[-.]\d{1,2})?"
# claude-opus-5-5, claude-3-7-sonnet-20250219, anthropic/claude-opus-5.5, us.anthropic.claude-opus-5-5-v1:0,
# claude-opus-4-5@20251101, claude-sonnet-4-5-20250929-thinking, anthropic/claude-3.7-sonnet:thinking
_SPELLING = re.compile(
    rf"(?:.*[/.:])?claude-(?:(?P<line>{_LINE})-(?P<number>{_NUMBER})|(?P<number_first>{_NUMBER})-(?P<line_last>{_LINE}))"
    r"(?:[-@](?:(?P<date>\d{8})|latest|default))?(?:-v\d+(?::\d+k?)?)?(?P<thinking>[-:]thinking)?(?::[a-z]+)?"
)
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
    "compaction",
    "price",
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


class Identity(NamedTuple):
    """Which Claude model a name means; `version` is (5, 5) for 5.5, `date` empty or YYYYMMDD."""

    line: str
    version: tuple[int, ...]
    date: str
    thinking: bool


def identify(name: str) -> Identity | None:
    """Read which Claude model a name means, in any spelling; None if it means none."""
    found = _SPELLING.fullmatch(name.strip().lower())
    if found is None:
        return None
    version = tuple(int(part) for part in re.split(r"[-.]", found["number"] or found["number_first"]))
    if version[-1] == 0:
        version = version[:-1]
    return Identity(
        found["line"] or found["line_last"], version, found["date"] or "", bool(found["thinking"])
    )


_IDENTITIES = {info.id: identity for info in MODELS if (identity := identify(info.id))}
_BY_VERSION = {(_IDENTITIES[info.id].line, _IDENTITIES[info.id].version): info for info in MODELS}


def model_info(name: str, offered: Iterable[ModelInfo] = ()) -> ModelInfo:
    """Return what is known of the model behind a name; its `id` is the name as given.

    `offered` are the models of the connection, as `list_models` gives them. They win for what they say; the table
    says the rest. `known` is false where neither knows the model.
    """
    identity = identify(name)
    info = _BY_VERSION.get((identity.line, identity.version)) if identity else None
    info = replace(info, id=name) if info else ModelInfo(id=name)
    live = _live_info(name, identity, offered)
    if live is not None:
        info = _merge(info, live)
    if identity and identity.thinking and info.known:
        info = replace(info, **_THINKING_TWIN)
    return info


def of_server(
    name: str, means: str, offered: Iterable[ModelInfo] = (), *, is_claude: bool = True
) -> ModelInfo:
    """Return what is known about a model on a server whose names may mean anything.

    `means` is the Claude model that the name stands for there, if that is configured. Otherwise the table counts where the
    server's names are Anthropic's (`is_claude`), or where the server itself calls its model Claude.
    """
    offered = tuple(offered)
    if means:
        info = replace(model_info(means), id=name)
        live = next((entry for entry in offered if entry.id == name), None)
        return _merge(info, live) if live is not None else info
    identity = identify(name)
    live = _live_info(name, identity, offered)
    if is_claude or (live is not None and live.is_claude):
        return model_info(name, offered)
    info = _without_rules(name)
    if live is None and len(offered) == 1 and offered[0].any_name:
        [live] = offered
        return replace(info, **(_said(live) | {"id": name, "name": ""}))
    if live is None or (live.id != name and not live.known):
        return info
    return replace(info, **_said(live), known=live.known)


def _without_rules(name: str) -> ModelInfo:
    """Keep only what does no harm if the name means another model: what costs nothing and refuses nothing."""
    info = model_info(name)
    if not info.known:
        return info
    # An older model would refuse the form of thinking that is sent where nothing is known.
    thinking = info.thinking if info.thinking and "adaptive" not in info.thinking else None
    return ModelInfo(id=name, thinking=thinking, min_cache_tokens=info.min_cache_tokens)


def in_short(tokens: int | None) -> str:
    """Write a number of tokens as people do: 200k, 1M; nothing for what is not known."""
    if tokens is None:
        return ""
    return f"{tokens / 1_000_000:g}M" if tokens >= 1_000_000 else f"{tokens / 1_000:g}k"


def _live_info(name: str, identity: Identity | None, offered: Iterable[ModelInfo]) -> ModelInfo | None:
    """Find the entry of this very name, else one of the same model."""
    same: list[tuple[bool, ModelInfo]] = []
    for info in offered:
        if info.id == name:
            return info
        other = identify(info.id) if identity else None
        if identity and other and other[:2] == identity[:2]:
            same.append((other.thinking == identity.thinking, info))
    return max(same, key=lambda pair: pair[0])[1] if same else None


def _merge(table: ModelInfo, live: ModelInfo) -> ModelInfo:
    if not table.known:
        return replace(live, id=table.id)
    said = _said(live)
    if live.effort == ():
        said["default_effort"] = None
    if live.lifecycle:
        said |= {name: getattr(live, name) for name in ("lifecycle", "deprecated_at", "retires_at")}
    elif table.lifecycle == "retired":
        # At Anthropic; a server that offers a model has it.
        said |= {"lifecycle": "", "retires_at": None}
    return replace(table, **said)


def _said(live: ModelInfo) -> dict[str, Any]:
    """Return what a server says about its model."""
    return {
        name: value for name in _SAID_BY_SERVERS if (value := getattr(live, name)) is not None and value != ""
    }


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
