"""A stop at any moment of an ask is one quiet error, and the conversation stays one that can be gone on with."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

from nbclaude import stopping
from nbclaude.errors import AnswerInterrupted
from nbclaude.forks import ForkSafeLock
from nbclaude.workspace import current_workspace
from tests.magics.conftest import Notebook

CODE = "t = [1, 2]\nr = %claude -a t --system 'be brief' How long is {t}?"


def _raise() -> None:
    raise KeyboardInterrupt


def _press() -> None:
    signal.raise_signal(signal.SIGINT)


@contextmanager
def at_line(number: int, act: Callable[[], None], seen: list[str]) -> Iterator[None]:
    """Act when the main thread is at so many lines of nbclaude; `seen` collects the modules on the way.

    Lines of `nbclaude.stopping` do not count: before its handler is there, and after it is gone, nobody can be quiet. Nor do
    those of `nbclaude.forks`: only the handler knows that a lock is being taken.
    """

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        module = str(frame.f_globals.get("__name__"))
        if not module.startswith("nbclaude.") or module in (
            "nbclaude.stopping",
            *([] if act is _press else ["nbclaude.forks"]),
        ):
            return trace
        if event == "line":
            seen.append(f"{module}:{frame.f_lineno}")
            if len(seen) == number:
                act()
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


def check_one(notebook: Notebook, number: int, act: Callable[[], None]) -> None:
    """Stop at this line of an ask, then ask again."""
    notebook.run("%claude_reset")
    seen: list[str] = []
    with at_line(number, act, seen):
        error = notebook.run(CODE)
    where = seen[number - 1] if len(seen) >= number else "after the end"
    assert error is None or type(error) is AnswerInterrupted, (where, error)
    if error is not None:
        assert str(error).startswith("Stopped"), (where, str(error))
        assert "\n" not in error._render_traceback_()[0]  # type: ignore[attr-defined]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler, where
    turns = current_workspace().conversations["main"].turns
    assert len(turns) <= 1, where
    assert all(turn.message["content"] and turn.message["role"] == "assistant" for turn in turns), where
    before = len(notebook.simulator.requests)
    assert notebook.run("%claude Again?") is None, where
    # The server may hear of the stopped request as late as this.
    (again,) = [request for request in notebook.simulator.requests[before:] if request.prompt == "Again?"]
    roles = [message["role"] for message in again.messages]
    assert roles == ["user", "assistant"] * len(turns) + ["user"], where


@pytest.mark.sweep
@pytest.mark.parametrize(("act", "offset"), [(_raise, 0), (_press, 1)], ids=["raised", "pressed"])
def test_a_stop_at_any_line_is_quiet(notebook: Notebook, act: Callable[[], None], offset: int) -> None:
    notebook.sent(CODE)  # everything is loaded
    seen: list[str] = []
    with at_line(0, act, seen):
        assert notebook.run(CODE) is None
    count = len(seen)
    assert count > 1_000
    # An even sample, and the first line in some modules; every other place for each of the two ways.
    first = {line.partition(":")[0]: n for n, line in reversed([*enumerate(seen, 1)])}
    places = sorted({*range(1, count, count // 10), *list(first.values())[::6]})
    for number in places[offset::2]:
        check_one(notebook, number, act)


@pytest.mark.parametrize("act", [_raise, _press], ids=["raised", "pressed"])
def test_a_stop_while_the_shell_looks_the_magic_up(notebook: Notebook, act: Callable[[], None]) -> None:
    notebook.sent(CODE)
    seen: list[str] = []
    with at_line(0, act, seen):
        assert notebook.run(CODE) is None
    for number in [n for n, line in enumerate(seen, 1) if line.startswith("nbclaude.magics.families:")][:3]:
        check_one(notebook, number, act)


def test_a_stop_in_the_user_s_own_code_names_it(notebook: Notebook) -> None:
    notebook.run(
        "import signal\nclass Slow:\n    @property\n    def x(self):\n        signal.raise_signal(signal.SIGINT)"
    )
    assert notebook.refused("slow = Slow()\n%claude What is {slow.x}?") == (
        "AnswerInterrupted: Stopped while the reference {slow.x} was evaluated. Nothing was sent."
    )


def test_a_program_s_own_handler_stays(notebook: Notebook) -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    try:
        notebook.run(
            "import signal\nclass X:\n    @property\n    def x(self):\n        signal.raise_signal(2)\n        return 1"
        )
        assert notebook.sent("x = X()\n%claude What is {x.x}?") == ["What is 1?"]
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == [signal.SIGINT]


class TestHeld:
    def test_a_stop_waits_until_it_is_asked_for(self) -> None:
        with pytest.raises(AnswerInterrupted, match="Stopped"), stopping.quiet(), stopping.held():
            _press()
            with pytest.raises(AnswerInterrupted):
                stopping.check()
            stopping.check()
            _press()
            with pytest.raises(AnswerInterrupted), stopping.allowed():
                raise AssertionError
            with stopping.allowed(), pytest.raises(AnswerInterrupted):
                _press()
            _press()
            # One that nobody has asked for is raised at the end.

    def test_a_lock_is_given_back_whenever_the_stop_comes(self) -> None:
        lock = ForkSafeLock()

        def free() -> bool:
            found: list[bool] = []
            thread = threading.Thread(target=lambda: found.append(lock.acquire(timeout=0.01)))
            thread.start()
            thread.join()
            return found[0]

        with pytest.raises(AnswerInterrupted), stopping.quiet():
            with lock:
                _press()
                done = "in the lock"
            raise AssertionError
        assert done == "in the lock"
        with stopping.quiet():
            with pytest.raises(ValueError, match="mine"), lock:
                _press()
                raise ValueError("mine")
            assert stopping.take()
        assert free()

    def test_a_stop_wakes_what_waits(self) -> None:
        woken: list[str] = []
        with stopping.quiet(), stopping.held(), stopping.waking(lambda: woken.append("woken")):
            _press()
            assert woken == ["woken"]
            assert stopping.take()
        with stopping.waking(lambda: woken.append("again")):
            pass

    def test_who_presses_again_later_is_not_held(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stopping, "_IMPATIENT", 0.0)
        with stopping.quiet(), stopping.held():
            _press()
            with pytest.raises(AnswerInterrupted):
                _press()
            assert not stopping.take()

    def test_a_stop_before_the_cell_stops_what_it_asks(self) -> None:
        @stopping.undisturbed(before=True)
        def hook() -> None:
            _press()
            done.append("hook")

        @stopping.stoppable("Not sent.")
        def ask() -> None:
            done.append("asked")

        done: list[str] = []
        hook()
        with pytest.raises(AnswerInterrupted, match="Not sent"):
            ask()
        ask()
        assert done == ["hook", "asked"]

    def test_a_stop_after_a_cell_stops_nothing(self) -> None:
        @stopping.undisturbed(before=False)
        def hook() -> None:
            raise KeyboardInterrupt

        hook()
        stopping.stoppable()(lambda: None)()
