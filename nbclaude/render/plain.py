"""Renders an answer as plain text for a terminal, piece by piece: Markdown, notes as `[1]`, tool calls as lines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from nbclaude.cleaning import excerpt
from nbclaude.render.citations import Citations
from nbclaude.render.placing import NotePlacer
from nbclaude.render.results import unmarked
from nbclaude.render.text_tables import TextTables
from nbclaude.wire.events import BlockDelta, BlockStart, BlockStop, Event, MessageStart
from nbclaude.wire.message import content_of

__all__ = ["PlainAnswer"]

_THINKING = "(thinking …)"
_MAX_LINE = 200  # characters of a tool call


class PlainAnswer:
    """The growing answer as text: `feed` gives what can be printed, `close` what is left and the sources.

    Tables are laid out in at most `width` columns of the terminal; without a width they stay Markdown.
    """

    def __init__(self, width: int | None = None) -> None:
        self._placer = NotePlacer()
        self._tables = TextTables(width)
        self._citations = Citations()
        self._numbers: set[int] = set()
        self._call: dict[str, Any] | None = None  # the block that is open, where it is no text
        self._arguments: list[str] = []
        self._said_thinking = False
        self._ends_line = True

    def feed(self, event: Event) -> str:
        """Take the next event; return the text that it brings."""
        match event:
            case MessageStart(message):
                pairs = list(enumerate(content_of(message)))
                starts_and_stops = [(BlockStart(index, block), BlockStop(index)) for index, block in pairs]
                return "".join(self.feed(start) + self.feed(stop) for start, stop in starts_and_stops)
            case BlockStart(_, block):
                return self._start(block)
            case BlockDelta(_, delta):
                return self._grow(delta)
            case BlockStop():
                return self._stop()
            case _:
                return ""

    def settle(self) -> str:
        """Return what is held back, up to the end of a line: something else is printed next."""
        text = self._stop() + self._flushed()
        if self._ends_line:
            return text
        self._ends_line = True
        return f"{text}\n"

    def close(self) -> str:
        """Return the end of the text, and the list of sources."""
        text = self._stop() + self._flushed()
        sources = self._citations.text
        return text + (self._line("\n" + sources.rstrip("\n")) if sources else "")

    def _start(self, block: Mapping[str, Any]) -> str:
        text = self._stop()
        kind = str(block.get("type"))
        if kind == "text":
            citations = block.get("citations")
            for citation in citations if isinstance(citations, list) else ():
                self._cite(citation)
            return text + self._noted(self._placer.feed(str(block.get("text") or "")))
        if kind == "thinking":
            self._said_thinking = False
            return text + self._thinking(block.get("thinking"))
        if kind.endswith("tool_use"):
            self._call = dict(block)
        if kind == "tool_result":
            return text + self._line("(" + excerpt(f"= {_result_text(block)}", _MAX_LINE) + ")")
        return text

    def _grow(self, delta: Mapping[str, Any]) -> str:
        match delta.get("type"):
            case "text_delta":
                return self._call_line() + self._noted(self._placer.feed(str(delta.get("text") or "")))
            case "citations_delta":
                self._cite(delta.get("citation"))
            case "thinking_delta":
                return self._thinking(delta.get("thinking"))
            case "input_json_delta":
                self._arguments.append(str(delta.get("partial_json") or ""))
        return ""

    def _stop(self) -> str:
        text = ""
        if self._numbers:
            text = self._noted(self._placer.place("".join(f"[{number}]" for number in sorted(self._numbers))))
            self._numbers.clear()
        return text + self._call_line()

    def _call_line(self) -> str:
        call, self._call = self._call, None
        arguments = "".join(self._arguments)
        self._arguments.clear()
        if call is None:
            return ""
        if not arguments and call.get("input"):
            arguments = json.dumps(call["input"], ensure_ascii=False, default=str)
        return self._line("(" + excerpt(f"{call.get('name') or 'a tool'} {arguments}", _MAX_LINE) + ")")

    def _cite(self, citation: Any) -> None:
        number = self._citations.add(citation)
        if number is not None:
            self._numbers.add(number)

    def _thinking(self, text: Any) -> str:
        if self._said_thinking or not str(text or "").strip():
            return ""
        self._said_thinking = True
        return self._line(_THINKING)

    def _line(self, line: str) -> str:
        """Put a line between the pieces of text."""
        held = self._flushed()
        line = line if self._ends_line else f"\n{line}"
        self._ends_line = True
        return f"{held}{line}\n"

    def _flushed(self) -> str:
        """Return all of the text that is held back."""
        text = self._noted(self._placer.flush())
        return text + self._printed(self._tables.flush())

    def _noted(self, text: str) -> str:
        """Return what can be printed of a text."""
        return self._printed(self._tables.feed(text))

    def _printed(self, text: str) -> str:
        if text:
            self._ends_line = text.endswith("\n")
        return text


def _result_text(block: Mapping[str, Any]) -> str:
    """Return what a tool of the user's gave back, on one line."""
    content = block.get("content")
    parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
    said = [
        str(part.get("text") or "") if part.get("type") == "text" else f"[{part.get('type')}]"
        for part in parts
        if isinstance(part, Mapping)
    ]
    return " ".join(" ".join(unmarked(text).split()) for text in said)
