"""Finds the error that a cell ended with before nbclaude was loaded, as far as the kernel still knows it."""

from __future__ import annotations

import sys
import traceback

from nbclaude import notebook
from nbclaude.frozen import frozen
from nbclaude.notebook import Shell

__all__ = ["EarlierError", "earlier_error"]


@frozen
class EarlierError:
    """The error, the number under which its cell ran, and the cell's source."""

    error: BaseException
    execution_count: int
    source: str


def earlier_error(shell: Shell) -> EarlierError | None:
    """Return the error that Python keeps as the last one, if a cell of this kernel has raised it."""
    error = getattr(sys, "last_value", None)
    if not isinstance(error, BaseException):
        return None
    numbers = notebook.cell_numbers(shell)
    # The first frame of a cell belongs to the cell that ran. Code that does not parse has no frame, but its error names the file.
    files = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    files.append(str(getattr(error, "filename", "")))
    count = next((numbers[file] for file in files if file in numbers), 0)
    sources = shell.history_manager.input_hist_raw
    source = str(sources[count]) if 0 < count < len(sources) else ""
    return EarlierError(error, count, source) if source.strip() else None
