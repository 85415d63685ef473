"""The buttons below the card of a call: a widget that is heard while the cell runs whose answer calls the tool.

ipykernel sends what a front end tells a widget to the thread for which the widget has spoken last. One that speaks for the cell
is heard when the cell has ended, which is too late; this one speaks apart from any cell, and what JupyterLab tells it arrives in
a thread of its own. The page must be heard first: otherwise no buttons are shown.
"""

from __future__ import annotations

import queue
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from nbclaude.approval.proposed import TOO_LATE, Approval, Proposed
from nbclaude.lab import told_by
from nbclaude.notebook import Shell

if TYPE_CHECKING:
    from nbclaude.approval.widget import Buttons

__all__ = ["OpenButtons", "close_old_buttons", "open_buttons"]

_EXTENSION_READY = (
    15.0  # seconds until a page that has our extension must be heard; a busy browser loads scripts slowly
)
_READY = 4.0
_SLICE = 0.1  # seconds; a stop is noticed in between on every system
_SUBSHELLS = "kernel subshells"


_old: list[Buttons] = []
# Widgets whose cards are answered. What a page has told them meanwhile may still wait behind the cell, and a kernel complains
# about messages for a widget that is closed: so they are closed when the next card comes.


def close_old_buttons() -> None:
    """Close what is left of cards that are answered."""
    while _old:
        _old.pop().close()


class _Heard:
    """Whether a page of this kernel was not heard: then no other card waits for it."""

    never = False


@contextmanager
def open_buttons(shell: Shell, proposed: Proposed) -> Iterator[OpenButtons | None]:
    """Show the buttons; None if the front end is not heard while a cell runs. They go when the block ends."""
    if _Heard.never or not _hears_meanwhile(shell):
        yield None
        return
    from nbclaude.approval.widget import Buttons
    from nbclaude.widget import apart_from_cells

    said: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
    key = uuid.uuid4().hex
    fields = [[field.name, field.text, field.is_json] for field in proposed.fields]
    close_old_buttons()
    widget = apart_from_cells(shell, lambda: Buttons(said.put, key=key, fields=fields))
    _old.append(widget)
    display_id = f"nbclaude-{uuid.uuid4().hex[:12]}"
    buttons = OpenButtons(shell, proposed, widget, said)
    is_shown = False
    try:
        if not buttons.is_heard(_EXTENSION_READY if told_by(shell) is not None else _READY):
            _Heard.never = True
            yield None
            return
        is_shown = True
        bundle = {**widget._repr_mimebundle_(), "text/html": "", "text/plain": ""}
        shell.display_pub.publish(data=bundle, metadata={}, transient={"display_id": display_id})
        yield buttons
    finally:
        apart_from_cells(shell, lambda: widget.set_trait("state", "over"))
        if is_shown:
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
    """Waits in the thread of the cell for what the user says by the buttons."""

    def __init__(
        self,
        shell: Shell,
        proposed: Proposed,
        widget: Buttons,
        said: queue.SimpleQueue[Mapping[str, Any]],
    ) -> None:
        self._shell = shell
        self._proposed = proposed
        self._widget = widget
        self._said = said

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
        """Return the next thing that the page tells; None if it tells nothing until then."""
        while end is None or time.monotonic() < end:
            try:
                return self._said.get(timeout=_SLICE)
            except queue.Empty:
                continue
        return None

    def _edited(self, values: object) -> dict[str, Any] | None:
        """Return the arguments that the user has written; None if they do not fit, which the page is told."""
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
