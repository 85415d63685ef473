"""JSON text comes in or goes out; the values are such that every file and socket takes them: no half characters."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["from_json", "to_json"]


def from_json(text: str | bytes) -> Any:
    """Read JSON; half a character (a lone surrogate, which JSON can escape) becomes `?`.

    Raises:
        ValueError: it is no JSON, or too deeply nested.

    """
    if isinstance(text, bytes):
        text = text.decode("utf-8-sig", "replace")
    try:
        value = json.loads(text)
        if "\\ud" in text or "\\uD" in text:
            value = json.loads(to_json(value))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return value


def to_json(value: object) -> bytes:
    """Return UTF-8 JSON, the same bytes for the same value; half a character becomes `?`."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
