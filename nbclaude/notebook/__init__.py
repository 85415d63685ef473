"""What the front end tells of the notebook, and what the text of a cell says: nothing else knows how front ends differ."""

from nbclaude.notebook.deleted import DeletedCells
from nbclaude.notebook.front_end import (
    CellRun,
    Shell,
    cell_number,
    cell_numbers,
    cell_run,
    cell_source,
    is_read_only,
    is_terminal,
    is_watched,
    live_widgets,
    nobody_answers,
    notebook_folder,
    notebook_path,
    request_id,
    shows_updates,
)
from nbclaude.notebook.saved import SavedNotebook, saved_notebook
from nbclaude.notebook.sources import (
    ABOVE_MAGIC,
    ASKING_LINE,
    OUR_CELL,
    explained,
    is_claude_cell,
    only_asks_follow,
    python_of,
)

__all__ = [
    "ABOVE_MAGIC",
    "ASKING_LINE",
    "OUR_CELL",
    "CellRun",
    "DeletedCells",
    "SavedNotebook",
    "Shell",
    "cell_number",
    "cell_numbers",
    "cell_run",
    "cell_source",
    "explained",
    "is_claude_cell",
    "is_read_only",
    "is_terminal",
    "is_watched",
    "live_widgets",
    "nobody_answers",
    "notebook_folder",
    "notebook_path",
    "only_asks_follow",
    "python_of",
    "request_id",
    "saved_notebook",
    "shows_updates",
]
