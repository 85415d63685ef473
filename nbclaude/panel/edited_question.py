"""The question of an earlier turn while it is edited in the text box, to be asked anew in its place."""

from __future__ import annotations

import ipywidgets

from nbclaude.conversation.turns import Turn
from nbclaude.panel.host import Host, note, row, set_note
from nbclaude.panel.transcript import attached_blocks, question_text
from nbclaude.plurals import counted

__all__ = ["EditedQuestion"]


class EditedQuestion:
    """The turn that is edited, if any, and the line above the text box that says so: `begin` and `end`."""

    def __init__(self, host: Host, question: ipywidgets.Textarea, ask_button: ipywidgets.Button) -> None:
        self.turn: Turn | None = None
        self._draft = ""  # what stood in the text box when the edit began
        self._question = question
        self._ask_button = ask_button
        self._said = note()
        cancel = ipywidgets.Button(description="Cancel edit")
        cancel.on_click(host.guarded(lambda _: self.end(discard=True)))
        self.widget = row(self._said, cancel)
        self.widget.layout.display = "none"

    def begin(self, turn: Turn, number: int) -> None:
        """Put the question of a turn into the text box; `number` is the turn's, from 1."""
        if self.turn is None:
            self._draft = self._question.value
        self.turn = turn
        kept = len(attached_blocks(turn))
        also = f" What was attached to it ({counted(kept, 'block')}) goes along again." if kept else ""
        set_note(
            self._said, f"Editing turn {number}: the new answer takes its place, later turns stay.{also}"
        )
        self._question.value = question_text(turn)
        self._show("Resend")

    def end(self, *, discard: bool = False) -> None:
        """End the edit, if there is one.

        Then the text comes back that stood there before, unless what has been written since is not to be `discard`ed.
        """
        if self.turn is None:
            return
        before, self.turn = self.turn, None
        if discard or self._question.value in ("", question_text(before)):
            self._question.value = self._draft
        self._show("Ask")

    def _show(self, button: str) -> None:
        self.widget.layout.display = "none" if self.turn is None else ""
        self._ask_button.description = button
