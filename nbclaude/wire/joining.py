"""Joins deltas that have come together: whoever takes them has the work of one."""

from __future__ import annotations

from collections.abc import Iterable

from nbclaude.wire.events import TEXTS_OF_DELTAS, BlockDelta, Event

__all__ = ["joined"]


def joined(events: Iterable[Event]) -> list[Event]:
    """Return the events with one delta of text where several of a kind stand in a row; all others stay as they are."""
    result: list[Event] = []
    place: tuple[int, str] | None = None
    pieces: list[str] = []
    for event in events:
        text = _text_of(event)
        if text is not None and isinstance(event, BlockDelta) and (event.index, event.delta["type"]) == place:
            pieces.append(text)
            continue
        _join_into(result, pieces)
        if text is not None and isinstance(event, BlockDelta):
            place, pieces = (event.index, event.delta["type"]), [text]
        else:
            place, pieces = None, []
        result.append(event)
    _join_into(result, pieces)
    return result


def _join_into(events: list[Event], pieces: list[str]) -> None:
    """Put several pieces of text into the last event, which has the first of them."""
    if len(pieces) > 1 and isinstance(last := events[-1], BlockDelta):
        kind = last.delta["type"]
        events[-1] = BlockDelta(last.index, {"type": kind, TEXTS_OF_DELTAS[kind]: "".join(pieces)})


def _text_of(event: Event) -> str | None:
    """Return the text of a delta that has nothing else; None for all other events."""
    if not isinstance(event, BlockDelta) or len(event.delta) != 2:
        return None
    kind = event.delta.get("type")
    text = event.delta.get(TEXTS_OF_DELTAS.get(kind, "")) if isinstance(kind, str) else None
    return text if isinstance(text, str) else None
