"""Tells which cells are gone, from what the front end says with each execution."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from nbclaude.notebook.front_end import Shell, cell_run, metadata_of, request_of

__all__ = ["DeletedCells"]

# Requests that follow each other this fast come from one Run All: nobody deletes a cell in between.
_BURST = timedelta(seconds=0.25)


class DeletedCells:
    """Tells which cells are gone, from what the front end says with each execution.

    It names cells that were removed at some time since the last reply, which is less than it seems: a cell that was cut and
    pasted, or whose deletion was undone, is named though it is on the screen again, with the same id. And requests that were
    queued together (Run All) all name the same cells, also those that come after the run of such a cell.
    All times are the front end's, as the requests give them.
    """

    def __init__(self) -> None:
        self._named: frozenset[str] = frozenset()
        self._sent: datetime | None = None
        self._started = 0.0
        self._replied: datetime | None = None
        # Cells that were named by the very request that showed that they exist; requests sent up to that time repeat it.
        self._there: dict[str, datetime] = {}
        # Those whose existence the running cell has shown.
        self._shown: set[str] = set()

    def begin(self, shell: Shell) -> frozenset[str]:
        """Return which cells are gone as a cell begins to run: those that its request names, if nothing shows that they exist."""
        named = metadata_of(shell).get("deletedCells")
        self._named = (
            frozenset(cell for cell in named if isinstance(cell, str))
            if isinstance(named, list)
            else frozenset()
        )
        self._sent, self._started = _sent(shell), time.monotonic()
        self._shown.clear()
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
                self._there[cell] = self._sent + _BURST
                self._shown.add(cell)
            else:
                self._there.pop(cell, None)

    def end(self) -> None:
        """Take note that the cell has run: its reply lets the front end forget the cells that it named."""
        if self._sent is None:
            return
        took = timedelta(seconds=time.monotonic() - self._started)
        # What waited in the queue began with the reply before it, which has already let the front end forget.
        began = max(self._sent, self._replied or self._sent)
        forgets = began if began > self._sent else began + took
        self._replied = began + took
        for cell in self._shown & self._there.keys():
            self._there[cell] = max(self._there[cell], forgets)

    def _repeats(self, cell: str) -> bool:
        """Whether the request only repeats what is known to be wrong: it was sent before the front end could forget it."""
        until = self._there.get(cell)
        if until is None or self._sent is None or self._sent > until:
            return False
        self._there[cell] = max(until, self._sent + _BURST)
        return True


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
