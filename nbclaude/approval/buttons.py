"""The buttons below the card of a call: a widget whose messages arrive while the cell that asks is still running.

ipykernel handles a message for a widget in the thread for which the widget last sent one. If that was the cell's thread, the
message is handled when the cell has ended, which is too late. This widget sends its messages apart from any cell, so what
JupyterLab sends it arrives in a thread of its own. The page must first report that it is there; otherwise no buttons are shown.
"""

from __future__ import annotations

import queue
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from nbclaude.approval.proposed import TOO_LATE, Approval, Proposed
from nbclaude.lab import told_by
from nbclaude.notebook import Shell

if TYPE_CHECKING:
    from nbclaude.approval.widget import Buttons

__all__ = ["OpenButtons", "close_old_buttons", "open_buttons"]

_EXTENSION_READY = (
    15.0  # seconds to wait for a page that has our extension; a busy browser loads scripts slowly
)
_READY = 4.0
_SLICE = 0.1  # seconds; between slices, a stop is noticed on every system
_SUBSHELLS = "kernel subshells"


_old: list[Buttons] = []
# Widgets whose cards are answered. Messages from the page may still be queued behind the cell, and a kernel complains about
# messages for a closed widget, so these are closed only when the next card appears.


def close_old_buttons() -> None:
    """Close the widgets of cards that are answered."""
    while _old:
        _old.pop().close()


class _Page:
    """Whether messages from the page arrive while a cell runs. Once a card has waited in vain, none waits until one arrives."""

    is_heard = True


@contextmanager
def open_buttons(shell: Shell, proposed: Proposed) -> Iterator[OpenButtons | None]:
    """Show the buttons until the block ends; give None if the front end is not heard while a cell runs."""
    if not _Page.is_heard or not _hears_meanwhile(shell):
        yield None
        return
    from nbclaude.approval.widget import Buttons
    from nbclaude.widget import apart_from_cells

    said: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
    key = uuid.uuid4().hex
    fields = [[field.name, field.text, field.is_json] for field in proposed.fields]
    close_old_buttons()

    def hear(message: Mapping[str, Any]) -> None:
        # A message handled in the cell's own thread arrives only after the cell has ended, so it proves nothing.
        _Page.is_heard = _Page.is_heard or threading.current_thread() is not threading.main_thread()
        said.put(message)

    widget = apart_from_cells(shell, lambda: Buttons(hear, key=key, fields=fields))
    _old.append(widget)
    display_id = f"nbclaude-{uuid.uuid4().hex[:12]}"
    buttons = OpenButtons(shell, proposed, widget, said)
    is_shown = False
    try:
        if not buttons.is_heard(_EXTENSION_READY if told_by(shell) is not None else _READY):
            _Page.is_heard = False  # a slow page may still report; the next card then has buttons
            yield None
            return
        is_shown = True
        bundle = {**widget._repr_mimebundle_(), "text/html": "", "text/plain": ""}
        shell.display_pub.publish(data=bundle, metadata={}, transient={"display_id": display_id})
        yield buttons
    finally:
        if is_shown:
            apart_from_cells(shell, lambda: widget.set_trait("state", "over"))
            shell.display_pub.publish(
                data={"text/html": "", "text/plain": ""},
                metadata={},
                transient={"display_id": display_id},
                update=True,
            )


def _hears_meanwhile(shell: Shell) -> bool:
    """Tell whether the kernel has threads for what arrives while a cell runs (ipykernel 7 and later)."""
    kernel = getattr(shell, "kernel", None)
    try:
        return _SUBSHELLS in kernel.kernel_info["supported_features"]  # type: ignore[union-attr]
    except (AttributeError, KeyError, TypeError):
        return False


class OpenButtons:
    """Waits, in the asking thread, for the user to click a button."""

    def __init__(
        self,
        shell: Shell,
        proposed: Proposed,
        widget: Buttons,
        said: queue.SimpleQueue[Mapping[str, Any]],
        pause: Callable[[], object] = lambda: None,
    ) -> None:
        self._shell = shell
        self._proposed = proposed
        self._widget = widget
        self._said = said
        self._pause = pause  # called repeatedly; what it raises ends the wait

    def is_heard(self, seconds: float) -> bool:
        """Wait until the page says that it is there; return whether it did within this time."""
        from nbclaude.widget import apart_from_cells

        end = time.monotonic() + seconds
        while (said := self._next(end)) is not None:
            if said.get("do") == "ready":
                apart_from_cells(self._shell, lambda: self._widget.set_trait("state", "open"))
                return True
        return False

    def answer(self) -> Approval:
        """Wait for the user.

        Raises:
            KeyboardInterrupt: the user stopped instead of answering.

        """
        proposed = self._proposed
        end = time.monotonic() + proposed.seconds if proposed.seconds else None
        while (said := self._next(end)) is not None:
            match said.get("do"):
                case "allow":
                    return Approval(True, proposed.arguments)
                case "always":
                    return Approval(True, proposed.arguments, always=True)
                case "deny":
                    return Approval(False, proposed.arguments, str(said.get("reason") or "").strip())
                case "edit":
                    if (arguments := self._edited(said.get("values"))) is not None:
                        return Approval(True, arguments)
        return Approval(False, proposed.arguments, TOO_LATE)

    def _next(self, end: float | None) -> Mapping[str, Any] | None:
        """Return the next message from the page; None if there is none until then."""
        while end is None or time.monotonic() < end:
            self._pause()
            try:
                return self._said.get(timeout=_SLICE)
            except queue.Empty:
                continue
        return None

    def _edited(self, values: object) -> dict[str, Any] | None:
        """Return the arguments as the user edited them; None if they do not fit, and then the page is told why."""
        from nbclaude.widget import apart_from_cells

        given = values if isinstance(values, Mapping) else {}
        arguments = dict(self._proposed.arguments)
        try:
            for field in self._proposed.fields:
                said = given.get(field.name, field.text)
                if said != field.text:
                    arguments[field.name] = field.read(str(said))
            problem = self._proposed.check(arguments)
        except ValueError as error:
            problem = str(error)
        if not problem:
            return arguments
        apart_from_cells(self._shell, lambda: self._widget.tell(problem))
        return None
