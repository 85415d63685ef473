"""Shows the conversations that a notebook holds, asks whether to restore them, and puts them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from nbclaude.asking.changes import count_of_turns, counts_of
from nbclaude.cleaning import excerpt
from nbclaude.errors import ConfigurationError
from nbclaude.notebook import Shell, nobody_answers, notebook_file
from nbclaude.output import say, say_with, show_table
from nbclaude.workspace import Workspace

if TYPE_CHECKING:
    from nbclaude.conversation.turns import Turn
    from nbclaude.saved.notebook_file import NotebookFile
    from nbclaude.saved.restoring import FoundConversation

__all__ = ["Restorer", "open_notebook", "restore", "restore_first", "tell_newer"]

_COLUMNS = ("turn", "question", "answer", "tokens in", "tokens out", "model")
_EXCERPT = 80  # characters
_MAX_TOLD = 20
_ALL_THERE = "There is nothing to restore: the conversation already has every turn that can be restored."
_NOBODY = "Nothing was restored: there is nobody to ask here. %claude_restore --yes restores without asking."


class Restorer(Protocol):
    """Where conversations are restored: the shell, what its kernel holds, and settings of `%config`."""

    shell: Shell
    workspace: Workspace
    restore: str
    save_turns: bool


def restore(restorer: Restorer, path: Path, *, agreed: bool) -> None:
    """Show what the file holds; restore it if that is `agreed`, or if the user says so.

    Raises:
        ConfigurationError: the file cannot be read, or is not a notebook.

    """
    found = (
        _imported(restorer, path)
        if path.suffix == ".json"
        else _found(restorer.workspace, open_notebook(path))
    )
    for each in found:
        _show(restorer.shell, each, path.name)
    if found and (agreed or _asked(restorer.shell)):
        _put_back(restorer, found)


def restore_first(restorer: Restorer) -> None:
    """Before the first question, restore what the notebook holds if the settings say always."""
    workspace = restorer.workspace
    if workspace.has_asked or restorer.restore != "always":
        workspace.has_asked = True
        return
    workspace.has_asked = True
    path = notebook_file(restorer.shell)
    if path is None or not path.is_file():
        return
    from nbclaude.saved.restoring import find_conversations

    try:
        file = open_notebook(path)
    except ConfigurationError as error:
        say(f"Nothing was restored: {error}")
        return
    tell_newer(file)
    found = [each for each in find_conversations(file, workspace) if each.new]
    for each in found:
        _tell(each)
    if found:
        _put_back(restorer, found)


def open_notebook(path: Path) -> NotebookFile:
    """Read a notebook's file.

    Raises:
        ConfigurationError: it cannot be read, or is not a notebook.

    """
    from nbclaude.saved.notebook_file import read_notebook

    return read_notebook(path)


def tell_newer(file: NotebookFile) -> None:
    """Tell the user if the file holds answers of a later version, which cannot be read."""
    if file.newer:
        say(f"{file.path.name} holds answers saved by a later version of nbclaude; they were skipped.")


def _found(workspace: Workspace, file: NotebookFile) -> list[FoundConversation]:
    """Find the conversations; say why there are none, or that all their turns are already here."""
    from nbclaude.saved.restoring import find_conversations

    name = file.path.name
    found = find_conversations(file, workspace)
    tell_newer(file)
    if not found and file.is_stripped:
        say(
            f"The cells of {name} have no outputs, so no turns are saved there: a tool that strips outputs "
            "(nbstripout, jupytext) strips the turns too."
        )
    elif not found:
        say(f"{name} holds no saved turns. Save the notebook before you restart its kernel.")
    elif not any(each.new for each in found):
        for each in found:
            _tell(each)
        some = any(each.turns for each in found)
        say(_ALL_THERE if some else f"None of the turns in {name} can be restored.")
        return []
    return found


def _imported(restorer: Restorer, path: Path) -> list[FoundConversation]:
    """Read a conversation that was exported as JSON."""
    from nbclaude.saved.importing import read_conversation

    found = read_conversation(path)
    here = {turn.saved_as for turn in restorer.workspace.conversations[found.name].every}
    if not found.turns:
        say(f"{path.name} holds no answered questions.")
    elif here.issuperset(found.ids):
        say(_ALL_THERE)
        return []
    return [found] if found.turns else []


def _show(shell: Shell, found: FoundConversation, file: str) -> None:
    """Show what was found, as a receipt."""
    rows = []
    total = 0
    for number, turn in enumerate(found.turns, 1):
        total += sum(turn.tokens or ())
        asked, answer = excerpt(_asked_in(turn), _EXCERPT), excerpt(turn.answer, _EXCERPT)
        rows.append((number, asked, answer, *counts_of(turn), turn.model))
    title = f"Conversation {found.name!r} in {file}: {count_of_turns(len(found.turns))}"
    if found.saved:
        when = found.saved.replace("T", " ").partition(".")[0]
        title += f", {total:,} tokens when first asked, saved {when} UTC"
    show_table(shell, title, _COLUMNS, rows)
    _tell(found)


def _asked_in(turn: Turn) -> str:
    """Return a turn's label and what it asks: a notebook may give it any label."""
    return f"{turn.label}: {replace(turn, label='').asked}" if turn.label else turn.asked


def _tell(found: FoundConversation) -> None:
    """Say what is incomplete, and why."""
    lines = [f"{sentence}." for sentence in found.told[:_MAX_TOLD]]
    if len(found.told) > _MAX_TOLD:
        lines.append(f"… and {len(found.told) - _MAX_TOLD:,} more.")
    if lines:
        say("\n".join(lines))


def _asked(shell: Shell) -> bool:
    """Ask whether to restore what was shown; the answer is no where there is nobody to ask."""
    if nobody_answers(shell):
        say(_NOBODY)
        return False
    try:
        said = input("Send these turns along with the next question? [y/N] ").strip().lower()
    except (EOFError, OSError, NotImplementedError, RuntimeError):
        say(_NOBODY)
        return False
    if said in ("y", "yes"):
        return True
    say("Nothing was restored.")
    return False


def _put_back(restorer: Restorer, found: Sequence[FoundConversation]) -> None:
    from nbclaude.saved.record import change_record
    from nbclaude.saved.restoring import put_back

    workspace = restorer.workspace
    counts = {each.name: put_back(each, workspace) for each in found}
    if not any(counts.values()):
        say("Nothing was restored: the conversations already have every turn that can be restored.")
        return
    where = ", ".join(f"{count_of_turns(count)} of {name!r}" for name, count in counts.items() if count)
    text = f"Restored {where}. %claude_undo takes it back."
    if restorer.save_turns:
        say_with(restorer.shell, text, change_record(workspace, counts))
    else:
        say(text)
