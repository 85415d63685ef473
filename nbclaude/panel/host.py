"""What the panes of one panel share comes in; callbacks that can fail in front of the user go out.

Callbacks may come in another thread while a cell runs, and several panels look at the same settings: whatever a panel shows or
changes is guarded by one lock for all of them, which nobody holds while waiting for a server.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from html import escape
from typing import Any, Protocol

import ipywidgets
from traitlets import TraitError

from nbclaude.conversation.workspace import Workspace
from nbclaude.errors import NbclaudeError, printable

__all__ = ["LOCK", "Host", "Settings", "note", "row", "set_note"]

LOCK = threading.RLock()


class Settings(Protocol):
    """The traits of `%config ClaudeMagics`, as far as a panel works on them."""

    def observe(self, handler: Callable[[Any], None], names: Any = ...) -> None:
        """Call the handler with every change."""

    def unobserve(self, handler: Callable[[Any], None], names: Any = ...) -> None:
        """Stop calling it."""

    def names_set(self) -> frozenset[str]:
        """Return the names of those that somebody has set."""

    def __getattr__(self, name: str) -> Any:
        """Return the value of a setting."""


class Host:
    """What every pane of a panel can do: read and change the settings, and say what went wrong."""

    def __init__(
        self, shell: Any, settings: Settings, workspace: Workspace, changed: Callable[[], None]
    ) -> None:
        self.shell = shell
        self.settings = settings
        self.workspace = workspace
        self.changed = changed
        """Tells every open panel that something which they show has changed."""
        self.alert = ipywidgets.HTML()
        self.alert.layout.display = "none"
        self.cell = ""
        self.cells_run = 0

    def report(self, text: str, *, done: bool = False) -> None:
        """Say something above the panel's panes; `done` tells that it is no error. An empty text takes it away."""
        kind = "nbclaude-alert nbclaude-done" if done else "nbclaude-alert"
        role = "status" if done else "alert"
        self.alert.value = (
            f'<div class="{kind}" role="{role}">{escape(printable(text))}</div>' if text else ""
        )
        self.alert.layout.display = "" if text else "none"

    def report_error(self, error: BaseException) -> None:
        """Say what went wrong, in a line of its own kind."""
        if isinstance(error, TraitError):
            self.report(str(error))
        elif isinstance(error, NbclaudeError):
            self.report(f"{type(error).__name__}: {error}")
        else:
            self.report(f"{type(error).__name__}: {error}. This is a fault of nbclaude; nothing was lost.")

    def guarded(self, callback: Callable[..., None]) -> Callable[..., None]:
        """Run a callback under the lock, and show what it raises in the panel: a front end would show it nowhere."""

        @wraps(callback)
        def run(*arguments: Any, **named: Any) -> None:
            with LOCK:
                try:
                    self.report("")
                    callback(*arguments, **named)
                except Exception as error:
                    self.report_error(error)

        return run

    def set(self, name: str, value: Any) -> None:
        """Change a setting. Raises TraitError for a value that it does not take."""
        setattr(self.settings, name, value)


def note(text: str = "") -> ipywidgets.HTML:
    """Make the place beside a control where its reason or explanation stands as text."""
    place = ipywidgets.HTML()
    set_note(place, text)
    return place


def set_note(place: ipywidgets.HTML, text: str) -> None:
    """Write the reason; nothing is sent if it stands there already."""
    place.value = f'<span class="nbclaude-reason">{escape(text)}</span>' if text else ""


def row(*widgets: ipywidgets.Widget) -> ipywidgets.HBox:
    """Lay a control and what is said of it side by side, or one above the other where there is no room."""
    box = ipywidgets.HBox(list(widgets))
    box.add_class("nbclaude-row")
    return box
