"""Reads a conversation from JSON: the messages of the API, as we or anybody else has written them."""

from __future__ import annotations

from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any

from nbclaude.cleaning import identifier
from nbclaude.conversation.turns import MAIN, Turn
from nbclaude.errors import ConfigurationError
from nbclaude.saved.definitions import is_run_by_client
from nbclaude.saved.json_file import json_of_file
from nbclaude.saved.packing import fingerprint, texts_in
from nbclaude.saved.restoring import FoundConversation
from nbclaude.saved.visible import has_unseen_characters
from nbclaude.settings.values import Settings
from nbclaude.wire.message import content_of
from nbclaude.wire.request import text_block

__all__ = ["read_conversation"]

_KINDS = {"user": ("text", "image", "document", "tool_result"), "assistant": ("text", "tool_use")}
_NEEDED = {"tool_use": "name", "tool_result": "tool_use_id"}
MAX_BYTES = 200_000_000


def read_conversation(path: Path) -> FoundConversation:
    """Read the messages of a file as turns; only texts, images and documents come along.

    Raises:
        ConfigurationError: there is no such file, or it holds no messages.

    """
    content = json_of_file(path, MAX_BYTES)
    found = content.get("messages") if isinstance(content, Mapping) else content
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise ConfigurationError(f"{path} holds no messages.")
    facts = content if isinstance(content, Mapping) else {}
    model = identifier(str(facts.get("model") or ""))
    tools = _tools(facts.get("tools"))
    known = {str(tool["name"]) for tool in tools}
    told: dict[str, None] = {}
    turns: list[Turn] = []
    prompt: list[dict[str, Any]] = []
    for message in found:
        role = str(message.get("role"))
        blocks = [_kept(block, role, known, told) for block in _blocks(message)]
        kept = [block for block in blocks if block is not None]
        known |= {str(block.get("id")) for block in kept if block["type"] == "tool_use"}
        if role == "user":
            prompt += kept
        elif role == "assistant" and kept and prompt:
            turns.append(_turn(prompt, kept, model, len(turns), tools))
            prompt = []
    name = identifier(str(facts.get("conversation") or "")) or MAIN
    ids = tuple(turn.saved_as for turn in turns)
    return FoundConversation(name, tuple(turns), len(turns), "", tuple(told), ids=ids)


def _blocks(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    content = message.get("content")
    return [text_block(content)] if isinstance(content, str) else list(content_of(message))


def _tools(value: object) -> tuple[dict[str, Any], ...]:
    """Return the definitions of tools that a client runs. They only say what calls mean; a server's tool would run again."""
    tools = [dict(each) for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
    return tuple(
        each
        for each in tools
        if isinstance(each.get("name"), str)
        and is_run_by_client(each)
        and not any(map(has_unseen_characters, texts_in(each)))
    )


def _kept(
    block: Mapping[str, Any], role: str, known: Container[str], told: dict[str, None]
) -> dict[str, Any] | None:
    """Return a block if it is kept: a call needs a `known` tool, a result a `known` call."""
    kind = str(block.get("type"))
    needed = str(block.get(_NEEDED.get(kind, "")))
    if kind not in _KINDS.get(role, ()) or (kind in _NEEDED and needed not in known):
        told[f"blocks of the type {identifier(kind, 40)!r} are left out"] = None
        return None
    if any(has_unseen_characters(text) for text in texts_in(block)):
        told["a text with characters that nobody sees is left out"] = None
        return None
    if kind != "text":
        return dict(block)
    return text_block(block["text"]) if isinstance(block.get("text"), str) else None


def _turn(
    prompt: list[dict[str, Any]],
    answer: list[dict[str, Any]],
    model: str,
    number: int,
    tools: tuple[dict[str, Any], ...],
) -> Turn:
    message = {
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": answer,
        "stop_reason": "tool_use" if answer[-1]["type"] == "tool_use" else "end_turn",
        "usage": {},
    }
    its_id = fingerprint([number, prompt, answer])
    return Turn(
        tuple(prompt),
        message,
        model,
        run=("restored", its_id),
        settings=Settings(tools=tools),
        saved_as=its_id,
    )
