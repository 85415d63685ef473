"""Records what cells printed, returned and raised, and writes the last of them as one text for the model."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Literal

from nbclaude.context.attachment import Attachment
from nbclaude.frozen import frozen
from nbclaude.notebook import ASKING_LINE, OUR_CELL
from nbclaude.texts import Cut, clip, counted, framed

__all__ = [
    "TOTAL_BUDGET",
    "CellLog",
    "CellOutput",
    "LoggedCell",
    "context_cells",
    "log_of",
    "printed_by",
    "visible_cell",
    "visible_cells",
]

# How many characters of one cell's source and outputs go along, and of all cells together.
CELL_BUDGET = 6_000
TOTAL_BUDGET = 60_000

# What is kept of each output and each source, and of how many cells, so that a chatty kernel does not fill the memory.
_KEPT = 20_000
_CELLS = 500

_ANSWER = "[an answer of yours]"
_LONG_ANSWER = 40  # characters

# A cell magic of others (%%time, %%capture) stands before what the cell itself says.
_MAGICS = re.compile(r"(?:[ \t]*\n|[ \t]*%%(?!claude)[^\n]*(?:\n|$))*")
_IGNORED = re.compile(r"\s*#\s*claude:\s*ignore\b", re.IGNORECASE)
_OUR_LINE = re.compile(rf"^[ \t]*{ASKING_LINE}.*(?:\n|$)", re.MULTILINE)


@frozen
class CellOutput:
    """One output of a cell, as text: what it printed, what it displayed or returned, or the error it ended with."""

    kind: Literal["stdout", "stderr", "result", "error"]
    text: str


@frozen
class LoggedCell:
    """One cell as it ran last; `cell_id` is empty where the front end gives none.

    `ran_at` is when it began, in seconds since the epoch. Of a very long one `is_cut` says that `source` is not all of it.
    """

    cell_id: str
    execution_count: int
    source: str
    outputs: tuple[CellOutput, ...] = ()
    ran_at: float = 0.0
    is_cut: bool = False

    @property
    def error(self) -> str:
        """The last line of the error that it ended with; empty if it ran well."""
        told = next((each.text for each in self.outputs if each.kind == "error"), "").strip()
        return told.splitlines()[-1] if told else ""


class CellLog:
    """The cells that have run, each as it ran last, in the order of their last runs; the newest 500."""

    def __init__(self) -> None:
        self._cells: dict[str, LoggedCell] = {}
        self._unnamed = 0

    def record(
        self,
        cell_id: str,
        execution_count: int,
        source: str,
        outputs: Iterable[CellOutput] = (),
        ran_at: float = 0.0,
    ) -> None:
        """Note that a cell has run; what it did before is forgotten."""
        if not cell_id:
            self._unnamed += 1
        key = cell_id or f"#{self._unnamed}"
        self._cells.pop(key, None)
        kept = tuple(replace(output, text=clip(output.text, _KEPT, tail=0.5)[0]) for output in outputs)
        text, cut = clip(source, _KEPT, tail=0.3)
        self._cells[key] = LoggedCell(cell_id, execution_count, text, kept, ran_at, bool(cut))
        while len(self._cells) > _CELLS:
            del self._cells[next(iter(self._cells))]

    def forget(self, cell_ids: Collection[str]) -> None:
        """Forget deleted cells."""
        for cell_id in cell_ids:
            self._cells.pop(cell_id, None)

    def clear(self) -> None:
        """Forget all cells."""
        self._cells.clear()

    @property
    def cells(self) -> tuple[LoggedCell, ...]:
        """The cells, the one that ran last at the end."""
        return tuple(self._cells.values())


def log_of(cell: LoggedCell) -> CellLog:
    """Return a log with this cell alone."""
    log = CellLog()
    log.record(cell.cell_id, cell.execution_count, cell.source, cell.outputs, cell.ran_at)
    return log


def context_cells(
    log: CellLog,
    wanted: int | Literal["all"],
    *,
    cell_budget: int = CELL_BUDGET,
    total_budget: int = TOTAL_BUDGET,
    without: str = "",
    answers: Collection[str] = (),
) -> Attachment | None:
    """Return the last `wanted` cells with their outputs as one attachment; None if there is none to show.

    Cells that say `# claude: ignore` in their first line (after cell magics) and cells that only ask are left out and not
    counted; of a cell that also asks, the lines that do are. `without` is the id of the cell that asks now; where one of
    the `answers` was printed, only that goes along. Budgets are in characters: each cell is cut in its middle, and if all
    are too long, the oldest are left out; both is said in the text and in the notes.
    """
    shown = visible_cells(log, without)
    if wanted != "all":
        shown = shown[-wanted:] if wanted > 0 else []
    if not shown:
        return None
    known = {text for answer in answers if (text := answer.strip())}
    # The value of `_claude.text` is shown in quotes, with its lines as \n.
    known |= {repr(text)[1:-1] for text in known}
    texts: list[str] = []
    cut = used = 0
    for cell in (_without_answers(cell, known) for cell in reversed(shown)):
        text, was_cut = _cell_text(cell, cell_budget)
        if texts and used + len(text) > total_budget:
            break
        used += len(text)
        cut += was_cut
        texts.append(text)
    left = len(shown) - len(texts)
    notes = []
    if cut:
        notes.append(Cut(f"{counted(cut, 'cell')} shortened"))
    if left:
        notes.append(Cut(f"{counted(left, 'older cell')} left out"))
        texts.append(f"[… {counted(left, 'older cell')} left out …]")
    block = framed("cells", "notebook", "\n\n".join(reversed(texts)))
    return Attachment("cells", (block,), counted(len(shown) - left, "cell"), tuple(notes), "text")


def visible_cells(log: CellLog, without: str = "") -> list[LoggedCell]:
    """Return the cells that may go along, without their lines that ask; `without` is the id of one that does not."""
    return [
        cell
        for cell in map(visible_cell, log.cells)
        if cell is not None and cell.cell_id != (without or None)
    ]


def is_asking(source: str) -> bool:
    """Tell whether a cell only asks, and runs no code of the user's."""
    return visible_cell(LoggedCell("", 0, source)) is None and _IGNORED.match(source) is None


