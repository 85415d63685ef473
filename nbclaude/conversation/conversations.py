"""The conversations of one kernel, by name; what happens to cells happens to all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from nbclaude.conversation.turns import Conversation, Turn
from nbclaude.notebook import CellRun

__all__ = ["Conversations"]


class Conversations:
    """The conversations of one kernel, by name."""

    def __init__(self) -> None:
        self._by_name: dict[str, Conversation] = {}
        self._begun: dict[str, None] = {}

    def __getitem__(self, name: str) -> Conversation:
        return self._by_name.setdefault(name, Conversation(name))

    def branch(self, name: str, of: Conversation, turns: tuple[Turn, ...]) -> Conversation:
        """Make a conversation of this name that begins with turns of another one, as they are now.

        They belong to no cell there: what happens to the cells happens to the other conversation.
        """
        made = Conversation(name, tuple(replace(turn, cell="") for turn in turns))
        made.branch = (of.name, len(turns))
        self._by_name[name] = made
        return made

    def begin(self, name: str) -> None:
        """Have a conversation of this name, also while nothing has been asked in it."""
        self._begun[name] = None
        self._by_name.setdefault(name, Conversation(name))

    def names(self) -> list[str]:
        """Return the names of those that hold turns, if only such as are set aside, or were begun by name."""
        return [
            name
            for name, conversation in tuple(self._by_name.items())
            if conversation.every or name in self._begun
        ]

    def leave_others(self, name: str, at: CellRun) -> tuple[str, ...]:
        """Remove the cell's earlier turns from every conversation but `name`; return the names of those that had any."""
        return tuple(other.name for other in self._all() if other.name != name and other.leave(at))

    def put_aside(self, cells: Iterable[str]) -> int:
        """Set the turns of deleted cells aside everywhere; return how many there were."""
        gone = frozenset(cells)
        return sum(conversation.put_aside(gone) for conversation in self._all()) if gone else 0

    def cell_exists(self, cell: str) -> None:
        """Put the turns of a cell back into their places everywhere."""
        for conversation in self._all():
            conversation.cell_exists(cell)

    def cells_exist(self, cells: Collection[str]) -> None:
        """Put the turns of these cells back into their places, where they were set aside."""
        for cell in {turn.cell for turn in self.set_aside()}.intersection(cells):
            self.cell_exists(cell)

    def follow(self, places: Mapping[str, int]) -> None:
        """Put the turns everywhere into the order of their cells."""
        for conversation in self._all():
            conversation.follow(places)

    def bring_back(self, cells: Collection[str] | None = None) -> dict[str, int]:
        """Put the turns of deleted cells back, of all by default; return how many there were, by the conversation's name."""
        # If a cell exists, it exists for all conversations: undoing a change in another one must not set it aside again.
        back = {turn.cell for turn in self.set_aside() if cells is None or turn.cell in cells}
        counts = {conversation.name: conversation.bring_back(back) for conversation in self._all()}
        return {name: count for name, count in counts.items() if count}

    def set_aside(self) -> tuple[Turn, ...]:
        """Return the turns of deleted cells, of all conversations."""
        return tuple(turn for conversation in self._all() for turn in conversation.set_aside)

    def begin_as_child(self, at: CellRun | None) -> None:
        """Go on in a process that this run of a cell has forked, with what stands before its place."""
        for conversation in self._all():
            conversation.begin_as_child(at)

    def _all(self) -> tuple[Conversation, ...]:
        return tuple(self._by_name.values())
