"""Read the entries of a server's list of models.

https://platform.claude.com/docs/en/api/models/list
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from nbclaude.cleaning import identifier
from nbclaude.models.prices import Price, own_price
from nbclaude.models.table import ModelInfo
from nbclaude.wire.request import EFFORT_LEVELS

__all__ = ["model_of_json", "with_more"]

_THINKING_TYPES = ("adaptive", "enabled", "disabled", "between_tools")
_LIFECYCLES: Mapping[str, Literal["active", "deprecated", "retired"]] = {
    "active": "active",
    "deprecated": "deprecated",
    "retired": "retired",
}


def model_of_json(entry: object) -> ModelInfo | None:
    """Read an entry of Anthropic's shape, of OpenAI's, or of a gateway's between them; None if it has no id.

    `known` is true where the entry tells the model's capabilities.
    """
    if not isinstance(entry, Mapping) or not isinstance(entry.get("id"), str) or not entry["id"]:
        return None
    capabilities = entry.get("capabilities")
    said: Mapping[str, Any] = capabilities if isinstance(capabilities, Mapping) else {}
    has_capabilities = bool(said)
    inputs = _inputs(entry)
    thinking = _thinking_types(said.get("thinking"))
    # Models from 4.7 on do not take "enabled"; a newer one that the table does not know is like them.
    is_recent = thinking is not None and "adaptive" in thinking and "enabled" not in thinking
    return ModelInfo(
        id=identifier(entry["id"]),
        name=_text(entry.get("display_name")) or _text(entry.get("name")),
        line=_text(entry.get("line")),
        known=has_capabilities,
        # Gateways have names of their own for it: OpenRouter, vLLM.
        context_window=_size(entry, "max_input_tokens", "context_length", "max_model_len")
        or _loaded_context(entry),
        max_tokens=_size(entry, "max_tokens"),
        thinking=thinking,
        effort=_effort_levels(said.get("effort")),
        binds_thinking=is_recent,
        omits_thinking=is_recent,
        structured_outputs=_supported(said.get("structured_outputs")),
        image_input=_image_input(said) if said else inputs.image,
        pdf_input=_taken(said.get("pdf_input")) if said else inputs.pdf,
        compaction=_compaction(said.get("compaction")),
        lifecycle=_LIFECYCLES.get(_text(entry.get("lifecycle")), ""),
        deprecated_at=_day(entry.get("deprecated_at")),
        retires_at=_day(entry.get("retires_at")),
        price=_price(entry.get("pricing")),
        is_claude=_is_claude(entry, said),
        any_name=_text(entry.get("owned_by")).casefold() == "llamacpp",
    )


def with_more(entry: object, more: object) -> object:
    """Complete an entry with what a second list in the same reply says about the model; llama.cpp sends one."""
    if not isinstance(entry, Mapping) or not isinstance(more, list):
        return entry
    same = (
        other
        for other in more
        if isinstance(other, Mapping) and entry.get("id") in (other.get("model"), other.get("name"))
    )
    return {**next(same, {}), **entry}


def _loaded_context(entry: Mapping[str, Any]) -> int | None:
    """Read the context with which llama.cpp has loaded the model."""
    meta = entry.get("meta")
    return _size(meta, "n_ctx") if isinstance(meta, Mapping) else None


class _Inputs(NamedTuple):
    image: bool | None = None
    pdf: bool | None = None


def _inputs(entry: Mapping[str, Any]) -> _Inputs:
    """Read what a model takes where the server gives a list of words: OpenRouter's architecture, llama.cpp's capabilities."""
    architecture = entry.get("architecture")
    modalities = architecture.get("input_modalities") if isinstance(architecture, Mapping) else None
    if isinstance(modalities, list) and "text" in modalities:
        return _Inputs("image" in modalities, None if "image" in modalities else "file" in modalities)
    words = entry.get("capabilities")
    if isinstance(words, list) and "completion" in words:
        takes = bool({"multimodal", "vision"} & {word for word in words if isinstance(word, str)})
        return _Inputs(takes, None if takes else False)
    return _Inputs()


def _price(value: object) -> Price | None:
    """Read a price in OpenRouter's form: dollars per token, as texts."""
    if not isinstance(value, Mapping):
        return None
    try:
        per_million = {
            name: float(value[name]) * 1_000_000
            for name in ("prompt", "completion", "input_cache_read")
            if name in value
        }
    except (TypeError, ValueError):
        return None
    if not {"prompt", "completion"} <= per_million.keys() or not all(
        0 <= dollars < 1e6 for dollars in per_million.values()
    ):
        return None
    return own_price(per_million["prompt"], per_million["completion"], per_million.get("input_cache_read"))


def _is_claude(entry: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    """Whether a server calls its model Claude: by a display name in Anthropic's form, or by its maker.

    LiteLLM uses that form, too, but its display name only repeats the id, which the administrator has chosen.
    """
    name = _text(entry.get("display_name")).casefold()
    name = "" if name == _text(entry.get("id")).casefold() else name
    is_of_anthropic = _text(entry.get("owned_by")).casefold() == "anthropic"
    return is_of_anthropic or ("claude" in name and (entry.get("type") == "model" or bool(said)))


def _image_input(said: Mapping[str, Any]) -> bool | None:
    """Read whether a model takes images, in Anthropic's form or in Mistral's."""
    vision = said.get("vision")
    return vision if isinstance(vision, bool) else _taken(said.get("image_input"))


def _taken(value: object) -> bool | None:
    """Read whether a kind of input is taken: `{"supported": false}`, or `false` from a server that says no more."""
    return value if isinstance(value, bool) else _supported(value)


def _supported(value: object) -> bool | None:
    said = value.get("supported") if isinstance(value, Mapping) else None
    return said if isinstance(said, bool) else None


def _compaction(value: object) -> bool | None:
    summarizes = _supported(value.get("summarize")) if isinstance(value, Mapping) else None
    return _supported(value) if summarizes is None else summarizes


def _thinking_types(value: object) -> tuple[str, ...] | None:
    if _supported(value) is False:
        return ()
    types = value.get("types") if isinstance(value, Mapping) else None
    return _in_order(types, _THINKING_TYPES) if isinstance(types, Mapping) else None


def _effort_levels(value: object) -> tuple[str, ...] | None:
    if _supported(value) is False:
        return ()
    return _in_order(value, EFFORT_LEVELS) if isinstance(value, Mapping) else None


def _in_order(support: Mapping[str, Any], order: tuple[str, ...]) -> tuple[str, ...]:
    """List what is supported: what we know in the usual order, then what is new."""
    names = [*order, *(name for name in support if name not in order)]
    return tuple(name for name in names if _supported(support.get(name)))


def _text(value: object) -> str:
    return identifier(value) if isinstance(value, str) else ""


def _size(entry: Mapping[str, Any], *names: str) -> int | None:
    values = (entry.get(name) for name in names)
    return next((value for value in values if type(value) is int and value > 0), None)


def _day(value: object) -> str | None:
    found = re.match(r"\d{4}-\d{2}-\d{2}", _text(value))
    return found[0] if found else None
