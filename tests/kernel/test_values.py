"""Awkward values in a real kernel: what cannot go along is one line that names it, and nothing is sent."""

from __future__ import annotations

import pytest

from nbclaude.simulator import Simulator
from tests.kernel.kernel import Kernel

SETUP = """
import numpy as np, pandas as pd, sqlite3
class Bad:
    def __repr__(self): raise ValueError('no\\nrepr')
bad = Bad()
cursor = sqlite3.connect(':memory:').execute('SELECT 1')
frame = pd.DataFrame({'name': ['Ada', 'Bob'] * 30, 'age': range(60)})
frames = {'train': frame, 'test': frame}
mixed = [1, bad]
"""


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        (
            "What is {bad}?",
            "bad is a Bad that cannot be read: ValueError: no. Send a part of it ({bad.attribute})",
        ),
        ("{cursor:schema}", "fetch its rows first: rows = cursor.fetchall()."),
        ("{frame.groupby('name')}", "its frame: {df:group name}."),
    ],
)
def test_what_cannot_go_along(claude_kernel: Kernel, simulator: Simulator, prompt: str, message: str) -> None:
    assert claude_kernel.run(SETUP).ok
    done = claude_kernel.run(f"%%claude\n{prompt}", cell_id="a")
    assert done.error is not None
    assert done.error["ename"] == "ConfigurationError"
    assert message in done.error["evalue"]
    assert len(done.error["traceback"]) == 1
    assert simulator.message_requests == []


@pytest.mark.once  # pandas 2 and 3 name the type of texts differently
def test_a_schema_of_several_frames_shows_no_row(claude_kernel: Kernel, simulator: Simulator) -> None:
    assert claude_kernel.run(SETUP).ok
    simulator.enqueue("ok", "ok")
    assert claude_kernel.run("%%claude\nCompare {frames:schema}", cell_id="a").ok
    blocks = [block["text"] for block in simulator.message_requests[-1].messages[-1]["content"]]
    assert blocks == [
        f"<data name=\"frames['{name}']:schema\">\npandas DataFrame, 60 rows × 2 columns\n"
        "columns:\n  name: str; 2 distinct\n"
        "  age: int64; 0 … 59, mean 29.5, median 29.5, std 17.4642, unique, increasing\n(no rows were sent)\n</data>"
        for name in ("train", "test")
    ] + ["Compare [frames:schema]"]
    assert claude_kernel.run("%%claude --no-history\n{mixed}", cell_id="b").ok
    first = simulator.message_requests[-1].messages[-1]["content"][0]["text"]
    assert first == '<value name="mixed">\n[1, <Bad, whose repr() failed: ValueError>]\n</value>'
