"""What a forked process has of its own: locks, turns and costs, whatever other threads were doing when it was forked."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import nbclaude
from nbclaude.asking.ask import Answered
from nbclaude.asking.footer import footer_of
from nbclaude.asking.reply import Reply
from nbclaude.conversation.question import Question
from nbclaude.conversation.turns import MAIN
from nbclaude.forks import ForkSafeLock
from nbclaude.magics.wording import note_text
from nbclaude.notebook import CellRun
from nbclaude.simulator import Answer, Pace, Simulator
from nbclaude.wire.request import text_block
from nbclaude.workspace import Surroundings, Workspace, current_workspace
from tests.asking.helpers import outcome_of

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork"),
    # Python warns of forks beside threads: that is what is tested here.
    pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning"),
]


def in_fork(function: Callable[[], Any], seconds: float = 60) -> Any:
    """Return what a function returns in a forked process, as JSON brings it over; a hanging one is ended."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.write(writing, json.dumps(function()).encode())
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    timer = threading.Timer(seconds, os.kill, (pid, 9))
    timer.start()
    try:
        with os.fdopen(reading) as pipe:
            told = pipe.read()
        assert os.waitpid(pid, 0)[1] == 0, "the child has failed, or hung"
    finally:
        timer.cancel()
    return json.loads(told)


@pytest.fixture
def workspace(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """Give this process's workspace, connected to the simulator, and leave another one behind."""
    from nbclaude import workspace as module

    monkeypatch.setenv("ANTHROPIC_BASE_URL", simulator.base_url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-api03-of-the-tests")
    module._current[:] = [Workspace()]
    yield current_workspace()
    module._current.clear()


class Held:
    """A lock held by another thread, as a context manager."""

    def __init__(self, lock: Any) -> None:
        self._lock, self._taken, self._done = lock, threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._hold)

    def _hold(self) -> None:
        with self._lock:
            self._taken.set()
            self._done.wait(100)

    def __enter__(self) -> None:
        self._thread.start()
        assert self._taken.wait(30)

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self._thread.join()


class TestLocks:
    def test_one_that_another_thread_holds_is_free_in_the_child(self) -> None:
        lock = ForkSafeLock()
        with Held(lock):
            assert not lock.acquire(timeout=0.01)
            assert in_fork(lambda: lock.acquire(timeout=20)) is True
            assert not lock.acquire(timeout=0.01)
        assert lock.acquire(timeout=0.01)
        lock.release()

    def test_one_that_the_forking_thread_holds_is_still_held(self) -> None:
        lock = ForkSafeLock()

        def look() -> list[bool]:
            free: list[bool] = []
            thread = threading.Thread(target=lambda: free.append(lock.acquire(timeout=0.05)))
            thread.start()
            thread.join()
            lock.release()
            lock.release()
            thread = threading.Thread(target=lambda: free.append(lock.acquire(timeout=0.05)))
            thread.start()
            thread.join()
            return free

        with lock, lock:
            assert in_fork(look) == [False, True]

    def test_a_child_of_a_child(self) -> None:
        lock = ForkSafeLock()

        def child() -> Any:
            with Held(lock):
                return in_fork(lambda: lock.acquire(timeout=20))

        with Held(lock):
            assert in_fork(child) is True


def entries(workspace: Workspace) -> list[str]:
    return [turn.question for turn in workspace.conversations[MAIN].every]


class TestAsking:
    def test_turns_and_costs_of_the_child_are_its_own(
        self, workspace: Workspace, simulator: Simulator
    ) -> None:
        simulator.enqueue("A1", "A2", "A3", "A4")
        nbclaude.ask("parent")
        before = workspace.ledger.total

        def child() -> Any:
            nbclaude.ask("child")
            return entries(workspace), workspace.ledger.total.answers, workspace.is_child

        assert in_fork(child) == [["parent", "child"], 1, True]
        assert entries(workspace) == ["parent"]
        assert workspace.ledger.total == before
        assert not workspace.is_child
        nbclaude.ask("parent again")
        blocks = [block for message in simulator.requests[-1].messages for block in message["content"]]
        sent = [block["text"] for block in blocks if block["type"] == "text"]
        assert sent == ["parent", "A1", "parent again"]

    def test_it_asks_behind_what_its_cell_would_send(
        self, workspace: Workspace, simulator: Simulator
    ) -> None:
        simulator.enqueue("A", "B", "C", "child's")
        for cell in "abc":
            question = Question((text_block(cell),), CellRun(cell, 1))
            outcome_of(workspace, question, workspace.settings({}))
        workspace.enter(Surroundings(cell_run=lambda: CellRun("b", 2)))

        def child() -> Any:
            nbclaude.ask("child")
            last = workspace.conversations[MAIN].turns[-1]
            return entries(workspace), last.cell, workspace.ledger.entries[0].cell

        assert in_fork(child) == [["a", "child"], "", ""]
        assert entries(workspace) == ["a", "b", "c"]

    def test_the_footer_says_so(self, workspace: Workspace, simulator: Simulator) -> None:
        simulator.enqueue("A")

        def child() -> Any:
            question = Question((text_block("child"),))
            outcome = outcome_of(workspace, question, workspace.settings({}))
            return footer_of(Answered(outcome, Reply({}), in_child=workspace.is_child), note_text).line

        line = in_fork(child)
        assert "asked in a forked process, not a turn of the notebook" in line
        assert "turn 1" not in line

    def test_while_another_thread_asks(self, workspace: Workspace, simulator: Simulator) -> None:
        simulator.enqueue(Answer("slow", pace=Pace(first_delay=2.0)), "of the child")
        thread = threading.Thread(target=nbclaude.ask, args=("parent",))
        thread.start()
        while not simulator.requests:
            threading.Event().wait(0.02)
        assert in_fork(lambda: nbclaude.ask("child").text) == "of the child"
        thread.join()
        assert entries(workspace) == ["parent"]

    @pytest.mark.parametrize("held", ["turn_lock", "_guard"])
    def test_while_another_thread_holds_a_lock(
        self, workspace: Workspace, simulator: Simulator, held: str
    ) -> None:
        simulator.enqueue("A")
        with Held(getattr(workspace.conversations[MAIN], held)):
            assert in_fork(lambda: nbclaude.ask("child").text) == "A"

    def test_of_a_budget_the_child_has_what_is_left(self, workspace: Workspace, simulator: Simulator) -> None:
        simulator.enqueue("A1", "A2")
        workspace.budget.set(1.0, workspace.ledger)
        nbclaude.ask("parent")
        spent = workspace.budget.spent(workspace.ledger)

        def child() -> Any:
            left = workspace.budget.spent(workspace.ledger)
            nbclaude.ask("child")
            return left, workspace.budget.spent(workspace.ledger) > left

        assert spent > 0
        assert in_fork(child) == [pytest.approx(spent), True]
