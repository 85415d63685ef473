from __future__ import annotations

import re
from pathlib import Path

from nbclaude.simulator import Simulator

PAGE = Path(__file__).parents[2] / "docs" / "testing.md"


def test_the_scripts_of_the_page_are_scripts() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    compiled = [compile(block, str(PAGE), "exec") for block in blocks]
    found: dict[str, object] = {}
    for example in compiled[1:3]:
        exec(example, found)  # noqa: S102 - the examples must run
    simulator = found["simulator"]
    assert isinstance(simulator, Simulator)
    assert simulator.pending == 13
    answers = found["answers"]
    assert isinstance(answers, list)
    simulator.enqueue(*answers)
