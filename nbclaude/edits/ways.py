"""Decides by which way a front end lets the kernel change cells."""

from __future__ import annotations

import re
import sys
from typing import Literal

from nbclaude.notebook import Shell, cell_run, is_terminal, nobody_answers

__all__ = ["Way", "way_of"]

Way = Literal["document", "cell", "prompt", "shown"]
"""What can be changed: any cell of the front end's document; the cell that runs and one below it; the next prompt; nothing."""

# The ids of cells in notebook files; VS Code names its cells by addresses.
_CELL_ID = re.compile(r"[\w-]{1,64}")


def way_of(shell: Shell) -> Way:
    """Tell how the front end of the cell that runs lets cells be changed.

    JupyterLab and Notebook 7 give widgets their document. VS Code and Colab do not, but follow what a cell asks for when it
    ends. Consoles take it as the text of the next prompt, and what executes notebooks with nobody to ask takes nothing.
    """
    if is_terminal(shell):
        return "prompt"
    at = cell_run(shell)
    if at is not None:
        return "document" if _CELL_ID.fullmatch(at.cell) else "cell"
    if "google.colab" in sys.modules:
        return "cell"
    return "shown" if nobody_answers(shell) else "prompt"
