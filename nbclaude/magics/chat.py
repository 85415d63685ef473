"""`%claude` and `%%claude`: they ask what a line and a cell say, show the answer, and leave the reply in `_claude`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import line_cell_magic, magics_class, no_var_expand

from nbclaude.asking.prepare import refuse_keys
from nbclaude.asking.prompt import Prompt
from nbclaude.asking.reply import Reply
from nbclaude.magics.family import Family
from nbclaude.magics.in_cell import ask_prompt
from nbclaude.magics.scope import standing
from nbclaude.magics.state import state_text
from nbclaude.magics.traits import ClaudeTraits
from nbclaude.magics.wording import worded
from nbclaude.notebook import Shell, is_terminal
from nbclaude.options import help_page, parse_line
from nbclaude.output import say
from nbclaude.stopping import stoppable, undisturbed
from nbclaude.supported import refuse_old_widgets, refuse_pyodide
from nbclaude.workspace import Workspace

if TYPE_CHECKING:
    from nbclaude.saved.replaying import Replays

__all__ = ["ClaudeMagics"]


@magics_class
class ClaudeMagics(ClaudeTraits, Family):
    """Settings of `%claude`; each can also stand in a profile's configuration file."""

    def __init__(self, shell: Shell, workspace: Workspace) -> None:
        super().__init__(shell=shell, workspace=workspace)
        self.replays: Replays | None = None

    @undisturbed(before=True)
    def before_cell(self, info: Any) -> None:
        """Follow the notebook: set aside the turns of cells that are gone; runs before every cell."""
        self.workspace.before_cell(self.shell)

    @undisturbed(before=False)
    def after_cell(self, result: Any) -> None:
        """Take note that a cell has run."""
        self.workspace.after_cell()

    @no_var_expand
    @line_cell_magic
    @stoppable()
    @worded()
    def claude(self, line: str, cell: str | None = None) -> Reply | None:
        """Replaced by the generated help page, below."""
        refuse_keys(self.workspace, f"{line}\n{cell or ''}")
        where = standing(self.shell)
        options, prompt = parse_line(line)
        where.refuse_into(options.into)
        if cell is not None:
            prompt = f"{prompt}\n{cell}" if prompt.strip() else cell
        if not prompt.strip():
            if cell is None and not line.strip() and not where.target:
                self._show_panel()
                return None
            raise UsageError(
                "There is nothing to ask: write the prompt after the options, or below %%claude."
            )
        reply = ask_prompt(self, options, Prompt(prompt), where.scope)
        # Alone it returns nothing, or a cell that ends in it would show the answer twice.
        return reply if where.target else None

    claude.__doc__ = help_page()

    def _show_panel(self) -> None:
        """Open the panel; a terminal shows the settings as text."""
        workspace = self.workspace
        text = state_text(workspace, str(self.conversation))
        if is_terminal(self.shell):
            say(text)
            return
        refuse_pyodide()
        refuse_old_widgets()
        from nbclaude.panel import open_panel

        at = workspace.cell_run()
        open_panel(self.shell, self, self.workspace, at.cell if at else "", text)
