"""What has been worked out about turns, kept for their lives: a turn never changes, and each question sends those before it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import takewhile
from typing import Protocol, Self, TypeVar, cast

from nbclaude.conversation.turns import Turn
from nbclaude.frozen import frozen

__all__ = ["TurnMemory", "Walk"]

MAX_SPARE = 256  # turns that are remembered beyond twice those of the request at hand
MAX_TRAILS = 8
STRIDE = 64  # turns between two places from which a walk can be gone on with
MAX_ENDS = 4  # places between them that are kept besides, the newest: there the next question begins

Value = TypeVar("Value")


class Walk(Protocol):
    """What is worked out by going through turns in their order."""

    def take(self, turn: Turn) -> None:
        """Take the next turn."""

    def copy(self) -> Self:
        """Return one that goes on from here, apart from this one."""


Walker = TypeVar("Walker", bound=Walk)


@frozen
class _Trail:
    """Turns that were gone through, and copies of the walk, by how many of them it had taken."""

    turns: tuple[Turn, ...]
    walks: Mapping[int, Walk]


class TurnMemory:
    """Values by turn and key, each worked out once, and walks through turns, gone on with where they ended.

    Several threads may use it, and a stop may come at any moment: what is kept is never changed, only replaced.
    """

    def __init__(self) -> None:
        # Turns have no hash of their own: the id finds one, and holding it keeps the id from being given to another.
        self._known: dict[int, tuple[Turn, dict[Hashable, object]]] = {}
        self._trails: dict[Hashable, _Trail] = {}

    def of(self, turn: Turn, key: Hashable, work_out: Callable[[], Value]) -> Value:
        """Return what `work_out` gives for this turn under this key; whoever gets it must not change it."""
        kept = self._known.setdefault(id(turn), (turn, {}))[1]
        if key not in kept:
            kept[key] = work_out()
        return cast(Value, kept[key])

    def walked(self, key: Hashable, turns: Sequence[Turn], begin: Callable[[], Walker]) -> Walker:
        """Return a walk that has taken these turns: begun anew, or gone on with from where one of this key has been.

        It belongs to the caller.
        """
        if not turns:
            return begin()
        key = (key, id(turns[0]))  # conversations do not share a trail
        trail = self._trails.get(key, _Trail((), {}))
        shared = sum(1 for _ in takewhile(bool, map(operator.is_, trail.turns, turns)))
        walks = {count: walk for count, walk in trail.walks.items() if count <= shared}
        start = max(walks, default=0)
        walk = cast(Walker, walks[start].copy()) if start else begin()
        for count in range(start + 1, len(turns) + 1):
            walk.take(turns[count - 1])
            if count % STRIDE == 0 or count == len(turns):
                walks[count] = walk.copy()
        if shared == len(turns):
            walks = {**trail.walks, **walks}  # the trail goes on behind these turns
        ends = [count for count in walks if count % STRIDE]
        for count in ends[:-MAX_ENDS]:
            del walks[count]
        others = {other: kept for other, kept in self._trails.items() if other != key}
        while len(others) >= MAX_TRAILS:
            del others[next(iter(others))]
        longest = trail.turns if shared == len(turns) else tuple(turns)
        self._trails = {**others, key: _Trail(longest, walks)}
        return walk

    def forget_all_but(self, turns: Sequence[Turn]) -> None:
        """Forget other turns, once there are many of them."""
        if len(self._known) > 2 * len(turns) + MAX_SPARE:
            self._known = {id(turn): self._known[id(turn)] for turn in turns if id(turn) in self._known}
