"""Turns come in; messages that the API accepts go out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nbclaude.conversation.turns import Turn

__all__ = ["messages_of", "replayable"]

# A `thinking` block is bound to the exact prefix that it was made with, and a notebook's prefix changes whenever a cell
# runs again: outside an open tool loop it is left out, which every model accepts.
_BOUND_TO_PREFIX = ("thinking", "redacted_thinking")


def replayable(blocks: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what of an answer may be sent back: no thinking, no empty text, no tool call or tool result on its own."""
    kept = [dict(block) for block in blocks if block.get("type") not in _BOUND_TO_PREFIX]
    calls = {block.get("id") for block in kept if _is_call(block) and "partial_json" not in block}
    results = {block.get("tool_use_id") for block in kept}
    answer: list[dict[str, Any]] = []
    for block in kept:
        if block.get("type") == "text":
            if str(block.get("text") or "").strip():
                # An empty list of citations comes with every text block of a stream; sending it back says nothing.
                answer.append({key: value for key, value in block.items() if key != "citations" or value})
        elif _is_call(block):
            if block.get("id") in calls & results:
                answer.append(block)
        elif block.get("tool_use_id") in calls | {None}:
            answer.append(block)
    # The API refuses an answer that ends in white space where it is the last message.
    if answer and answer[-1].get("type") == "text":
        answer[-1]["text"] = str(answer[-1]["text"]).rstrip()
    return answer


def _is_call(block: Mapping[str, Any]) -> bool:
    return str(block.get("type")).endswith("tool_use")


def messages_of(turns: Sequence[Turn], prompt: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Build the messages of a request: the turns that were answered, then the prompt."""
    messages: list[Mapping[str, Any]] = []
    for turn in turns:
        if answer := replayable(turn.message.get("content") or ()):
            messages += [
                {"role": "user", "content": list(turn.prompt)},
                {"role": "assistant", "content": answer},
            ]
    messages.append({"role": "user", "content": list(prompt)})
    return tuple(messages)
