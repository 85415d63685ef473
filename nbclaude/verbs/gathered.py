"""Gathers what a verb sends along by itself: a cell, its failure, the cells and values that it depends on, a value.

What stands under the name of a secret is masked in all of it, whatever it looks like.
"""

from __future__ import annotations

import builtins
from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Any

from nbclaude.context.attachment import Attachment
from nbclaude.context.code.attached import needed_text
from nbclaude.context.code.hidden import hide_secrets
from nbclaude.context.code.names import names_of
from nbclaude.context.code.needed import Needed, needed_cells, read_cells
from nbclaude.context.code.saved import edited_cells, unrun_cells, with_edits
from nbclaude.context.failures.failure import Failure
from nbclaude.context.failures.told import told_failure, without_hidden
from nbclaude.context.failures.values import hidden_values, words_of
from nbclaude.context.glance.glance import Looking, glance
from nbclaude.context.shown.cells import LoggedCell, printed_by, visible_cells
from nbclaude.context.shown.seen import Seen
from nbclaude.notebook import python_of
from nbclaude.texts import clip, counted, framed

__all__ = ["cell_attachment", "failure_attachments", "numbered", "uses_attachment"]

_NEEDED = 900  # characters of the cells that a failing one depends on
_NEEDED_TO_EXPLAIN = 4_000
_SOURCE = 12_000
_PRINTED = 3_000
_MAX_NAMES = 20
_MAX_UNRUN = 2  # cells that have not run
_UNRUN = 600  # characters of each


def failure_attachments(
    seen: Seen, failure: Failure, namespace: Mapping[str, Any], *, values: bool = True
) -> tuple[Attachment, ...]:
    """Return a failure with what decides it, and the cells that defined what it uses; without `values` types and shapes alone."""
    cell = next((each for each in seen.cells.cells if each.execution_count == failure.execution_count), None)
    text = told_failure(failure, printed_by(cell) if cell is not None else "", values=values)
    error = failure.last.kind
    name = f"cell {failure.execution_count}"
    found = [
        Attachment(
            name,
            (framed("failure", f"In[{failure.execution_count}]", text),),
            f"{error}, its traceback and {'values' if values else 'types'}",
            kind="text",
        )
    ]
    needed = _needed(seen, failure.names, namespace, failure.cell_id, failure.execution_count)
    written, count = needed_text(needed, _NEEDED, errors=values)
    unrun = list(_unrun(seen, failure, namespace))
    written = "\n\n".join([*([written] if written else []), *unrun])
    if written:
        text = without_hidden(written, failure.hidden)
        found.append(
            Attachment(
                "cells before",
                (framed("cells", "needed", text),),
                counted(count + len(unrun), "needed cell"),
                _stale(needed),
                "text",
            )
        )
    return tuple(found)


def cell_attachment(cell: LoggedCell, *, has_run: bool = True, printed: bool = True) -> Attachment:
    """Return a cell with the numbers of its lines, and what it `printed` and showed."""
    source = cell.source.strip("\n")
    lines = source.count("\n") + 1
    text = clip(numbered(hide_secrets(source)), _SOURCE, tail=0.3)[0]
    name = f"In[{cell.execution_count}]" if has_run else "a cell that has not run"
    if has_run and printed and (shown := printed_by(cell).strip("\n")):
        text += f"\n\nIt showed:\n{clip(shown, _PRINTED, tail=0.5)[0]}"
    label = f"cell {cell.execution_count}" if has_run else "this cell"
    return Attachment(label, (framed("cell", name, text),), counted(lines, "line"), kind="source")


def numbered(source: str) -> str:
    """Return source with the numbers of its lines."""
    return "\n".join(f"{number:>3} | {line}".rstrip() for number, line in enumerate(source.split("\n"), 1))


def uses_attachment(
    seen: Seen, cell: LoggedCell, namespace: Mapping[str, Any], *, values: bool = True
) -> tuple[Attachment, ...]:
    """Return where each name comes from that a cell uses and does not define: the cell that defines it, and what it is."""
    try:
        names = names_of(python_of(cell.source))
    except Exception:  # it is no code
        return ()
    wanted = [name for name in sorted(names.wants) if name in namespace]
    looking = Looking(words_of(python_of(cell.source)))
    said = [
        f"{name} = {glance(namespace[name], name, looking).text(values=values)}"
        for name in wanted[:_MAX_NAMES]
    ]
    needed = _needed(seen, names.wants, namespace, cell.cell_id, cell.execution_count)
    written, count = needed_text(needed, _NEEDED_TO_EXPLAIN, errors=values)
    found = []
    if said:
        hidden = hidden_values(namespace)
        text = without_hidden("\n".join(said), hidden)
        found.append(
            Attachment(
                "names it uses", (framed("names", "used", text),), counted(len(said), "name"), kind="text"
            )
        )
        written = without_hidden(written, hidden)
    if written:
        told = counted(count, "needed cell") if count else "none is needed"
        found.append(
            Attachment("cells before", (framed("cells", "needed", written),), told, _stale(needed), "text")
        )
    return tuple(found)


def _needed(
    seen: Seen, names: Collection[str], namespace: Mapping[str, Any], cell_id: str, count: int
) -> Needed:
    cells = [
        cell
        for cell in visible_cells(seen.cells, cell_id)
        if cell.execution_count != count and not (cell_id and cell.cell_id == cell_id)
    ]
    read = read_cells(cells, python_of)
    before = next((n for n, (cell, _) in enumerate(read) if cell.execution_count > count), len(read))
    needed = needed_cells(names, read, namespace, before=before)
    return with_edits(needed, edited_cells(seen.cells.cells, seen.notebook))


def _unrun(seen: Seen, failure: Failure, namespace: Mapping[str, Any]) -> Iterator[str]:
    """Yield the cells of the saved notebook that define what the failing one misses, and have not run."""
    missing = [name for name in failure.names if name not in namespace and not hasattr(builtins, name)]
    saved = seen.notebook if missing else None
    for names, source in islice(unrun_cells(missing, saved, seen.cells.cells, python_of), _MAX_UNRUN):
        text = clip(hide_secrets(source.strip("\n")), _UNRUN, tail=0.3)[0]
        yield f"A cell that has not run since nbclaude was loaded defines {names}:\n{text}"


def _stale(needed: Needed) -> tuple[str, ...]:
    return tuple(
        f"In[{each.cell.execution_count}] is stale: {each.stale}" for each in needed.cells if each.stale
    )
