"""The rules of the Messages API: finds the model of a request, or refuses it as the API does.

Each module holds one family of rules as tables and small checks; `check_request` is the order in which the
API applies them.
"""

from __future__ import annotations

from typing import Any

from ..compaction import check_compaction
from ..faults import APIFault
from ..gateway import find_gateway_model
from ..models import SimulatedModel, any_model, find_model
from ..signing import check_signatures
from .body import check_body
from .breakpoints import check_breakpoints
from .context import VERSIONS, Context
from .conversation import check_conversation
from .limits import check_limits
from .tools import check_tools

__all__ = ["VERSIONS", "Context", "check_request"]


def check_request(body: Any, context: Context) -> SimulatedModel:
    """Check a parsed body and give the model that it asks for; APIFault 400, or 404 for an unknown one."""
    check_body(body, context)
    if context.strict:
        _refuse_thread(body)
    model = (find_gateway_model if context.gateway else find_model)(body["model"])
    if model is None:
        if context.strict:
            raise APIFault(f"model: {body['model']}", 404)
        model = any_model(body["model"])
    check_tools(body, model, context)
    check_conversation(body, model, context)
    check_compaction(body)
    check_breakpoints(body, context)
    check_limits(body, model, context)
    if context.bind_thinking and not _drops_unbound(body):
        check_signatures(body, model)
    return model


def _drops_unbound(body: dict[str, Any]) -> bool:
    binding = (body.get("thinking") or {}).get("block_binding") or {}
    return binding.get("prefix_mismatch_behavior") == "drop_block"


def _refuse_thread(body: dict[str, Any]) -> None:
    """Refuse a thread, whose messages the server would have to keep: the client then sends all of them."""
    if body.get("thread") is not None:
        details = {"error_code": "thread_unsupported_request", "unsupported": ["model"]}
        raise APIFault("thread: this request cannot be part of a thread", details=details)
