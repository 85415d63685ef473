"""Decides when something that grows is worth drawing again.

What is drawn whole each time it has grown by a piece costs the square of its length. Drawn again only when it has grown by a fair
share of itself, all drawings together cost a few times what the last one costs.
"""

from __future__ import annotations

__all__ = ["ALWAYS", "Growth", "has_grown"]

ALWAYS = 4_096  # characters; what is shorter is drawn whenever it has grown
_SHARE = 8


def has_grown(fresh: int, drawn: int, share: int = _SHARE) -> bool:
    """Tell whether `fresh` characters beside `drawn` ones are worth a drawing."""
    return fresh > 0 and (drawn <= ALWAYS or fresh * share >= drawn)


class Growth:
    """Counts what comes: `add` a piece, `end`, ask whether a drawing `is_due`."""

    def __init__(self) -> None:
        self._fresh = 0
        self._drawn = 0
        self._must = True

    def add(self, size: int) -> None:
        """Take the size of a piece."""
        self._fresh += size

    def end(self) -> None:
        """Note that something else has changed: the next drawing is due."""
        self._must = True

    @property
    def is_behind(self) -> bool:
        """Whether something has come that is not drawn."""
        return self._fresh > 0

    def is_due(self, *, now: bool = False) -> bool:
        """Tell whether it is to be drawn (it is in any case if it must be `now`); it is then taken to be drawn."""
        if not now and not self._must and not has_grown(self._fresh, self._drawn):
            return False
        self._drawn += self._fresh
        self._fresh = 0
        self._must = False
        return True
