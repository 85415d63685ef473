"""Remembers what was offered, and with which turn, so that it can be applied later, and taken back with its turn."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from nbclaude.edits.standing import forget_widgets

if TYPE_CHECKING:
    from nbclaude.edits.offers import Offer

__all__ = ["Edits"]

_MAX_KEPT = 100


class Edits:
    """The offers of one kernel, newest last; each with the message of the turn that it came with."""

    def __init__(self) -> None:
        self._noted: list[tuple[object, Offer]] = []

    def note(self, offer: Offer, message: object = None) -> None:
        """Remember an offer; `message` is the answer that it was made of."""
        self._noted.append((message, offer))
        del self._noted[:-_MAX_KEPT]

    @property
    def last(self) -> Offer | None:
        """The newest offer."""
        return self._noted[-1][1] if self._noted else None

    def cell_runs(self, cell: str) -> None:
        """Take note that a cell runs: what it has shown goes, and the buttons with it."""
        if cell:
            forget_widgets(cell)

    def forget(self) -> None:
        """Forget all offers; their buttons vanish."""
        self._noted.clear()
        forget_widgets()

    def applied_with(self, messages: Collection[object]) -> list[Offer]:
        """Return the offers made of these messages that were applied, newest first."""
        return [
            offer
            for message, offer in reversed(self._noted)
            if offer.is_applied and any(message is each for each in messages)
        ]
