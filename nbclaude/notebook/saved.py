"""Reads the notebook's file as it was saved last: the text of its cells, for what no message tells the kernel."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from nbclaude.frozen import frozen

__all__ = ["SavedNotebook", "saved_notebook"]

_MAX_BYTES = 30_000_000  # bytes; a larger one takes too long to read for what it tells


@frozen
class SavedNotebook:
    """The text of the code cells by id, in their order, and when it was saved, in seconds since the epoch."""

    sources: Mapping[str, str]
    saved_at: float


def saved_notebook(path: Path | None) -> SavedNotebook | None:
    """Return what the notebook's file holds; None where there is none that can be read."""
    try:
        if path is None:
            return None
        state = path.stat()
        if state.st_size > _MAX_BYTES:
            return None
        return _read(path, state.st_mtime, state.st_size)
    except (OSError, ValueError, RecursionError):
        return None


@lru_cache(maxsize=1)
def _read(path: Path, saved_at: float, _size: int) -> SavedNotebook:
    """Read a file; it is read again when it was saved again."""
    content = json.loads(path.read_text("utf-8"))
    cells = content.get("cells") if isinstance(content, dict) else None
    sources: dict[str, str] = {}
    for cell in cells if isinstance(cells, list) else ():
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        source, cell_id = cell.get("source"), cell.get("id")
        text = "".join(map(str, source)) if isinstance(source, list) else source
        if isinstance(cell_id, str) and isinstance(text, str):
            sources[cell_id] = text
    return SavedNotebook(sources, saved_at)
