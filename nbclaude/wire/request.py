"""What to ask comes in as typed fields; the JSON body of `POST /v1/messages` goes out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["MessageRequest", "text_block"]


def text_block(text: str) -> dict[str, Any]:
    """Build a text content block."""
    return {"type": "text", "text": text}


@dataclass(frozen=True, slots=True)
class MessageRequest:
    """One request: `messages` in the API's shape, `extra` for body fields that have no field of their own here."""

    model: str
    max_tokens: int
    messages: tuple[Mapping[str, Any], ...]
    system: str = ""
    stream: bool = True
    extra: Mapping[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """Return the body as a dict. A field that was not asked for is left out: no server refuses what is not there."""
        body: dict[str, Any] = {"model": self.model, "max_tokens": self.max_tokens}
        if self.system:
            body["system"] = self.system
        body["messages"] = list(self.messages)
        if self.stream:
            body["stream"] = True
        return {**body, **self.extra}

    def to_json(self) -> bytes:
        """Return the body as UTF-8 JSON, the same bytes for the same request."""
        return json.dumps(self.body(), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
