"""Messages come in; the same messages go out with each image and file in them once: a later copy only points to the first.

It follows from the messages alone, so the copy comes back by itself when the turn with the first one is gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nbclaude.wire.request import text_block

__all__ = ["without_repeats"]

_KINDS = ("image", "document")
_LEAST = 2_000  # characters; less is not worth a word


def without_repeats(messages: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Leave out copies of what an earlier message of the same request holds; they are counted by kind, from 1."""
    seen: dict[tuple[str, str], int] = {}
    count = dict.fromkeys(_KINDS, 0)
    return tuple(_message(message, seen, count) for message in messages)


def _message(
    message: Mapping[str, Any], seen: dict[tuple[str, str], int], count: dict[str, int]
) -> Mapping[str, Any]:
    content = message.get("content")
    if message.get("role") != "user" or not isinstance(content, list | tuple):
        return message
    blocks: list[Mapping[str, Any]] = []
    here: dict[tuple[str, str], int] = {}
    for block in content:
        kind, key = str(block.get("type")), _key(block)
        if key in seen:
            blocks.append(text_block(f"[{kind.capitalize()} {seen[key]} of this conversation again.]"))
            continue
        if kind in count:
            count[kind] += 1
        if key is not None:
            here.setdefault(key, count[kind])
        blocks.append(block)
    seen |= here
    return {**message, "content": blocks}


def _key(block: Mapping[str, Any]) -> Any:
    source = block.get("source")
    if block.get("type") not in _KINDS or not isinstance(source, Mapping):
        return None
    data = source.get("data")
    return (str(block["type"]), data) if isinstance(data, str) and len(data) >= _LEAST else None
