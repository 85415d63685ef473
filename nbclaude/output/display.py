"""Says what every place where an answer appears can do, and chooses the one that the front end can show."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from nbclaude.notebook import Shell, is_terminal, shows_updates
from nbclaude.output.append import AppendDisplay
from nbclaude.output.pages import PagesDisplay
from nbclaude.output.terminal import TerminalDisplay
from nbclaude.wire.events import Event

if TYPE_CHECKING:
    from nbclaude.render.reply import Footer

__all__ = ["AnswerDisplay", "open_display"]


class AnswerDisplay(Protocol):
    """Where an answer appears: `begin`, `show` events as they come, then `finish` or `abandon`."""

    def begin(self) -> None:
        """Show that the request is on its way."""

    def show(self, events: Sequence[Event]) -> None:
        """Take the next events and paint if it is time; an empty list paints what waits."""

    def pause(self) -> float | None:
        """Seconds until something that has come must be painted; None when everything has been."""

    def wait(self, reason: str, seconds: float) -> None:
        """Count down to the next attempt, `seconds` from now, until an event comes; `reason` tells why there is one."""

    def hold(self, reason: str) -> None:
        """Show beside the waiting sign what must end before the request is sent; empty when it has ended."""

    def finish(self, footer: Footer, *, alone: bool) -> None:
        """Paint all that is left, and the footer; `alone` tells that the cell's output shows nothing but this answer."""

    def abandon(self, *, alone: bool) -> None:
        """Take the waiting sign away; `alone` as in `finish`."""


def open_display(
    shell: Shell,
    layout: str = "auto",
    *,
    language: str = "",
    macros: frozenset[str] = frozenset(),
    advice: str = "",
) -> AnswerDisplay:
    """Choose the display that the front end of `shell` can show; with a `language` the answer's text is code in it.

    `layout` overrules what is known of the front end. `macros` are the notebook's own LaTeX macros that the answer may use.
    `advice` is for readers of a front end that does not update what it has shown.
    """
    if is_terminal(shell):
        return TerminalDisplay(sys.stdout)
    if layout == "append" or (layout == "auto" and not shows_updates(shell)):
        return AppendDisplay(shell.display_pub, language, macros)
    return PagesDisplay(shell.display_pub, language, macros, advice=advice)
