"""Signs thinking blocks together with their prefix, and checks the signatures of replayed ones.

From Fable 5.1, Opus 5.5, Sonnet 5.5 and Haiku 5.5 on, a replayed `thinking` block is valid only behind the
very prefix (tools, system, earlier messages) it was made with:
https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from .faults import APIFault
from .models import SimulatedModel
from .prefix import digest, parts

__all__ = ["check_signatures", "prefix_hash", "sign"]

_MAKER = "nbclaude-simulator"


def prefix_hash(body: Mapping[str, Any]) -> bytes:
    """Hash everything of a request that stands before the answer."""
    value = b""
    for part in parts(body):
        value = digest(value, part.role, part.block)
    return value


def sign(thinking: str, prefix: bytes, model: SimulatedModel) -> str:
    """Make the signature of a thinking block that follows `prefix`."""
    claims = {"by": _MAKER, "model": model.id, "prefix": prefix.hex(), "thinking": _hash(thinking)}
    return base64.b64encode(json.dumps(claims).encode()).decode()


def check_signatures(body: Mapping[str, Any], model: SimulatedModel) -> None:
    """Refuse thinking blocks that were changed, or that stand behind another prefix; APIFault 400.

    Blocks made by another model pass: the API drops them.
    """
    before = b""
    for part in parts(body):
        if part.role == "assistant" and part.block.get("type") == "thinking":
            _check(part.place, part.block, before, model)
        before = digest(before, part.role, part.block)


def _check(place: str, block: Mapping[str, Any], before: bytes, model: SimulatedModel) -> None:
    claims = _claims(block["signature"])
    if claims is None:
        # Other signatures (a recorded stream's) can be checked by the real API alone.
        if model.binds_thinking:
            raise APIFault(f"{place}: Invalid `signature` in `thinking` block")
        return
    if claims["thinking"] != _hash(block["thinking"]):
        raise APIFault(
            f"{place}: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be "
            "modified. "
            "These blocks must remain as they were in the original response."
        )
    if model.binds_thinking and claims["model"] == model.id and claims["prefix"] != before.hex():
        raise APIFault(
            f"{place}: Invalid `signature` in `thinking` block. The block is bound to a different "
            "conversation. Remove the "
            'block, or set `thinking.block_binding.prefix_mismatch_behavior` to "drop_block".'
        )


def _claims(signature: str) -> dict[str, str] | None:
    try:
        claims = json.loads(base64.b64decode(signature, validate=True))
    except (ValueError, binascii.Error):
        return None
    return claims if isinstance(claims, dict) and claims.get("by") == _MAKER else None


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:16]
