"""Makes the API message of an answer from a script and the request's body.

What the API decides for a model it decides here: whether the answer begins with a thinking block, where
`max_tokens` and `stop_sequences` cut it, its ids, its signatures and its usage.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .compaction import compaction_block, compaction_usage
from .models import SimulatedModel
from .prefix import digest
from .scripts import Answer, Block
from .signing import prefix_hash, sign
from .tokens import as_blocks, block_tokens, content_tokens

__all__ = ["build_message", "make_id", "thinks", "visible_thinking"]

# Blocks that call a tool -> what their ids begin with.
_CALL_IDS = {"tool_use": "toolu", "server_tool_use": "srvtoolu", "mcp_tool_use": "mcptoolu"}
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def make_id(kind: str, number: int, seed: str = "") -> str:
    """Make an id such as `msg_01...`; the same number gives the same id."""
    value = int.from_bytes(hashlib.sha256(f"{kind}/{number}/{seed}".encode()).digest()[:17], "big")
    letters = []
    for _ in range(22):
        value, rest = divmod(value, len(_ALPHABET))
        letters.append(_ALPHABET[rest])
    return f"{kind}_01{''.join(letters)}"


def thinks(body: Mapping[str, Any], model: SimulatedModel) -> bool:
    """Tell whether the answer to this request begins with thinking."""
    kind = (body.get("thinking") or {}).get("type")
    if kind == "between_tools":
        return any(
            block.get("type") == "tool_result" for block in as_blocks(body["messages"][-1].get("content"))
        )
    return kind in ("adaptive", "enabled") or (kind is None and model.thinks != "off")


def visible_thinking(body: Mapping[str, Any], model: SimulatedModel) -> bool:
    """Tell whether the request gets the text of the thinking, or an empty block."""
    display = (body.get("thinking") or {}).get("display")
    return display == "summarized" or (display is None and not model.omits_thinking)


def build_message(
    answer: Answer,
    body: Mapping[str, Any],
    model: SimulatedModel,
    number: int,
    input_usage: Mapping[str, Any],
) -> dict[str, Any]:
    """Build the message that answers the request `body`, the simulator's `number`th."""
    blocks, thinking_tokens = _blocks(answer, body, model)
    compacts = body.get("compaction") is not None
    if compacts and answer.stop_reason is None:
        answer = replace(answer, stop_reason="compaction")
        blocks, thinking_tokens = [compaction_block(blocks)], 0
    stop_reason, stop_sequence = answer.stop_reason, answer.stop_sequence
    if stop_reason is None:
        left = body.get("max_tokens", model.max_tokens) - thinking_tokens
        blocks, stop_reason, stop_sequence = _cut(blocks, left, body, model)
    blocks = _complete(blocks, body, model, number)
    output = content_tokens(filter(_is_written, blocks), model) + thinking_tokens
    details = answer.stop_details
    if stop_reason == "refusal" and details is None:
        details = {"type": "refusal", "category": None, "explanation": None}
    usage = {
        **input_usage,
        "output_tokens": output if body.get("max_tokens") == 0 else max(1, output),
        "output_tokens_details": {"thinking_tokens": thinking_tokens},
        "service_tier": "standard",
        "inference_geo": "global",
    }
    if compacts:
        usage = compaction_usage(usage)
    return {
        "model": model.id,
        "id": make_id("msg", number),
        "type": "message",
        "role": "assistant",
        "content": blocks,
        "stop_reason": stop_reason,
        "stop_sequence": stop_sequence,
        "stop_details": dict(details) if details is not None else None,
        "usage": usage | dict(answer.usage),
        **answer.message,
    }


def _is_written(block: Mapping[str, Any]) -> bool:
    """Tell whether the model has written a block: not the results of tools; thinking is counted apart."""
    return block["type"] != "thinking" and not block["type"].endswith("_tool_result")


def _blocks(
    answer: Answer, body: Mapping[str, Any], model: SimulatedModel
) -> tuple[list[dict[str, Any]], int]:
    """Give the blocks of an answer and the tokens of its thinking, seen or not."""
    if body.get("max_tokens") == 0:
        return [], 0  # a request that only warms the prompt cache
    text_only = isinstance(answer.content, str)
    blocks = as_blocks(answer.content) if text_only else [_block(item) for item in answer.content]
    if not thinks(body, model) or not (text_only or answer.thinking):
        return blocks, content_tokens((block for block in blocks if block["type"] == "thinking"), model)
    thought = {"type": "thinking", "thinking": answer.thinking or "Considering what was asked."}
    shown = thought if visible_thinking(body, model) else thought | {"thinking": ""}
    return [shown, *blocks], block_tokens(thought, model)


def _block(item: Block | str) -> dict[str, Any]:
    return {"type": "text", "text": item} if isinstance(item, str) else dict(item)


def _complete(
    blocks: list[dict[str, Any]], body: Mapping[str, Any], model: SimulatedModel, number: int
) -> list[dict[str, Any]]:
    """Add what scripts may leave out: ids of tool calls, signatures of thinking."""
    before, done = prefix_hash(body), []
    for index, block in enumerate(blocks):
        kind = block.get("type")
        if kind in _CALL_IDS:
            caller = {"caller": {"type": "direct"}} if kind == "tool_use" else {}
            call = {"type": kind, "id": make_id(_CALL_IDS[kind], number, str(index))}
            block = call | caller | block
        elif kind == "thinking" and "signature" not in block:
            block = block | {"signature": sign(block["thinking"], before, model)}
        done.append(block)
        before = digest(before, "assistant", block)
    return done


def _cut(
    blocks: list[dict[str, Any]], left: int, body: Mapping[str, Any], model: SimulatedModel
) -> tuple[list[dict[str, Any]], str, str | None]:
    """Stop an answer where the API would: at the first stop sequence, or when no tokens are `left`."""
    done: list[dict[str, Any]] = []
    for block in blocks:
        if block.get("type") == "thinking":
            done.append(block)  # its tokens are paid for already
            continue
        if block.get("type") == "text":
            value, found = _before_stop(block["text"], body.get("stop_sequences") or ())
            room = max(0, int(left * model.bytes_per_token))
            data = value.encode("utf-8", "surrogatepass")
            if len(data) > room:
                short = data[:room].decode("utf-8", "ignore")
                return [*done, block | {"text": short}] if short else done, "max_tokens", None
            if found is not None:
                return [*done, block | {"text": value}] if value else done, "stop_sequence", found
        done.append(block)
        left -= block_tokens(block, model)
    if left <= 0 and not blocks:
        return [], "max_tokens", None
    called = any(block.get("type") == "tool_use" for block in blocks)
    return done, "tool_use" if called else "end_turn", None


def _before_stop(value: str, sequences: Sequence[str]) -> tuple[str, str | None]:
    """Give the text before the first stop sequence in it, and that sequence."""
    hits = [(value.index(sequence), sequence) for sequence in sequences if sequence and sequence in value]
    if not hits:
        return value, None
    start, found = min(hits)
    return value[:start], found
