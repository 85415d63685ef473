"""The deltas of content blocks come in; parts of pages go out: running text, or a fold for what is not text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any, Protocol

from nbclaude.render.pages import Part
from nbclaude.render.streaming import MarkdownStream, SettledBlock

__all__ = ["FoldSection", "Section", "TextSection"]


class Section(Protocol):
    """A run of an answer that is rendered by one rule, on one page or more."""

    parts: list[Part]

    def begin_part(self) -> Part:
        """Begin the part that lies on the next page."""

    def lay(self, limit: float) -> bool:
        """Bring the last part up to date; tell whether it is full, so that its page must close."""

    def close(self) -> list[Part]:
        """Settle everything; return the parts whose HTML has changed."""


class TextSection:
    """Text blocks in a row: one Markdown document, however many blocks it was cut into by citations."""

    def __init__(self, document_id: str) -> None:
        self._stream = MarkdownStream(document_id)
        self._text: list[str] = []
        self._waiting: list[SettledBlock] = []
        self.parts: list[Part] = []

    def feed(self, text: str) -> None:
        """Take the next piece of text."""
        self._text.append(text)
        self._stream.feed(text)

    def begin_part(self) -> Part:
        """Begin the part on a new page, where the last one ended."""
        start = self.parts[-1].end if self.parts else 0
        self.parts.append(Part(start, start))
        return self.parts[-1]

    def lay(self, limit: float) -> bool:
        """Move settled blocks to the open part until it holds `limit` characters; tell whether it is full."""
        now = self._stream.advance()
        self._waiting += now.settled
        part = self.parts[-1]
        for laid, block in enumerate(self._waiting, 1):
            part.settled.append(block.html)
            part.end = block.end
            if part.end - part.start >= limit:
                del self._waiting[:laid]
                part.tail = ""
                part.source = "".join(self._text)[part.start : part.end]
                return True
        self._waiting.clear()
        part.tail = now.tail
        return False

    def close(self) -> list[Part]:
        """Render the whole text once more, now that all of it is known; return the parts that it changes."""
        text = "".join(self._text)
        htmls = self._stream.close(text, [part.end for part in self.parts[:-1]])
        self.parts[-1].end = len(text)
        self.parts[-1].source = text[self.parts[-1].start :]
        return [part for part, html in zip(self.parts, htmls, strict=True) if part.replace(html)]


class FoldSection:
    """A content block that is not text, folded to one line: thinking, a tool call, a result, a block yet unknown."""

    def __init__(self, block: Mapping[str, Any]) -> None:
        self._block = dict(block)
        self._growing: list[str] = []
        self.parts: list[Part] = []

    def feed(self, delta: Mapping[str, Any]) -> None:
        """Take the next delta of the block."""
        for field in ("thinking", "partial_json"):
            if delta.get(field):
                self._growing.append(str(delta[field]))

    def begin_part(self) -> Part:
        """Begin its only part."""
        self.parts.append(Part())
        return self.parts[-1]

    def lay(self, limit: float) -> bool:
        """Show the block as it stands; a fold is never cut."""
        self.parts[-1].tail = self._html(is_open=self._block.get("type") == "thinking")
        return False

    def close(self) -> list[Part]:
        """Fold the block."""
        html = self._html(is_open=False)
        return [part for part in self.parts if part.replace(html)]

    def _html(self, *, is_open: bool) -> str:
        kind = str(self._block.get("type"))
        if kind == "thinking":
            text = str(self._block.get("thinking") or "") + "".join(self._growing)
            return _fold("Thinking", text, is_open=is_open) if text.strip() else ""
        if kind == "redacted_thinking":
            return ""
        name = self._block.get("name")
        title = f"{kind.replace('_', ' ')}: {name}" if name else kind.replace("_", " ")
        content = {
            key: value for key, value in self._block.items() if key not in ("type", "id", "name", "caller")
        }
        text = "".join(self._growing) or json.dumps(content, ensure_ascii=False, indent=1)
        return _fold(title, text[:20_000], is_open=False)


def _fold(title: str, text: str, *, is_open: bool) -> str:
    state = " open" if is_open else ""
    return (
        f'<details class="nbclaude-fold"{state}><summary>{escape(title)}</summary>'
        f"<pre>{escape(text, quote=False)}</pre></details>\n"
    )
