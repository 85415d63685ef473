"""Remembers what stands under the newest answers, for a panel that shows the turns of cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["FooterMemory"]

MAX_FOOTERS = 50


class FooterMemory:
    """What stands under the newest answers, by their messages; it may hold pictures."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Mapping[str, Any], str]] = {}

    def keep(self, message: Mapping[str, Any], html: str) -> None:
        """Remember it."""
        self._known[id(message)] = (message, html)
        while len(self._known) > MAX_FOOTERS:
            self._known.pop(next(iter(self._known)), None)

    def of(self, message: Mapping[str, Any]) -> str:
        """Return what stands under an answer; empty if nobody knows any more."""
        kept = self._known.get(id(message))
        return kept[1] if kept is not None and kept[0] is message else ""
