"""Remembers what the cells of a kernel have shown and said: figures, and cells with their outputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nbclaude import notebook
from nbclaude.context.failures.failure import FailureLog
from nbclaude.context.shown.cells import CellLog
from nbclaude.context.shown.figure_watch import watch
from nbclaude.context.shown.figures import FigureLog
from nbclaude.context.shown.watch import CellWatch
from nbclaude.notebook import CellRun, SavedNotebook, Shell

__all__ = ["Seen"]


class Seen:
    """The figures, cells and errors of one kernel, from `load` to `unload`."""

    def __init__(self) -> None:
        self.figures = FigureLog()
        self.cells = CellLog()
        self.failures = FailureLog()
        self.since = 0
        """The number of the first cell that was watched; what ran before it is not known."""
        self._shell: Shell | None = None
        self._watch: CellWatch | None = None
        self._undo: list[Callable[[], None]] = []

    @property
    def has_output(self) -> bool:
        """Whether the cell that runs has shown anything that is not ours."""
        return self._watch is not None and self._watch.has_output

    @property
    def notebook(self) -> SavedNotebook | None:
        """The notebook's file as it was saved last."""
        return (
            notebook.saved_notebook(notebook.notebook_path(self._shell)) if self._shell is not None else None
        )

    def load(
        self,
        shell: Shell,
        cell_run: Callable[[], CellRun | None],
        cell_of: Callable[[int], str | None] = lambda count: "",
    ) -> None:
        """Begin to watch; `cell_run` says which cell runs, in which execution, `cell_of` which one ran under a number before."""

        def cell_id() -> str:
            at = cell_run()
            return at.cell if at is not None else ""

        self._shell = shell
        self._watch = CellWatch(shell, self.cells, cell_id, self.failures, cell_of)
        self.since = self.since or notebook.cell_number(shell)
        self._watch.load()
        self._undo = [watch(shell, self.figures, cell_run), self._watch.unload]

    def unload(self) -> None:
        """Stop watching, and leave the shell as it was."""
        while self._undo:
            self._undo.pop()()

    def forget_cells(self, cells: Sequence[str]) -> None:
        """Forget what deleted cells have shown."""
        if cells:
            self.figures.forget_cells(cells)
            self.cells.forget(cells)
