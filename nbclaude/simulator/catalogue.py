"""The model list, paged as the API pages it.

https://platform.claude.com/docs/en/api/models/list
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

from .faults import APIFault
from .models import SimulatedModel

__all__ = ["list_models", "model_json"]

_KNOWN = frozenset({"limit", "after_id", "before_id", "lifecycle[]", "beta"})
_STAGES = ("active", "deprecated", "retired")


def list_models(query: str, offered: Sequence[SimulatedModel], *, openai: bool = False) -> dict[str, Any]:
    """Give a page of the models in their order; with `openai` all of them in that API's shape. APIFault 400."""
    if openai:
        return {
            "object": "list",
            "data": [model_json(model, openai=True) for model in offered if not model.is_retired],
        }
    given = parse_qs(query, keep_blank_values=True)
    for name in given:
        if name not in _KNOWN:
            raise APIFault(f"{name}: Extra inputs are not permitted")
    stages = given.get("lifecycle[]", ["active", "deprecated"])
    for stage in stages:
        if stage not in _STAGES:
            raise APIFault("lifecycle: Input should be 'active', 'deprecated' or 'retired'")
    models = [model for model in offered if model.lifecycle in stages]
    page, more = _page(models, given, _limit(given.get("limit", ["20"])[0]))
    return {
        "data": [model_json(model) for model in page],
        "has_more": more,
        "first_id": page[0].id if page else None,
        "last_id": page[-1].id if page else None,
    }


def model_json(model: SimulatedModel, *, openai: bool = False) -> dict[str, Any]:
    """Describe one model; with `openai` as gateways do."""
    if openai:
        return {"id": model.id, "object": "model", "created": 1_790_000_000, "owned_by": "anthropic"}
    return model.as_json()


def _limit(value: str) -> int:
    if not value.isdecimal():
        raise APIFault("limit: Input should be a valid integer, unable to parse string as an integer")
    limit = int(value)
    if limit < 1:
        raise APIFault("limit: Input should be greater than or equal to 1")
    if limit > 1000:
        raise APIFault("limit: Input should be less than or equal to 1000")
    return limit


def _page(
    models: list[SimulatedModel], given: dict[str, list[str]], limit: int
) -> tuple[list[SimulatedModel], bool]:
    """Cut out the page after `after_id` or before `before_id`, and tell whether more lies beyond."""
    ids = [model.id for model in models]
    for name in ("after_id", "before_id"):
        if name in given and given[name][0] not in ids:
            raise APIFault(f"{name}: no model with id {given[name][0]}")
    if "before_id" in given:
        before = models[: ids.index(given["before_id"][0])]
        return before[-limit:], len(before) > limit
    start = ids.index(given["after_id"][0]) + 1 if "after_id" in given else 0
    return models[start : start + limit], start + limit < len(models)
