"""What the front end tells: the shell, the cell that runs, the cells that are gone, the notebook's file, terminal or not.

JupyterLab and Notebook 7 send the cell's id and the deleted cells in the metadata of every execute request. Terminals,
nbclient and others send neither.
"""

from __future__ import annotations

import functools
import os
import re
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

__all__ = [
    "ABOVE_MAGIC",
    "ASKING_LINE",
    "OUR_CELL",
    "CellRun",
    "DeletedCells",
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
    "notebook_file",
    "notebook_folder",
    "notebook_path",
    "only_asks_follow",
    "python_of",
    "request_id",
    "shows_updates",
]

# A line that asks, alone or assigned, also behind a magic that runs it (`%time`).
ASKING_LINE = r"(?:[^\s#%][^#\n]*=[ \t]*)?(?:%[a-z]+[ \t]+(?:[^\s%][^\n%]*[ \t])?)?%(?:claude(?:_\w+)?|fix|explain)(?=\s|$)"
_ASKS = re.compile(ASKING_LINE)
# Empty lines and comments above a cell magic belong to nobody.
ABOVE_MAGIC = r"(?:\s*#[^\r\n]*(?:\r\n|\n|\r))*\s*"
OUR_CELL = re.compile(rf"{ABOVE_MAGIC}%%claude(?:_\w+)?(?=\s|$)")
_ASKING_CELL = re.compile(
    ABOVE_MAGIC
    + r"(?:%%claude(?!_explain\b)(?:_\w+)?(?=\s|$)|%(?:claude(?:_\w+)?|fix|explain)(?=\s|$)[^\n]*\s*\Z)"
)
# A line that has the cell explained, which runs as if the line were not there: what stands above it, its options, the code.
_EXPLAINED = re.compile(
    rf"(?P<above>{ABOVE_MAGIC})%%(?:claude_)?explain(?=\s|$)[ \t]*(?P<line>[^\r\n]*)(?:\r\n|\n|\r|$)(?P<code>.*)",
    re.DOTALL,
)
# Seconds after a request within which another one is taken to be of the same Run All: nobody deletes a cell again so fast.
_REPEATED = 1.0


class Shell(Protocol):
    """What nbclaude uses of IPython's `InteractiveShell`.

    Shells of kernels have a `get_parent` and a `kernel` besides, which is asked for here and nowhere else.
    """

    user_ns: dict[str, Any]
    user_ns_hidden: dict[str, Any]
    configurables: list[Any]

    @property
    def Completer(self) -> Any:  # noqa: N802 - IPython's name
        """Completes what is typed."""

    @property
    def display_pub(self) -> Any:
        """Publishes display data; in kernels it has hooks."""

    @property
    def displayhook(self) -> Any:
        """Shows the value of a cell's last expression."""

    @property
    def display_formatter(self) -> Any:
        """Turns a value into what can be shown of it, by media type."""

    @property
    def events(self) -> Any:
        """Registers what is called before and after cells."""

    @property
    def history_manager(self) -> Any:
        """Remembers inputs and outputs."""

    @property
    def input_transformer_manager(self) -> Any:
        """Holds the transformers of a cell's source."""

    @property
    def magics_manager(self) -> Any:
        """Holds the magics."""

    def register_magics(self, *magics: Any) -> None:
        """Make the magics of these objects available."""

    def set_next_input(self, s: Any, replace: bool = False) -> None:
        """Put a text into the next cell or prompt, or into the cell that runs."""

    def find_line_magic(self, magic_name: str) -> Any:
        """Return a magic by its name."""

    def ev(self, expr: Any) -> Any:
        """Evaluate an expression in the user's namespace."""


@dataclass(frozen=True, slots=True)
class CellRun:
    """One execution of one cell: the cell's id, and what tells this execution from the next."""

    cell: str
    run: object


def cell_run(shell: Shell) -> CellRun | None:
    """Return which cell runs, and in which execution; None where the front end does not tell."""
    cell = _metadata(shell).get("cellId")
    return CellRun(cell, request_id(shell)) if isinstance(cell, str) and cell else None


def request_id(shell: Shell) -> str | None:
    """Return the id of the request that is executed; None in a terminal."""
    header = _request(shell).get("header")
    found = header.get("msg_id") if isinstance(header, Mapping) else None
    return str(found) if found is not None else None


