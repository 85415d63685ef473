"""What has been worked out about turns, kept for their lives: a turn never changes, and each question sends those before it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar, cast

from nbclaude.conversation.turns import Turn

__all__ = ["FooterMemory", "TurnMemory"]

MAX_SPARE = 256  # turns that are remembered beyond twice those of the request at hand
MAX_FOOTERS = 50

Value = TypeVar("Value")


class TurnMemory:
    """Values by turn and key, each worked out once."""

    def __init__(self) -> None:
        # Turns have no hash of their own: the id finds one, and holding it keeps the id from being given to another.
        self._known: dict[int, tuple[Turn, dict[Hashable, object]]] = {}

    def of(self, turn: Turn, key: Hashable, work_out: Callable[[], Value]) -> Value:
        """Return what `work_out` gives for this turn under this key; whoever gets it must not change it."""
        kept = self._known.setdefault(id(turn), (turn, {}))[1]
        if key not in kept:
            kept[key] = work_out()
        return cast(Value, kept[key])

    def forget_all_but(self, turns: Sequence[Turn]) -> None:
        """Forget other turns, once there are many of them."""
        if len(self._known) > 2 * len(turns) + MAX_SPARE:
            self._known = {id(turn): self._known[id(turn)] for turn in turns if id(turn) in self._known}


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
