"""What the user types: the magics, and how they are loaded into a shell and removed from it without a trace.

Loading puts names and hooks into the shell. The code behind them is loaded on first use: families of magics
(`families`), the packages that ask (`asked`), the code that reads pictures in outputs (`context.shown`). In a
kernel, what the first question needs is loaded earlier, while nothing runs (`warming`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial

from nbclaude import __version__, notebook
from nbclaude.context.shown.listening import is_heard, listen
from nbclaude.context.shown.widgets import output_around
from nbclaude.lab import LINE, cell_that_ran
from nbclaude.magics import completion, debugging, failures, kept_verbs, short_names, shown_replies, verbatim
from nbclaude.magics.chat import ClaudeMagics
from nbclaude.magics.explaining import Explaining
from nbclaude.magics.families import FAMILIES, Families
from nbclaude.magics.news import tell_of_locks, tell_of_rules
from nbclaude.magics.warming import Warming
from nbclaude.notebook import Shell
from nbclaude.workspace import Surroundings, current_workspace

__all__ = ["FAMILIES", "load", "unload"]


class _Loaded:
    """What stands in one shell from `load` to `unload`."""

    def __init__(self, shell: Shell) -> None:
        self.chat = ClaudeMagics(shell, current_workspace())
        self.families = Families(shell, self.chat)
        self.explaining = Explaining(shell, lambda: self.families.open("ExplainMagics"))
        self.warming = Warming()
        self.unlisten: Callable[[], None] = lambda: None


def load(shell: Shell) -> None:
    """Register the magics; loading twice changes nothing."""
    if _loaded(shell) is not None:
        return
    workspace = current_workspace()
    loaded = _Loaded(shell)
    chat = loaded.chat
    loaded.families.load(loaded)
    workspace.enter(
        Surroundings(
            configured=chat.configured,
            cell_run=lambda: notebook.cell_run(shell),
            conversation=lambda: str(chat.conversation),
            connections=lambda: dict(chat.connections),
            folder=lambda: notebook.notebook_folder(shell),
            insert_cells=lambda sources: _insert_cells(shell, sources),
            locked=lambda: chat.held_fast,
            replay=lambda: str(chat.replay),
        )
    )
    workspace.seen.load(shell, workspace.cell_run, lambda count: cell_that_ran(shell, count))
    verbatim.load(shell)
    debugging.load(shell)
    failures.load(shell)
    completion.load(shell, workspace)
    shown_replies.load(shell)
    short_names.load(shell)
    shell.events.register("pre_run_cell", chat.before_cell)
    shell.events.register("post_run_cell", chat.after_cell)
    # After what records the cell, which it explains.
    loaded.explaining.load()
    if kept_verbs.are_there(shell):
        loaded.families.open("OwnVerbMagics").load()
    tell_of_rules(workspace)
    tell_of_locks(chat)
    LINE.version = __version__
    LINE.references = partial(completion.references_in, shell)
    LINE.shown.is_captured = lambda request: output_around(request) is not None
    if is_heard(shell.display_pub):
        loaded.unlisten = listen(shell.display_pub, LINE.shown.hear)
    LINE.before_cell(shell)
    loaded.warming.begin()


def unload(shell: Shell) -> None:
    """Take out everything that `load` put in; the conversation stays for the next load."""
    short_names.unload(shell)
    if (loaded := _loaded(shell)) is not None:
        shell.events.unregister("pre_run_cell", loaded.chat.before_cell)
        shell.events.unregister("post_run_cell", loaded.chat.after_cell)
        loaded.warming.end()
        loaded.unlisten()
        loaded.explaining.unload()
        if (manage := loaded.families.opened("ManageMagics")) is not None:
            manage.stop_demo()
        if (own := loaded.families.opened("OwnVerbMagics")) is not None:
            own.unload()
        loaded.families.unload()
    _close("nbclaude.panel", "close_panels")
    # The buttons of approval cards, and the hook that lets widgets send messages that belong to no cell.
    _close("nbclaude.approval.buttons", "close_old_buttons")
    _close("nbclaude.widget", "release")
    verbatim.unload(shell)
    debugging.unload(shell)
    failures.unload(shell)
    completion.unload(shell)
    shown_replies.unload(shell)
    shell.user_ns.pop("_claude", None)
    shell.user_ns_hidden.pop("_claude", None)
    workspace = current_workspace()
    workspace.seen.unload()
    workspace.leave()
    workspace.edits.forget()
    LINE.close()
    _close("nbclaude.tools.mcp.servers", "close_servers")
    _close("nbclaude.tools.computer.built_in", "close_pages")
    _close("nbclaude.client.lines", "close_lines")


def _loaded(shell: Shell) -> _Loaded | None:
    return getattr(shell.magics_manager.registry, "loaded", None)


def _insert_cells(shell: Shell, sources: Sequence[str]) -> str:
    from nbclaude.edits import insert_cells

    return insert_cells(shell, sources)


def _close(module: str, function: str) -> None:
    """Close what a room has opened; if it was never loaded, there is nothing to close."""
    if (room := sys.modules.get(module)) is not None:
        getattr(room, function)()
