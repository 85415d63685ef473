"""Finds the frames of the kernel that can be plotted, what was used last first."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from nbclaude.context.code.needed import read_cells
from nbclaude.context.shown.cells import LoggedCell
from nbclaude.notebook.sources import python_of

__all__ = ["frames_in"]

_OF_IPYTHON = re.compile("_+|_[0-9]+")  # the names of what cells have returned


def frames_in(namespace: Mapping[str, Any], cells: Sequence[LoggedCell] = ()) -> dict[str, Any]:
    """Return the frames of pandas and polars by their names in the kernel, what was used last first.

    The newest of the `cells` (as they ran) that assigns, reads or changes a name is its last use. Frames that none of them
    names follow by their names, those with an underscore last.
    """
    kinds = tuple(
        module.DataFrame
        for name in ("pandas", "polars")
        if (module := sys.modules.get(name)) is not None and hasattr(module, "DataFrame")
    )
    found = {
        name: value
        for name, value in tuple(namespace.items())
        if kinds and not _OF_IPYTHON.fullmatch(name) and isinstance(value, kinds)
    }
    uses = _last_uses(found, cells)
    rest = sorted(found.keys() - uses, key=lambda name: (name.startswith("_"), name))
    return {name: found[name] for name in (*uses, *rest)}


def _last_uses(names: Collection[str], cells: Sequence[LoggedCell]) -> list[str]:
    """Return those of the names that cells use, the last used first; of one cell, in the order of the alphabet."""
    used: list[str] = []
    for cell in reversed(cells):
        if len(used) == len(names):
            break
        for _, read in read_cells([cell], python_of):
            here = (read.defines | read.wants | read.changes).intersection(names)
            used += sorted(here.difference(used))
    return used
