"""A request's body comes in; how many tokens its prompt has goes out: counted by the server if it can, else estimated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbclaude.client.connection import Connection
from nbclaude.errors import APIError
from nbclaude.wire.request import to_json

__all__ = ["prompt_size", "rough_tokens"]

_BYTES_PER_TOKEN = 3  # the newer tokenizers, of English and of code
_IMAGE_TOKENS = 1_600
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
    """Estimate by the number of bytes; what is an image or a file counts as a large image."""
    files = 0

    def without_bytes(value: Any) -> Any:
        nonlocal files
        if isinstance(value, Mapping):
            if value.get("type") in ("base64", "url", "file"):
                files += 1
                return None
            return {key: without_bytes(item) for key, item in value.items()}
        return [without_bytes(item) for item in value] if isinstance(value, list | tuple) else value

    text = to_json([without_bytes(body.get(name)) for name in _READ])
    return len(text) // _BYTES_PER_TOKEN + files * _IMAGE_TOKENS
