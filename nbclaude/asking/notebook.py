"""The shell comes in; what it tells of the notebook goes out: the cell that runs, and the cells that were deleted.

JupyterLab sends both in the metadata of every execute request. Terminals, nbclient and others send neither.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nbclaude.conversation.turns import CellRun

__all__ = ["cell_run", "deleted_cells", "is_claude_cell", "only_asks_follow"]

_ASKS = re.compile(r"(?:[^\W\d][\w.]*[ \t]*=[ \t]*)?%claude(?:_\w+)?(?=\s|$)")


def cell_run(shell: Any) -> CellRun | None:
    """Return which cell runs, and in which execution; None where the front end does not tell."""
    request = _request(shell)
    cell = _metadata(request).get("cellId")
    if not isinstance(cell, str) or not cell:
        return None
    header = request.get("header")
    return CellRun(cell, header.get("msg_id") if isinstance(header, Mapping) else None)


def deleted_cells(shell: Any) -> list[str]:
    """Return the ids of the cells that were deleted since the last execution."""
    deleted = _metadata(_request(shell)).get("deletedCells")
    return [cell for cell in deleted if isinstance(cell, str)] if isinstance(deleted, list) else []


def is_claude_cell(shell: Any) -> bool:
    """Tell whether the cell that runs is `%%claude`, or a single `%claude` line: it has no output but ours."""
    content = _request(shell).get("content")
    code = content.get("code") if isinstance(content, Mapping) else None
    if not isinstance(code, str):
        return False
    code = code.strip()
    return code.startswith("%%claude") or (code.startswith("%claude") and "\n" not in code)


def only_asks_follow(shell: Any) -> bool:
    """Tell whether nothing comes after the lines of the cell that ask, so that its figures are as they stay.

    Lines in a block do not count: a loop may go on with the figure.
    """
    content = _request(shell).get("content")
    code = content.get("code") if isinstance(content, Mapping) else None
    lines = code.splitlines() if isinstance(code, str) else []
    first = next((n for n, line in enumerate(lines) if _ASKS.match(line)), len(lines))
    rest = [line for line in lines[first:] if line.strip() and not line.lstrip().startswith("#")]
    return bool(rest) and all(_ASKS.match(line) for line in rest)


def _request(shell: Any) -> Mapping[str, Any]:
    get_parent = getattr(shell, "get_parent", None)
    parent = get_parent() if get_parent is not None else None
    return parent if isinstance(parent, Mapping) else {}


def _metadata(request: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = request.get("metadata")
    return metadata if isinstance(metadata, Mapping) else {}
