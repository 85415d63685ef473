"""What the front end tells: the shell, the cell that runs, the cells that were deleted, the notebook's file, terminal or not.

JupyterLab and Notebook 7 send the cell's id and the deleted cells in the metadata of every execute request. Terminals,
nbclient and others send neither.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

__all__ = [
    "CellRun",
    "Shell",
    "cell_number",
    "cell_run",
    "deleted_cells",
    "is_claude_cell",
    "is_terminal",
    "notebook_path",
    "only_asks_follow",
    "request_id",
]

_ASKS = re.compile(r"(?:[^\W\d][\w.]*[ \t]*=[ \t]*)?%claude(?:_\w+)?(?=\s|$)")


class Shell(Protocol):
    """What nbclaude uses of IPython's `InteractiveShell`.

    Shells of kernels have a `get_parent` and a `kernel` besides, which is asked for here and nowhere else.
    """

    user_ns: dict[str, Any]
    user_ns_hidden: dict[str, Any]
    configurables: list[Any]

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


def deleted_cells(shell: Shell) -> list[str]:
    """Return the ids of the cells that were deleted since the last execution."""
    deleted = _metadata(shell).get("deletedCells")
    return [cell for cell in deleted if isinstance(cell, str)] if isinstance(deleted, list) else []


def cell_number(shell: Shell) -> int:
    """Return the number of the cell that runs: when IPython counts on depends on its version, its display hook knows."""
    return int(shell.displayhook.prompt_count)


def is_claude_cell(shell: Shell) -> bool:
    """Tell whether the cell that runs is `%%claude`, or a single `%claude` line: it has no output but ours."""
    code = _code(shell).strip()
    return code.startswith("%%claude") or (code.startswith("%claude") and "\n" not in code)


def only_asks_follow(shell: Shell) -> bool:
    """Tell whether nothing comes after the lines of the cell that ask, so that its figures are as they stay.

    Lines in a block do not count: a loop may go on with the figure.
    """
    lines = _code(shell).splitlines()
    first = next((n for n, line in enumerate(lines) if _ASKS.match(line)), len(lines))
    rest = [line for line in lines[first:] if line.strip() and not line.lstrip().startswith("#")]
    return bool(rest) and all(_ASKS.match(line) for line in rest)


def is_terminal(shell: Shell | None) -> bool:
    """Tell whether the shell prints to a terminal, where there are no outputs to update."""
    return any(base.__name__ == "TerminalInteractiveShell" for base in type(shell).__mro__)


def notebook_path() -> Path | None:
    """Return the notebook's file, as it was called when the kernel started; None where the front end does not tell."""
    name = os.environ.get("JPY_SESSION_NAME", "")
    return Path(name) if name.endswith(".ipynb") else None


def _request(shell: Shell) -> Mapping[str, Any]:
    """Return the execute request that the shell is working on: kernels have one, terminals do not."""
    get_parent = getattr(shell, "get_parent", None)
    parent = get_parent() if get_parent is not None else None
    return parent if isinstance(parent, Mapping) else {}


def _metadata(shell: Shell) -> Mapping[str, Any]:
    metadata = _request(shell).get("metadata")
    return metadata if isinstance(metadata, Mapping) else {}


def _code(shell: Shell) -> str:
    content = _request(shell).get("content")
    code = content.get("code") if isinstance(content, Mapping) else None
    return code if isinstance(code, str) else ""
