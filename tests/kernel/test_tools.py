"""notebooks/tools.ipynb on a real kernel: functions, figures, code, a shell and files; what is not allowed does not run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nbclaude.simulator import Simulator
from tests.kernel.kernel import Kernel

pytestmark = pytest.mark.once

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "tools.ipynb"


def _results(simulator: Simulator) -> list[tuple[bool, list[Any]]]:
    """Return the results in the last request: whether each is an error, and its text or the types of its blocks."""
    return [
        (
            bool(block.get("is_error")),
            [each.get("text", each["type"]) for each in block["content"]]
            if isinstance(block["content"], list)
            else [block["content"]],
        )
        for block in simulator.requests[-1].json["messages"][-1]["content"]
        if block["type"] == "tool_result"
    ]


def _marked(name: str, text: str) -> list[str]:
    return [f'<tool_result name="{name}">\n{text}\n</tool_result>']


def test_the_notebook(claude_kernel: Kernel, simulator: Simulator) -> None:
    kernel = claude_kernel
    results, outputs = {}, {}
    for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]:
        if cell["cell_type"] != "code" or cell["id"] == "demo":
            continue
        done = outputs[cell["id"]] = kernel.run("".join(cell["source"]), cell_id=cell["id"])
        assert done.error is None, (cell["id"], done.error)
        if cell["id"].startswith("ask-"):
            results[cell["id"]] = _results(simulator)
    assert results["ask-table"] == [(False, _marked("total", "100.0"))]
    *_, image, facts = results["ask-figure"][0][1]
    assert image == "image"
    assert facts.startswith('<tool_result name="chart">\n<plotted name="chart">\nmatplotlib\n')
    assert outputs["ask-figure"].data("image/png")
    assert results["ask-weather"] == [(False, _marked("get_weather", "15 degrees celsius in San Francisco"))]
    assert results["ask-price"] == [
        (False, _marked("get_stock_price", '{"ticker": "AAPL", "price": 150.25}'))
    ]
    assert "33.33" in str(results["ask-python"])
    assert outputs["mean"].result == "33.333333333333336"
    assert results["ask-editor"] == [(False, _marked("str_replace_based_edit_tool", "Created notes.txt."))]
    assert results["ask-bash"] == [(False, _marked("bash", "tea 3.50\nnotes.txt"))]
    assert outputs["steps"].stdout == "bash {'command': 'cat notes.txt; ls'}\n"
    assert results["ask-mcp"] == [(False, _marked("stock__in_stock", "12"))]
    assert "Say how many of an article are in stock." in outputs["ask-mcp"].html + outputs["ask-mcp"].stdout
    [(is_error, [said])] = results["ask-deny"]
    assert is_error
    assert said.startswith("The call was denied")
