"""Collects what a cell prints or shows, as a reader sees it: bounded, without colours, progress bars at their last state."""

from __future__ import annotations

import re
from typing import Literal

from nbclaude.texts import gap

__all__ = ["Collected", "plain"]

_KEPT = 10_000  # characters of one stream or output: the first, and as many of the last
_LAST_WORD, _FIRST_WORD = re.compile(r"\S*\Z"), re.compile(r"\A\S*")
# Colours, and the addresses of links (OSC 8), which end with a bell or ESC \\.
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)")


class Collected:
    """A growing text of which the first and the last characters are kept."""

    def __init__(self, kind: Literal["stdout", "stderr", "result"], text: str, display_id: str = "") -> None:
        self.kind = kind
        self.display_id = display_id
        self._head = ""
        self._tail: list[str] = []
        self._held = self._dropped = 0
        self.add(text)

    def add(self, text: str) -> None:
        """Append a text."""
        room = _KEPT - len(self._head)
        if room > 0:
            self._head += text[:room]
            text = text[room:]
        if text:
            self._tail.append(text)
            self._held += len(text)
            if self._held > 4 * _KEPT:
                self._shrink()

    def text(self) -> str:
        """Return what is kept, saying what is not."""
        self._shrink()
        if not self._dropped:
            return plain(self._head + "".join(self._tail))
        # Nobody can tell any more whether the words on either side were parts of a password: they go, too.
        head, tail = _LAST_WORD.sub("", self._head), _FIRST_WORD.sub("", "".join(self._tail))
        dropped = self._dropped + len(self._head) - len(head) + self._held - len(tail)
        return plain(f"{head}{gap(dropped)}{tail}")

    def _shrink(self) -> None:
        tail = "".join(self._tail)
        self._dropped += max(len(tail) - _KEPT, 0)
        self._tail = [tail[-_KEPT:]] if tail else []
        self._held = min(len(tail), _KEPT)


def plain(text: str) -> str:
    """Return a text without colours, and of a progress bar only what stands at last."""
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in _COLOURS.sub("", text).split("\n"))
    return "\n".join(lines)