class DeletedCells:
    """Tells which cells are gone, from what the front end says with each execution.

    It names cells that were removed at some time since the last reply, which is less than it seems: a cell that was cut and
    pasted, or whose deletion was undone, is named though it is on the screen again, with the same id. And requests that were
    queued together (Run All) all name the same cells, also those that come after the run of such a cell.
    """

    def __init__(self) -> None:
        self._named: frozenset[str] = frozenset()
        self._sent: datetime | None = None
        self._started = 0.0
        # Cells that were named by the very request that showed that they exist: until when a request was sent that repeats it.
        self._there: dict[str, tuple[datetime, float]] = {}

    def begin(self, shell: Shell) -> frozenset[str]:
        """Return which cells are gone as a cell begins to run: those that its request names, if nothing shows that they exist."""
        named = _metadata(shell).get("deletedCells")
        self._named = (
            frozenset(cell for cell in named if isinstance(cell, str))
            if isinstance(named, list)
            else frozenset()
        )
        self._sent, self._started = _sent(shell), time.monotonic()
        gone = frozenset(cell for cell in self._named if not self._repeats(cell))
        at = cell_run(shell)
        if at is not None:
            self.exists([at.cell])
            gone -= {at.cell}
        return gone

    def exists(self, cells: Iterable[str]) -> None:
        """Take note that these cells are there, whatever the request of the cell that runs says of them."""
        for cell in cells:
            if self._sent is not None and cell in self._named:
                self._there[cell] = (self._sent, _REPEATED)
            else:
                self._there.pop(cell, None)

    def end(self) -> None:
        """Take note that the cell has run: its reply lets the front end forget the cells that it named."""
        took = time.monotonic() - self._started
        self._there = {
            cell: (sent, max(most, took)) if sent == self._sent else (sent, most)
            for cell, (sent, most) in self._there.items()
        }

    def _repeats(self, cell: str) -> bool:
        """Whether the request only repeats what is known to be wrong: it was sent before the front end could forget it."""
        sent, most = self._there.get(cell, (None, 0.0))
        return sent is not None and self._sent is not None and (self._sent - sent).total_seconds() < most


def cell_number(shell: Shell) -> int:
    """Return the number of the cell that runs: when IPython counts on depends on its version, its display hook knows."""
    return int(shell.displayhook.prompt_count)


def cell_numbers(shell: Shell) -> Mapping[str, int]:
    """Return the numbers of the cells that have run by the files that IPython makes up for them."""
    found = getattr(getattr(shell, "compile", None), "_filename_map", None)
    return dict(found) if isinstance(found, Mapping) else {}


def explained(source: str) -> tuple[str, str] | None:
    """Return the line of options and the code of a cell that is to be explained as it runs; None for any other cell."""
    found = _EXPLAINED.fullmatch(source)
    return (found["line"], found["above"] + found["code"]) if found and found["code"].strip() else None


def python_of(source: str) -> str:
    """Return a cell's source with its magics as the calls that IPython makes of them; transformers of the user's are left out."""
    return str(_transformer().transform_cell(source))


@functools.cache
def _transformer() -> Any:
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager()  # type: ignore[no-untyped-call]  # IPython's annotations are partial


def is_claude_cell(shell: Shell) -> bool:
    """Tell whether the cell that runs is `%%claude`, or a single `%claude` line: it has no output but ours."""
    return _ASKING_CELL.match(_code(shell)) is not None


def only_asks_follow(shell: Shell) -> bool:
    """Tell whether nothing comes after the lines of the cell that ask, so that its figures are as they stay.

    Lines in a block do not count: a loop may go on with the figure.
    """
    lines = _code(shell).splitlines()
    first = next((n for n, line in enumerate(lines) if _ASKS.match(line)), len(lines))
    rest = [line for line in lines[first:] if line.strip() and not line.lstrip().startswith("#")]
    return bool(rest) and all(_ASKS.match(line) for line in rest)


def has_open_figures() -> bool:
    """Tell whether figures of matplotlib are open, which its inline backend shows when the cell ends."""
    known = getattr(sys.modules.get("matplotlib._pylab_helpers"), "Gcf", None)
    return bool(getattr(known, "figs", None))


def is_terminal(shell: Shell | None) -> bool:
    """Tell whether the shell prints to a terminal, where there are no outputs to update."""
    return any(base.__name__ == "TerminalInteractiveShell" for base in type(shell).__mro__)


def is_watched(shell: Shell) -> bool:
    """Tell whether somebody looks at a notebook whose cell runs now.

    What executes notebooks (nbclient, and with it papermill, nbconvert) says that there is nobody to ask; it learns of errors
    from outputs of their own kind. Consoles print what they get, and callbacks of widgets run no cell.
    """
    content = _request(shell).get("content")
    in_notebook = cell_run(shell) is not None or "google.colab" in sys.modules
    return in_notebook and isinstance(content, Mapping) and content.get("allow_stdin") is not False


