"""A shell comes in; matplotlib's figures that no cell has shown yet go out, to be attached, or shown at once."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["pending_figures", "show_pending", "shows_at_end"]


def pending_figures() -> list[Any]:
    """Return matplotlib's figures that the notebook shows only when the cell has ended, the newest first.

    With a front end of windows or widgets these are the figures that are open.
    """
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    if helpers is None:
        return []
    figures = [manager.canvas.figure for manager in helpers.Gcf.get_all_fig_managers()]
    inline = sys.modules.get("matplotlib_inline.backend_inline")
    if inline is not None and not inline.InlineBackend.instance().close_figures:
        # Figures stay open when they have been shown; only those of this cell are still to come.
        waiting = getattr(inline.show, "_to_draw", [])
        figures = [figure for figure in figures if figure in waiting]
    return figures[::-1]


def show_pending(shell: Any) -> None:
    """Show now what the inline backend shows when the cell has ended; it does not show it again then.

    As at a cell's end, figures are closed (`InlineBackend.close_figures`): call it where no line of the cell can go on with
    them.
    """
    if shows_at_end(shell):
        sys.modules["matplotlib_inline.backend_inline"].flush_figures()


def shows_at_end(shell: Any) -> bool:
    """Tell whether the inline backend shows a cell's figures at its end: only then are those that wait the cell's own."""
    inline = sys.modules.get("matplotlib_inline.backend_inline")
    if inline is None or inline.flush_figures not in shell.events.callbacks.get("post_execute", ()):
        return False
    # Its hook stays when another backend takes over.
    return "inline" in str(sys.modules["matplotlib"].get_backend())
