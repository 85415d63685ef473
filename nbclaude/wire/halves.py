"""Joins a character that a server has cut in two: half of a surrogate pair ends one delta, the other half begins the next."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbclaude.wire.events import TEXTS_OF_DELTAS, BlockDelta, BlockStop, Event

__all__ = ["HalfJoiner"]

_HALF = re.compile("[\ud800-\udfff]")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


class HalfJoiner:
    """Passes events on in order: `feed` each one. A half that nothing follows is passed on when its block ends."""

    def __init__(self) -> None:
        self._held: dict[tuple[int, str], str] = {}

    def feed(self, event: Event) -> Iterator[Event]:
        """Take the next event; give what can be passed on."""
        match event:
            case BlockDelta(index, delta):
                kind = str(delta.get("type"))
                text = delta.get(TEXTS_OF_DELTAS.get(kind, ""))
                held = self._held.pop((index, kind), "")
                if isinstance(text, str) and text and (held or not _is_whole(text)):
                    yield from self._joined(index, kind, held + text)
                    return
                if held:
                    self._held[index, kind] = held
            case BlockStop(index):
                for key in [key for key in self._held if key[0] == index]:
                    self._held.pop(key)
                    yield BlockDelta(index, {"type": key[1], TEXTS_OF_DELTAS[key[1]]: "?"})
        yield event

    def _joined(self, index: int, kind: str, text: str) -> Iterator[Event]:
        text = _PAIR.sub(_character, text)
        if "\ud800" <= text[-1] <= "\udbff":
            self._held[index, kind] = text[-1]
            text = text[:-1]
        text = text.encode("utf-8", "replace").decode()
        if text:
            yield BlockDelta(index, {"type": kind, TEXTS_OF_DELTAS[kind]: text})


def _is_whole(text: str) -> bool:
    return text.isascii() or _HALF.search(text) is None


def _character(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16", "surrogatepass").decode("utf-16")
