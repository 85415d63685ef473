"""Renders a message that is complete, on one page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zlib import crc32

from nbclaude.render.reply import ReplyRenderer
from nbclaude.wire.message import events_of_message, text_of

__all__ = ["message_html"]


def message_html(
    message: Mapping[str, Any],
    language: str = "",
    macros: frozenset[str] = frozenset(),
    *,
    styled: bool = True,
) -> str:
    """Render a whole message at once, on a single page: all its blocks, notes and sources.

    Where many stand together, the style sheet need not come with each: then it is not `styled`.
    """
    # Footnotes of different answers have different anchors.
    document_id = f"{crc32(text_of(message).encode('utf-8', 'replace')):08x}"
    renderer = ReplyRenderer(document_id, language, macros)
    for event in events_of_message(message):
        renderer.feed(event)
    return renderer.whole_html(styled=styled)
