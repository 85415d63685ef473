"""The parts of a request in the order in which the API reads them: tools, system, message blocks.

Cache entries and thinking signatures are both bound to such a prefix. Values that do not change what the
model reads (`cache_control`, nulls, `caller`) are left out, and a string counts as the one text block that it
stands for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from nbclaude.frozen import frozen

from .tokens import as_blocks

__all__ = ["Part", "digest", "parts"]

_UNREAD = frozenset({"cache_control", "caller"})


@frozen
class Part:
    """One piece of a request: a tool, a system block or a message's block.

    `place` is where it stands (`tools.0`, `system.0`, `messages.2.content.1`), `role` is `tools`, `system` or
    the message's role, `first` says whether it opens a message.
    """

    place: str
    role: str
    block: Mapping[str, Any]
    first: bool = False


def parts(body: Mapping[str, Any]) -> Iterator[Part]:
    """Give the parts of a request in the order tools, system, messages."""
    for index, tool in enumerate(body.get("tools") or ()):
        yield Part(f"tools.{index}", "tools", tool)
    for index, block in enumerate(as_blocks(body.get("system"))):
        yield Part(f"system.{index}", "system", block)
    for number, message in enumerate(body.get("messages") or ()):
        for index, block in enumerate(as_blocks(message.get("content"))):
            yield Part(f"messages.{number}.content.{index}", message["role"], block, first=index == 0)


def digest(before: bytes, role: str, value: object) -> bytes:
    """Add one part to the hash of all parts before it."""
    data = json.dumps(_as_read(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(before + role.encode() + b"\0" + data.encode("utf-8", "surrogatepass")).digest()


def _as_read(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _as_read(item) for key, item in value.items() if key not in _UNREAD and item is not None}
    if isinstance(value, list | tuple):
        return [_as_read(item) for item in value]
    return value
