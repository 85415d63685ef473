"""Makes `tool_result` blocks of the user's value, one for each open tool call."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from nbclaude.errors import ConfigurationError

__all__ = ["tool_results"]

_CONTENT = ("text", "image", "document", "search_result", "tool_reference", "browser_state")


def tool_results(calls: Sequence[Mapping[str, Any]], value: object) -> list[dict[str, Any]]:
    """Answer every call. For several calls `value` is a list in their order, or a dict by name or id.

    A text goes as it is, content blocks as they are, an exception as an error, everything else as JSON.

    Raises:
        ConfigurationError: the value does not answer every call.

    """
    values = [value] if len(calls) == 1 else _one_each(calls, value)
    return [_result(call, item) for call, item in zip(calls, values, strict=True)]


def _one_each(calls: Sequence[Mapping[str, Any]], value: object) -> list[object]:
    names = [str(call.get("name")) for call in calls]
    if isinstance(value, Mapping):
        by_key = [
            value.get(call.get("id"), value.get(name, _MISSING))
            for call, name in zip(calls, names, strict=True)
        ]
        if _MISSING not in by_key and len(set(names)) == len(names):
            return by_key
        if all(call.get("id") in value for call in calls):
            return by_key
    elif isinstance(value, list | tuple) and len(value) == len(calls):
        return list(value)
    raise ConfigurationError(
        f"{len(calls)} calls wait for a result: {', '.join(names)}. Give a list of {len(calls)} values in that order, "
        "or a dict by name (by id where a name comes twice: _claude.tool_calls has them)."
    )


_MISSING = object()


def _result(call: Mapping[str, Any], value: object) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "tool_result", "tool_use_id": call.get("id")}
    if isinstance(value, BaseException):
        return {**block, "content": f"{type(value).__name__}: {value}", "is_error": True}
    return {**block, "content": _content(value)}


def _content(value: object) -> str | list[Mapping[str, Any]]:
    blocks = [value] if isinstance(value, Mapping) else value
    if isinstance(blocks, list | tuple) and blocks and all(_is_content(item) for item in blocks):
        return [dict(item) for item in blocks]
    if isinstance(value, str):
        return value or "(empty)"
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return str(value) or repr(value)


def _is_content(item: object) -> bool:
    if not isinstance(item, Mapping) or item.get("type") not in _CONTENT:
        return False
    return "source" in item or isinstance(item.get("text"), str) or item.get("type") != "text"
