"""Checks the top level of a request.

Parameters: https://platform.claude.com/docs/en/api/messages/create
"""

from __future__ import annotations

from typing import Any

from ..faults import APIFault
from .context import NEWEST_VERSION, Context
from .fields import Field, check_fields, check_tag, extra_inputs
from .schemas import check_schema

__all__ = ["check_body"]

GATEWAY_STOPS = 4

_COUNTED = {
    "model": Field("string", required=True),
    "messages": Field("list", required=True),
    "system": Field("content", nullable=True),
    "tools": Field("list"),
    "tool_choice": Field("object", nullable=True),
    "thinking": Field("object", nullable=True),
    "output_config": Field("object", nullable=True),
    "cache_control": Field("object", nullable=True),
    "speed": Field("string", nullable=True, choices=("standard", "fast")),
}
_MESSAGE = {
    "model": Field("string", required=True),
    "max_tokens": Field("integer", required=True, least=0),
    **_COUNTED,
    "stream": Field("boolean", nullable=True),
    "stop_sequences": Field("strings", nullable=True),
    "metadata": Field("object", nullable=True),
    "service_tier": Field("string", nullable=True, choices=("auto", "standard_only")),
    "inference_geo": Field("string", nullable=True),
    "container": Field("id or object", nullable=True),
    "diagnostics": Field("object", nullable=True),
}
# Removed from version 2026-10-21, where they are unknown at any value.
_SAMPLING = {
    "temperature": Field("number", nullable=True),
    "top_p": Field("number", nullable=True),
    "top_k": Field("integer", nullable=True, least=0),
}
# Known only when `anthropic-beta` names the feature.
_BETA = {
    "context_management": ("context-management-", "compact-"),
    "compaction": ("compact-",),
    "mcp_servers": ("mcp-client-",),
    "fallbacks": ("server-side-fallback-",),
    "fallback_credit_token": ("server-side-fallback-",),
    "thread": ("message-threads-",),
}

_COMPACTION = {
    "type": Field("string", required=True, choices=("summarize",)),
    "instructions": Field("string", nullable=True),
}
_THINKING = {
    "adaptive": {"display": Field("string", nullable=True, choices=("summarized", "omitted", "updates"))},
    "enabled": {
        "budget_tokens": Field("integer", required=True, least=1024),
        "display": Field("string", nullable=True, choices=("summarized", "omitted", "updates")),
    },
    "disabled": {},
    "between_tools": {},
}
_OUTPUT_CONFIG = {
    "effort": Field("string", nullable=True, choices=("low", "medium", "high", "xhigh", "max")),
    "format": Field("object", nullable=True),
}
_FORMAT = {
    "type": Field("string", required=True, choices=("json_schema",)),
    "schema": Field("object", required=True),
}


def check_body(body: Any, context: Context) -> None:
    """Check the fields of the body and its small objects, not the messages and tools; APIFault 400."""
    fields = dict(_COUNTED if context.counting else _MESSAGE)
    if context.version != NEWEST_VERSION and not context.counting:
        fields |= _SAMPLING
    for name, headers in _BETA.items():
        if any(context.has_beta(header) for header in headers):
            fields[name] = Field("any")
    check_fields("", body, fields, strict=context.strict)
    if context.version == NEWEST_VERSION:
        extra_inputs("", body, body.keys() - _SAMPLING.keys())
    _check_sampling(body)
    if body.get("compaction") is not None:
        check_fields("compaction", body["compaction"], _COMPACTION, strict=context.strict)
    if body.get("metadata") is not None:
        check_fields(
            "metadata", body["metadata"], {"user_id": Field("string", nullable=True)}, strict=context.strict
        )
    _check_thinking(body.get("thinking"), body, context)
    _check_output_config(body.get("output_config"), context)
    _check_stop_sequences(body.get("stop_sequences") or [])
    if context.gateway:
        _check_gateway(body)


def _check_sampling(body: dict[str, Any]) -> None:
    for name in ("temperature", "top_p"):
        value = body.get(name)
        if value is not None and not 0 <= value <= 1:
            raise APIFault(f"{name}: range: 0..1")


def _check_thinking(thinking: Any, body: dict[str, Any], context: Context) -> None:
    if thinking is None:
        return
    kind = check_tag("thinking", thinking, _THINKING, strict=context.strict)
    fields = {"type": Field("string"), **_THINKING.get(kind, {})}
    if context.has_beta("thinking-binding-controls-"):
        fields["block_binding"] = Field("object", nullable=True)
    check_fields(f"thinking.{kind}", thinking, fields, strict=context.strict)
    if thinking.get("display") == "updates" and not context.has_beta("thinking-display-updates-"):
        raise APIFault(f"thinking.{kind}.display: Input should be 'summarized' or 'omitted'")
    budget = thinking.get("budget_tokens")
    if kind == "enabled" and not context.counting and budget >= body["max_tokens"]:
        raise APIFault(
            "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at "
            ""
            "https://platform.claude.com/docs/en/build-with-claude/extended-thinking#max-tokens-and-context-window-size"
        )


def _check_output_config(config: Any, context: Context) -> None:
    if config is None:
        return
    fields = dict(_OUTPUT_CONFIG)
    if context.has_beta("task-budgets-"):
        fields["task_budget"] = Field("object", nullable=True)
    check_fields("output_config", config, fields, strict=context.strict)
    if config.get("format") is not None:
        check_fields("output_config.format", config["format"], _FORMAT, strict=context.strict)
        if context.strict:
            check_schema("output_config.format.schema", config["format"]["schema"])


def _check_stop_sequences(sequences: list[str]) -> None:
    if any(not sequence.strip() for sequence in sequences):
        raise APIFault("stop_sequences: each stop sequence must contain non-whitespace")


def _check_gateway(body: dict[str, Any]) -> None:
    """Check what the gateway's own documentation limits."""
    if len(body.get("stop_sequences") or []) > GATEWAY_STOPS:
        raise APIFault(f"stop_sequences: List should have at most {GATEWAY_STOPS} items")
    if body.get("max_tokens") == 0:
        raise APIFault("max_tokens: Input should be greater than or equal to 1")
