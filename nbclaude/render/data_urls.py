"""Writes a picture as an address that holds its very bytes, so that nothing is loaded from anywhere."""

from __future__ import annotations

import base64

__all__ = ["data_url"]


def data_url(media_type: str, content: bytes | str) -> str:
    """Return the address of these bytes, or of bytes that are in base64 already."""
    encoded = content if isinstance(content, str) else base64.b64encode(content).decode()
    return f"data:{media_type};base64,{encoded}"
