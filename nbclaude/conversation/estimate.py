"""Counts the tokens of a prompt: on the server if it can, otherwise by an estimate."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from nbclaude.client.connection import Connection
from nbclaude.errors import APIError
from nbclaude.wire.json_text import to_json

__all__ = ["prompt_size", "rough_tokens", "unmeasured_note"]

_BYTES_PER_TOKEN = 3  # the newer tokenizers, of English and of code
_FILE_TOKENS = 1_600
_READ = ("system", "tools", "messages")


def prompt_size(connection: Connection, body: Mapping[str, Any]) -> int:
    """Ask the server to count, which is free; where it cannot, estimate."""
    from nbclaude.client.endpoints import count_tokens

    try:
        counted = count_tokens(connection, body)
    except APIError:
        counted = None
    return rough_tokens(body) if counted is None else counted


def rough_tokens(body: Mapping[str, Any]) -> int:
    """Estimate by the number of bytes; images by their size, and what cannot be looked into as a large image."""
    return _rough(body)[0]


def unmeasured_note(body: Mapping[str, Any]) -> str:
    """Say what of a prompt `rough_tokens` could only guess: files and addresses whose pixels or pages nobody has seen."""
    count = _rough(body)[1]
    if not count:
        return ""
    if count == 1:
        return f"The size of 1 image or document is not known here: it is taken for {_FILE_TOKENS:,} tokens."
    return f"The sizes of {count} images and documents are not known here: each is taken for {_FILE_TOKENS:,} tokens."


def _rough(body: Mapping[str, Any]) -> tuple[int, int]:
    """Return the tokens of a prompt, and how many of its images and documents are guessed."""
    files: list[int | None] = []

    def without_bytes(value: Any) -> Any:
        if isinstance(value, Mapping):
            if value.get("type") in ("base64", "url", "file"):
                files.append(_image_tokens(value))
                return None
            return {key: without_bytes(item) for key, item in value.items()}
        return [without_bytes(item) for item in value] if isinstance(value, list | tuple) else value

    text = to_json([without_bytes(body.get(name)) for name in _READ])
    known = [tokens for tokens in files if tokens is not None]
    guessed = len(files) - len(known)
    return len(text) // _BYTES_PER_TOKEN + sum(known) + guessed * _FILE_TOKENS, guessed


def _image_tokens(source: Mapping[str, Any]) -> int | None:
    if not str(source.get("media_type")).startswith("image/"):
        return None
    from nbclaude.context.images.limits import image_tokens
    from nbclaude.context.images.prepared import image_size

    try:
        size = image_size(base64.b64decode(str(source.get("data") or "")))
    except (binascii.Error, ValueError):
        size = None
    return image_tokens(*size) if size else None
