"""A notebook of cells with ids, run in a shell of the test's own process, and saved as JupyterLab saves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nbclaude
from nbclaude import workspace
from tests.magics.conftest import Inputs, Notebook


class Sheet:
    """Cells with what they show; `restart` forgets all that the kernel knew."""

    def __init__(self, notebook: Notebook, inputs: Inputs, patch: pytest.MonkeyPatch, path: Path) -> None:
        self.notebook = notebook
        self.inputs = inputs
        self.path = path
        self.cells: dict[str, dict[str, Any]] = {}
        self._patch = patch
        patch.setenv("JPY_SESSION_NAME", str(path))

    def run(self, cell: str, source: str, *, deleted: list[str] | None = None) -> BaseException | None:
        """Run a cell; its outputs are those of this run."""
        for gone in deleted or ():
            self.cells.pop(gone, None)
        publisher = self.notebook.shell.display_pub
        publisher.outputs.clear()
        self.inputs.request(cell, code=source, deletedCells=deleted or [])
        error = self.notebook.run(source)
        shown: dict[str, dict[str, Any]] = {}
        for number, output in enumerate(publisher.outputs):
            display_id = (output.get("transient") or {}).get("display_id") or f"output {number}"
            shown[display_id] = {
                "output_type": "display_data",
                "data": output["data"],
                "metadata": output["metadata"],
            }
        self.cells[cell] = {"source": source, "outputs": list(shown.values())}
        return error

    def request(self, cell: str, source: str) -> bytes:
        """Run a cell that asks; return the whole body of the request that arrived."""
        before = len(self.notebook.simulator.requests)
        assert self.run(cell, source) is None
        arrived = self.notebook.simulator.requests[before:]
        assert len(arrived) == 1
        return bytes(arrived[0].body)

    def save(self, change: Callable[[dict[str, Any]], None] | None = None) -> None:
        """Write the file as a notebook is written: keys sorted, texts as lines; `change` may work on the notebook before."""
        cells = [
            {
                "cell_type": "code",
                "id": cell,
                "execution_count": number,
                "metadata": {},
                "source": found["source"].splitlines(keepends=True),
                "outputs": [_as_lines(output) for output in found["outputs"]],
            }
            for number, (cell, found) in enumerate(self.cells.items(), 1)
        ]
        made = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        if change is not None:
            change(made)
        self.path.write_text(json.dumps(made, sort_keys=True, indent=1, ensure_ascii=False) + "\n", "utf-8")

    def restart(self) -> None:
        """Begin with a new workspace, as a new kernel does."""
        nbclaude.unload_ipython_extension(self.notebook.shell)
        self._patch.setattr(workspace, "_current", [])
        nbclaude.load_ipython_extension(self.notebook.shell)

    @property
    def turns(self) -> list[str]:
        """What was asked in the conversation, in its order."""
        return [turn.asked for turn in workspace.current_workspace().conversations["main"].turns]


def _as_lines(output: dict[str, Any]) -> dict[str, Any]:
    data = {
        kind: text.splitlines(keepends=True) if isinstance(text, str) else text
        for kind, text in output["data"].items()
    }
    return {**output, "data": data}


def record_in(made: dict[str, Any], cell: int) -> dict[str, Any]:
    """Return the record in the outputs of a cell of a saved notebook."""
    marks = [output["metadata"].get("nbclaude", {}) for output in made["cells"][cell]["outputs"]]
    return next(mark for mark in marks if "turns" in mark)
