"""Finds the cells that a name depends on, through all that these use in their turn, and says which of them are stale."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import ismodule
from typing import Any

from nbclaude.context.code.names import CellNames, names_of
from nbclaude.context.shown.cells import LoggedCell
from nbclaude.frozen import frozen

__all__ = ["Needed", "NeededCell", "needed_cells", "read_cells"]

# Names that every notebook has.
_GIVEN = frozenset(
    ("get_ipython", "display", "In", "Out", "exit", "quit", "open", "__name__", "_", "__", "___")
)


@frozen
class NeededCell:
    """One cell that is needed: for which names, how far from the question, and what has changed since it ran."""

    cell: LoggedCell
    names: tuple[str, ...]
    distance: int
    stale: str = ""


@frozen
class Needed:
    """The cells in the order in which they ran, names that no known cell defines, and what cannot be known."""

    cells: tuple[NeededCell, ...] = ()
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


Read = tuple[LoggedCell, CellNames]


def read_cells(cells: Iterable[LoggedCell], transform: Callable[[str], str]) -> list[Read]:
    """Read what each cell does to names; one that IPython cannot read does nothing."""
    read = []
    for cell in cells:
        try:
            names = names_of(transform(cell.source), transform)
        except Exception:  # a custom transformer may fail on text that is not a cell
            names = CellNames(parses=False)
        read.append((cell, names))
    return read


def needed_cells(
    names: Collection[str], read: Sequence[Read], namespace: Mapping[str, Any], *, before: int | None = None
) -> Needed:
    """Return the cells that define or change these names, and what these cells need, in the order in which they ran.

    `before` is the place in `read` of the cell that uses the names; the end if None. `namespace` tells which names exist.
    """
    search = _Search(read, namespace)
    search.look(names, len(read) if before is None else before)
    return search.found()


@dataclass(slots=True)
class _Search:
    read: Sequence[Read]
    namespace: Mapping[str, Any]
    names: dict[int, list[str]] = field(default_factory=dict)
    distances: dict[int, int] = field(default_factory=dict)
    stale: dict[int, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    seen: set[tuple[str, int]] = field(default_factory=set)

    def look(self, names: Collection[str], before: int) -> None:
        """Look for each name among the cells that ran before this one, the nearest first."""
        todo = [(name, before, 0) for name in sorted(names)]
        while todo:
            name, place, distance = todo.pop(0)
            if (name, place) in self.seen or name in _GIVEN:
                continue
            self.seen.add((name, place))
            found = self._makers(name, place)
            if not found and name in self.namespace and name not in self.missing:
                self.missing.append(name)
            for index in found:
                self.names.setdefault(index, [])
                if name not in self.names[index]:
                    self.names[index].append(name)
                self.distances[index] = min(self.distances.get(index, distance), distance)
                cell = self.read[index][1]
                todo += [(each, index, distance + 1) for each in sorted(cell.uses)]
                # What its functions read is looked up when they are called: as it is now, not as it was then.
                todo += [
                    (each, max(place, index), distance + 1) for each in sorted(cell.later - cell.defines)
                ]

    def _makers(self, name: str, place: int) -> list[int]:
        """Return the cells that a value comes from: the last that defines its name, and those that changed it since."""
        made: list[int] = []
        for index in range(place - 1, -1, -1):
            cell = self.read[index][1]
            if name in cell.deletes:
                return made
            if name in cell.defines and name not in cell.perhaps:
                return [*made, index]
            # `plt.title(...)` changes no module that anybody would want to know of.
            if name in cell.defines or (name in cell.changes and not ismodule(self.namespace.get(name))):
                made.append(index)
            elif self._imports_all(cell, name):
                return [*made, index]
        # The cell that made it ran again since, so only its later run is known.
        for index in range(place, len(self.read)):
            if name in self.read[index][1].defines and not _is_deleted(self.read[place:index], name):
                return [*made, index]
        return made

    def _imports_all(self, cell: CellNames, name: str) -> bool:
        """Whether a cell has the name from `from module import *`, by what the module that is loaded holds."""
        for said in cell.unknown:
            if not said.startswith("from ") or not said.endswith(" import *"):
                continue
            module = sys.modules.get(said.split()[1])
            held = vars(module) if module is not None else {}
            public = held.get("__all__") or [each for each in held if not each.startswith("_")]
            if name in public and held.get(name) is self.namespace.get(name):
                return True
        return False

    def found(self) -> Needed:
        for index in self.names:
            self._mark_stale(index)
        cells = tuple(
            NeededCell(self.read[index][0], tuple(names), self.distances[index], self.stale.get(index, ""))
            for index, names in sorted(self.names.items())
        )
        unknown = [
            f"{said} in In[{cell.execution_count}]"
            for cell, names in self.read
            for said in names.unknown
            if self.missing or (cell in [each.cell for each in cells])
        ]
        return Needed(cells, tuple(self.missing), tuple(dict.fromkeys(unknown)))

    def _mark_stale(self, index: int) -> None:
        """Note what a cell used that another cell has defined anew since it ran."""
        cell = self.read[index][1]
        # What it has changed itself is a part of what came later.
        own = (cell.defines - cell.perhaps) | cell.changes
        for later in range(index + 1, len(self.read)):
            other, names = self.read[later]
            changed = sorted((names.defines - names.perhaps) & (cell.uses - own))
            if changed and other.cell_id != (self.read[index][0].cell_id or None):
                self.stale[index] = (
                    f"{', '.join(changed)} defined anew in In[{other.execution_count}] since it ran"
                )
                return


def _is_deleted(read: Iterable[Read], name: str) -> bool:
    return any(name in names.deletes for _, names in read)
