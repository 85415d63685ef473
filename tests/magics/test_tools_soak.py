"""Two hundred answers with tools of every kind leave nothing behind: no thread, file, task, process or memory that grows."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from nbclaude.conversation import memory
from nbclaude.frozen import frozen
from nbclaude.simulator import Answer, Simulator, tool_use
from nbclaude.tools import awaiting
from nbclaude.tools import bash as shells
from tests.magics.conftest import Notebook, type_lines
from tests.tools.test_mcp import NUMBERS, SCRIPT, offer, tool

pytestmark = pytest.mark.sweep

FUNCTIONS = """
import asyncio
def add(a: int) -> int:
    return a + 1
async def later(a: int) -> int:
    asyncio.get_running_loop().create_task(asyncio.sleep(0))
    await asyncio.sleep(0)
    return a
def steps():
    yield "one"
    yield "two"
def fail():
    raise ValueError("x" * 1000)
def big() -> str:
    return "y" * 1_000
"""
CALLS = [
    *(tool_use("add", {"a": 1}), tool_use("add", {"a": "one"}), tool_use("later", {"a": 1}), tool_use("steps")),
    *(tool_use("fail"), tool_use("big"), tool_use("nothing"), tool_use("denied", {})),
    *(tool_use("bash", {"command": "echo x"}), tool_use("python", {"code": "await asyncio.sleep(0)\n1 + 1"})),
    tool_use("sums__add", {"a": 1, "b": 2}),
]  # fmt: skip
NAMES = "add,later,steps,fail,big,denied,bash,python,sums"
LOOPS = 200


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """Give a server that does not keep every request."""
    with Simulator(keep=4) as simulator:
        yield simulator


@frozen
class Held:
    """What this process holds."""

    threads: int
    files: int
    children: int
    tasks: int
    objects: int
    memory: int

    def is_within(self, before: Held) -> bool:
        """Tell whether threads, files, processes and tasks are no more than before."""
        return all(
            getattr(self, name) <= getattr(before, name) for name in ("threads", "files", "children", "tasks")
        )


def held() -> Held:
    """Count the resources of this process."""
    gc.collect()
    process = psutil.Process()
    tasks = sum(len(asyncio.all_tasks(loop)) for loop in awaiting._loops.values())
    return Held(
        threading.active_count(),
        process.num_fds(),
        len(process.children(recursive=True)),
        tasks,
        len(gc.get_objects()),
        process.memory_info().rss,
    )


def held_after(before: Held) -> Held:
    """Count when idle, after giving what is just ending time to finish."""
    end = time.monotonic() + 20
    while not (after := held()).is_within(before) and time.monotonic() < end:
        time.sleep(0.3)
    return after


@pytest.mark.skipif(sys.platform == "win32", reason="files are counted as POSIX does")
@pytest.mark.timeout(300)
def test_two_hundred_answers_leave_nothing_behind(
    notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(memory, "MAX_SPARE", 8)  # it is full before the first count
    offer(tmp_path, tool("add", **NUMBERS))
    notebook.run(f"{FUNCTIONS}\ndef denied(): ...")
    assert notebook.run(f"%claude_mcp add sums {sys.executable} {SCRIPT} {tmp_path}") is None
    allowed = [name for name in NAMES.split(",") if name != "denied"]
    notebook.run(f"%config ClaudeMagics.allow_tools = {allowed}")

    def loop() -> None:
        type_lines(monkeypatch, "d")
        notebook.simulator.enqueue(Answer(CALLS), "Done.")
        assert notebook.run(f"%claude --no-history --tools {NAMES} Go") is None
        # What the shell of the tests keeps.
        notebook.shell.display_pub.outputs.clear()
        notebook.shell.history_manager.reset()

    try:
        for _ in range(20):
            loop()
        time.sleep(0.3)
        before = held()
        for _ in range(LOOPS):
            loop()
        after = held_after(before)
    finally:
        shells._SHELL.close()
        sys.modules["nbclaude.tools.mcp.servers"].SERVERS.close()
    # A connection that was just ending may have been there, or may be.
    assert after.threads <= before.threads + 2
    assert after.files <= before.files + 4
    assert after.children <= before.children
    assert after.tasks <= before.tasks
    # The ledger keeps a row for each request, and the log of cells one for each cell.
    assert after.objects - before.objects < 30 * LOOPS
    assert after.memory - before.memory < 100_000 * LOOPS
