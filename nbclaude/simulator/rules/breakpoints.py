"""Checks the number and order of the cache breakpoints in a request.

https://platform.claude.com/docs/en/build-with-claude/prompt-caching
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..faults import APIFault
from ..prefix import parts
from ..tokens import as_blocks
from .context import Context
from .fields import Field, check_fields

__all__ = ["check_breakpoints"]

MAX_MARKS = 4
_MARK = {
    "type": Field("string", required=True, choices=("ephemeral",)),
    "ttl": Field("string", nullable=True, choices=("5m", "1h")),
}


def check_breakpoints(body: Mapping[str, Any], context: Context) -> None:
    """Check every `cache_control` of the request in the order in which the API reads them; APIFault 400."""
    marks = list(_marks(body))
    for place, mark in marks:
        check_fields(f"{place}.cache_control", mark, _MARK, strict=context.strict)
    automatic = body.get("cache_control")
    if automatic:
        check_fields("cache_control", automatic, _MARK, strict=context.strict)
    count = len(marks) + bool(automatic)
    if count > MAX_MARKS:
        raise APIFault(f"A maximum of {MAX_MARKS} blocks with cache_control may be provided. Found {count}.")
    short = False
    for place, mark in [*marks, *([("messages", automatic)] if automatic else [])]:
        if short and mark.get("ttl") == "1h":
            raise APIFault(
                f"{place}.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' "
                "cache_control "
                "block. Note that blocks are processed in the following order: `tools`, `system`, `messages`."
            )
        short = short or mark.get("ttl") != "1h"


def _marks(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for part in parts(body):
        # A mark inside a tool result is read before the mark of the result itself.
        for index, block in enumerate(as_blocks(part.block.get("content"))):
            if part.block.get("type") == "tool_result" and block.get("cache_control"):
                yield f"{part.place}.content.{index}", block["cache_control"]
        if part.block.get("cache_control"):
            yield part.place, part.block["cache_control"]
