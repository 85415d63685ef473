"""`%claude_history`, `%claude_undo`, `%claude_reset` and `%claude_demo`: what to do with the conversation and the connection."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import line_magic, magics_class

from nbclaude.asking.changes import count_of_turns, counts_of, set_aside_sentence, undone
from nbclaude.cleaning import excerpt
from nbclaude.client.connection import DEMO_NOTICE
from nbclaude.conversation.turns import Conversation, Turn
from nbclaude.magics.chat import ClaudeMagics
from nbclaude.magics.family import OtherFamily, argument
from nbclaude.magics.wording import note_text
from nbclaude.output import say, say_with, show_table
from nbclaude.supported import refuse_pyodide
from nbclaude.workspace import Workspace

if TYPE_CHECKING:
    from nbclaude.simulator import Simulator

__all__ = ["ManageMagics"]

_HISTORY_COLUMNS = ("turn", "cell", "question", "answer", "tokens in", "tokens out", "model")
_QUOTED = re.compile(r"^(['\"])(.*)\1$")  # as `-c` accepts a name with spaces
_EXCERPT = 80  # characters
_LOOKED_AT = 2_000  # characters of an answer


@magics_class
class ManageMagics(OtherFamily):
    """Magics beside `%claude`; they have no settings of their own."""

    def __init__(self, chat: ClaudeMagics) -> None:
        super().__init__(chat)
        self._demo: Simulator | None = None

    @line_magic
    def claude_history(self, line: str) -> None:
        """Show the turns of the conversation: number, cell, question, answer, tokens.

        %claude_history [NAME]    NAME is another conversation than the one in use
        """
        conversation = self._conversation(line)
        rows = _rows(conversation, self.workspace)
        if not rows:
            say(f"The conversation {conversation.name!r} has no turns yet.")
            return
        title = f"Conversation {conversation.name!r}"
        if conversation.branch[0]:
            title += f", which branches from {conversation.branch[0]!r} after turn {conversation.branch[1]}"
        show_table(self.shell, title, _HISTORY_COLUMNS, rows)
        if conversation.set_aside:
            say(note_text(set_aside_sentence(len(conversation.set_aside))))

    @line_magic
    def claude_undo(self, line: str) -> None:
        """Take back the last change of the conversation: a turn, a replacement, a removal, a reset.

        If the turn has changed a cell, the cell gets its old text back, unless it was worked on meanwhile.

        %claude_undo [NAME]
        %claude_undo deleted    put the turns of deleted cells back into their places, in all conversations
        """
        if line.strip() == "deleted":
            self._bring_back()
            return
        conversation = self._conversation(line)
        before = conversation.every
        change = conversation.undo()
        gone = [turn.message for turn in before if all(turn is not each for each in conversation.every)]
        said = "There is nothing to take back."
        if change is not None:
            said = f"Took back {undone(change)}. {_count(conversation)}."
        if conversation.set_aside:
            said += f" {note_text(set_aside_sentence(len(conversation.set_aside)))}"
        self._say(said, [conversation.name] if change is not None else [])
        for offer in self.workspace.edits.applied_with(gone):
            offer.take_back(self.shell, f"The turn had changed {offer.proposal.label or 'a cell'}.")

    def _bring_back(self) -> None:
        counts = self.workspace.bring_back()
        if not counts:
            say("No turn is set aside: as far as nbclaude knows, no cell that asked was deleted.")
            return
        where = ", ".join(f"{count_of_turns(count)} in {name!r}" for name, count in counts.items())
        self._say(
            f"Brought back {where}; the next request sends {'it' if sum(counts.values()) == 1 else 'them'} again.",
            counts,
        )

    @line_magic
    def claude_reset(self, line: str) -> None:
        """Forget every turn of the conversation, also those of deleted cells (%claude_undo takes it back).

        %claude_reset [NAME]
        """
        conversation = self._conversation(line)
        removed = conversation.reset()
        if not removed:
            say(f"The conversation {conversation.name!r} has no turns.")
            return
        self._say(
            f"Forgot {count_of_turns(removed)} of {conversation.name!r}. %claude_undo takes it back.",
            [conversation.name],
        )

    @line_magic
    def claude_demo(self, line: str) -> None:
        """Connect to a demo model inside this kernel: no key, no network, and no Claude either.

        %claude_demo        start it and connect
        %claude_demo off    go back to the server in the settings
        """
        word = argument(line).lower()
        if word not in ("", "on", "off"):
            raise UsageError(f"%claude_demo {argument(line)}: use %claude_demo or %claude_demo off.")
        if word == "off":
            if self._demo is None:
                say("The demo is not on.")
            self.stop_demo()
            return
        if self._demo is None:
            refuse_pyodide()
            from nbclaude.simulator import Simulator

            self._demo = Simulator(pace="natural", keep=50).start()
            self.workspace.begin_demo(self._demo.base_url)
        say(
            f"Connected to the {DEMO_NOTICE}: it runs in this kernel and answers by rules. %claude_demo off ends it."
        )

    def stop_demo(self) -> None:
        """Stop the demo model, if it runs; what is asked now goes to the server in the settings."""
        demo, self._demo = self._demo, None
        self.workspace.end_demo()
        if demo is not None:
            demo.stop()
            say("The demo is off; %claude asks the server in the settings again.")

    def _say(self, text: str, changed: Iterable[str]) -> None:
        """Say what has changed; where turns are saved, the notebook learns how these conversations stand now."""
        names = list(changed)
        if names and self._chat.save_turns:
            from nbclaude.saved.record import change_record

            say_with(self.shell, text, change_record(self.workspace, names))
        else:
            say(text)

    def _conversation(self, line: str) -> Conversation:
        said = _QUOTED.sub(r"\2", argument(line))
        name = said or str(self._chat.conversation)
        conversations = self.workspace.conversations
        if said and name not in conversations.names():
            known = ", ".join(repr(other) for other in conversations.names()) or "none yet"
            raise UsageError(f"No conversation is called {name!r}. Conversations: {known}.")
        return conversations[name]


def _rows(conversation: Conversation, workspace: Workspace) -> list[tuple[Any, ...]]:
    """One row a turn, in their places; only turns that are there have a number."""
    numbers = {id(turn): number for number, turn in enumerate(conversation.turns, 1)}
    return [_row(numbers.get(id(turn), 0), turn, workspace) for turn in conversation.every]


def _row(number: int, turn: Turn, workspace: Workspace) -> tuple[Any, ...]:
    from nbclaude.render.markdown import plain_text

    answer = excerpt(plain_text(turn.answer[:_LOOKED_AT]), _EXCERPT)
    return (
        (str(number) if number else "set aside") + (" (new)" if turn.begins else ""),
        workspace.cell_name(turn.cell) or "–",
        excerpt(turn.asked, _EXCERPT) + (" (restored)" if turn.is_restored else ""),
        answer + (f" ({turn.stopped})" if turn.stopped else ""),
        *counts_of(turn),
        f"{turn.model} ({turn.notice})" if turn.notice else turn.model,
    )


def _count(conversation: Conversation) -> str:
    return f"The conversation has {count_of_turns(len(conversation.turns))} now"
