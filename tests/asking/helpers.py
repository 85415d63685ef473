"""Asks without a kernel and without a surface."""

from __future__ import annotations

from nbclaude.asking.gathering import Gathered
from nbclaude.asking.prepare import Ask, Prepared, prepare
from nbclaude.asking.send import send
from nbclaude.conversation.exchange import Outcome
from nbclaude.conversation.question import Question
from nbclaude.conversation.turns import MAIN
from nbclaude.output.display import AnswerDisplay, NoDisplay
from nbclaude.settings.values import Settings
from nbclaude.workspace import Workspace

__all__ = ["outcome_of", "prepared"]


def prepared(
    workspace: Workspace, question: Question, settings: Settings, conversation: str = MAIN
) -> Prepared:
    """Prepare a question of which nothing has been gathered."""
    return prepare(workspace, Ask(question, settings, conversation, Gathered(question.prompt)))


def outcome_of(
    workspace: Workspace,
    question: Question,
    settings: Settings,
    conversation: str = MAIN,
    display: AnswerDisplay | None = None,
) -> Outcome:
    """Ask a question, and return what came of it."""
    return send(prepared(workspace, question, settings, conversation), display or NoDisplay())
