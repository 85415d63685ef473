"""Compaction requests: checks them and the blocks that they made, and answers with one signed block.

https://platform.claude.com/docs/en/build-with-claude/compaction
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from .faults import APIFault
from .tokens import as_blocks

__all__ = ["check_compaction", "compaction_block", "compaction_usage"]

_MAKER = "nbclaude-simulator"
_SUMMED = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")


def check_compaction(body: Mapping[str, Any]) -> None:
    """Check a request that compacts, and the signed blocks in any request; APIFault 400 with an error code."""
    if body.get("compaction") is not None:
        if body.get("context_management") is not None:
            raise APIFault("compaction: cannot be combined with `context_management`")
        _check_conversation(body["messages"])
    _check_blocks(body["messages"])


def compaction_block(blocks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Make the block that holds what the texts of an answer say."""
    summary = "\n\n".join(str(block["text"]) for block in blocks if block.get("type") == "text")
    return {
        "type": "compaction",
        "content": summary or None,
        "encrypted_content": None,
        "signature": _signature(summary),
    }


def compaction_usage(usage: Mapping[str, Any]) -> dict[str, Any]:
    """Move the figures of a usage to an iteration of its own: the sums do not include a compaction."""
    iteration = {name: usage[name] for name in (*_SUMMED, "cache_creation") if name in usage}
    return {
        **usage,
        **dict.fromkeys(set(_SUMMED).intersection(usage), 0),
        "iterations": [{"type": "compaction", **iteration}],
    }


def _check_conversation(messages: Sequence[Mapping[str, Any]]) -> None:
    said = [message for message in messages if message["role"] != "system"]
    blocks = as_blocks(said[-1]["content"]) if said else []
    if not blocks:
        raise _fault("nothing_to_summarize", "messages: there is nothing to summarize")
    if said[-1]["role"] == "assistant" and blocks[-1].get("type") in ("tool_use", "server_tool_use"):
        raise _fault("incomplete_turn", f"messages.{len(messages) - 1}: the assistant turn is not finished")


def _check_blocks(messages: Sequence[Mapping[str, Any]]) -> None:
    for index, message in enumerate(messages):
        for number, block in enumerate(as_blocks(message["content"])):
            # Without a signature it is a block of automatic compaction, which may stand anywhere.
            if block.get("type") != "compaction" or block.get("signature") is None:
                continue
            place = f"messages.{index}.content.{number}"
            if index or number or message["role"] == "system":
                raise _fault("block_misplaced", f"{place}: a `compaction` block must come first")
            recorded = _recorded(block["signature"])
            if recorded is None:
                raise _fault("signature_invalid", f"{place}: Invalid `signature` in `compaction` block")
            if recorded != _hash(block.get("content") or ""):
                raise _fault(
                    "content_mismatch", f"{place}: the content of a `compaction` block cannot be modified"
                )


def _fault(code: str, message: str) -> APIFault:
    return APIFault(message, details={"error_code": f"compaction_{code}"})


def _signature(summary: str) -> str:
    claims = {"by": _MAKER, "compaction": _hash(summary)}
    return base64.b64encode(json.dumps(claims).encode()).decode()


def _recorded(signature: object) -> str | None:
    try:
        claims = json.loads(base64.b64decode(str(signature), validate=True))
    except (ValueError, binascii.Error):
        return None
    return claims.get("compaction") if isinstance(claims, dict) and claims.get("by") == _MAKER else None


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:16]
