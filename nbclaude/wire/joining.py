"""Joins deltas that have come together: whoever takes them has the work of one."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import cast

from nbclaude.wire.events import TEXTS_OF_DELTAS, BlockDelta, Event

__all__ = ["joined", "runs"]


def joined(events: Iterable[Event]) -> list[Event]:
    """Return the events with one delta of text where several of a kind stand in a row; all others stay as they are."""
    events = list(events)
    return [event for event, _count in runs(events)] if len(events) > 1 else events


def runs(events: Iterable[Event]) -> Iterator[tuple[Event, int]]:
    """Yield the joined events, each with how many it stands for."""
    for _place, run in itertools.groupby(events, _place_of):
        first, *others = run
        if others:
            deltas = cast(list[BlockDelta], [first, *others])
            kind = deltas[0].delta["type"]
            field = TEXTS_OF_DELTAS[kind]
            text = "".join(each.delta[field] for each in deltas)
            first = BlockDelta(deltas[0].index, {"type": kind, field: text})
        yield first, 1 + len(others)


def _place_of(event: Event) -> object:
    """Return what an event has in common with those that it is joined with: only a delta that has nothing but text has any."""
    if isinstance(event, BlockDelta) and len(event.delta) == 2:
        kind = event.delta.get("type")
        if isinstance(kind, str) and isinstance(event.delta.get(TEXTS_OF_DELTAS.get(kind, "")), str):
            return event.index, kind
    return object()
