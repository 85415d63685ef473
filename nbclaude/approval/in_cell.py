"""Asks in the running cell: a card shows the call, with buttons where they work, and then the outcome."""

from __future__ import annotations

import threading
import uuid

from nbclaude.approval.buttons import open_buttons
from nbclaude.approval.card import card_html
from nbclaude.approval.proposed import TOO_LATE, Approval, Approve, Proposed
from nbclaude.approval.typed import approve_by_input
from nbclaude.notebook import Shell, is_watched, shows_updates

__all__ = ["approve_in_cell"]

# The buttons are the output after the card. Where their widget has gone, JupyterLab would show an error in their place.
_VANISHING = (
    ".jp-OutputArea-child:has(.nbclaude-waits) + .jp-OutputArea-child:has(> .jp-OutputArea-output.jupyter-widgets)"
    ":not(:has(.nbclaude-approve:not(.jupyter-widgets-disconnected))) { display: none; }"
)


def approve_in_cell(shell: Shell) -> Approve:
    """Return the function that asks the user in the cell that this shell runs."""

    def approve(proposed: Proposed) -> Approval:
        is_main = threading.current_thread() is threading.main_thread()
        if not is_main or not is_watched(shell) or not shows_updates(shell):
            return approve_by_input(proposed)
        return _approved_on_card(shell, proposed)

    return approve


def _approved_on_card(shell: Shell, proposed: Proposed) -> Approval:
    card = _Card(shell, proposed)
    try:
        with open_buttons(shell, proposed) as buttons:
            said = approve_by_input(proposed, is_shown=True) if buttons is None else buttons.answer()
    except BaseException:
        card.show("Stopped. The tool was not run.")
        raise
    card.tell(said)
    return said


class _Card:
    """The output that shows one call, first as a question, then with its outcome."""

    def __init__(self, shell: Shell, proposed: Proposed) -> None:
        self._publisher = shell.display_pub
        self._proposed = proposed
        # The id keeps what it shows out of the figures and outputs of cells.
        self._id = f"nbclaude-{uuid.uuid4().hex[:12]}"
        self._is_new = True
        self.show("")

    def tell(self, said: Approval) -> None:
        """Show the user's decision."""
        if not said.allowed:
            reason = "" if said.reason == TOO_LATE else said.reason
            lost = "Denied: no answer in time." if said.reason == TOO_LATE else "Denied."
            self.show(f"Denied: {reason}" if reason else lost)
            return
        how = " in this conversation" if said.always else ""
        if said.arguments != self._proposed.arguments:
            self._proposed = self._proposed.edited(said.arguments)
            how += ", with the arguments that you edited"
        self.show(f"Allowed{how}.", is_allowed=True)

    def show(self, outcome: str, *, is_allowed: bool = False) -> None:
        """Show the card with this outcome; without one it waits."""
        from nbclaude.cleaning import visible

        proposed, outcome = self._proposed, visible(outcome)
        style = "" if outcome else _VANISHING
        bundle = {
            "text/html": card_html(proposed, outcome, is_allowed=is_allowed, more_style=style),
            "text/plain": f"{proposed.text}\n{outcome}".rstrip("\n"),
        }
        is_new, self._is_new = self._is_new, False
        self._publisher.publish(
            data=bundle, metadata={}, transient={"display_id": self._id}, update=not is_new
        )
