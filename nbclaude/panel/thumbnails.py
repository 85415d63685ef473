"""Keeps the small copies of pictures, made once: a panel shows them again after every cell."""

from __future__ import annotations

import hashlib

from nbclaude.context.images.small_copies import small_copy

__all__ = ["thumbnail"]

_MAX_KEPT = 100

# By the picture's hash, the oldest first: the pictures themselves are not kept for it.
_made: dict[bytes, str] = {}


def thumbnail(data: bytes, needs_background: str = "") -> str:
    """Return a data: address; nothing for what is no plain picture. It is laid on the background that it is sent on."""
    key = hashlib.blake2b(data, digest_size=16).digest() + needs_background.encode()
    if key not in _made:
        _made[key] = small_copy(data, needs_background)
        while len(_made) > _MAX_KEPT:
            _made.pop(next(iter(_made)))
    return _made.get(key, "")
