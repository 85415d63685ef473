"""`%claude` and `%%claude`: they ask what a line and a cell say, show the answer, and leave the reply in `_claude`.

This module loads with the extension; `asked`, which does what it says, with the first question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_cell_magic, magics_class, no_var_expand

from nbclaude.magics.early_signs import sign_while_loading
from nbclaude.magics.family import Family
from nbclaude.magics.traits import ClaudeTraits
from nbclaude.magics.wording import worded
from nbclaude.notebook import Shell
from nbclaude.options import help_page
from nbclaude.stopping import stoppable, undisturbed
from nbclaude.workspace import Workspace

if TYPE_CHECKING:
    from nbclaude.asking.reply import Reply
    from nbclaude.output import EarlySign
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
        if cell is None and not line.strip():
            return self._asked(line, cell)
        with sign_while_loading(self) as sign:
            return self._asked(line, cell, sign)

    claude.__doc__ = help_page()

    def _asked(self, line: str, cell: str | None, sign: EarlySign | None = None) -> Reply | None:
        from nbclaude.magics.asked import ask_line

        return ask_line(self, line, cell, sign)
