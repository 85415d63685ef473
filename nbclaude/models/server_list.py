"""Read the entries of a server's list of models.

https://platform.claude.com/docs/en/api/models/list
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from nbclaude.cleaning import identifier
from nbclaude.models.table import ModelInfo
from nbclaude.wire.request import EFFORT_LEVELS

__all__ = ["model_of_json"]

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
    has_capabilities = isinstance(capabilities, Mapping) and bool(capabilities)
    said: Mapping[str, Any] = capabilities if isinstance(capabilities, Mapping) else {}
    thinking = _thinking_types(said.get("thinking"))
    # Models from 4.7 on do not take "enabled"; a newer one that the table does not know is like them.
    is_recent = thinking is not None and "adaptive" in thinking and "enabled" not in thinking
    return ModelInfo(
        id=identifier(entry["id"]),
        name=_text(entry.get("display_name")) or _text(entry.get("name")),
        line=_text(entry.get("line")),
        known=has_capabilities,
        # Gateways have names of their own for it: OpenRouter, vLLM.
        context_window=_size(entry, "max_input_tokens", "context_length", "max_model_len"),
        max_tokens=_size(entry, "max_tokens"),
        thinking=thinking,
        effort=_effort_levels(said.get("effort")),
        binds_thinking=is_recent,
        omits_thinking=is_recent,
        structured_outputs=_supported(said.get("structured_outputs")),
        image_input=_supported(said.get("image_input")),
        pdf_input=_supported(said.get("pdf_input")),
        lifecycle=_LIFECYCLES.get(_text(entry.get("lifecycle")), ""),
        deprecated_at=_day(entry.get("deprecated_at")),
        retires_at=_day(entry.get("retires_at")),
    )


def _supported(value: object) -> bool | None:
    said = value.get("supported") if isinstance(value, Mapping) else None
    return said if isinstance(said, bool) else None


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
