"""notebooks/explain.ipynb on a real kernel: a cell with a plot is explained, errors stay errors, mended cells are offered."""

from __future__ import annotations

import json
from pathlib import Path

from nbclaude.simulator import Simulator
from tests.kernel.kernel import Execution, Kernel

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "explain.ipynb"


def _shown(execution: Execution) -> str:
    return "\n".join(execution.data("text/plain"))


def test_the_notebook(claude_kernel: Kernel, simulator: Simulator) -> None:
    kernel = claude_kernel
    kernel.run("%xmode Minimal")
    kernel.run(f"import os\nos.chdir({str(NOTEBOOK.parent)!r})")
    prompts: dict[str, str] = {}
    outputs = {}
    for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]:
        if cell["cell_type"] != "code" or cell["id"] == "demo":
            continue
        before = len(simulator.requests)
        done = kernel.run("".join(cell["source"]), cell_id=cell["id"])
        outputs[cell["id"]] = done
        fails = "raises-exception" in cell["metadata"].get("tags", [])
        assert (done.error is not None) == fails, (cell["id"], done.error)
        prompts[cell["id"]] = "".join(each.prompt for each in simulator.requests[before:])
    # The explanation of a cell stands below what the cell has shown, and its figure has arrived.
    assert outputs["explain-plot"].data("image/png")
    (plot,) = [each for each in simulator.requests if "which species is the heaviest?" in each.prompt][:1]
    assert "image" in json.dumps(plot.json["messages"][-1])
    assert '  1 | mean = penguins.groupby("species")' in prompts["explain-plot"]
    assert "penguins = DataFrame (344, " in prompts["explain-plot"]
    assert "index_of_mass(mass, flipper=200)" in prompts["explain-function"]
    assert "spelled alike there: 'body_mass_g'" in prompts["fix-misspelt"]
    assert "features = ndarray float64 (344, 3)" in prompts["fix-shapes"]
    assert '+ penguins["body_mass_g"].mean()' in _shown(outputs["fix-misspelt"])
    assert "+ import math" in _shown(outputs["fix-import"])
    assert prompts["dry-run"] == ""
    assert "'tea'" not in _shown(outputs["dry-run"])
    assert 'mean = penguins.groupby("species")' in prompts["needed"]
    # Edits are offered; nothing of the user's changes. What is put into cells is code alone.
    assert "penguins = DataFrame (344, " in prompts["edit-annotate"]
    assert "+ # What the cell needs." in _shown(outputs["edit-annotate"])
    assert '+     ranked = frame.sort_values("body_mass_g"' in _shown(outputs["edit-rename"])
    assert "assert callable(tonnes)" in _shown(outputs["edit-test"])
    assert any("assert callable(tonnes)" in str(each) for each in outputs["insert"].reply["payload"])
    assert prompts["own-used"].endswith("Review this code for bugs; be brief")
    assert "return part / whole * 100" in prompts["own-used"]


def test_a_cell_that_fails_stays_failed_and_is_explained_after_it(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    kernel = claude_kernel
    done = kernel.run("%%claude_explain\nimport asyncio\nawait asyncio.sleep(0)\n{}['a']", cell_id="fails")
    assert done.error is not None
    kinds = [message.type for message in done.messages if message.type in ("error", "display_data")]
    assert kinds[0] == "error"
    assert "display_data" in kinds[1:]
    assert "KeyError: 'a'" in simulator.requests[-1].prompt
    mended = kernel.run("%%explain\n7 * 6", cell_id="fine")
    assert mended.error is None
    assert mended.result == "42"
