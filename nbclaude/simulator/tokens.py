"""Estimates how many tokens a request or an answer has, by documented rules.

* Text: its UTF-8 bytes / `model.bytes_per_token` (3 for models from 4.7 on, whose tokenizer makes about 30%
  more tokens; 4 for older ones), rounded up.
* Everything else that is JSON (tools, tool input): the text of its compact JSON.
* An image: ceil(width / 28) * ceil(height / 28) after scaling to the model's longest edge, at most the
  model's maximum; by URL or file id: the maximum. A document by anything but text: 2,000;
  its title and context count as text.
* Every message: 4 more, for its role and its ends.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from .images import read_image
from .models import SimulatedModel

__all__ = [
    "MESSAGE_TOKENS",
    "as_blocks",
    "block_tokens",
    "compact",
    "content_tokens",
    "image_tokens",
    "text_tokens",
]

MESSAGE_TOKENS = 4
DOCUMENT_TOKENS = 2000


def as_blocks(content: object) -> list[dict[str, Any]]:
    """Give content as a list of blocks: a non-empty string is one text block."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    return [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []


def compact(value: object) -> str:
    """Write JSON without spaces, keys in their order, as the API does."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def text_tokens(value: str, model: SimulatedModel) -> int:
    """Estimate the tokens of a text; 0 for an empty one."""
    return math.ceil(len(value.encode("utf-8", "surrogatepass")) / model.bytes_per_token)


def image_tokens(width: int, height: int, model: SimulatedModel) -> int:
    """Count the tokens of an image of this size in pixels."""
    scale = min(1.0, model.long_edge / max(width, height, 1))
    patches = math.ceil(width * scale / 28) * math.ceil(height * scale / 28)
    return min(patches, model.max_image_tokens)


def block_tokens(block: Mapping[str, Any], model: SimulatedModel) -> int:
    """Estimate the tokens of one content block."""
    kind = block.get("type")
    if kind == "text":
        return text_tokens(str(block.get("text", "")), model)
    if kind == "thinking":
        return text_tokens(str(block.get("thinking", "")), model)
    if kind == "image":
        return _image_block(block.get("source"), model)
    if kind == "tool_result":
        return MESSAGE_TOKENS + content_tokens(as_blocks(block.get("content")), model)
    if kind == "document":
        return _document_block(block, model)
    rest = {key: value for key, value in block.items() if key != "cache_control"}
    return text_tokens(compact(rest), model)


def content_tokens(blocks: Iterable[Mapping[str, Any]], model: SimulatedModel) -> int:
    """Estimate the tokens of several blocks."""
    return sum(block_tokens(block, model) for block in blocks)


def _image_block(source: object, model: SimulatedModel) -> int:
    if isinstance(source, dict) and source.get("type") == "base64":
        try:
            image = read_image(base64.b64decode(str(source.get("data", ""))))
        except (ValueError, binascii.Error):
            image = None
        if image is not None:
            return image_tokens(image.width, image.height, model)
    return model.max_image_tokens


def _document_block(block: Mapping[str, Any], model: SimulatedModel) -> int:
    source = block.get("source")
    around = sum(text_tokens(str(block.get(name) or ""), model) for name in ("title", "context"))
    if isinstance(source, dict) and source.get("type") == "text":
        return around + text_tokens(str(source.get("data", "")), model)
    if isinstance(source, dict) and source.get("type") == "content":
        return around + content_tokens(as_blocks(source.get("content")), model)
    return around + DOCUMENT_TOKENS
