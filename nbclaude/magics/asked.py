"""What `%claude` does with its line and its cell: it asks, or opens the panel if they say nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.core.error import UsageError

from nbclaude.asking.prepare import refuse_keys
from nbclaude.asking.prompt import Prompt
from nbclaude.asking.reply import Reply
from nbclaude.magics.scope import standing
from nbclaude.magics.state import state_text
from nbclaude.notebook import is_terminal
from nbclaude.options import parse_line
from nbclaude.output import print_text
from nbclaude.supported import refuse_old_widgets, refuse_pyodide

if TYPE_CHECKING:
    from nbclaude.magics.chat import ClaudeMagics
    from nbclaude.output import EarlySign

__all__ = ["ask_line"]


def ask_line(chat: ClaudeMagics, line: str, cell: str | None, sign: EarlySign | None = None) -> Reply | None:
    """Ask what the line and the cell below it say; return the reply if it is assigned to something.

    `sign` is a waiting sign that is already on the screen.
    """
    refuse_keys(chat.workspace, f"{line}\n{cell or ''}")
    where = standing(chat.shell)
    options, prompt = parse_line(line)
    where.refuse_into(options.into)
    if cell is not None:
        prompt = f"{prompt}\n{cell}" if prompt.strip() else cell
    if not prompt.strip():
        if cell is None and not line.strip() and not where.target:
            _show_panel(chat)
            return None
        raise UsageError("There is nothing to ask: write the prompt after the options, or below %%claude.")
    from nbclaude.magics.in_cell import ask_prompt  # the panel has ways of its own to ask

    reply = ask_prompt(chat, options, Prompt(prompt), where.scope, sign)
    # Return nothing otherwise: a cell that ends in the magic would show the answer twice.
    return reply if where.target else None


def _show_panel(chat: ClaudeMagics) -> None:
    """Open the panel; a terminal shows the settings as text."""
    workspace = chat.workspace
    text = state_text(workspace, str(chat.conversation))
    if is_terminal(chat.shell):
        print_text(text)
        return
    refuse_pyodide()
    refuse_old_widgets()
    from nbclaude.panel import open_panel

    at = workspace.cell_run()
    open_panel(chat.shell, chat, workspace, at.cell if at else "", text)
