"""What each model refuses.

https://platform.claude.com/docs/en/about-claude/models/overview and
.../build-with-claude/thinking-troubleshooting
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..caching import count_input
from ..faults import APIFault
from ..models import SimulatedModel
from ..tokens import as_blocks
from .context import Context

__all__ = ["check_limits"]

_DEFAULTS = {"temperature": 1, "top_p": 1, "top_k": 0}


def check_limits(body: Mapping[str, Any], model: SimulatedModel, context: Context) -> None:
    """Check everything that depends on the model; APIFault 400."""
    if not context.counting:
        _check_max_tokens(body, model)
        _check_sampling(body, model)
    _check_effort(body, model)
    _check_thinking(body, model)
    _check_thinking_history(body)
    tokens = count_input(body, model)
    if tokens > model.max_input_tokens and not context.counting:
        raise APIFault(f"prompt is too long: {tokens} tokens > {model.max_input_tokens} maximum")


def _check_max_tokens(body: Mapping[str, Any], model: SimulatedModel) -> None:
    if body["max_tokens"] > model.max_tokens:
        raise APIFault(
            f"max_tokens: {body['max_tokens']} > {model.max_tokens}, which is the maximum allowed number "
            "of output tokens "
            f"for {body['model']}"
        )


def _check_sampling(body: Mapping[str, Any], model: SimulatedModel) -> None:
    given = {name: body[name] for name in _DEFAULTS if body.get(name) is not None}
    if model.sampling == "refused":
        for name, value in given.items():
            if value != _DEFAULTS[name]:
                raise APIFault(f"`{name}` is deprecated for this model.")
    if model.sampling != "any" and "temperature" in given and "top_p" in given:
        raise APIFault(
            "`temperature` and `top_p` cannot both be specified for this model. Please use only one."
        )
    if (body.get("thinking") or {}).get("type") not in ("adaptive", "enabled"):
        return
    if given.get("temperature", 1) != 1:
        raise APIFault("`temperature` may only be set to 1 when thinking is enabled.")
    if given.get("top_p", 1) < 0.95:
        raise APIFault("`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.")
    if "top_k" in given:
        raise APIFault("`top_k` must be unset when thinking is enabled.")


def _effort(body: Mapping[str, Any], model: SimulatedModel) -> str | None:
    return (body.get("output_config") or {}).get("effort") or model.default_effort


def _check_effort(body: Mapping[str, Any], model: SimulatedModel) -> None:
    level = (body.get("output_config") or {}).get("effort")
    if level is None or level in model.effort:
        return
    if not model.effort:
        raise APIFault("This model does not support the effort parameter.")
    raise APIFault(
        f"This model does not support effort level '{level}'. "
        f"Supported levels: {', '.join(sorted(model.effort))}."
    )


def _check_thinking(body: Mapping[str, Any], model: SimulatedModel) -> None:
    kind = (body.get("thinking") or {}).get("type")
    if kind is None:
        return
    if kind not in model.thinking_types:
        if kind == "adaptive":
            raise APIFault("adaptive thinking is not supported on this model")
        raise APIFault(
            f'"thinking.type.{kind}" is not supported for this model. Use "thinking.type.adaptive" and '
            '"output_config.effort" to control thinking behavior.'
        )
    if kind in model.up_to_high and _effort(body, model) in ("xhigh", "max"):
        raise APIFault(
            f'"thinking.type.{kind}" is not supported for this model with effort level '
            f"'{_effort(body, model)}'. Use effort 'high' or lower."
        )


def _check_thinking_history(body: Mapping[str, Any]) -> None:
    """With a thinking budget, the assistant message of an open tool loop must begin with its thinking."""
    if (body.get("thinking") or {}).get("type") != "enabled":
        return
    messages = body["messages"]
    if len(messages) < 2 or messages[-2]["role"] != "assistant":
        return
    if not any(block.get("type") == "tool_result" for block in as_blocks(messages[-1]["content"])):
        return
    first = as_blocks(messages[-2]["content"])[0].get("type")
    if first not in ("thinking", "redacted_thinking"):
        raise APIFault(
            f"messages.{len(messages) - 2}.content.0.type: Expected `thinking` or `redacted_thinking`, but "
            f"found `{first}`. "
            "When `thinking` is enabled, a final `assistant` message must start with a thinking block "
            "(preceeding the "
            "lastmost set of `tool_use` and `tool_result` blocks)."
        )
