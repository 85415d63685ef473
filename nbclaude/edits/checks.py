"""Tells whether a new cell may be offered in the place of an old one, and if not, why."""

from __future__ import annotations

from collections import Counter

from nbclaude.edits.python_cells import CellCode, read_cell, without_docstrings
from nbclaude.notebook import Shell

__all__ = ["why_not"]


def why_not(shell: Shell, before: str, after: str, *, only_comments: bool = False) -> str:
    """Return why `after` is not to be put in the place of `before`, as a sentence; empty if it may be.

    It must parse as IPython reads it, and keep the cell's magics, shell lines and `await`. With `only_comments` nothing but
    comments and docstrings may differ.
    """
    if not after.strip():
        return "The new cell is empty."
    if after.rstrip() == before.rstrip():
        return "The new cell is the same as the old one."
    old, new = read_cell(shell, before), read_cell(shell, after)
    if new.error:
        return f"The new cell is not valid Python: {new.error}."
    lost = _lost(shell, old, new)
    if lost:
        return f"The new cell drops {lost}."
    if only_comments and not _same_program(old, new):
        return "The new cell changes more than comments and docstrings."
    return ""


def _lost(shell: Shell, old: CellCode, new: CellCode) -> str:
    """Return what the new cell has lost of the old one's magics; a magic that does not exist may go: it is the mistake."""
    known = shell.magics_manager.magics
    if old.cell_magic and old.cell_magic != new.cell_magic and old.cell_magic in known["cell"]:
        return f"the cell magic %%{old.cell_magic}"
    if old.cell_magic and not new.cell_magic and old.cell_magic not in known["cell"]:
        return ""
    old_magics, new_magics = old.magics or Counter(), new.magics or Counter()
    for name, count in old_magics.items():
        if name in known["line"] and new_magics[name] < count:
            return f"the magic %{name}"
    old_commands, new_commands = old.commands or Counter(), new.commands or Counter()
    # `!pip install` may have become `%pip install`.
    now = new_commands.total() + sum(new_magics[name] - old_magics[name] for name in old_commands)
    if now < old_commands.total():
        gone = next((word for word in old_commands if new_commands[word] < old_commands[word]), "")
        return f"the shell line !{gone}"
    if (old.awaits and not new.awaits) or (old.awaits_itself and not new.awaits_itself):
        return "the await"
    return ""


def _same_program(old: CellCode, new: CellCode) -> bool:
    if old.tree is None or new.tree is None:
        return False
    return without_docstrings(old.tree) == without_docstrings(new.tree)
