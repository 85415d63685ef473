"""What one kernel holds: conversations, configured settings, the connection, and what was spent."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbclaude import notebook
from nbclaude.context.shown.seen import Seen
from nbclaude.edits.kept import Edits
from nbclaude.forks import ForkSafeLock, in_child
from nbclaude.frozen import frozen
from nbclaude.lab import LINE, NotebookCells, told_by
from nbclaude.notebook import CellRun, DeletedCells, Shell
from nbclaude.workspace.held import Held, is_made

if TYPE_CHECKING:
    from nbclaude.client.connection import Connection
    from nbclaude.cures import Words
    from nbclaude.models.catalog import Catalog
    from nbclaude.models.table import ModelInfo
    from nbclaude.refusal import Refusal
    from nbclaude.settings.values import Settings

__all__ = ["Surroundings", "Workspace", "current_workspace"]


@frozen
class Surroundings:
    """What a workspace asks of the notebook and of the settings around it; by default there is neither.

    `configured` are the settings that somebody has set, `connections` those that have names. `folder` is the notebook's, `replay`
    the setting of that name. `insert_cells` puts code into new cells below the one that runs, and returns what there is to be
    said of it; None outside notebooks.
    """

    configured: Callable[[], Mapping[str, Any]] = dict
    cell_run: Callable[[], CellRun | None] = lambda: None
    conversation: Callable[[], str] = lambda: ""
    connections: Callable[[], Mapping[str, Mapping[str, Any]]] = dict
    folder: Callable[[], Path | None] = lambda: None
    insert_cells: Callable[[Sequence[str]], str] | None = None
    locked: Callable[[], frozenset[str]] = frozenset
    replay: Callable[[], str] = lambda: "off"


_NOWHERE = Surroundings()


class Workspace(Held):
    """The state that cells, panels and `nbclaude.ask` share: made when the extension loads, and handed to whoever needs it."""

    def __init__(self, surroundings: Surroundings | None = None) -> None:
        self._surroundings = surroundings or _NOWHERE
        self._demo_url = ""
        self._cell_began = time.monotonic()
        self.deleted_cells = DeletedCells()
        self._notebook_cells = NotebookCells()
        self.gone: frozenset[str] = frozenset()
        """The cells that are gone by what was told with the cell that runs."""
        self._told_aside: frozenset[str] = frozenset()
        self.is_child = False
        """Whether this is a process that was forked from the kernel: what it does is not seen there."""
        self.seen = Seen()
        self._numbers: dict[str, int] = {}  # of cells, by their ids: under which they ran last
        self.edits = Edits()
        self.other_servers: set[str] = set()
        """The addresses of servers whose answers are not Anthropic's."""
        self.caching: dict[str, str] = {}
        """How a server takes cache marks, by its address, once it has refused one way."""
        self.without_tool_search: set[str] = set()
        """The addresses of servers that have refused tool search."""
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
        self._surroundings = _NOWHERE

    @property
    def is_entered(self) -> bool:
        """Whether there is a notebook with our magics: not in plain Python, nor before the extension is loaded."""
        return self._surroundings is not _NOWHERE

    def configured(self) -> Mapping[str, Any]:
        """Return the settings that a profile, a panel or the user has configured."""
        return self._surroundings.configured()

    def locked(self) -> frozenset[str]:
        """Return the names of the settings that an administrator has locked."""
        return self._surroundings.locked()

    @property
    def replays(self) -> bool:
        """Whether answers saved in the notebook are shown instead of new ones."""
        return self._surroundings.replay() != "off"

    @property
    def only_replays(self) -> bool:
        """Whether only answers saved in the notebook may be shown; then no question is sent."""
        return self._surroundings.replay() == "only"

    def cell_run(self) -> CellRun | None:
        """Return which cell runs, and in which execution; None where nobody tells."""
        return self._surroundings.cell_run()

    def seconds_in_cell(self) -> float:
        """Return the seconds since the running cell, or the last one, began."""
        return time.monotonic() - self._cell_began

    def conversation_name(self) -> str:
        """Return the name of the conversation that is asked in where none is named; empty if nobody has chosen one."""
        return self._surroundings.conversation()

    def notebook_folder(self) -> Path | None:
        """Return the folder of the notebook; None where nobody tells."""
        return self._surroundings.folder()

    def named_connections(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the connections that have names in the settings."""
        return self._surroundings.connections()

    @property
    def insert_cells(self) -> Callable[[Sequence[str]], str] | None:
        """Puts code into new cells below the one that runs; None outside notebooks."""
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
        self.servers.note(address, models)

    def models_of(self, address: str) -> tuple[ModelInfo, ...] | None:
        """Return the models that the server at this address offers; None while nobody has asked it."""
        return self.servers.models_of(address)

    def settings(self, options: Mapping[str, Any]) -> Settings:
        """Resolve the settings of a request; the model's name may be an alias or a fragment.

        Raises:
            ConfigurationError: the model's name is a misspelling, or could mean several.

        """
        return self.servers.settings(options)

    def offered_models(self, settings: Settings) -> tuple[ModelInfo, ...]:
        """The models of the server in force, if somebody has asked it for them."""
        return self.servers.offered_models(settings)

    def catalog(self, settings: Settings) -> Catalog:
        """What is known about the models of the server in force."""
        return self.servers.catalog(settings)

    def model(self, settings: Settings) -> ModelInfo:
        """What is known of the model that the settings name."""
        return self.servers.model(settings)

    def address(self, settings: Settings) -> str:
        """The base URL in force."""
        return self.servers.address(settings)

    def connection(self, settings: Settings, *, needs_key: bool = True) -> Connection:
        """Build the connection: to the demo model while the demo is on, else to the server that the settings name."""
        return self.servers.connection(settings, needs_key=needs_key)

    def not_yet_told(self, notes: tuple[str | Words | Refusal, ...]) -> tuple[str | Words | Refusal, ...]:
        """Return those of the notes that nobody has been told before."""
        fresh = tuple(note for note in notes if note not in self._noted)
        self._noted.update(fresh)
        return fresh

    def before_cell(self, shell: Shell) -> None:
        """Follow the notebook when a cell begins to run: it is there, and others may be gone."""
        self._cell_began = time.monotonic()
        LINE.before_cell(shell)
        self._follow(shell)
        at = notebook.cell_run(shell)
        if at is not None:
            self._numbers[at.cell] = notebook.cell_number(shell)
            if is_made(self, "conversations"):
                self.conversations.cell_exists(at.cell)
            self._told_aside -= {at.cell}
            self.edits.cell_runs(at.cell)
        if is_made(self, "conversations"):
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
        if is_made(self, "conversations"):
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

    def begin_as_child(self) -> None:
        """Go on in a forked process: it knows what was said before its cell asks, but what it asks and spends is its own.

        It belongs to no cell. Of a budget it has what was left.
        """
        if is_made(self, "conversations"):
            self.conversations.begin_as_child(self.cell_run())
        self.is_child, self._surroundings = True, replace(self._surroundings, cell_run=lambda: None)
        if is_made(self, "budget"):
            self.budget = replace(self.budget, spent_before=-self.budget.spent(self.ledger))
        if is_made(self, "ledger"):
            self.ledger = type(self.ledger)()


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
