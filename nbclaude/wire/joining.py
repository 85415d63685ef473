"""Joins deltas that have come together: whoever takes them has the work of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nbclaude.wire.events import TEXTS_OF_DELTAS, BlockDelta, Event

__all__ = ["joined", "runs"]


def joined(events: Iterable[Event]) -> list[Event]:
    """Return the events with one delta of text where several of a kind stand in a row; all others stay as they are."""
    return [event for event, _count in runs(events)]


def runs(events: Iterable[Event]) -> Iterator[tuple[Event, int]]:
    """Yield the joined events, each with how many it stands for."""
    first: Event | None = None
    place: tuple[int, str] | None = None
    pieces: list[str] = []
    for event in events:
        text = _text_of(event)
        its_place = (
            (event.index, event.delta["type"]) if isinstance(event, BlockDelta) and text is not None else None
        )
        if its_place is not None and its_place == place:
            pieces.append(text or "")
            continue
        if first is not None:
            yield _whole(first, pieces)
        first, place, pieces = event, its_place, [text or ""]
    if first is not None:
        yield _whole(first, pieces)


def _whole(first: Event, pieces: list[str]) -> tuple[Event, int]:
    """Return the event of a run that begins with `first`."""
    if len(pieces) > 1 and isinstance(first, BlockDelta):
        kind = first.delta["type"]
        return BlockDelta(first.index, {"type": kind, TEXTS_OF_DELTAS[kind]: "".join(pieces)}), len(pieces)
    return first, 1


def _text_of(event: Event) -> str | None:
    """Return the text of a delta that has nothing else; None for all other events."""
    if not isinstance(event, BlockDelta) or len(event.delta) != 2:
        return None
    kind = event.delta.get("type")
    text = event.delta.get(TEXTS_OF_DELTAS.get(kind, "")) if isinstance(kind, str) else None
    return text if isinstance(text, str) else None
