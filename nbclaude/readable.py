"""What our errors and the user's stop have in common: a notebook shows them as one readable line, worded by the surface."""

from __future__ import annotations

from nbclaude.cleaning import printable
from nbclaude.cures import Spell, Words, plainly, spelled

__all__ = ["AnswerInterrupted", "Readable"]


class Readable(BaseException):
    """An exception that a notebook shows as one readable line instead of a traceback."""

    # What the user can do about it.
    cure: Words = ()
    # What became of the turn; whoever catches the error on its way up may add it.
    note: Words = ()
    # The part of an answer that had arrived, as a `nbclaude.Reply`, where `nbclaude.ask` raised this.
    reply: object = None
    # How the surface that raises it spells what cure and note mention.
    spell: Spell = staticmethod(plainly)
    # In the outputs of which request it is shown already, under what there is of the answer.
    shown_in: object = None

    def __str__(self) -> str:
        return self.said(self.spell)

    def said(self, spell: Spell) -> str:
        """Say everything, with mentions as a surface spells them."""
        return " ".join(filter(None, (printable(self._facts()), self._advice(spell))))

    def paragraphs(self, spell: Spell) -> tuple[str, ...]:
        """What happened, and what to do."""
        return tuple(filter(None, (printable(self._facts()), self._advice(spell))))

    def _advice(self, spell: Spell) -> str:
        return " ".join(filter(None, (spelled(self.cure, spell), spelled(self.note, spell))))

    def _facts(self) -> str:
        return super().__str__()

    def _render_traceback_(self) -> list[str]:
        # IPython calls this instead of printing a traceback: the frames are ours, not the user's.
        return [f"\x1b[31m{type(self).__name__}\x1b[39m: {self}"]


class AnswerInterrupted(Readable, KeyboardInterrupt):
    """The user stopped the answer; what had arrived was kept.

    `when` says at which point, as "before the question was sent"; it is empty where that says nothing. It is not an
    `Exception`, so that a cell's own `except Exception` does not swallow the user's stop.
    """

    def __init__(self, when: str = "", *, note: Words = ()) -> None:
        super().__init__(when)
        self.note = note

    @property
    def when(self) -> str:
        """At which point the user stopped."""
        return str(self.args[0]) if self.args else ""

    def _facts(self) -> str:
        return f"Stopped {self.when}." if self.when else "Stopped."

    def said_after_stopped(self, spell: Spell) -> str:
        """Say what the word "Stopped" does not say already."""
        when = f"{self.when[:1].upper()}{self.when[1:]}." if self.when else ""
        return " ".join(filter(None, (printable(when), self._advice(spell))))
