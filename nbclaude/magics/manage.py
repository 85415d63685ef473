"""`%claude_history`, `%claude_undo`, `%claude_reset` and `%claude_demo`: what to do with the conversation and the connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import line_magic, magics_class

from nbclaude.client.connection import DEMO_NOTICE
from nbclaude.conversation.turns import Conversation, Turn, excerpt
from nbclaude.conversation.workspace import current_workspace
from nbclaude.magics.chat import ClaudeMagics
from nbclaude.magics.family import Family
from nbclaude.output import say, show_table
from nbclaude.wire.message import prompt_tokens, token_count

if TYPE_CHECKING:
    from nbclaude.simulator import Simulator

__all__ = ["ManageMagics"]

_HISTORY_COLUMNS = ("turn", "cell", "question", "answer", "tokens in / out", "model")
_EXCERPT = 80  # characters


@magics_class
class ManageMagics(Family):
    """Magics beside `%claude`; they have no settings of their own."""

    def __init__(self, chat: ClaudeMagics) -> None:
        super().__init__(shell=chat.shell)
        self._chat = chat
        self._demo: Simulator | None = None

    @line_magic
    def claude_history(self, line: str) -> None:
        """Show the turns of the conversation: number, cell, question, answer, tokens.

        %claude_history [NAME]    NAME is another conversation than the one in use
        """
        conversation = self._conversation(line)
        rows = [_row(number, turn) for number, turn in enumerate(conversation.turns, 1)]
        if not rows:
            say(f"The conversation {conversation.name!r} has no turns yet.")
            return
        show_table(self.shell, f"Conversation {conversation.name!r}", _HISTORY_COLUMNS, rows)

    @line_magic
    def claude_undo(self, line: str) -> None:
        """Take back the last change of the conversation: a turn, a replacement, a removal, a reset.

        %claude_undo [NAME]
        """
        conversation = self._conversation(line)
        undone = conversation.undo()
        say(f"Took back {undone}. {_count(conversation)}." if undone else "There is nothing to take back.")

    @line_magic
    def claude_reset(self, line: str) -> None:
        """Forget every turn of the conversation (%claude_undo brings them back).

        %claude_reset [NAME]
        """
        conversation = self._conversation(line)
        removed = conversation.reset()
        if not removed:
            say(f"The conversation {conversation.name!r} has no turns.")
            return
        say(
            f"Forgot {removed} turn{'' if removed == 1 else 's'} of {conversation.name!r}. %claude_undo brings them back."
        )

    @line_magic
    def claude_demo(self, line: str) -> None:
        """Connect to a demo model inside this kernel: no key, no network, and no Claude either.

        %claude_demo        start it and connect
        %claude_demo off    go back to the server in the settings
        """
        word = line.strip().lower()
        if word not in ("", "on", "off"):
            raise UsageError(f"%claude_demo {line.strip()}: say %claude_demo or %claude_demo off.")
        if word == "off":
            if self._demo is None:
                say("The demo is not on.")
            self.stop_demo()
            return
        if self._demo is None:
            from nbclaude.simulator import Simulator

            self._demo = Simulator(pace="natural", keep=50).start()
            current_workspace().demo_url = self._demo.base_url
        say(
            f"Connected to the {DEMO_NOTICE}: it runs in this kernel and answers by rules. %claude_demo off ends it."
        )

    def stop_demo(self) -> None:
        """Stop the demo model, if it runs; what is asked now goes to the server in the settings."""
        demo, self._demo = self._demo, None
        current_workspace().demo_url = ""
        if demo is not None:
            demo.stop()
            say("The demo is off; %claude asks the server in the settings again.")

    def _conversation(self, line: str) -> Conversation:
        name = line.strip() or str(self._chat.conversation)
        conversations = current_workspace().conversations
        if line.strip() and name not in conversations.names():
            known = ", ".join(repr(other) for other in conversations.names()) or "none yet"
            raise UsageError(f"There is no conversation {name!r}; there are: {known}.")
        return conversations[name]


def _row(number: int, turn: Turn) -> tuple[Any, ...]:
    usage = turn.message.get("usage") or {}
    tokens_in = prompt_tokens(usage)
    answer = excerpt(turn.answer, _EXCERPT) + (f" ({turn.stopped})" if turn.stopped else "")
    label = f"{number} (new)" if turn.begins else str(number)
    return (
        label,
        turn.cell[:8] or "–",
        excerpt(turn.question, _EXCERPT),
        answer,
        f"{tokens_in:,} / {token_count(usage, 'output_tokens'):,}",
        turn.model,
    )


def _count(conversation: Conversation) -> str:
    number = len(conversation.turns)
    return f"The conversation has {number} turn{'' if number == 1 else 's'} now"
