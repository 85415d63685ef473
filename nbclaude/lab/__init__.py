"""The other end of our extension in JupyterLab and Notebook 7: what it tells with each execution, and the line to it."""

from nbclaude.lab.line import LINE, Line
from nbclaude.lab.offered import OfferedActions
from nbclaude.lab.told import Handed, NotebookCells, Told, cell_that_ran, told_by

__all__ = ["LINE", "Handed", "Line", "NotebookCells", "OfferedActions", "Told", "cell_that_ran", "told_by"]
