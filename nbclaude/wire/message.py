"""Builds a message of the Messages API from its events, one by one; it can be read at any moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbclaude.cleaning import identifier
from nbclaude.wire.events import (
    BlockDelta,
    BlockStart,
    BlockStop,
    Event,
    MessageDelta,
    MessageStart,
    MessageStop,
)
from nbclaude.wire.json_text import from_json

__all__ = [
    "BESIDE_SUMS",
    "MessageBuilder",
    "content_of",
    "events_of_message",
    "prompt_tokens",
    "read_count",
    "stop_reason_of",
    "text_of",
    "token_count",
    "whole_usage",
]

# Iterations of an answer that the totals of its usage leave out, although they are billed.
BESIDE_SUMS = ("compaction", "advisor_message")
_SUMS = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
_MAX_COUNT = 10**15  # No count is larger; what is comes of a fault.

# Which field of a block each delta type lengthens. The pieces are joined once, when somebody reads the message.
_GROWING = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}


def content_of(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the content blocks of a message, whose content may be plain text at some gateways."""
    content = message.get("content") or []
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    blocks = content if isinstance(content, list | tuple) else ()
    return [dict(block) for block in blocks if isinstance(block, Mapping)]


def text_of(message: Mapping[str, Any]) -> str:
    """Join the text blocks of a message. Cited answers are cut into many blocks: nothing goes between them."""
    blocks = content_of(message)
    return "".join(str(block.get("text") or "") for block in blocks if block.get("type") == "text")


def summary_of(message: Mapping[str, Any]) -> str:
    """Return the summary in a signed compaction block, or an empty string if there is none."""
    blocks = [block for block in content_of(message) if block.get("type") == "compaction"]
    said = [
        block["content"]
        for block in blocks
        if block.get("signature") and isinstance(block.get("content"), str)
    ]
    return said[0].strip() if len(blocks) == len(said) == 1 else ""


def prompt_tokens(usage: Mapping[str, Any]) -> int:
    """Count the tokens of the whole prompt: `input_tokens` is only what was neither written to nor read from a cache."""
    kinds = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    return sum(token_count(usage, kind) for kind in kinds)


def whole_usage(usage: object) -> dict[str, Any]:
    """Return a usage whose totals include everything that an answer used, even compactions and an advisor's messages."""
    whole = dict(usage) if isinstance(usage, Mapping) else {}
    iterations = whole.get("iterations")
    beside = [
        each
        for each in (iterations if isinstance(iterations, list) else ())
        if isinstance(each, Mapping) and each.get("type") in BESIDE_SUMS
    ]
    if beside:
        whole |= {name: sum(token_count(each, name) for each in (whole, *beside)) for name in _SUMS}
    return whole


def token_count(usage: Mapping[str, Any], name: str) -> int:
    """Return a count of a usage; 0 where it has none, or one that cannot be read."""
    return read_count(usage.get(name)) or 0


