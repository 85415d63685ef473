"""Makes the cells that names depend on one attachment: in the order in which they ran, stale ones marked."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from nbclaude.context.attachment import Attachment
from nbclaude.context.code.hidden import hide_secrets
from nbclaude.context.code.names import CellNames
from nbclaude.context.code.needed import Needed, NeededCell, needed_cells, read_cells
from nbclaude.context.code.saved import with_edits
from nbclaude.context.shown.cells import LoggedCell, printed_by
from nbclaude.notebook import python_of
from nbclaude.texts import clip, counted, framed

__all__ = ["names_in_prompt", "needed_attachment", "needed_text"]

_CELL = 3_000  # characters of one cell
_PRINTED = 400  # of what it printed
_MAX_SAID = 5
_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*")


def names_in_prompt(
    prompt: str, read: Sequence[tuple[LoggedCell, CellNames]], namespace: Mapping[str, Any]
) -> set[str]:
    """Return the words of a prompt that are names of the notebook; if none is, what the last cell uses and defines."""
    defined = {name for _, names in read for name in names.defines}
    # A word of one letter is a name only where it is written as code.
    plain = {each for each in _WORD.findall(prompt) if len(each) > 1}
    code = {each for part in re.findall(r"[`{]([^`{}]+)[`}]", prompt) for each in _WORD.findall(part)}
    found = {
        each for each in plain | code if each in defined or (each in namespace and not each.startswith("_"))
    }
    if found or not read:
        return found
    last = read[-1][1]
    return set(last.wants | last.defines | last.changes)


def needed_attachment(
    cells: Sequence[LoggedCell],
    prompt: str,
    namespace: Mapping[str, Any],
    *,
    budget: int,
    edited: Collection[int] = (),
) -> Attachment | None:
    """Return the cells that the names in a prompt depend on; None if there are none. The budget is in characters.

    `edited` are the numbers of cells that were edited since they ran.
    """
    read = read_cells(cells, python_of)
    needed = with_edits(needed_cells(names_in_prompt(prompt, read, namespace), read, namespace), edited)
    text, shown = needed_text(needed, budget, printed=True)
    if not text:
        return None
    left = len(needed.cells) - shown
    notes = [f"{counted(left, 'cell')} left out"] if left else []
    notes += [
        f"In[{each.cell.execution_count}] is stale: {each.stale}" for each in needed.cells if each.stale
    ]
    return Attachment(
        "cells", (framed("cells", "needed", text),), f"{counted(shown, 'needed cell')}", tuple(notes), "text"
    )


def needed_text(
    needed: Needed, budget: int, *, printed: bool = False, errors: bool = True
) -> tuple[str, int]:
    """Return the cells as text within the budget, the nearest first where not all fit, and how many they are.

    `printed` tells what they have shown, `errors` the messages of those that failed; they may hold values.
    """
    chosen: list[NeededCell] = []
    used = 0
    for each in sorted(needed.cells, key=lambda one: one.distance):
        size = len(_written(each, printed=printed, errors=errors))
        if chosen and used + size > budget:
            continue
        used += size
        chosen.append(each)
    parts = [
        clip(_written(each, printed=printed, errors=errors), max(budget, 500), tail=0.3)[0]
        for each in needed.cells
        if each in chosen
    ]
    left = len(needed.cells) - len(chosen)
    if left:
        parts.append(f"[… {counted(left, 'cell')} that these depend on left out …]")
    if needed.missing:
        parts.append(f"Defined in no cell that ran: {', '.join(needed.missing[:_MAX_SAID])}")
    if needed.unknown:
        parts.append(
            f"What these define cannot be told from the code: {', '.join(needed.unknown[:_MAX_SAID])}"
        )
    return "\n\n".join(parts), len(chosen)


def _written(each: NeededCell, *, printed: bool, errors: bool) -> str:
    cell = each.cell
    why = f" (for {', '.join(each.names[:_MAX_SAID])}{f'; STALE: {each.stale}' if each.stale else ''})"
    if cell.error:
        why += f", which failed with {cell.error if errors else cell.error.partition(':')[0]}"
    text = f"In[{cell.execution_count}]{why}:\n{clip(hide_secrets(cell.source.strip(chr(10))), _CELL, tail=0.3)[0]}"
    if printed and (shown := printed_by(cell).strip("\n")):
        text += f"\nIt showed:\n{clip(shown, _PRINTED, tail=0.5)[0]}"
    return text
