"""Says what everything that shows an answer can do, and chooses the display that the front end can show."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from nbclaude.forks import is_child
from nbclaude.notebook import Shell, is_terminal, is_watched, shows_updates, text_columns
from nbclaude.output.append import AppendDisplay
from nbclaude.output.early import EarlySign
from nbclaude.output.marks import Saves
from nbclaude.output.pages import PagesDisplay
from nbclaude.output.sheets import Sheets
from nbclaude.output.terminal import TerminalDisplay
from nbclaude.wire.events import Event

if TYPE_CHECKING:
    from nbclaude.render.footer import Footer

__all__ = ["AnswerDisplay", "NoDisplay", "open_display"]


class AnswerDisplay(Protocol):
    """Who an answer is shown to while it comes: `begin`, `show` events, then `finish` or `abandon`.

    A display may be called from a thread of its own. `pause` may raise KeyboardInterrupt: its reader has stopped the answer.
    """

    def begin(self) -> None:
        """Show that the request is on its way."""

    def show(self, events: Sequence[Event]) -> None:
        """Take the next events and paint if it is time; an empty list paints what waits."""

    def pause(self) -> float | None:
        """Seconds until something that has come must be painted; None when everything has been."""

    def expect(self) -> None:
        """Show, below what is shown already, that more is on its way."""

    def wait(self, reason: str, seconds: float) -> None:
        """Count down to the next attempt, `seconds` from now, until an event comes; `reason` tells why there is one."""

    def hold(self, reason: str) -> None:
        """Show beside the waiting sign what must end before the request is sent; empty when it has ended."""

    def settle(self, *, below: bool = False) -> None:
        """Paint all that has come, for nothing may come for long; with `below` what follows stands under other output."""

    def report(self, text: str) -> None:
        """Say how far a tool has come that runs meanwhile."""

    def finish(self, footer: Footer, saves: Saves | None = None) -> None:
        """Paint all that is left, and the footer; the last output, if there is one, carries what `saves` makes."""

    def abandon(self) -> None:
        """Take the waiting sign away: no answer arrived."""


class NoDisplay:
    """The display of an answer that is read when it is complete."""

    def begin(self) -> None:
        """Show nothing."""

    def show(self, events: Sequence[Event]) -> None:
        """Show nothing."""

    def pause(self) -> float | None:
        """Wait for nothing."""
        return None

    def expect(self) -> None:
        """Show nothing."""

    def wait(self, reason: str, seconds: float) -> None:
        """Say nothing."""

    def hold(self, reason: str) -> None:
        """Say nothing."""

    def settle(self, *, below: bool = False) -> None:
        """Show nothing."""

    def report(self, text: str) -> None:
        """Say nothing."""

    def finish(self, footer: Footer, saves: Saves | None = None) -> None:
        """Show nothing."""

    def abandon(self) -> None:
        """Nothing is there to be taken away."""


def open_display(
    shell: Shell,
    layout: str = "auto",
    *,
    language: str = "",
    macros: frozenset[str] = frozenset(),
    advice: str = "",
    is_alone: Callable[[], bool] = lambda: False,
    sign: EarlySign | None = None,
    marks: bool = False,
    source: str = "",
    answer: str = "",
) -> AnswerDisplay:
    """Choose the display that the front end of `shell` can show; with a `language` the answer's text is code in it.

    `layout` overrules what is known of the front end. `macros` are the notebook's own LaTeX macros that the answer may use.
    `advice` is for readers of a front end that does not update what it has shown. `is_alone` tells whether the cell's output
    shows nothing but this answer; an early `sign` may be on the screen already. `source` is code that the answer refers to by
    the numbers of its lines: it is listed above. With `marks` the answer can be saved, under an id of
    its own or that which it has as an `answer` already.
    """
    if is_terminal(shell) or is_child():
        # A forked child of a kernel can print, but the kernel's messages are its parent's alone.
        # What is written to a file stays Markdown, and so does code.
        is_laid_out = not language and is_terminal(shell) and sys.stdout.isatty()
        width = text_columns() if is_laid_out else None
        return TerminalDisplay(sys.stdout, at_once=not is_terminal(shell), width=width)
    from nbclaude.render.listing import Listing

    listing = Listing(source, (answer or uuid.uuid4().hex)[:6]) if source else None
    if layout == "append" or (layout == "auto" and not shows_updates(shell)):
        return AppendDisplay(
            shell.display_pub,
            language,
            macros,
            listing=listing,
            marks=marks,
            answer=answer,
            sheets=Sheets.of(shell),
            watched=False,
        )
    return PagesDisplay(
        shell.display_pub,
        language,
        macros,
        advice=advice,
        is_alone=is_alone,
        sign=sign,
        listing=listing,
        marks=marks,
        answer=answer,
        sheets=Sheets.of(shell),
        watched=is_watched(shell),
    )
