"""`%claude_compact`: folds a conversation into a summary, which later questions send instead."""

from __future__ import annotations

from dataclasses import replace

from IPython.core.error import UsageError
from IPython.core.magic import line_magic, magics_class, no_var_expand

from nbclaude.asking.changes import count_of_turns
from nbclaude.asking.gathering import Gathered
from nbclaude.asking.prepare import Ask, offers_compaction, refuse_keys
from nbclaude.asking.reply import Reply
from nbclaude.client.blame import Blame, blames
from nbclaude.conversation.exchange import is_summary
from nbclaude.conversation.question import Question
from nbclaude.errors import APIStatusError
from nbclaude.magics.chat import ClaudeMagics
from nbclaude.magics.family import Family
from nbclaude.magics.in_cell import ask_in_cell, settings_given
from nbclaude.magics.scope import standing
from nbclaude.magics.wording import worded
from nbclaude.notebook import CellRun
from nbclaude.options import Options, parse_line
from nbclaude.output import say
from nbclaude.settings.values import Settings
from nbclaude.stopping import stoppable
from nbclaude.wire.request import text_block

__all__ = ["CompactMagics"]

_FOLD = (
    "Summarize this conversation so that it can go on from your summary alone. Keep what was asked and decided, results with "
    "their numbers, names of variables, files and columns, code that is still needed, and what is open. Invent nothing."
)

_REFUSED = "The server did not compact the conversation, so the model is asked for a summary."


@magics_class
class CompactMagics(Family):
    """The magic that makes room in a conversation."""

    def __init__(self, chat: ClaudeMagics) -> None:
        super().__init__(shell=chat.shell, workspace=chat.workspace)
        self._chat = chat

    @no_var_expand
    @line_magic
    @stoppable()
    @worded()
    def claude_compact(self, line: str) -> Reply | None:
        """Fold the conversation into a summary: later questions send the summary instead of the turns before it.

        %claude_compact [options] [what to keep]    the options of %claude

        If the model supports it, the API writes the summary and signs it; otherwise, or if the server refuses to, the model is
        asked to write one.

        The turns stay in %claude_history. %claude_undo takes the summary back, and all of them are sent again.
        A summary that is cut off or interrupted folds nothing.
        """
        refuse_keys(self.workspace, line)
        where = standing(self.shell)
        options, more = parse_line(line)
        where.refuse_into(options.into)
        name = options.conversation or str(self._chat.conversation)
        conversation = self.workspace.conversations[name]
        at = self.workspace.cell_run()
        count = len(conversation.before(conversation.place_of(at)))
        if count < 2:
            raise UsageError(
                f"%claude_compact: there is nothing to fold: the next question would send only {count_of_turns(count)}."
            )
        settings = self.workspace.settings(settings_given(options, where.scope, None, None))
        question = _question(more.strip(), at, count)
        if offers_compaction(self.workspace, settings, looks_only=options.dry_run):
            question = _compacting(question, more.strip())
        try:
            reply = self._asked(options, question, settings, name)
        except APIStatusError as error:
            if question.compaction is None or not blames(error, Blame.COMPACTION):
                raise
            say(f"{_REFUSED} The server says: {error.message}")
            question = _question(more.strip(), at, count)
            reply = self._asked(options, question, settings, name)
        if reply is None:
            return None
        if is_summary(reply.message, question):
            say(
                f"Later questions send this summary instead of {count_of_turns(count)}. %claude_undo takes it back."
            )
        else:
            say("The summary is incomplete, so nothing was folded. %claude_undo removes its turn.")
        return reply if where.target else None

    def _asked(self, options: Options, question: Question, settings: Settings, name: str) -> Reply | None:
        return ask_in_cell(self._chat, options, Ask(question, settings, name, Gathered(question.prompt)))


def _question(wish: str, at: CellRun | None, count: int) -> Question:
    """Return the question that asks the model for a summary of this many turns."""
    words = text_block(_with_wish(wish))
    return Question((words,), at, label=f"summary of {count_of_turns(count)}", folds=True)


def _compacting(question: Question, wish: str) -> Question:
    """Return the question that lets the API write the summary."""
    instructions = {"instructions": _with_wish(wish)} if wish else {}
    return replace(question, prompt=(), compaction={"type": "summarize", **instructions})


def _with_wish(wish: str) -> str:
    return f"{_FOLD}\n\n{wish}" if wish else _FOLD
