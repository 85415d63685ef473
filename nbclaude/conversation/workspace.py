"""What one kernel holds: its conversations, the settings that the front end has configured, and the connection in force."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from nbclaude.client.connection import Connection, Secret, connect
from nbclaude.conversation.exchange import Outcome, Pause, Question, Show, exchange
from nbclaude.conversation.settings import Settings, resolve_settings
from nbclaude.conversation.turns import CellRun, Conversations

__all__ = ["Workspace", "current_workspace"]


class Workspace:
    """The state behind `%claude`, the panel and `nbclaude.ask`; the front end fills in what it knows of the notebook."""

    def __init__(self) -> None:
        self.conversations = Conversations()
        self.configured: Callable[[], Mapping[str, Any]] = dict
        self.cell_run: Callable[[], CellRun | None] = lambda: None
        self.conversation_name: Callable[[], str] = lambda: ""
        self.demo_url = ""
        self.forgotten_turns = 0

    def settings(self, options: Mapping[str, Any]) -> Settings:
        """Resolve the settings of a request."""
        return resolve_settings(options, self.configured(), os.environ)

    def connection(self, settings: Settings) -> Connection:
        """Build the connection: to the demo model while the demo is on, else to the server that the settings name."""
        if self.demo_url:
            return Connection(
                base_url=self.demo_url,
                api_version=settings.api_version,
                timeout=settings.timeout,
                max_retries=settings.max_retries,
                key_source="%claude_demo",
                secret=Secret("demo"),
            )
        return connect(
            os.environ,
            base_url=settings.base_url,
            api_version=settings.api_version,
            timeout=settings.timeout,
            max_retries=settings.max_retries,
        )

    def ask(
        self, question: Question, conversation: str, settings: Settings, show: Show, pause: Pause
    ) -> Outcome:
        """Ask in the conversation of this name; a cell that asked in another one before has left it then."""
        connection = self.connection(settings)
        outcome = exchange(question, self.conversations[conversation], settings, connection, show, pause)
        if outcome.change is None or question.at is None:
            return outcome
        left = self.conversations.leave_others(conversation, question.at)
        return replace(outcome, change=replace(outcome.change, left=left))

    def forget_cells(self, cells: list[str]) -> None:
        """Remove the turns of deleted cells; the next footer says how many there were."""
        self.forgotten_turns += self.conversations.forget_cells(cells)

    def take_forgotten(self) -> int:
        """Return how many turns went with deleted cells since the last call."""
        count, self.forgotten_turns = self.forgotten_turns, 0
        return count


_current: list[Workspace] = []


def current_workspace() -> Workspace:
    """Return this process's workspace, made when first asked for."""
    if not _current:
        _current.append(Workspace())
    return _current[0]
