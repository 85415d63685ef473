"""What the front end tells: the shell, the cell that runs, the notebook's file, terminal or not.

JupyterLab and Notebook 7 send the cell's id and the deleted cells in the metadata of every execute request. Terminals,
nbclient and others send neither.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from nbclaude.frozen import frozen

__all__ = [
    "CellRun",
    "Shell",
    "cell_number",
    "cell_numbers",
    "cell_run",
    "cell_source",
    "is_exported",
    "is_read_only",
    "is_terminal",
    "is_watched",
    "live_widgets",
    "metadata_of",
    "nobody_answers",
    "notebook_file",
    "notebook_folder",
    "notebook_path",
    "request_id",
    "request_of",
    "shows_updates",
    "text_columns",
]

_COLUMNS = 80
_LEAST_COLUMNS = 20
_DRIVE = re.compile(r"^[A-Za-z]+:")  # of JupyterLab's name for a file: "RTC:talk.ipynb" is a shared one


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


@frozen
class CellRun:
    """One execution of one cell: the cell's id, and what tells this execution from the next."""

    cell: str
    run: object


def cell_run(shell: Shell) -> CellRun | None:
    """Return which cell runs, and in which execution; None where the front end does not tell."""
    cell = metadata_of(shell).get("cellId")
    return CellRun(cell, request_id(shell)) if isinstance(cell, str) and cell else None


def request_id(shell: Shell) -> str | None:
    """Return the id of the request that is executed; None in a terminal."""
    header = request_of(shell).get("header")
    found = header.get("msg_id") if isinstance(header, Mapping) else None
    return str(found) if found is not None else None


def cell_number(shell: Shell) -> int:
    """Return the number of the cell that runs: when IPython counts on depends on its version, its display hook knows."""
    return int(shell.displayhook.prompt_count)


def cell_numbers(shell: Shell) -> Mapping[str, int]:
    """Return the numbers of the cells that have run by the files that IPython makes up for them."""
    found = getattr(getattr(shell, "compile", None), "_filename_map", None)
    return dict(found) if isinstance(found, Mapping) else {}


def is_terminal(shell: Shell | None) -> bool:
    """Tell whether the shell prints to a terminal, where there are no outputs to update."""
    return any(base.__name__ == "TerminalInteractiveShell" for base in type(shell).__mro__)


def text_columns() -> int:
    """Return how many columns a printed text may take: those of the terminal, or 80 if its width is unknown.

    A kernel cannot ask the console that shows its text.
    """
    return max(shutil.get_terminal_size((_COLUMNS, 24)).columns, _LEAST_COLUMNS)


def is_watched(shell: Shell) -> bool:
    """Tell whether somebody looks at a notebook whose cell runs now.

    What executes notebooks (nbclient, and with it papermill, nbconvert) says that there is nobody to ask; it learns of errors
    from outputs of their own kind. Consoles print what they get, and callbacks of widgets run no cell.
    """
    content = request_of(shell).get("content")
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
    content = request_of(shell).get("content")
    return isinstance(content, Mapping) and content.get("allow_stdin") is False


def is_exported(shell: Shell) -> bool:
    """Tell whether the cell is executed with nobody watching: its notebook will be read or exported later."""
    return nobody_answers(shell) and cell_run(shell) is None


def cell_source(shell: Shell) -> str:
    """Return all of the text of the cell that runs, as the front end has sent it; empty in a terminal."""
    content = request_of(shell).get("content")
    code = content.get("code") if isinstance(content, Mapping) else None
    return code if isinstance(code, str) else ""


def is_read_only(shell: Shell) -> bool:
    """Tell whether the cell that runs must not be edited; JupyterLab sends the metadata of the cell along."""
    return metadata_of(shell).get("editable") is False


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


def notebook_path(shell: Shell) -> Path | None:
    """Return the notebook's file; None where the front end does not tell.

    The server says what it was called when the kernel started. Our extension says what it is called now, and which one
    is meant if several notebooks share the kernel.
    """
    name = os.environ.get("JPY_SESSION_NAME", "")
    if not name.endswith(".ipynb"):
        return None
    told = metadata_of(shell).get("nbclaude")
    now = told.get("notebook") if isinstance(told, Mapping) else None
    return _file_called(now, Path(name)) if isinstance(now, str) and now.endswith(".ipynb") else Path(name)


def _file_called(name: str, before: Path) -> Path:
    """Return the file that the server calls `name`: its root, which is not reported, is a folder above the notebook."""
    name = _DRIVE.sub("", name)
    if f"/{before.as_posix()}".endswith(f"/{name}"):
        return before
    return next((folder / name for folder in before.parents if (folder / name).is_file()), before)


def notebook_file(shell: Shell) -> Path | None:
    """Return the notebook's file, by the server's name for the session or by VS Code's; None where neither tells."""
    path = notebook_path(shell)
    if path is not None:
        return path
    told = shell.user_ns.get("__vsc_ipynb_file__")
    return Path(told) if isinstance(told, str) and told.endswith(".ipynb") else None


def notebook_folder(shell: Shell) -> Path | None:
    """Return the folder of the notebook, or that in which the shell began, whatever a cell has changed to since."""
    path = notebook_path(shell)
    if path is not None and path.is_absolute():
        return path.parent
    began = getattr(shell, "starting_dir", None)
    return Path(began) if isinstance(began, str) and began else None


def request_of(shell: Shell) -> Mapping[str, Any]:
    """Return the execute request that the shell is working on: kernels have one, terminals do not."""
    get_parent = getattr(shell, "get_parent", None)
    parent = get_parent() if get_parent is not None else None
    return parent if isinstance(parent, Mapping) else {}


def metadata_of(shell: Shell) -> Mapping[str, Any]:
    """Return the metadata of that request, where JupyterLab says which cell it runs."""
    metadata = request_of(shell).get("metadata")
    return metadata if isinstance(metadata, Mapping) else {}
