"""The base of our errors: a notebook shows them as one readable line, with cures spelled as the surface does."""

from __future__ import annotations

from nbclaude.cleaning import printable
from nbclaude.cures import Spell, Words, plainly, spelled

__all__ = ["Readable"]


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

    def _advice(self, spell: Spell) -> str:
        return " ".join(filter(None, (spelled(self.cure, spell), spelled(self.note, spell))))

    def _facts(self) -> str:
        return super().__str__()

    def _render_traceback_(self) -> list[str]:
        # IPython calls this instead of printing a traceback: the frames are ours, not the user's.
        return [f"\x1b[31m{type(self).__name__}\x1b[39m: {self}"]
