"""What the panes of one panel share, such as callbacks that can fail in front of the user.

Callbacks may come in another thread while a cell runs, and several panels look at the same settings: whatever a panel shows or
changes is guarded by one lock for all of them, which nobody holds while waiting for a server.

A kernel sends what a widget is told to the thread from which that widget was last heard (ipykernel 7.4). A panel speaks apart
from any cell, so that its messages do not wait for a cell that runs.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from html import escape
from typing import Any, Protocol, TypeVar

import ipywidgets
from traitlets import TraitError

from nbclaude.cleaning import printable
from nbclaude.errors import ConfigurationError, NbclaudeError
from nbclaude.forks import ForkSafeLock
from nbclaude.notebook import Shell
from nbclaude.panel.wording import said, spell
from nbclaude.secrets.keys import find_keys
from nbclaude.settings.resolve import checked
from nbclaude.settings.table import BY_NAME
from nbclaude.widget import apart_from_cells
from nbclaude.workspace import Workspace

__all__ = ["KEY_REMOVED", "LOCK", "Host", "OwnChanges", "Traits", "note", "row", "set_note", "set_options"]

LOCK = ForkSafeLock()
ENTER = "nbclaude-enter-"  # begins a class of CSS, and the action of the same name
KEY_REMOVED = "[key removed]"  # stands where a key stood
Result = TypeVar("Result")


class Traits(Protocol):
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
        self, shell: Shell, settings: Traits, workspace: Workspace, changed: Callable[[], None]
    ) -> None:
        self.shell = shell
        self.settings = settings
        self.workspace = workspace
        self.changed = changed
        """Tells every open panel that something which they show has changed."""
        self.cell = ""
        self.cells_run = 0
        self.entered: dict[str, Callable[[str], None]] = {}
        """By the name of a text field: takes what stands in it when Enter is pressed."""
        self._alerts: list[ipywidgets.HTML] = []
        self.alert = self._new_alert()

    def elsewhere(self) -> Host:
        """Return the same host, whose reports stand in an `alert` of its own: where the user looks who has done something."""
        other = copy(self)
        other.alert = self._new_alert()
        return other

    def _new_alert(self) -> ipywidgets.HTML:
        alert = ipywidgets.HTML()
        alert.layout.display = "none"
        self._alerts.append(alert)
        return alert

    def report(self, text: str, *, done: bool = False) -> None:
        """Say something in the alert; `done` tells that it is no error. What was said before goes, wherever it stands."""
        kind = "nbclaude-alert nbclaude-done" if done else "nbclaude-alert"
        role = "status" if done else "alert"
        said = escape(printable(text))
        self._show(f'<div class="{kind}" role="{role}">{said}</div>' if said else "")

    def report_error(self, error: BaseException) -> None:
        """Report an error: as a plain alert if the user can fix it here, else as a card like those in cells."""
        if isinstance(error, TraitError) or type(error) is ConfigurationError:
            self.report(said(error))
            return
        if isinstance(error, NbclaudeError):
            from nbclaude.asking.failure_cards import failure_card

            card = failure_card(error, said, spell)
        else:
            from nbclaude.render.notice import Failure

            name = type(error).__name__
            card = Failure("An error in nbclaude", (f"{name}: {error}", "Nothing was lost."))
        self._show(f'<div class="nbclaude" role="alert">{printable(card.html)}</div>')

    def _show(self, html: str) -> None:
        """Show what is reported in our alert, and nothing in the others."""
        for alert in self._alerts:
            alert.value = html if alert is self.alert else ""
            alert.layout.display = "" if alert.value else "none"

    def guarded(self, callback: Callable[..., None], *, keeps_report: bool = False) -> Callable[..., None]:
        """Run a callback under the lock, and show what it raises in the panel: a front end would show it nowhere.

        What was reported before goes, unless it is kept.
        """

        def run(*arguments: Any, **named: Any) -> None:
            try:
                if not keeps_report:
                    self.report("")
                callback(*arguments, **named)
            except Exception as error:
                self.report_error(error)

        return lambda *arguments, **named: self.apart(lambda: run(*arguments, **named))

    def apart(self, function: Callable[[], Result]) -> Result:
        """Run a function under the lock, and apart from any cell: what it tells widgets belongs to none."""

        def run() -> Result:
            with LOCK:
                return function()

        return apart_from_cells(self.shell, run)

    def text_of(self, field: Any, newest: str | None = None) -> str:
        """Return what stands in a text field; `newest` is what the front end has there, if it has told that apart.

        Raises:
            ConfigurationError: it holds an API key. It is taken out: what a widget holds may be saved with the notebook.

        """
        text = str(field.value) if newest is None else newest
        if found := find_keys(text):
            for key in found:
                text = text.replace(key, KEY_REMOVED)
            field.value = text
            raise ConfigurationError(
                f"An API key was in this field ({found[0][:10]}…) and has been taken out. Store keys with %claude_login, "
                "never in a notebook."
            )
        return text

    def keep_keys_out(self, *fields: Any) -> None:
        """Take API keys out of these text fields as soon as they stand there."""

        def look(change: Any) -> None:
            self.text_of(change["owner"])

        for field in fields:
            field.observe(self.guarded(look, keeps_report=True), "value")

    def on_enter(self, field: Any, name: str, callback: Callable[[], None]) -> None:
        """Call back when Enter is pressed in a text field, with all that was written before it in the field.

        ipywidgets tells of the key at once, but of the text only when the kernel has taken what was typed first.
        """
        guarded = self.guarded(callback)

        def take(text: str) -> None:
            if field.value == text:
                guarded()
                return

            def follow(change: Any) -> None:
                if change["new"] == text:
                    field.unobserve(follow, "value")
                    guarded()

            field.observe(follow, "value")

        field.add_class(f"{ENTER}{name}")
        self.entered[f"{ENTER}{name}"] = take

    def set(self, name: str, value: Any) -> None:
        """Change a setting.

        Raises:
            ConfigurationError: it does not take this value.
            TraitError: the value holds a key.

        """
        setattr(self.settings, name, None if value is None else checked(BY_NAME[name], value))


class OwnChanges:
    """Tells what the user does from what we write into controls ourselves: `with own_changes:` nobody is called."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._depth = 0

    def watch(self, control: ipywidgets.Widget, callback: Callable[[Any], None]) -> None:
        """Call back with the new value that the user has given to a control."""
        guarded = self._host.guarded(callback)

        def take(change: Any) -> None:
            # Under the lock: while another thread fills the controls, the user's change waits.
            with LOCK:
                if not self._depth:
                    guarded(change["new"])

        control.observe(take, "value")

    def __enter__(self) -> None:
        LOCK.acquire()
        self._depth += 1

    def __exit__(self, *_error: object) -> None:
        self._depth -= 1
        LOCK.release()


def note(text: str = "") -> ipywidgets.HTML:
    """Make the place beside a control where its reason or explanation stands as text."""
    place = ipywidgets.HTML()
    set_note(place, text)
    return place


def set_note(place: ipywidgets.HTML, text: str) -> None:
    """Write the reason; nothing is sent if it stands there already."""
    place.value = f'<span class="nbclaude-reason">{escape(printable(text))}</span>' if text else ""


def row(*widgets: ipywidgets.Widget) -> ipywidgets.HBox:
    """Lay a control and what is said of it side by side, or one above the other where there is no room."""
    box = ipywidgets.HBox(list(widgets))
    box.add_class("nbclaude-row")
    return box


def set_options(control: Any, options: list[tuple[str, Any]], value: Any) -> None:
    """Give a list its entries and its value; nothing is sent if they are there already."""
    if tuple(control.options) != tuple(options):
        control.options = options
    values = [each for _, each in options]
    if value in values and control.index != values.index(value):
        control.index = values.index(value)
