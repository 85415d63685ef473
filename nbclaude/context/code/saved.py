"""Tells from the saved notebook what the kernel is not told: cells edited since they ran, and cells that have not run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from nbclaude.context.code.needed import Needed, NeededCell, read_cells
from nbclaude.context.shown.cells import LoggedCell, visible_cell
from nbclaude.notebook import SavedNotebook, explained

__all__ = ["edited_cells", "unrun_cells", "with_edits"]

_EDITED = "its text was changed in the notebook since it ran"


def edited_cells(logged: Collection[LoggedCell], saved: SavedNotebook | None) -> frozenset[int]:
    """Return the numbers of those cells that have another text in a notebook that was saved after they ran.

    A cell is not among them where nobody can know: it has no id, or the notebook was not saved since.
    """
    if saved is None:
        return frozenset()
    return frozenset(each.execution_count for each in logged if _is_edited(each, saved))


def _is_edited(cell: LoggedCell, saved: SavedNotebook) -> bool:
    source = saved.sources.get(cell.cell_id)
    if source is None or saved.saved_at <= cell.ran_at or cell.is_cut:
        return False
    return _code(source) != _code(cell.source)


def with_edits(needed: Needed, edited: Collection[int]) -> Needed:
    """Return the cells with those marked as stale that were edited since they ran, by their numbers."""
    return replace(needed, cells=tuple(_marked(each, edited) for each in needed.cells))


def _marked(each: NeededCell, edited: Collection[int]) -> NeededCell:
    if each.cell.execution_count not in edited:
        return each
    return replace(each, stale="; ".join(filter(None, (each.stale, _EDITED))))


def unrun_cells(
    names: Collection[str],
    saved: SavedNotebook | None,
    logged: Collection[LoggedCell],
    transform: Callable[[str], str],
) -> Iterator[tuple[str, str]]:
    """Yield names with the text of the first cell of the saved notebook that defines them and has not run."""
    if saved is None or not names:
        return
    ran = {each.cell_id for each in logged}
    unrun = [LoggedCell(cell_id, 0, text) for cell_id, text in saved.sources.items() if cell_id not in ran]
    left = set(names)
    for cell, read in read_cells(filter(None, map(visible_cell, unrun)), transform):
        if found := read.defines & left:
            left -= found
            yield ", ".join(sorted(found)), cell.source


def _code(source: str) -> str:
    asked = explained(source)
    return (source if asked is None else asked[1]).strip()
