"""Marks in a request up to where the server may cache its prompt.

`automatic` is one mark at the top level, and the server finds the place. `explicit` marks the blocks themselves, for servers
that do not know the other way: https://platform.claude.com/docs/en/build-with-claude/prompt-caching
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from nbclaude.models.table import ModelInfo
from nbclaude.settings.values import Settings
from nbclaude.wire.request import MessageRequest, text_block

__all__ = ["caching_mode", "with_caching"]

_UNCACHEABLE = ("thinking", "redacted_thinking")


def caching_mode(settings: Settings, offered: str, model: ModelInfo, *, history: bool) -> str:
    """Choose `automatic`, `explicit` or `off`; `offered` is what the server takes, empty if nobody knows.

    A question without the conversation is asked once: to write it into a cache would cost, and nobody would read it.
    """
    if settings.caching != "auto":
        return settings.caching
    if not history or model.min_cache_tokens is None or "cache_control" in settings.extra:
        return "off"
    return offered or "automatic"


def with_caching(request: MessageRequest, mode: str, ttl: str) -> MessageRequest:
    """Mark the request."""
    mark = {"type": "ephemeral"} | ({"ttl": ttl} if ttl != "5m" else {})
    if mode == "automatic":
        return replace(request, parameters={**request.parameters, "cache_control": mark})
    if mode == "explicit":
        return _with_breakpoints(request, mark)
    return request


def _with_breakpoints(request: MessageRequest, mark: Mapping[str, Any]) -> MessageRequest:
    """Mark the last tool, the end of the system prompt, and the ends of the last two user messages: four at the most."""
    tools = (*request.tools[:-1], {**request.tools[-1], "cache_control": mark}) if request.tools else ()
    system = request.system
    if system:
        blocks = [text_block(system)] if isinstance(system, str) else list(system)
        system = _marked(blocks, mark)
    messages = list(request.messages)
    places = [index for index, message in enumerate(messages) if message.get("role") == "user"]
    for index in places[-2:]:
        content = messages[index].get("content")
        if isinstance(content, list):
            messages[index] = {**messages[index], "content": _marked(content, mark)}
    return replace(request, tools=tools, system=system, messages=tuple(messages))


def _marked(blocks: Sequence[Mapping[str, Any]], mark: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Mark the last block that can be cached."""
    marked = list(blocks)
    for index in range(len(marked) - 1, -1, -1):
        if marked[index].get("type") not in _UNCACHEABLE:
            marked[index] = {**marked[index], "cache_control": mark}
            break
    return marked