def read_count(value: object) -> int | None:
    """Read a count, which may be a text or a float at some gateways; None if it is no count at all."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < len(str(_MAX_COUNT)):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MAX_COUNT:
        return None
    return int(value) if value == int(value) else None


def stop_reason_of(message: Mapping[str, Any]) -> str | None:
    """Return why the answer stopped, None if it has not said; what is no name of a reason becomes one."""
    reason = message.get("stop_reason")
    return reason if reason is None else identifier(str(reason))


def events_of_message(message: Mapping[str, Any]) -> list[Event]:
    """Tell a whole message (a reply that was not streamed) as the events that would have built it."""
    events: list[Event] = [MessageStart({**message, "content": [], "stop_reason": None})]
    for index, block in enumerate(content_of(message)):
        events += [BlockStart(index, block), BlockStop(index)]
    ending = {key: message[key] for key in ("stop_reason", "stop_sequence", "stop_details") if key in message}
    events += [MessageDelta(ending, message.get("usage") or {}, {}), MessageStop()]
    return events


class _GrowingBlock:
    """One content block: as it started, plus the pieces that its deltas brought."""

    def __init__(self, start: Mapping[str, Any]) -> None:
        self.start = dict(start)
        self.pieces: dict[str, list[str]] = {}
        self.citations: list[Any] = []

    def apply(self, delta: Mapping[str, Any]) -> None:
        kind = delta.get("type")
        field = _GROWING.get(str(kind))
        if field is not None:
            self.pieces.setdefault(field, []).append(str(delta.get(field) or ""))
        elif kind == "signature_delta":
            # Assigned, not joined: the last one is the signature.
            self.start["signature"] = delta.get("signature")
        elif kind == "citations_delta":
            self.citations.append(delta.get("citation"))
        else:
            # compaction_delta and deltas to come carry their block's fields whole; what is known grows by its own deltas.
            known = {"type", "input", *_GROWING.values()}
            self.start.update({key: value for key, value in delta.items() if key not in known})

    def value(self) -> dict[str, Any]:
        block = dict(self.start)
        for field, pieces in self.pieces.items():
            if field == "partial_json":
                block.update(_tool_input("".join(pieces), block))
            else:
                block[field] = str(block.get(field) or "") + "".join(pieces)
        if self.citations:
            before = block.get("citations")
            block["citations"] = [*(before if isinstance(before, list) else ()), *self.citations]
        return block


def _tool_input(text: str, block: Mapping[str, Any]) -> dict[str, Any]:
    """Read a tool call's input; JSON that was cut off is kept as `partial_json`, so that nothing is lost."""
    if not text:
        # No deltas, or only empty ones: the start has the whole input, which is usually {}.
        return {"input": block.get("input") or {}}
    try:
        value = from_json(text, exact=True)
    except ValueError:
        value = None
    if isinstance(value, dict):
        return {"input": value}
    return {"input": block.get("input") or {}, "partial_json": text}


class MessageBuilder:
    """The message as it grows: `apply` each event, read `message` at any time."""

    def __init__(self) -> None:
        self._fields: dict[str, Any] = {}
        self._usage: dict[str, Any] = {}
        self._blocks: dict[int, _GrowingBlock] = {}

    def apply(self, event: Event) -> None:
        """Take the next event. Events out of order and unknown ones change nothing and are never an error."""
        match event:
            case BlockDelta(index, delta):
                if (block := self._blocks.get(index)) is None:
                    # A gateway that forgets the start of a block still means its deltas.
                    block = self._blocks[index] = _GrowingBlock(_implied_start(delta))
                block.apply(delta)
            case MessageStart(message):
                self._start(message)
            case BlockStart(index, content_block):
                self._blocks[index] = _GrowingBlock(content_block)
            case MessageDelta(delta, usage, extra):
                self._fields.update(delta)
                self._fields.update(extra)
                self._merge_usage(usage)
            case _:
                pass

    @property
    def message(self) -> dict[str, Any]:
        """The message so far, in the API's shape: id, type, role, model, content, stop_reason, usage, ..."""
        content = [self._blocks[index].value() for index in sorted(self._blocks)]
        base = {"type": "message", "role": "assistant", "stop_reason": None, "stop_sequence": None}
        return {**base, **self._fields, "content": content, "usage": dict(self._usage)}

    def _start(self, message: Mapping[str, Any]) -> None:
        # A second message_start means that a gateway began again: what came before it is void.
        self._fields = {key: value for key, value in message.items() if key not in ("content", "usage")}
        self._usage = {}
        self._blocks = {}
        self._merge_usage(message.get("usage"))
        for index, block in enumerate(content_of(message)):
            # Continuations of programmatic tool calling carry their whole content in message_start.
            self._blocks[index] = _GrowingBlock(block)

    def _merge_usage(self, usage: object) -> None:
        if not isinstance(usage, Mapping):
            return
        # Cumulative: what a later event carries overwrites, what it lacks (or has as null) stays.
        self._usage.update(
            {key: value for key, value in usage.items() if value is not None or key not in self._usage}
        )


def _implied_start(delta: Mapping[str, Any]) -> dict[str, Any]:
    kinds = {"thinking_delta": "thinking", "signature_delta": "thinking", "input_json_delta": "tool_use"}
    return {"type": kinds.get(str(delta.get("type")), "text")}
