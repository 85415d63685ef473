"""`%claude` alone opens a panel: settings, attachments, the conversation; they are kept here, and closed when their cell goes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nbclaude.notebook import Shell
from nbclaude.panel.host import LOCK
from nbclaude.panel.panel import Panel
from nbclaude.widget import apart_from_cells, release
from nbclaude.workspace import Workspace

__all__ = ["close_panels", "open_panel"]

MAX_PANELS = 8  # of one kernel; the oldest closes then

_open: list[Panel] = []


def open_panel(shell: Shell, settings: Any, workspace: Workspace, cell: str, text: str) -> Panel:
    """Show a panel in the cell of this id, in the place of the one that it showed before; `text` is what a terminal shows."""
    with LOCK:
        if cell:
            close_panels([cell], leaves_picture=False)
        while len(_opened()) >= MAX_PANELS:
            _open.pop(0).close()
        panel = apart_from_cells(shell, lambda: Panel(shell, settings, workspace, cell, _refresh_all))
        _open.append(panel)
    panel.show(text)
    return panel


def close_panels(cells: Iterable[str] | None = None, *, leaves_picture: bool = True) -> None:
    """Close the panels of these cells; without cells, all. Their pictures stay where something else does not take their place."""
    wanted = None if cells is None else set(cells)
    with LOCK:
        for panel in _opened():
            if wanted is None or panel.cell in wanted:
                panel.close(leaves_picture=leaves_picture)
        if not _opened():
            release()


def _opened() -> list[Panel]:
    """The panels that are still open; those that their own button has closed are forgotten."""
    _open[:] = [panel for panel in _open if panel.is_open]
    return _open[:]


def _refresh_all() -> None:
    with LOCK:
        for panel in _opened():
            panel.refresh()
