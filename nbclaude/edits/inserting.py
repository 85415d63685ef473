"""Puts code into new cells below the cell that runs, in the way that the front end has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from nbclaude.edits.offers import made_widget, show_line, show_widget, source_html, with_ids
from nbclaude.edits.ways import way_of
from nbclaude.notebook import Shell, cell_run, request_id
from nbclaude.output import show_bundle

__all__ = ["insert_cells", "joined"]

_BETWEEN = "\n\n#\n\n"  # between blocks that have to share one cell


@dataclass
class _Run:
    """What one run of a cell has inserted: of several texts for the next cell only the last one counts."""

    request: str | None = None
    sources: list[str] = field(default_factory=list)
    widget: Any = None


_last = _Run()


def insert_cells(shell: Shell, sources: Sequence[str]) -> str:
    """Put code into new cells below the cell that runs, in order, also in several calls; return what is to be said of it.

    A single one is what every front end takes when the cell ends. Several need its document; without one they share a cell.
    """
    global _last
    way = way_of(shell)
    if way == "shown":
        text = joined(sources)
        show_bundle(shell, html=source_html(text), text=text)
        return "This front end does not insert cells, so the code is shown here."
    request = request_id(shell)
    if request is None or _last.request != request:
        _last = _Run(request)
    before = len(_last.sources)
    _last.sources += sources
    if way == "document" and len(_last.sources) > 1:
        # In one way all, or their order would depend on which way is quicker.
        _take_back(shell, _last.sources[0])
        _into_document(shell, _last, _last.sources if before < 2 else sources)
        return ""
    shell.set_next_input(joined(_last.sources))
    count = len(_last.sources)
    return (
        f"This front end takes one new cell at a time, so the {count} blocks share one." if count > 1 else ""
    )


def _take_back(shell: Shell, text: str) -> None:
    """Take back a text for the next cell: the front end hears of it when the cell ends."""
    manager = getattr(shell, "payload_manager", None)
    payload = manager.read_payload() if manager is not None else []
    payload[:] = [
        each for each in payload if not (each.get("source") == "set_next_input" and each.get("text") == text)
    ]


def _into_document(shell: Shell, run: _Run, sources: Sequence[str]) -> None:
    if run.widget is not None:
        run.widget.cells = [*run.widget.cells, *with_ids(sources)]
        run.widget.wish = f"below {len(run.widget.cells)}"
        return
    at = cell_run(shell)
    cell = at.cell if at is not None else ""
    run.widget = made_widget(
        shell, cell=cell, cells=with_ids(sources), below=True, has_buttons=False, wish="below"
    )
    show_line(shell, "Each block goes into a new cell below. Nothing is run.")
    show_widget(shell, run.widget)


def joined(sources: Sequence[str]) -> str:
    """Return several cells as one, a blank comment line between; what has a magic of its own is a comment there."""
    if len(sources) == 1:
        return sources[0]
    return _BETWEEN.join(
        _commented(source) if source.lstrip().startswith("%%") else source for source in sources
    )


def _commented(source: str) -> str:
    return "\n".join(f"# {line}".rstrip() for line in source.split("\n"))