def printed_by(cell: LoggedCell) -> str:
    """Return what a cell has printed and shown, without its error."""
    return "\n".join(each.text.rstrip("\n") for each in _joined(cell.outputs) if each.kind != "error")


def visible_cell(cell: LoggedCell) -> LoggedCell | None:
    """Return a cell without the lines that ask; None for one that is not to be seen."""
    magics = _MAGICS.match(cell.source)
    begins = magics.end() if magics else 0
    if any(each.match(cell.source, begins) for each in (_IGNORED, OUR_CELL)):
        return None
    source = _OUR_LINE.sub("", cell.source)
    return replace(cell, source=source) if source.strip() else None


def _without_answers(cell: LoggedCell, answers: Collection[str]) -> LoggedCell:
    """Replace what a cell printed of answers: the model knows what it has said."""

    def without(text: str) -> str:
        if text.strip() in answers:
            return _ANSWER
        for answer in answers:
            # A short one ("42") may stand in any output.
            if len(answer) >= _LONG_ANSWER and answer in text:
                text = text.replace(answer, _ANSWER)
        return text

    outputs = tuple(replace(each, text=without(each.text)) for each in _joined(cell.outputs))
    return replace(cell, outputs=outputs)


def _cell_text(cell: LoggedCell, budget: int) -> tuple[str, bool]:
    # Half of the budget for the source at most, the rest for the outputs, in equal parts.
    source, cut = clip(cell.source.strip("\n"), budget // 2, tail=0.3)
    parts = [f"In [{cell.execution_count}]:\n{source}"]
    outputs = [output for output in _joined(cell.outputs) if output.text.strip()]
    each = max((budget - len(source)) // max(len(outputs), 1), 200)
    was_cut = bool(cut)
    for output in outputs:
        text, cut = clip(output.text.rstrip("\n"), each, tail=0.5)
        was_cut = was_cut or bool(cut)
        title = "Out" if output.kind == "result" else output.kind
        parts.append(f"{title} [{cell.execution_count}]:\n{text}")
    # A thousand outputs are more than a cell may have, however short they are.
    text, cut = clip("\n".join(parts), budget * 2, tail=0.3)
    return text, was_cut or bool(cut)


def _joined(outputs: Sequence[CellOutput]) -> list[CellOutput]:
    """Return the outputs with pieces of one stream put together."""
    joined: list[CellOutput] = []
    for output in outputs:
        if joined and output.kind in ("stdout", "stderr") and joined[-1].kind == output.kind:
            joined[-1] = replace(output, text=joined[-1].text + output.text)
        else:
            joined.append(output)
    return joined
