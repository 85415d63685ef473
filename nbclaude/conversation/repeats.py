"""Sends each image and file of a request once: a later copy only points to the first.

It follows from the messages alone, so the copy comes back by itself when the turn with the first one is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nbclaude.wire.request import text_block

__all__ = ["Repeats"]

_KINDS = ("image", "document")
_LEAST = 2_000  # characters; less is not worth a word


class Repeats:
    """What the messages of a request hold so far; images and files are counted by kind, from 1."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], int] = {}
        self._count = dict.fromkeys(_KINDS, 0)

    def copy(self) -> Repeats:
        """Return one that goes on apart from this one."""
        other = Repeats()
        other._seen, other._count = self._seen.copy(), self._count.copy()
        return other

    def without(self, content: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Return the next message of the user, without copies of what an earlier one holds."""
        blocks: list[Mapping[str, Any]] = []
        here: dict[tuple[str, str], int] = {}
        for block in content:
            kind, key = str(block.get("type")), _key(block)
            if key in self._seen:
                again = f"[{kind.capitalize()} {self._seen[key]} of this conversation again.]"
                blocks.append(text_block(again))
                continue
            if kind in self._count:
                self._count[kind] += 1
            if key is not None:
                here.setdefault(key, self._count[kind])
            blocks.append(block)
        self._seen |= here
        return blocks


def _key(block: Mapping[str, Any]) -> Any:
    source = block.get("source")
    if block.get("type") not in _KINDS or not isinstance(source, Mapping):
        return None
    data = source.get("data")
    return (str(block["type"]), data) if isinstance(data, str) and len(data) >= _LEAST else None
