"""`%claude_restore` in a real kernel: what JupyterLab would save is restored, and the next request is the same."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.kernel.conftest import connect
from tests.kernel.kernel import Kernel

if TYPE_CHECKING:
    from nbclaude.simulator import Simulator


@pytest.mark.once
def test_a_restart(shared_kernel: Kernel, simulator: Simulator, tmp_path: Path) -> None:
    """Out of order, one undone, one with a long answer of several pages: the request after the restart is the one without."""
    path = tmp_path / "talk.ipynb"
    cells: dict[str, dict[str, Any]] = {}

    def run(cell: str, source: str) -> str:
        ran = shared_kernel.run(source, cell_id=cell)
        assert ran.ok, ran.error
        outputs = [{key: value for key, value in each.items() if key != "display_id"} for each in ran.outputs]
        cells[cell] = {"source": source, "outputs": outputs}
        return ran.stdout

    def begin() -> None:
        shared_kernel.reset()
        connect(shared_kernel, simulator)
        shared_kernel.run(f"os.environ['JPY_SESSION_NAME'] = {str(path)!r}")

    def asked(cell: str, source: str) -> bytes:
        run(cell, source)
        return re.sub(rb'\{"type":"thinking",[^{}]*\},', b"", simulator.requests[-1].body)

    begin()
    run("b", "%%claude --no-think\nWrite a long answer of 5,000 characters")
    simulator.enqueue(r"Four: \(2 + 2 = 4\)")
    run("a", "%%claude --no-think\nWhat is two and two?")
    run("c", "%%claude --no-think\nA question that is taken back")
    run("u", "%claude_undo")
    saved = [
        {"cell_type": "code", "id": cell, "execution_count": 1, "metadata": {}, **found}
        for cell, found in cells.items()
    ]
    notebook = {"cells": saved, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook, sort_keys=True), "utf-8")
    without = asked("d", "%%claude --no-think\nAnd now?")
    assert len(cells["b"]["outputs"]) > 1
    assert cells["a"]["outputs"][-1]["data"]["text/markdown"] == "Four: $2 + 2 = 4$"

    begin()
    table = shared_kernel.run("%claude_restore --yes", cell_id="r")
    assert "Conversation &#x27;main&#x27; in talk.ipynb: 2 turns" in table.html
    assert asked("d", "%%claude --no-think\nAnd now?") == without
