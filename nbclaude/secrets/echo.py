"""Keep the keys in use out of what a server sends, in whatever form it repeats them, also in pieces."""

from __future__ import annotations

import base64
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from nbclaude.wire.events import (
    BlockDelta,
    BlockStart,
    BlockStop,
    Event,
    MessageDelta,
    MessageStart,
    StreamError,
    UnknownEvent,
)

__all__ = ["KeyGuard"]

_MASK = "[secret removed: API key in use]"
_SHORTEST = 12  # characters of a key; a placeholder may be any word
_LEAST = 10  # characters by which a form is known, the half of a key at least
# The text fields of deltas, which may bring a key in pieces.
_FIELDS = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}
# What the API must get back as it sent it, and what is no text.
_VERBATIM = frozenset({"signature", "encrypted_content", "encrypted_index", "data", "usage"})


class KeyGuard:
    """Masks keys in the events of one stream, and in single texts.

    A key is known by itself, its two halves, its percent-encoded form, in base64 and in hexadecimal. Of a delta that ends as a
    key begins, this end is held back until the next one shows whether it is one.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        self._forms = sorted(
            {form for key in keys if len(key) >= _SHORTEST for form in _forms(key)}, key=len, reverse=True
        )
        self._heads = {form: form[: max(_LEAST, len(form) // 2)] for form in self._forms}
        beginnings = {head[:end] for head in self._heads.values() for end in range(1, len(head))}
        by_last: dict[str, list[str]] = {}
        for beginning in sorted(beginnings, key=len, reverse=True):
            by_last.setdefault(beginning[-1], []).append(beginning)
        self._beginnings = {last: tuple(found) for last, found in by_last.items()}
        self._held: dict[tuple[int, str], str] = {}

    def text(self, text: str) -> str:
        """Return a whole text without keys."""
        masked, _ = self._masked(text, whole=True) if self._forms else (text, "")
        return masked

    def value(self, value: Any) -> Any:
        """Return JSON without keys in its texts; the same object where there are none."""
        if not self._forms:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            changed = {
                self.text(str(name)): item if name in _VERBATIM else self.value(item)
                for name, item in value.items()
            }
            return changed if changed != value else value
        if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
            items = [self.value(item) for item in value]
            return items if items != list(value) else value
        return value

    def events(self, batch: Iterable[Event]) -> list[Event]:
        """Return the events of a batch without keys; what is held back comes with the next one."""
        if not self._forms:
            return list(batch)
        return [clean for event in batch for clean in self._event(event)]

    def rest(self) -> list[Event]:
        """Return what is still held back when the stream ends or breaks."""
        return list(self._released(None))

    def _event(self, event: Event) -> Iterator[Event]:
        match event:
            case BlockDelta(index, delta):
                field = _FIELDS.get(str(delta.get("type")))
                if field is None or not isinstance(delta.get(field), str):
                    yield BlockDelta(index, self.value(delta))
                    return
                kind = str(delta["type"])
                text = self._held.pop((index, kind), "") + delta[field]
                masked, held = self._masked(text, whole=False)
                if held:
                    self._held[index, kind] = held
                if masked or not text:
                    yield BlockDelta(index, {**delta, field: masked})
            case BlockStop(index):
                yield from self._released(index)
                yield event
            case BlockStart(index, block):
                yield from self._released(index)
                yield BlockStart(index, self.value(block))
            case _:
                yield from self._released(None)
                yield self._other(event)

    def _other(self, event: Event) -> Event:
        match event:
            case MessageStart(message):
                return MessageStart(self.value(message))
            case MessageDelta(delta, usage, extra):
                return MessageDelta(self.value(delta), usage, self.value(extra))
            case StreamError(error, request_id):
                return StreamError(self.value(error), self.text(request_id))
            case UnknownEvent(kind, data):
                return UnknownEvent(self.text(kind), self.value(data))
            case _:
                return event

    def _released(self, index: int | None) -> Iterator[Event]:
        """Give what is held back of a block, or of all."""
        for place in [place for place in self._held if index is None or place[0] == index]:
            kind = place[1]
            masked, _ = self._masked(self._held.pop(place), whole=True)
            yield BlockDelta(place[0], {"type": kind, _FIELDS[kind]: masked})

    def _masked(self, text: str, *, whole: bool) -> tuple[str, str]:
        """Return a text without keys, and its end that may be the beginning of one, unless the text is `whole`."""
        pieces: list[str] = []
        position = 0
        while (found := self._first(text, position)) is not None:
            start, form = found
            end = start + _common(text, start, form)
            if end == len(text) and end - start < len(form) and not whole:
                return "".join([*pieces, text[position:start]]), text[start:]
            pieces += (text[position:start], _MASK)
            position = end
        end = len(text) if whole else max(self._tail(text, position), position)
        return "".join([*pieces, text[position:end]]), text[end:]

    def _first(self, text: str, position: int) -> tuple[int, str] | None:
        found = []
        for form, head in self._heads.items():
            # This is looked for in every piece of an answer: nearly always none of them is there.
            if head in text and (start := text.find(head, position)) >= 0:
                found.append((start, -len(form), form))
        if not found:
            return None
        start = min(found)[0]
        # Of the forms that begin alike, the one that goes furthest.
        return start, max(
            (form for at, _, form in found if at == start), key=lambda form: _common(text, start, form)
        )

    def _tail(self, text: str, position: int) -> int:
        """Return where the longest end of a text begins that is the beginning of a form."""
        beginnings = self._beginnings.get(text[-1:], ())
        if not text.endswith(beginnings):
            return len(text)
        fitting = (each for each in beginnings if len(each) <= len(text) - position and text.endswith(each))
        return len(text) - len(next(fitting, ""))


def _common(text: str, start: int, form: str) -> int:
    """Return how much of a form stands at a place."""
    length = 0
    for one, other in zip(text[start : start + len(form)], form, strict=False):
        if one != other:
            break
        length += 1
    return length


def _forms(key: str) -> Iterator[str]:
    """Give the forms in which a key may be repeated."""
    yield key
    if len(key) >= 2 * _SHORTEST:
        yield key[len(key) // 2 :]
    yield urllib.parse.quote(key, safe="")
    yield "".join(f"%{byte:02x}" for byte in key.encode())
    yield "".join(f"%{byte:02X}" for byte in key.encode())
    yield key.encode().hex()
    yield key[::-1]
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before, cut in ((0, 0), (1, 2), (2, 3)):
            # What stands before it in the encoded text shifts it; the characters at either end depend on the neighbours.
            encoded = encode(b"\0" * before + key.encode()).decode().rstrip("=")
            yield encoded[cut : len(encoded) - (1 if (before + len(key)) % 3 else 0)]
