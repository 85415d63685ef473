"""Finds matplotlib's figures that no cell has shown yet, to be attached, or shown at once."""

from __future__ import annotations

import sys
from collections.abc import Container
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbclaude.context.attachment import Attachment
from nbclaude.context.images.picture import IMAGE_TYPES
from nbclaude.notebook import Shell

if TYPE_CHECKING:
    from nbclaude.context.images.limits import ImageLimits

__all__ = ["open_figures", "pending_figures", "pending_picture", "show_pending", "shows_at_end"]


def open_figures() -> list[Any]:
    """Return the figures that pyplot holds, the oldest first."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    return [manager.canvas.figure for manager in helpers.Gcf.get_all_fig_managers()] if helpers else []


def pending_figures(shell: Shell, before: Container[Any] = ()) -> list[Any]:
    """Return matplotlib's figures that the notebook shows only when the cell has ended, the newest first.

    `before` are those that were open when the cell began: after `plt.ioff()` they stay so, and no cell's end shows them.
    With a front end of windows or widgets all figures that are open count.
    """
    figures = open_figures()
    inline = sys.modules.get("matplotlib_inline.backend_inline")
    if inline is not None and not inline.InlineBackend.instance().close_figures:
        # Figures stay open when they have been shown; only those of this cell are still to come.
        waiting = getattr(inline.show, "_to_draw", [])
        figures = [figure for figure in figures if figure in waiting]
    elif inline is not None and shows_at_end(shell) and not getattr(inline.show, "_draw_called", True):
        figures = [figure for figure in figures if figure not in before]
    return figures[::-1]


def pending_picture(shell: Shell, figure: Any, limits: ImageLimits, label: str) -> Attachment | None:
    """Return a figure that waits as the very image that the notebook will show: in its format, at its resolution."""
    from nbclaude.context.images.bundles import bundle_pictures
    from nbclaude.context.images.matplotlib_figures import background_needed
    from nbclaude.context.images.pictures import attach_picture, picture_of
    from nbclaude.context.plotted.reading import facts_of

    if shows_at_end(shell):
        shown, _metadata = shell.display_formatter.format(figure, include=IMAGE_TYPES)
        for picture in bundle_pictures(shown, {"needs_background": background_needed(figure)}):
            return attach_picture(replace(picture, plotted=facts_of(figure)), limits, label, "figure")
    return picture_of(figure, limits, label)


def show_pending(shell: Shell) -> None:
    """Show now what the inline backend shows when the cell has ended; it does not show it again then.

    As at a cell's end, figures are closed (`InlineBackend.close_figures`): call it where no line of the cell can go on with
    them.
    """
    if shows_at_end(shell):
        sys.modules["matplotlib_inline.backend_inline"].flush_figures()


def shows_at_end(shell: Shell) -> bool:
    """Tell whether the inline backend shows a cell's figures at its end: only then are those that wait the cell's own."""
    inline = sys.modules.get("matplotlib_inline.backend_inline")
    if inline is None or inline.flush_figures not in shell.events.callbacks.get("post_execute", ()):
        return False
    # Its hook stays when another backend takes over.
    return "inline" in str(sys.modules["matplotlib"].get_backend())