def shows_updates(shell: Shell) -> bool:
    """Tell whether what is shown now is known to be updated on the screen.

    JupyterLab, Notebook 7 and VS Code do so, and tell the cell's id; Colab does, too. What executes notebooks with nobody to ask
    (nbclient, and with it papermill, nbconvert, Quarto) says so, and follows updates. Consoles, servers that execute for a page
    that may be closed, ipyparallel's engines and callbacks of widgets tell neither; and an Output widget only appends.
    """
    if _goes_to_output_widget(shell):
        return False
    if cell_run(shell) is not None or "google.colab" in sys.modules:
        return True
    return nobody_answers(shell)


def nobody_answers(shell: Shell) -> bool:
    """Tell whether the cell is executed with nobody to ask: nbclient, papermill, nbconvert and Quarto say so."""
    content = _request(shell).get("content")
    return isinstance(content, Mapping) and content.get("allow_stdin") is False


def cell_source(shell: Shell) -> str:
    """Return all of the text of the cell that runs, as the front end has sent it; empty in a terminal."""
    return _code(shell)


def is_read_only(shell: Shell) -> bool:
    """Tell whether the cell that runs must not be edited; JupyterLab sends the metadata of the cell along."""
    return _metadata(shell).get("editable") is False


def _goes_to_output_widget(shell: Shell) -> bool:
    """Tell whether an Output widget takes what is published now: it names the request whose messages it takes."""
    output = getattr(sys.modules.get("ipywidgets"), "Output", None)
    if output is None:
        return False
    parent = getattr(getattr(shell, "display_pub", None), "parent_header", None)
    current = parent.get("msg_id") if isinstance(parent, Mapping) else None
    current = current or request_id(shell)
    if not current:
        return False
    return any(isinstance(each, output) and each.msg_id == current for each in live_widgets().values())


def live_widgets() -> dict[str, Any]:
    """Return the widgets of this kernel by their models' ids; ipywidgets 8.0 keeps them in the class, 8.1 in the module."""
    core = sys.modules.get("ipywidgets.widgets.widget")
    by_id = getattr(core, "_instances", None)
    if by_id is None:
        by_id = getattr(getattr(core, "Widget", None), "_active_widgets", None)
    return dict(by_id) if isinstance(by_id, Mapping) else {}


def notebook_path() -> Path | None:
    """Return the notebook's file, as it was called when the kernel started; None where the front end does not tell."""
    name = os.environ.get("JPY_SESSION_NAME", "")
    return Path(name) if name.endswith(".ipynb") else None


def notebook_file(shell: Shell) -> Path | None:
    """Return the notebook's file, by the server's name for the session or by VS Code's; None where neither tells."""
    path = notebook_path()
    if path is not None:
        return path
    told = shell.user_ns.get("__vsc_ipynb_file__")
    return Path(told) if isinstance(told, str) and told.endswith(".ipynb") else None


def notebook_folder(shell: Shell) -> Path | None:
    """Return the folder of the notebook, or that in which the shell began, whatever a cell has changed to since."""
    path = notebook_path()
    if path is not None and path.is_absolute():
        return path.parent
    began = getattr(shell, "starting_dir", None)
    return Path(began) if isinstance(began, str) and began else None


def _request(shell: Shell) -> Mapping[str, Any]:
    """Return the execute request that the shell is working on: kernels have one, terminals do not."""
    get_parent = getattr(shell, "get_parent", None)
    parent = get_parent() if get_parent is not None else None
    return parent if isinstance(parent, Mapping) else {}


def _metadata(shell: Shell) -> Mapping[str, Any]:
    metadata = _request(shell).get("metadata")
    return metadata if isinstance(metadata, Mapping) else {}


def _sent(shell: Shell) -> datetime | None:
    """Return when the front end sent the request, by its own clock."""
    header = _request(shell).get("header")
    date = header.get("date") if isinstance(header, Mapping) else None
    if isinstance(date, str):
        try:
            date = datetime.fromisoformat(date)
        except ValueError:
            return None
    return date if isinstance(date, datetime) and date.tzinfo is not None else None


def _code(shell: Shell) -> str:
    content = _request(shell).get("content")
    code = content.get("code") if isinstance(content, Mapping) else None
    return code if isinstance(code, str) else ""
