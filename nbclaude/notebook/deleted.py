"""Tells which cells are gone, from what the front end says with each execution."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import datetime

from nbclaude.notebook.front_end import Shell, cell_run, metadata_of, request_of

__all__ = ["DeletedCells"]

# Seconds after a request within which another one is taken to be of the same Run All: nobody deletes a cell again so fast.
_REPEATED = 1.0


class DeletedCells:
    """Tells which cells are gone, from what the front end says with each execution.

    It names cells that were removed at some time since the last reply, which is less than it seems: a cell that was cut and
    pasted, or whose deletion was undone, is named though it is on the screen again, with the same id. And requests that were
    queued together (Run All) all name the same cells, also those that come after the run of such a cell.
    """

    def __init__(self) -> None:
        self._named: frozenset[str] = frozenset()
        self._sent: datetime | None = None
        self._started = 0.0
        # Cells that were named by the very request that showed that they exist: until when a request was sent that repeats it.
        self._there: dict[str, tuple[datetime, float]] = {}

    def begin(self, shell: Shell) -> frozenset[str]:
        """Return which cells are gone as a cell begins to run: those that its request names, if nothing shows that they exist."""
        named = metadata_of(shell).get("deletedCells")
        self._named = (
            frozenset(cell for cell in named if isinstance(cell, str))
            if isinstance(named, list)
            else frozenset()
        )
        self._sent, self._started = _sent(shell), time.monotonic()
        gone = frozenset(cell for cell in self._named if not self._repeats(cell))
        at = cell_run(shell)
        if at is not None:
            self.exists([at.cell])
            gone -= {at.cell}
        return gone

    def exists(self, cells: Iterable[str]) -> None:
        """Take note that these cells are there, whatever the request of the cell that runs says of them."""
        for cell in cells:
            if self._sent is not None and cell in self._named:
                self._there[cell] = (self._sent, _REPEATED)
            else:
                self._there.pop(cell, None)

    def end(self) -> None:
        """Take note that the cell has run: its reply lets the front end forget the cells that it named."""
        took = time.monotonic() - self._started
        self._there = {
            cell: (sent, max(most, took)) if sent == self._sent else (sent, most)
            for cell, (sent, most) in self._there.items()
        }

    def _repeats(self, cell: str) -> bool:
        """Whether the request only repeats what is known to be wrong: it was sent before the front end could forget it."""
        sent, most = self._there.get(cell, (None, 0.0))
        return sent is not None and self._sent is not None and (self._sent - sent).total_seconds() < most


def _sent(shell: Shell) -> datetime | None:
    """Return when the front end sent the request, by its own clock."""
    header = request_of(shell).get("header")
    date = header.get("date") if isinstance(header, Mapping) else None
    if isinstance(date, str):
        try:
            date = datetime.fromisoformat(date)
        except ValueError:
            return None
    return date if isinstance(date, datetime) and date.tzinfo is not None else None
