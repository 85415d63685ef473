"""Finds the cell that shows a number: as the kernel has seen it run, else as the front end passes it on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbclaude.context.shown.bundle_text import bundle_text
from nbclaude.context.shown.cells import CellLog, CellOutput, LoggedCell
from nbclaude.context.shown.collected import plain
from nbclaude.lab import Handed, cell_meant, told_by
from nbclaude.notebook import Shell

__all__ = ["numbered_cells"]

_TOO_LARGE = "[… an output too large to be passed on …]"


def numbered_cells(log: CellLog, shell: Shell, number: int) -> list[LoggedCell]:
    """Return the cell that shows In[`number`], as it ran last; one that this kernel has not run has no `ran_at`.

    There are several if it is not known which is meant. Without the extension, only what the kernel has seen counts.
    """
    seen = {cell.cell_id: cell for cell in log.cells if cell.execution_count == number}
    told = told_by(shell)
    if told is None or not told.counts:
        return list(seen.values())[-1:]
    cells = {each.cell: _passed_on(each, number) for each in told.handed} | seen
    showing = [cell for cell, count in told.counts.items() if count == number and cell in cells]
    meant = cell_meant(shell, told, showing)
    return [cells[cell] for cell in ([meant] if meant else showing)]


def _passed_on(cell: Handed, number: int) -> LoggedCell:
    outputs = tuple(_output(each) for each in cell.outputs)
    return LoggedCell(cell.cell, number, cell.source, tuple(each for each in outputs if each.text))


def _output(output: Mapping[str, Any] | None) -> CellOutput:
    """Return an output of the notebook's format as the kernel would have noted it."""
    if output is None:
        return CellOutput("result", _TOO_LARGE)
    match output.get("output_type"):
        case "stream":
            text = plain(_joined(output.get("text")))
            return CellOutput("stderr" if output.get("name") == "stderr" else "stdout", text)
        case "error":
            lines = output.get("traceback")
            said = f"{output.get('ename', '')}: {output.get('evalue', '')}"
            text = "\n".join(map(str, lines)) if isinstance(lines, list) else ""
            return CellOutput("error", plain(text or said))
        case _:
            data = output.get("data")
            bundle = {kind: _joined(each) for kind, each in data.items()} if isinstance(data, Mapping) else {}
            return CellOutput("result", plain(bundle_text(bundle)))


def _joined(text: Any) -> Any:
    """Return a text that a notebook may hold as a list of lines."""
    return "".join(map(str, text)) if isinstance(text, list) else text if isinstance(text, str) else ""
