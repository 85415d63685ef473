"""What the user types: the magics, and how they are loaded into a shell and taken out of it without a trace."""

from __future__ import annotations

import sys
from typing import Any

from nbclaude import __version__, notebook
from nbclaude.approval.buttons import close_old_buttons
from nbclaude.edits import insert_cells
from nbclaude.lab import LINE, cell_that_ran
from nbclaude.magics import completion, debugging, failures, short_names, verbatim
from nbclaude.magics.chat import ClaudeMagics
from nbclaude.magics.compact import CompactMagics
from nbclaude.magics.connect import ConnectMagics
from nbclaude.magics.edit import EditMagics
from nbclaude.magics.explain import ExplainMagics
from nbclaude.magics.figures import FigureMagics
from nbclaude.magics.fix import FixMagics
from nbclaude.magics.follow_up import FollowUpMagics
from nbclaude.magics.in_cell import tell_of_rules
from nbclaude.magics.insert import InsertMagics
from nbclaude.magics.lasting import LastingMagics
from nbclaude.magics.manage import ManageMagics
from nbclaude.magics.mcp import MCPMagics
from nbclaude.magics.models_and_usage import AccountMagics
from nbclaude.magics.own_verbs import OwnVerbMagics
from nbclaude.magics.rules import RulesMagics
from nbclaude.notebook import Shell
from nbclaude.workspace import Surroundings, current_workspace

__all__ = ["FAMILIES", "load", "unload"]

# All magics by family; every family but the first works on the settings of the first.
FAMILIES = (
    ClaudeMagics,
    FollowUpMagics,
    CompactMagics,
    ExplainMagics,
    FixMagics,
    EditMagics,
    InsertMagics,
    OwnVerbMagics,
    RulesMagics,
    MCPMagics,
    FigureMagics,
    ManageMagics,
    LastingMagics,
    AccountMagics,
    ConnectMagics,
)


def load(shell: Shell) -> None:
    """Register the magics; loading twice changes nothing."""
    if _loaded(shell):
        return
    workspace = current_workspace()
    chat = ClaudeMagics(shell, workspace)
    shell.register_magics(chat)
    others = [family(chat) for family in FAMILIES[1:]]
    for family in others:
        shell.register_magics(family)
    workspace.enter(
        Surroundings(
            configured=chat.configured,
            cell_run=lambda: notebook.cell_run(shell),
            conversation=lambda: str(chat.conversation),
            connections=lambda: dict(chat.connections),
            folder=lambda: notebook.notebook_folder(shell),
            insert_cells=lambda sources: insert_cells(shell, sources),
            locked=lambda: chat.held_fast,
        )
    )
    workspace.seen.load(shell, workspace.cell_run, lambda count: cell_that_ran(shell, count))
    verbatim.load(shell)
    debugging.load(shell)
    failures.load(shell)
    completion.load(shell, workspace)
    short_names.load(shell)
    shell.events.register("pre_run_cell", chat.before_cell)
    shell.events.register("post_run_cell", chat.after_cell)
    # After what records the cell, which it explains.
    for family in others:
        if isinstance(family, ExplainMagics | OwnVerbMagics):
            family.load()
    tell_of_rules(workspace)
    LINE.version = __version__
    LINE.before_cell(shell)


def unload(shell: Shell) -> None:
    """Take out everything that `load` put in; the conversation stays for the next load."""
    short_names.unload(shell)
    for magics in _loaded(shell):
        if isinstance(magics, ClaudeMagics):
            shell.events.unregister("pre_run_cell", magics.before_cell)
            shell.events.unregister("post_run_cell", magics.after_cell)
        if isinstance(magics, ManageMagics):
            magics.stop_demo()
        if isinstance(magics, ExplainMagics | OwnVerbMagics):
            magics.unload()
        for kind, names in magics.magics.items():
            for name in names:
                shell.magics_manager.magics[kind].pop(name, None)
        shell.magics_manager.registry.pop(type(magics).__name__, None)
        if magics in shell.configurables:
            shell.configurables.remove(magics)
    _close_panels()
    _release_kernel()
    verbatim.unload(shell)
    debugging.unload(shell)
    failures.unload(shell)
    completion.unload(shell)
    shell.user_ns.pop("_claude", None)
    shell.user_ns_hidden.pop("_claude", None)
    workspace = current_workspace()
    workspace.seen.unload()
    workspace.leave()
    workspace.edits.forget()
    LINE.close()
    _close_servers()
    _close_connections()


def _loaded(shell: Shell) -> list[Any]:
    registry = shell.magics_manager.registry
    names = [family.__name__ for family in FAMILIES]
    return [registry[name] for name in names if name in registry]


def _release_kernel() -> None:
    """Close the buttons of cards, and remove the hook that lets widgets speak apart from cells, if one has used it."""
    close_old_buttons()
    if (widget := sys.modules.get("nbclaude.widget")) is not None:
        widget.release()


def _close_panels() -> None:
    if panel := sys.modules.get("nbclaude.panel"):
        panel.close_panels()


def _close_servers() -> None:
    if (servers := sys.modules.get("nbclaude.tools.mcp.servers")) is not None:
        servers.SERVERS.close()


def _close_connections() -> None:
    # Only if a request was ever made: the client is not loaded for closing what it never opened.
    if lines := sys.modules.get("nbclaude.client.lines"):
        lines.close_lines()
