"""The other end of our extension in JupyterLab and Notebook 7: what it tells with each execution, and the line to it."""

from typing import TYPE_CHECKING

from nbclaude.doors import door
from nbclaude.lab.line import LINE, Line
from nbclaude.lab.shown import ShownOutputs
from nbclaude.lab.told import Handed, NotebookCells, Told, cell_meant, cell_that_ran, told_by

if TYPE_CHECKING:
    from nbclaude.lab.offered import OfferedActions

__all__ = [
    "LINE",
    "Handed",
    "Line",
    "NotebookCells",
    "OfferedActions",
    "ShownOutputs",
    "Told",
    "cell_meant",
    "cell_that_ran",
    "told_by",
]

__getattr__ = door(__name__, {"offered": ("OfferedActions",)})
