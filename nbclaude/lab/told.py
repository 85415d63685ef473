"""What our extension in the front end tells with each execution: its version, and the cells of the notebook in their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from nbclaude.frozen import frozen
from nbclaude.notebook import Shell, cell_run, metadata_of

__all__ = ["Handed", "NotebookCells", "Told", "cell_meant", "cell_that_ran", "told_by"]


@frozen
class Handed:
    """A cell as the notebook shows it, passed on by the front end because a prompt names its number.

    `outputs` are those of the notebook's format, without what scripts draw; None stands for one that was too large to be passed
    on.
    """

    cell: str
    source: str
    outputs: tuple[Mapping[str, Any] | None, ...]


@frozen
class Told:
    """What one request says: the version of the extension, the notebook's path, and the ids of its cells from the top.

    `page` is the page in the browser that has sent it: several may show one notebook. `counts` are the numbers that the cells
    show, by their ids; they may come from an earlier kernel. `handed` are the cells whose numbers the prompt names.
    """

    version: str
    notebook: str
    cells: tuple[str, ...]
    page: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    handed: tuple[Handed, ...] = ()


def told_by(shell: Shell) -> Told | None:
    """Return what the extension said in the request being executed; None if there is no extension."""
    found = metadata_of(shell).get("nbclaude")
    if not isinstance(found, Mapping):
        return None
    version, path, cells = found.get("version"), found.get("notebook"), found.get("cells")
    if not isinstance(version, str) or not isinstance(cells, list):
        return None
    ids = tuple(cell for cell in cells if isinstance(cell, str) and cell)
    shown = found.get("counts")
    numbers = shown if isinstance(shown, list) and len(shown) == len(cells) else []
    counts = {cell: n for cell, n in zip(cells, numbers, strict=False) if cell in ids and type(n) is int}
    return Told(
        version,
        path if isinstance(path, str) else "",
        ids,
        str(found.get("page", "")),
        counts,
        _handed(found.get("handed")),
    )


def _handed(cells: object) -> tuple[Handed, ...]:
    found = [each for each in cells if isinstance(each, Mapping)] if isinstance(cells, list) else []
    return tuple(
        Handed(str(each.get("cell", "")), str(each.get("source", "")), _outputs(each.get("outputs")))
        for each in found
    )


def _outputs(outputs: object) -> tuple[Mapping[str, Any] | None, ...]:
    found = outputs if isinstance(outputs, list) else []
    return tuple(each if isinstance(each, Mapping) else None for each in found)


def cell_that_ran(shell: Shell, count: int) -> str | None:
    """Return the id of the cell that ran as In[`count`]; None if no cell shows this number now, "" if it is not known which."""
    told = told_by(shell)
    if told is None or not told.counts:
        return ""
    found = [cell for cell, number in told.counts.items() if number == count]
    return found[0] if len(found) == 1 else "" if found else None


def cell_meant(shell: Shell, told: Told, cells: Iterable[str]) -> str:
    """Return which of several cells that show the same number is meant; "" if it is not known.

    One of them may have run in an earlier kernel. A reader, like our buttons, means the nearest above the cell that asks.
    """
    found = [cell for cell in told.cells if cell in frozenset(cells)]
    at = cell_run(shell)
    asks = told.cells.index(at.cell) if at is not None and at.cell in told.cells else 0
    above = [cell for cell in found if cell in told.cells[:asks]]
    return found[0] if len(found) == 1 else above[-1] if above else ""


class NotebookCells:
    """The cells of all notebooks that run in this kernel: which are there, which are gone, and which have been moved.

    A cell keeps its id when it is cut and pasted, moved, or when its deletion is undone. Several notebooks may share a
    kernel, and one may be renamed: a list replaces that of its path, and those with which it has a cell in common.
    """

    def __init__(self) -> None:
        self._lists: dict[str, tuple[str, ...]] = {}
        self._order: tuple[
            str, ...
        ] = ()  # of all cells there ever were; those that are gone stand where they were
        self.gone: frozenset[str] = frozenset()

    def take(self, told: Told) -> bool:
        """Take a list; return whether cells that are in it have been moved since they were told of before."""
        now = told.cells
        if self._lists.get(told.notebook) == now:
            return False
        here = frozenset(now)
        self._lists = {
            path: cells
            for path, cells in self._lists.items()
            if path != told.notebook and here.isdisjoint(cells)
        }
        self._lists[told.notebook] = now
        before = [cell for cell in self._order if cell in here]
        known = frozenset(before)
        moved = before != [cell for cell in now if cell in known]
        self._order = _merged(self._order, now)
        there = here.union(*self._lists.values())
        self.gone = frozenset(self._order) - there
        return moved

    @property
    def places(self) -> Mapping[str, int]:
        """Where each cell stands, counted from the top."""
        return {cell: place for place, cell in enumerate(self._order)}


def _merged(order: Sequence[str], now: Sequence[str]) -> tuple[str, ...]:
    """Return an order that is `now`, and where those that are not in it stand behind what they stood behind."""
    here = frozenset(now)
    after: dict[str, list[str]] = {}
    leader = ""
    for cell in order:
        if cell in here:
            leader = cell
        else:
            after.setdefault(leader, []).append(cell)
    merged = list(after.get("", ()))
    for cell in now:
        merged += [cell, *after.get(cell, ())]
    return tuple(merged)
