"""Answers that a server has garbled, or made as laborious as it can: a real kernel shows them, goes on and can be stopped."""

from __future__ import annotations

import ast
import random
import time
from collections.abc import Callable

import psutil
import pytest

import nbclaude.errors
from nbclaude.errors import APIError
from nbclaude.simulator import Answer, Pace, RawStream, Simulator
from tests.client.test_garbled import garbled
from tests.kernel.kernel import Kernel

pytestmark = pytest.mark.once

# Each is many times what a parser of Markdown is used to.
LABORIOUS: dict[str, Callable[[], str]] = {
    "a table": lambda: (
        "| a | b |\n|---|---|\n" + "".join(f"| row {i} | `{i}` **b** |\n" for i in range(4_000))
    ),
    "half links": lambda: "[a](" * 25_000,
    "code": lambda: "```python\n" + "x = f(1, 'abc')\n" * 10_000,
    "prose in one piece": lambda: "Some *words* of an answer, with `code`.\n\n" * 25_000,
}
# Runs a magic for each stream that waits at the simulator, and one more after it.
LOOP = """\
get_ipython().run_line_magic("config", "ClaudeMagics.max_retries = 0")
outcomes = []
for number in range({count}):
    for question in ("What?", "And now?"):
        try:
            get_ipython().run_line_magic("claude", f"-c garbled-{{number}} {{question}}")
            outcomes.append(_claude.text if question == "And now?" else "")
            _claude._repr_mimebundle_(), _claude.request, _claude.code, _claude.tool_calls, _claude.citations, _claude.usage
        except BaseException as error:
            outcomes.append(type(error).__name__)
    get_ipython().run_line_magic("claude_history", f"garbled-{{number}}")
outcomes"""


@pytest.mark.parametrize("name", LABORIOUS)
def test_a_stop_does_not_wait_for_the_painting(
    name: str, claude_kernel: Kernel, simulator: Simulator
) -> None:
    text = LABORIOUS[name]()
    in_one_piece = name == "prose in one piece"
    deltas = 1 if in_one_piece else 400
    pace = Pace(deltas_per_second=100, characters=len(text) // deltas)
    simulator.enqueue(Answer(text, pace=pace), "Fine.")
    running = claude_kernel.start("%claude --max-tokens 60000 hi", cell_id="a")
    running.wait_until(lambda e: e.updates())
    if not in_one_piece:  # of this the first portion is painted, and all the others are still to be
        time.sleep(1.3)  # a third of it has come
    kernel = psutil.Process(claude_kernel.pid)
    pressed, worked = time.monotonic(), sum(kernel.cpu_times()[:2])
    claude_kernel.interrupt()
    running.wait()
    assert running.finished is not None
    # 0.3 s of the kernel's own time, and slack for a slow machine. It may also have to share a busy one.
    assert sum(kernel.cpu_times()[:2]) - worked < 1.5
    assert running.finished - pressed < 30.0
    assert running.error is not None
    assert running.error["ename"] == "AnswerInterrupted"
    assert claude_kernel.run("%claude And now?", cell_id="b").ok


def test_garbled_streams_through_the_magic(claude_kernel: Kernel, simulator: Simulator) -> None:
    chance = random.Random(11)
    count = 15
    for _ in range(count):
        simulator.enqueue(RawStream(garbled(chance)), "Fine.")
    done = claude_kernel.run(LOOP.format(count=count)).wait(120)
    assert done.result is not None, done.error
    outcomes = ast.literal_eval(done.result)
    kinds = (getattr(nbclaude.errors, name) for name in nbclaude.errors.__all__)
    known = {kind.__name__ for kind in kinds if isinstance(kind, type) and issubclass(kind, APIError)} | {""}
    assert set(outcomes[::2]) <= known
    assert set(outcomes[1::2]) == {"Fine."}
