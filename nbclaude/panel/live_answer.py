"""Shows the pages of an answer in a panel as in an output area, and passes on that Stop was pressed."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from nbclaude.output import PagesDisplay
from nbclaude.panel.frontend import View
from nbclaude.wire.events import Event

if TYPE_CHECKING:
    from nbclaude.output.marks import Saves
    from nbclaude.render.footer import Footer

__all__ = ["LiveAnswer"]

_PATIENCE = 0.05  # seconds between two looks at the stop button


class _Pages:
    """Takes what a cell's publisher takes; only the HTML is shown."""

    def __init__(self, view: View) -> None:
        self._view = view

    def publish(
        self, *, data: Mapping[str, str], metadata: object, transient: Mapping[str, str], update: bool
    ) -> None:
        """Draw the page whose number ends its display id."""
        self._view.show_page(int(transient["display_id"].rpartition("-")[2]), data.get("text/html", ""))

    def clear_output(self, wait: bool = False) -> None:
        """Take all pages away."""
        self._view.clear_pages()


class LiveAnswer:
    """An answer display in a panel: the same pages, painted by the same rules as in a cell, with a stop of its own."""

    def __init__(self, view: View, macros: Iterable[str] = ()) -> None:
        self._view = view
        self._pages = PagesDisplay(_Pages(view), macros=frozenset(macros))
        self._stop = threading.Event()

    def stop(self) -> None:
        """End the answer; what has come is kept. Called from another thread than the one that asks."""
        self._stop.set()

    def begin(self) -> None:
        """Show the waiting sign."""
        self._pages.begin()

    def show(self, events: Sequence[Event]) -> None:
        """Take the next events."""
        self._pages.show(events)

    def pause(self) -> float:
        """Seconds until something must be painted, or the stop button looked at. Raises KeyboardInterrupt once it was pressed."""
        if self._stop.is_set():
            raise KeyboardInterrupt
        due = self._pages.pause()
        return _PATIENCE if due is None else min(due, _PATIENCE)

    def expect(self) -> None:
        """Show that more is on its way."""
        self._pages.expect()

    def wait(self, reason: str, seconds: float) -> None:
        """Count down to the next attempt."""
        self._pages.wait(reason, seconds)

    def hold(self, reason: str) -> None:
        """Say what must end first."""
        self._pages.hold(reason)

    def settle(self, *, below: bool = False) -> None:
        """Paint all that has come; nothing else is shown here."""
        self._pages.settle()

    def report(self, text: str) -> None:
        """Say how far a tool has come."""
        self._pages.report(text)

    def finish(self, footer: Footer, saves: Saves | None = None) -> None:
        """Paint all that is left, and the footer."""
        self._pages.finish(footer)

    def abandon(self) -> None:
        """Take the waiting sign away."""
        self._view.clear_pages()
