"""Writes an API message as a stream of server-sent events.

The order and the shapes are those of recorded streams;
https://platform.claude.com/docs/en/build-with-claude/streaming
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from nbclaude.frozen import frozen

from .scripts import Pace
from .tokens import compact

__all__ = ["StreamEvent", "error_event", "stream_events"]

# Blocks that come piece by piece: the key that grows, its delta type and the delta's key.
_GROWING = {
    "text": ("text", "text_delta", "text"),
    "thinking": ("thinking", "thinking_delta", "thinking"),
}
_CALLS = ("tool_use", "server_tool_use", "mcp_tool_use")
# What message_delta repeats of the usage, as cumulative figures.
_CUMULATIVE = (
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
    "output_tokens_details",
    "server_tool_use",
    "iterations",
)
# Fields of a compaction block, which come together in one delta.
_COMPACTION = ("content", "encrypted_content")


@frozen
class StreamEvent:
    """One event: its name, its data, and for a content delta the characters of text that it carries."""

    name: str
    data: Mapping[str, Any]
    characters: int = 0

    @property
    def paced(self) -> bool:
        """Deltas come at the pace of the answer; everything around them at once."""
        return self.name == "content_block_delta"

    def encode(self) -> bytes:
        """Frame the event: `event:` and `data:` lines and an empty one."""
        return f"event: {self.name}\ndata: {compact(self.data)}\n\n".encode("utf-8", "replace")


def stream_events(message: Mapping[str, Any], pace: Pace) -> Iterator[StreamEvent]:
    """Give the events of a whole message, its texts cut as `pace` says."""
    started = dict(message, content=[], stop_reason=None, stop_sequence=None, stop_details=None)
    started["usage"] = dict(message["usage"])
    started["usage"].pop("output_tokens_details", None)
    started["usage"]["output_tokens"] = min(1, message["usage"].get("output_tokens", 1))
    yield _event("message_start", message=started)
    for index, block in enumerate(message["content"]):
        yield _event("content_block_start", index=index, content_block=_opening(block))
        if index == 0:
            yield _event("ping")
        for delta in _deltas(block, pace):
            characters = len(delta["text"]) if delta["type"] == "text_delta" else 0
            yield StreamEvent(
                "content_block_delta",
                {"type": "content_block_delta", "index": index, "delta": delta},
                characters,
            )
        yield _event("content_block_stop", index=index)
    reason = {key: message[key] for key in ("stop_reason", "stop_sequence", "stop_details")}
    if "container" in message:
        reason["container"] = message["container"]
    usage = {key: message["usage"][key] for key in _CUMULATIVE if key in message["usage"]}
    extra = {key: message[key] for key in ("context_management",) if key in message}
    yield _event("message_delta", delta=reason, usage=usage, **extra)
    yield _event("message_stop")


def error_event(kind: str, message: str, request_id: str, details: Mapping[str, Any] | None) -> StreamEvent:
    """Build the `error` event of a stream that fails after it began."""
    error = {"details": details, "type": kind, "message": message}
    return StreamEvent("error", {"type": "error", "error": error, "request_id": request_id})


def _event(name: str, **data: Any) -> StreamEvent:
    return StreamEvent(name, {"type": name, **data})


def _opening(block: Mapping[str, Any]) -> dict[str, Any]:
    """Give the block as content_block_start shows it: what comes in deltas is still empty."""
    kind = block["type"]
    if kind == "text":
        return {**block, "text": "", **({"citations": []} if block.get("citations") else {})}
    if kind == "thinking":
        return {**block, "thinking": "", "signature": ""}
    if kind in _CALLS:
        return {**block, "input": {}}
    if kind == "compaction":
        return {**block, **{key: None for key in _COMPACTION if key in block}}
    return dict(block)  # tool results, redacted thinking and unknown blocks come whole


def _deltas(block: Mapping[str, Any], pace: Pace) -> Iterator[dict[str, Any]]:
    kind = block["type"]
    # Citations come between the pieces of the text, the first one before it.
    cited = iter([{"type": "citations_delta", "citation": item} for item in block.get("citations") or ()])
    if kind in _GROWING:
        source, delta, key = _GROWING[kind]
        for piece in pace.pieces(block[source]):
            yield from itertools.islice(cited, 1)
            yield {"type": delta, key: piece}
        yield from cited
    if kind == "compaction":
        yield {"type": "compaction_delta", **{key: block[key] for key in _COMPACTION if key in block}}
    elif kind == "thinking":
        yield {"type": "signature_delta", "signature": block.get("signature", "")}
    elif kind in _CALLS:
        # The first piece is empty in real streams, and an empty input has no other.
        yield {"type": "input_json_delta", "partial_json": ""}
        if block["input"]:
            for piece in pace.pieces(compact(block["input"])):
                yield {"type": "input_json_delta", "partial_json": piece}
