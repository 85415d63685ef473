"""What one kernel holds: conversations, configured settings, the connection, and what was spent."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbclaude import notebook
from nbclaude.client.addresses import is_anthropic, normalize_base_url
from nbclaude.client.connection import Connection, connect
from nbclaude.client.connections import NamedConnection, find_connection
from nbclaude.client.keys import stored_key
from nbclaude.context.shown.seen import Seen
from nbclaude.context.tray import Tray
from nbclaude.conversation.conversations import Conversations
from nbclaude.conversation.footers import FooterMemory
from nbclaude.conversation.house_rules import HouseRules
from nbclaude.conversation.ledger import Budget, Ledger
from nbclaude.conversation.memory import TurnMemory
from nbclaude.conversation.uploads import Uploads
from nbclaude.cures import Words
from nbclaude.edits.kept import Edits
from nbclaude.forks import ForkSafeLock, in_child
from nbclaude.frozen import frozen
from nbclaude.lab import LINE, NotebookCells, told_by
from nbclaude.models.catalog import Catalog
from nbclaude.models.names import resolve_model
from nbclaude.models.table import ModelInfo
from nbclaude.notebook import CellRun, DeletedCells, Shell
from nbclaude.refusal import LOCKED_BY, Refusal, refused
from nbclaude.secrets.keys import Secret
from nbclaude.settings.resolve import resolve_settings
from nbclaude.settings.table import BY_NAME
from nbclaude.settings.values import Settings
from nbclaude.tools.shelf import Shelf

__all__ = ["Surroundings", "Workspace", "current_workspace"]


@frozen
class Surroundings:
    """What a workspace asks of the notebook and of the settings around it; by default there is neither.

    `configured` are the settings that somebody has set, `connections` those that have names. `folder` is the notebook's.
    `insert_cells` puts code into new cells below the one that runs, and returns what there is to be said of it; None where there
    is no notebook.
    """

    configured: Callable[[], Mapping[str, Any]] = dict
    cell_run: Callable[[], CellRun | None] = lambda: None
    conversation: Callable[[], str] = lambda: ""
    connections: Callable[[], Mapping[str, Mapping[str, Any]]] = dict
    folder: Callable[[], Path | None] = lambda: None
    insert_cells: Callable[[Sequence[str]], str] | None = None
    locked: Callable[[], frozenset[str]] = frozenset


class Workspace:
    """The state that cells, panels and `nbclaude.ask` share: made when the extension loads, and handed to whoever needs it."""

    def __init__(self, surroundings: Surroundings | None = None) -> None:
        self._surroundings = surroundings or Surroundings()
        self.conversations = Conversations()
        self._demo_url = ""
        self.deleted_cells = DeletedCells()
        self._notebook_cells = NotebookCells()
        self.gone: frozenset[str] = frozenset()
        """The cells that are gone by what was told with the cell that runs."""
        self._told_aside: frozenset[str] = frozenset()
        self.is_child = False
        """Whether this is a process that was forked from the kernel: what it does is not seen there."""
        self.ledger = Ledger()
        self.budget = Budget()
        self.uploads = Uploads()
        self.seen = Seen()
        self._numbers: dict[str, int] = {}  # of cells, by their ids: under which they ran last
        self.tray = Tray()
        self.tools = Shelf()
        self.edits = Edits()
        self.rules = HouseRules(lambda: self._surroundings.folder())
        self._offered: dict[str, tuple[ModelInfo, ...]] = {}
        self.other_servers: set[str] = set()
        """The addresses of servers whose answers are not Anthropic's."""
        self.caching: dict[str, str] = {}
        """How a server takes cache marks, by its address, once it has refused one way."""
        self.memory = TurnMemory()
        self.footers = FooterMemory()
        self.published: set[str] = set()
        """The ids of turns that stand in an output of the notebook."""
        self.has_asked = False
        """Whether a cell of this kernel has asked anything."""
        self._noted: set[str | Words | Refusal] = set()
        self.spending = ForkSafeLock()
        """Held while a question is answered and there is a budget."""

    def enter(self, surroundings: Surroundings) -> None:
        """Ask these surroundings from now on."""
        self._surroundings = surroundings

    def leave(self) -> None:
        """Go on without a notebook."""
        self._surroundings = Surroundings()

    def configured(self) -> Mapping[str, Any]:
        """Return the settings that a profile, a panel or the user has configured."""
        return self._surroundings.configured()

    def locked(self) -> frozenset[str]:
        """Return the names of the settings that an administrator has locked."""
        return self._surroundings.locked()

    def cell_run(self) -> CellRun | None:
        """Return which cell runs, and in which execution; None where nobody tells."""
        return self._surroundings.cell_run()

    def conversation_name(self) -> str:
        """Return the name of the conversation that is asked in where none is named; empty if nobody has chosen one."""
        return self._surroundings.conversation()

    def named_connections(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the connections that have names in the settings."""
        return self._surroundings.connections()

    @property
    def insert_cells(self) -> Callable[[Sequence[str]], str] | None:
        """Puts code into new cells below the one that runs; None where there is no notebook."""
        return self._surroundings.insert_cells

    @property
    def demo_url(self) -> str:
        """The address of the demo model while it is on, else empty."""
        return self._demo_url

    def begin_demo(self, url: str) -> None:
        """Ask the demo model at this address from now on."""
        self._demo_url = url

    def end_demo(self) -> None:
        """Ask the server in the settings again."""
        self._demo_url = ""

    def note_models(self, address: str, models: Sequence[ModelInfo]) -> None:
        """Remember which models the server at this address offers."""
        self._offered[address] = tuple(models)

    def models_of(self, address: str) -> tuple[ModelInfo, ...] | None:
        """Return the models that the server at this address offers; None while nobody has asked it."""
        return self._offered.get(address)

    def settings(self, options: Mapping[str, Any]) -> Settings:
        """Resolve the settings of a request; the model's name may be an alias or a fragment.

        Raises:
            ConfigurationError: the model's name is a misspelling, or could mean several.

        """
        self._refuse_locked(options)
        settings = resolve_settings(options, self.configured(), os.environ)
        return replace(settings, model=resolve_model(settings.model, self.offered_models(settings)))

    def _refuse_locked(self, options: Mapping[str, Any]) -> None:
        """Refuse options for what an administrator has locked, also as fields of the body."""
        extra = options.get("extra")
        for name in sorted(self._surroundings.locked()):
            setting = BY_NAME.get(name)
            field = (setting.body.partition(".")[0] or name) if setting is not None else name
            if options.get(name) is not None or (isinstance(extra, Mapping) and field in extra):
                reason = f"it is locked by {LOCKED_BY}."
                raise refused(Refusal(name, options.get(name), reason, shown=False))

    def offered_models(self, settings: Settings) -> tuple[ModelInfo, ...]:
        """The models of the server in force, if somebody has asked it for them."""
        return self._offered.get(self.address(settings), ())

    def catalog(self, settings: Settings) -> Catalog:
        """What is known about the models of the server in force."""
        address, named = self.address(settings), None if self.demo_url else self._named(settings)
        # `base_url` is assumed to offer Anthropic's API; once a server has listed its models, that list decides.
        offered = self._offered.get(address, ())
        by_settings = named is None and not offered and address not in self.other_servers
        is_claude = (
            bool(self.demo_url)
            or is_anthropic(address)
            or by_settings
            or (named is not None and named.is_claude)
        )
        means, own_prices = (named.models, named.own_prices) if named else ({}, False)
        return Catalog(offered, settings.prices, means, is_claude, own_prices)

    def model(self, settings: Settings) -> ModelInfo:
        """What is known of the model that the settings name."""
        return self.catalog(settings).info(settings.model)

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
                key_source="the demo model",
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

    def not_yet_told(self, notes: tuple[str | Words | Refusal, ...]) -> tuple[str | Words | Refusal, ...]:
        """Return those of the notes that nobody has been told before."""
        fresh = tuple(note for note in notes if note not in self._noted)
        self._noted.update(fresh)
        return fresh

    def before_cell(self, shell: Shell) -> None:
        """Follow the notebook when a cell begins to run: it is there, and others may be gone."""
        LINE.before_cell(shell)
        self._follow(shell)
        at = notebook.cell_run(shell)
        if at is not None:
            self._numbers[at.cell] = notebook.cell_number(shell)
            self.conversations.cell_exists(at.cell)
            self._told_aside -= {at.cell}
            self.edits.cell_runs(at.cell)
        self.conversations.put_aside(self.gone)
        self.seen.forget_cells(sorted(self.gone))

    def _follow(self, shell: Shell) -> None:
        """Learn which cells are gone; where the front end tells all that there are, also which are back, and their order."""
        self.gone = self.deleted_cells.begin(shell)
        told = told_by(shell)
        if told is None:
            return
        cells = self._notebook_cells
        moved = cells.take(told)
        self.gone = cells.gone
        self._told_aside -= frozenset(told.cells)
        self.conversations.cells_exist(told.cells)
        if moved:
            self.conversations.follow(cells.places)

    def cell_name(self, cell: str) -> str:
        """Return what a reader calls a cell, by the number under which it ran last; empty where there is none."""
        number = self._numbers.get(cell)
        return f"cell {number}" if number is not None else ""

    def after_cell(self) -> None:
        """Take note that the cell has run."""
        self.deleted_cells.end()
        LINE.after_cell()

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
        self.is_child, self._surroundings = True, replace(self._surroundings, cell_run=lambda: None)
        spent = self.budget.spent(self.ledger)
        self.ledger = Ledger()
        self.budget = replace(self.budget, spent_before=-spent)


_current: list[Workspace] = []


def _begin_child() -> None:
    for workspace in _current:
        workspace.begin_as_child()


in_child(_begin_child)


def current_workspace() -> Workspace:
    """Return this process's workspace, made when the extension loads, or when plain Python first asks.

    It is for those whom nobody can hand it to: the hooks that IPython calls to load and unload, and functions that the user
    calls (`nbclaude.ask`, `CodeBlock.insert`). Everything else is handed the workspace.
    """
    if not _current:
        _current.append(Workspace())
    return _current[0]
