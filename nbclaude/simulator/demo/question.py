"""The last question of a request, and what came before it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbclaude.frozen import frozen

from ..tokens import as_blocks

__all__ = ["Question", "read_question"]


@frozen
class Question:
    """The last user message and the conversation before it.

    `earlier` holds the texts of the earlier user messages, `answers` those of the assistant's, both in order;
    messages with tool results alone are left out. `images` and `documents` are the blocks of the last
    message, `results` its tool results.
    """

    text: str
    system: str
    earlier: tuple[str, ...]
    answers: tuple[str, ...]
    images: tuple[Mapping[str, Any], ...]
    documents: tuple[Mapping[str, Any], ...]
    results: tuple[Mapping[str, Any], ...]
    tools: tuple[Mapping[str, Any], ...]
    tool_choice: Mapping[str, Any]
    schema: Mapping[str, Any] | None
    prefill: str

    @property
    def lower(self) -> str:
        """The text in small letters, typographic apostrophes made plain."""
        return self.text.lower().replace("’", "'")

    @property
    def words(self) -> int:
        """How many words the text has."""
        return len(self.text.split())


def read_question(body: Mapping[str, Any]) -> Question:
    """Read a valid request body."""
    messages = [message for message in body["messages"] if message["role"] != "system"]
    prefill = ""
    if messages and messages[-1]["role"] == "assistant":
        prefill = _text(messages[-1])
        messages = messages[:-1]
    start = len(messages)
    while start and messages[start - 1]["role"] == "user":
        start -= 1  # user messages in a row are one
    last = [block for message in messages[start:] for block in as_blocks(message["content"])]
    before = messages[:start]
    return Question(
        text="\n\n".join(block["text"] for block in last if block["type"] == "text"),
        system="\n\n".join(block.get("text", "") for block in as_blocks(body.get("system"))),
        earlier=_texts(before, "user"),
        answers=_texts(before, "assistant"),
        images=_of_type(last, "image"),
        documents=_of_type(last, "document"),
        results=_of_type(last, "tool_result"),
        tools=tuple(body.get("tools") or ()),
        tool_choice=body.get("tool_choice") or {},
        schema=((body.get("output_config") or {}).get("format") or {}).get("schema"),
        prefill=prefill,
    )


def _texts(messages: list[Mapping[str, Any]], role: str) -> tuple[str, ...]:
    found = (_text(message) for message in messages if message["role"] == role)
    return tuple(value for value in found if value.strip())


def _text(message: Mapping[str, Any]) -> str:
    return "\n\n".join(block["text"] for block in as_blocks(message["content"]) if block["type"] == "text")


def _of_type(blocks: list[dict[str, Any]], kind: str) -> tuple[dict[str, Any], ...]:
    return tuple(block for block in blocks if block["type"] == kind)
