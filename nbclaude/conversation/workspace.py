"""What one kernel holds: conversations, configured settings, the connection, and what was spent."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nbclaude import notebook
from nbclaude.client.addresses import normalize_base_url
from nbclaude.client.connection import Connection, connect
from nbclaude.client.directory import NamedConnection, find_connection
from nbclaude.client.keys import stored_key
from nbclaude.context.shown.seen import Seen
from nbclaude.context.tray import Tray
from nbclaude.conversation.conversations import Conversations
from nbclaude.conversation.ledger import Budget, Ledger
from nbclaude.conversation.memory import TurnMemory
from nbclaude.conversation.uploads import Uploads
from nbclaude.edits.kept import Edits
from nbclaude.forks import ForkSafeLock, in_child
from nbclaude.models.info import model_info
from nbclaude.models.names import resolve_model
from nbclaude.models.table import ModelInfo
from nbclaude.notebook import CellRun, DeletedCells, Shell
from nbclaude.refusal import Refusal
from nbclaude.secrets.keys import Secret
from nbclaude.settings.resolve import resolve_settings
from nbclaude.settings.values import Settings
from nbclaude.tools.shelf import Shelf

__all__ = ["Workspace", "current_workspace"]


class Workspace:
    """The state behind `%claude`, the panel and `nbclaude.ask`; the front end fills in what it knows of the notebook."""

    def __init__(self) -> None:
        self.conversations = Conversations()
        self.configured: Callable[[], Mapping[str, Any]] = dict
        self.cell_run: Callable[[], CellRun | None] = lambda: None
        self.conversation_name: Callable[[], str] = lambda: ""
        self.named_connections: Callable[[], Mapping[str, Mapping[str, Any]]] = dict
        self.insert_cells: Callable[[Sequence[str]], str] | None = None
        """Puts code into new cells below the one that runs; None where there is no notebook."""
        self.demo_url = ""
        self.deleted_cells = DeletedCells()
        self.gone: frozenset[str] = frozenset()
        """The cells that are gone by what was told with the cell that runs."""
        self._told_aside: frozenset[str] = frozenset()
        self.is_child = False
        """Whether this is a process that was forked from the kernel: what it does is not seen there."""
        self.ledger = Ledger()
        self.budget = Budget()
        self.uploads = Uploads()
        self.seen = Seen()
        self.tray = Tray()
        self.tools = Shelf()
        self.edits = Edits()
        # The models that a server offers, by its address, once somebody has asked for them.
        self.offered: dict[str, tuple[ModelInfo, ...]] = {}
        self.caching: dict[str, str] = {}
        """How a server takes cache marks, by its address, once it has refused one way."""
        self.memory = TurnMemory()
        self._noted: set[str | Refusal] = set()
        self.spending = ForkSafeLock()
        """Held while a question is answered and there is a budget."""

    def settings(self, options: Mapping[str, Any]) -> Settings:
        """Resolve the settings of a request; the model's name may be an alias or a fragment.

        Raises:
            ConfigurationError: the model's name is a misspelling, or could mean several.

        """
        settings = resolve_settings(options, self.configured(), os.environ)
        return replace(settings, model=resolve_model(settings.model, self.offered_models(settings)))

    def offered_models(self, settings: Settings) -> tuple[ModelInfo, ...]:
        """The models of the server in force, if somebody has asked it for them."""
        return self.offered.get(self.address(settings), ())

    def model(self, settings: Settings) -> ModelInfo:
        """What is known of the model that the settings name."""
        return model_info(settings.model, self.offered_models(settings))

    def address(self, settings: Settings) -> str:
        """The base URL in force."""
        if self.demo_url:
            return self.demo_url
        named = self._named(settings)
        return normalize_base_url(named.base_url if named else settings.base_url)

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
        named = (
            find_connection(settings.connection, self.named_connections()) if settings.connection else None
        )
        return connect(
            os.environ,
            base_url=named.base_url if named else settings.base_url,
            api_version=settings.api_version,
            timeout=settings.timeout,
            max_retries=settings.max_retries,
            named=self._named(settings),
            auth_style=settings.auth_style,
            stored_key=stored_key,
        )

    def news(self, notes: tuple[str | Refusal, ...]) -> tuple[str | Refusal, ...]:
        """Return those of the notes that nobody has been told before."""
        fresh = tuple(note for note in notes if note not in self._noted)
        self._noted.update(fresh)
        return fresh

    def before_cell(self, shell: Shell) -> None:
        """Follow the notebook when a cell begins to run: it is there, and others may be gone."""
        self.gone = self.deleted_cells.begin(shell)
        at = notebook.cell_run(shell)
        if at is not None:
            self.conversations.cell_exists(at.cell)
            self._told_aside -= {at.cell}
            self.edits.cell_runs(at.cell)
        self.conversations.put_aside(self.gone)
        self.seen.forget_cells(sorted(self.gone))

    def after_cell(self) -> None:
        """Take note that the cell has run."""
        self.deleted_cells.end()

    def bring_back(self, cells: Collection[str] | None = None) -> dict[str, int]:
        """Put the turns of deleted cells back into their places, of all by default; return how many, by conversation."""
        back = {turn.cell for turn in self.conversations.set_aside() if cells is None or turn.cell in cells}
        self.deleted_cells.exists(back)
        self._told_aside -= back
        return self.conversations.bring_back(back)

    def newly_set_aside(self) -> int:
        """Return how many turns are set aside that the last call did not count."""
        aside = self.conversations.set_aside()
        fresh = sum(turn.cell not in self._told_aside for turn in aside)
        self._told_aside = frozenset(turn.cell for turn in aside)
        return fresh

    def _named(self, settings: Settings) -> NamedConnection | None:
        return find_connection(settings.connection, self.named_connections()) if settings.connection else None

    def begin_as_child(self) -> None:
        """Go on in a forked process: it knows what was said before its cell asks, but what it asks and spends is its own.

        It belongs to no cell. Of a budget it has what was left.
        """
        self.conversations.begin_as_child(self.cell_run())
        self.is_child, self.cell_run = True, lambda: None
        spent = self.budget.spent(self.ledger)
        self.ledger = Ledger()
        self.budget = replace(self.budget, spent_before=-spent)


_current: list[Workspace] = []


def _begin_child() -> None:
    for workspace in _current:
        workspace.begin_as_child()


in_child(_begin_child)


def current_workspace() -> Workspace:
    """Return this process's workspace, made when first asked for."""
    if not _current:
        _current.append(Workspace())
    return _current[0]
