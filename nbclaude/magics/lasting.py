"""`%claude_restore`: brings back the conversations that a notebook holds, once its reader has seen what they are."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from IPython.core.error import UsageError
from IPython.core.magic import line_magic, magics_class

from nbclaude.magics.chat import ClaudeMagics
from nbclaude.magics.family import Family, argument
from nbclaude.magics.restoring import restore
from nbclaude.magics.wording import worded
from nbclaude.notebook import Shell, notebook_file

__all__ = ["LastingMagics", "file_named", "words_of"]

_NO_FILE = "%claude_restore: nothing tells which file this notebook is; name it: %claude_restore talk.ipynb"


@magics_class
class LastingMagics(Family):
    """The magics of what lasts."""

    def __init__(self, chat: ClaudeMagics) -> None:
        super().__init__(shell=chat.shell, workspace=chat.workspace)
        self._chat = chat

    @line_magic
    @worded()
    def claude_restore(self, line: str) -> None:
        """Bring back the conversations that the notebook holds, after a restart; nothing is run or sent.

        %claude_restore             show what was found, and ask
        %claude_restore PATH        from another notebook
        %claude_restore ... --yes   do not ask

        The turns stand in the outputs of the saved file. What the notebook does not show is not restored; nothing that
        allows anything is. %claude_undo takes it back.
        """
        words = words_of("claude_restore", line)
        agreed = any(word in ("--yes", "-y") for word in words)
        paths = [word for word in words if word not in ("--yes", "-y")]
        if len(paths) > 1 or any(word.startswith("-") for word in paths):
            raise UsageError("%claude_restore takes one PATH at the most, and --yes.")
        if self._chat.restore == "never":
            raise UsageError(
                "%claude_restore: ClaudeMagics.restore is 'never'; %config ClaudeMagics.restore = 'ask' allows it."
            )
        restore(self._chat, file_named(self.shell, paths), agreed=agreed or self._chat.restore == "always")


def words_of(magic: str, line: str) -> list[str]:
    """Split the line of a magic that takes no prompt into words.

    Raises:
        UsageError: a quote is not closed.

    """
    try:
        return shlex.split(argument(line))
    except ValueError as error:
        raise UsageError(f"%{magic} {argument(line)}: {str(error).lower()}.") from None


def file_named(shell: Shell, paths: Sequence[str]) -> Path:
    """Return the file that a line names, else that of the notebook.

    Raises:
        UsageError: nothing tells which file it is.

    """
    path = Path(paths[0]).expanduser() if paths else notebook_file(shell)
    if path is None:
        raise UsageError(_NO_FILE)
    return path
