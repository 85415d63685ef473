"""`%claude_restore`, `%claude_replay`, `%claude_fork` and `%claude_forget`: what is done with turns that a notebook holds."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from IPython.core.error import UsageError
from IPython.core.magic import line_magic, magics_class
from traitlets import TraitError

from nbclaude.asking.changes import count_of_turns
from nbclaude.magics.family import OtherFamily, argument
from nbclaude.magics.restoring import open_notebook, restore, tell_newer
from nbclaude.magics.wording import worded
from nbclaude.notebook import Shell, notebook_file
from nbclaude.output import say, say_with
from nbclaude.plurals import counted

__all__ = ["LastingMagics", "file_named", "words_of"]


@magics_class
class LastingMagics(OtherFamily):
    """The magics for turns that outlive the kernel."""

    @line_magic
    @worded()
    def claude_restore(self, line: str) -> None:
        """Bring back the conversations that the notebook holds, after a restart; nothing is run or sent.

        %claude_restore             show what was found, and ask
        %claude_restore PATH        from another notebook, or from JSON that %claude_export has written
        %claude_restore ... --yes   do not ask

        The turns are in the outputs of the saved file. What the notebook does not show is not restored, and permissions
        never are. %claude_undo takes it back.
        """
        words = words_of("claude_restore", line)
        agreed = any(word in ("--yes", "-y") for word in words)
        paths = [word for word in words if word not in ("--yes", "-y")]
        if len(paths) > 1 or any(word.startswith("-") for word in paths):
            raise UsageError("%claude_restore takes at most one PATH, and --yes.")
        if self._chat.restore == "never":
            raise UsageError(
                "%claude_restore: ClaudeMagics.restore is 'never'; %config ClaudeMagics.restore = 'ask' allows it."
            )
        restore(self._chat, file_named(self.shell, paths), agreed=agreed or self._chat.restore == "always")

    @line_magic
    @worded()
    def claude_replay(self, line: str) -> None:
        """Show saved answers instead of sending requests: Run All costs nothing where nothing has changed.

        %claude_replay on [PATH]      a question with a saved answer shows it; others are asked, and say what differs
        %claude_replay only [PATH]    a question without a saved answer is an error
        %claude_replay off

        The file is read once, now. Whole requests are compared, including earlier turns. `--fresh` asks anyway.
        Questions whose answers ran tools here are asked again.
        """
        words = words_of("claude_replay", line)
        word = words[0].lower() if words else ""
        if (
            word not in ("", "on", "off", "only")
            or len(words) > 2
            or (word in ("", "off") and len(words) > 1)
        ):
            raise UsageError("%claude_replay takes on, only or off; a PATH may follow on and only.")
        chat = self._chat
        if word in ("on", "only"):
            from nbclaude.saved.replaying import Replays

            path = file_named(self.shell, words[1:], f"claude_replay {word}")
            file = open_notebook(path)
            tell_newer(file)
            self._set(word)
            chat.replays = Replays(file, only=word == "only")
        elif word == "off":
            self._set(word)
        if chat.replays is None:
            say("Every question is sent; no saved answers are shown.")
            return
        otherwise = "a question without one is an error" if chat.replays.only else "other questions are sent"
        say(
            f"{counted(len(chat.replays), 'saved answer')} in {chat.replays.path.name} will be shown; {otherwise}."
        )

    def _set(self, word: str) -> None:
        try:
            self._chat.replay = word
        except TraitError as error:
            raise UsageError(f"%claude_replay: {error}") from None
        self._chat.replays = None

    @line_magic
    @worded()
    def claude_fork(self, line: str) -> None:
        """Start a conversation from a turn of the one in use, and ask in it from now on.

        %claude_fork NAME [TURN]    with the turns up to TURN, a number of %claude_history; all of them without it
        """
        words = words_of("claude_fork", line)
        if not 1 <= len(words) <= 2 or words[0].startswith("-"):
            raise UsageError("%claude_fork takes the NAME of the new conversation and, optionally, a TURN.")
        conversations = self.workspace.conversations
        origin = conversations[str(self._chat.conversation)]
        turns = origin.turns
        number = words[1] if len(words) == 2 else str(len(turns))
        if not number.isdecimal() or not 1 <= int(number) <= len(turns):
            has = f"it has {count_of_turns(len(turns))}"
            raise UsageError(f"%claude_fork: {origin.name!r} has no turn {number}; {has}.")
        if words[0] in conversations.names():
            raise UsageError(f"%claude_fork: there is already a conversation {words[0]!r}.")
        from nbclaude.saved.record import change_record, id_of

        shared = tuple(replace(turn, saved_as=id_of(turn, self.workspace)) for turn in turns[: int(number)])
        conversations.branch(words[0], origin, shared)
        self._chat.conversation = words[0]
        text = (
            f"{words[0]!r} branches from {origin.name!r} after turn {int(number)} and is now the one in use."
        )
        if self._chat.save_turns:
            say_with(self.shell, text, change_record(self.workspace, [words[0]]))
        else:
            say(text)

    @line_magic
    @worded()
    def claude_export(self, line: str) -> None:
        """Write a conversation to a file that can be read on its own.

        %claude_export talk.md        Markdown, with images in a folder beside it
        %claude_export talk.html      one page
        %claude_export talk.ipynb     a notebook that can be restored
        %claude_export talk.json      the messages of the API: %claude_restore talk.json and the official SDK go on with it

        -c NAME exports a conversation other than the one in use. Thinking and the system prompt are left out.
        """
        words = words_of("claude_export", line)
        name = str(self._chat.conversation)
        if "-c" in words[:-1]:
            place = words.index("-c")
            name = words[place + 1]
            del words[place : place + 2]
        if len(words) != 1 or words[0].startswith("-"):
            raise UsageError(
                "%claude_export takes one PATH ending in .md, .html, .ipynb or .json, and optionally -c NAME."
            )
        conversation = self.workspace.conversations[name]
        if not conversation.turns:
            raise UsageError(f"%claude_export: the conversation {name!r} has no turns.")
        from nbclaude.saved.exporting import export

        path, *images = export(conversation, self.workspace, Path(words[0]).expanduser())
        beside = f" and {counted(len(images), 'image')} in {images[0].parent.name}" if images else ""
        say(f"Wrote {count_of_turns(len(conversation.turns))} to {path}{beside}.")

    @line_magic
    @worded()
    def claude_forget(self, line: str) -> None:
        """Take the saved turns out of the notebook's file; what the cells show stays.

        %claude_forget --saved [PATH]

        Save the notebook first, and reload it from disk afterwards: the copy open in the browser still has the turns.
        """
        words = words_of("claude_forget", line)
        paths = [word for word in words if word != "--saved"]
        if "--saved" not in words or len(paths) > 1:
            raise UsageError(
                "%claude_forget takes --saved and, optionally, a PATH: it removes the saved turns from the file. "
                "%claude_reset forgets the conversation of this kernel."
            )
        from nbclaude.saved.notebook_file import strip_notebook

        path = file_named(self.shell, paths, "claude_forget --saved")
        count = strip_notebook(path)
        self.workspace.published.clear()
        if not count:
            say(f"{path.name} holds no saved turns.")
            return
        say(
            f"Removed the saved turns from {counted(count, 'output')} of {path.name}. Reload it from disk now: "
            "saving the open copy writes them back. %config ClaudeMagics.save_turns = False stops saving turns."
        )


def words_of(magic: str, line: str) -> list[str]:
    """Split the line of a magic that takes no prompt into words.

    Raises:
        UsageError: a quote is not closed.

    """
    try:
        return shlex.split(argument(line))
    except ValueError as error:
        raise UsageError(f"%{magic} {argument(line)}: {str(error).lower()}.") from None


def file_named(shell: Shell, paths: Sequence[str], magic: str = "claude_restore") -> Path:
    """Return the file that a line names, else that of the notebook.

    Raises:
        UsageError: the notebook's file is not known, or is not there.

    """
    if paths:
        return Path(paths[0]).expanduser()
    path = notebook_file(shell)
    if path is None or not path.is_file():
        why = "is not known" if path is None else f"{path} does not exist (was it renamed?)"
        raise UsageError(f"%{magic}: the notebook's file {why}; name it: %{magic} talk.ipynb")
    return path
