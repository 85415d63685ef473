"""Turns what to ask, in typed fields, into the JSON body of `POST /v1/messages`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from nbclaude.frozen import frozen
from nbclaude.wire.json_text import to_json

__all__ = ["EFFORT_LEVELS", "MessageRequest", "System", "text_block"]

# What the API takes as `output_config.effort`, from little to much; most models take only some of them.
EFFORT_LEVELS = ("low", "medium", "high", "xhigh", "max")

# A system prompt: a text, or text blocks in the API's shape.
System = str | Sequence[Mapping[str, Any]]


def text_block(text: str) -> dict[str, Any]:
    """Build a text content block."""
    return {"type": "text", "text": text}


@frozen
class MessageRequest:
    """One request: `messages` in the API's shape; `parameters` are the body fields that have no field of their own here.

    `extra` overrides any field of the body. `headers` are sent beside those of the connection.
    """

    model: str
    max_tokens: int
    messages: tuple[Mapping[str, Any], ...]
    system: System = ""
    tools: tuple[Mapping[str, Any], ...] = ()
    stream: bool = True
    parameters: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """Return the body as a dict. A field that was not asked for is left out: no server refuses what is not there."""
        body: dict[str, Any] = {"model": self.model, "max_tokens": self.max_tokens}
        if self.system:
            body["system"] = self.system if isinstance(self.system, str) else list(self.system)
        if self.tools:
            body["tools"] = list(self.tools)
        body["messages"] = list(self.messages)
        body |= self.parameters
        if self.stream:
            body["stream"] = True
        return {**body, **self.extra}

    def to_json(self) -> bytes:
        """Return the body as UTF-8 JSON, the same bytes for the same request."""
        return to_json(self.body())
