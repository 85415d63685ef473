"""Work that a thread hands over to the kernel's main thread: it waits its turn there, and a stop reaches it."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from tornado.ioloop import IOLoop

from nbclaude.notebook.main_thread import on_main_thread


@pytest.fixture
def loop() -> Iterator[IOLoop]:
    loop = IOLoop(make_current=False)
    yield loop
    loop.close()


def result_of(
    loop: IOLoop, work: Callable[[], Any], pause: Callable[[], object] = lambda: None, *, late: bool = False
) -> Any:
    """Hand work over from a thread while the main thread runs its loop; return or raise what comes.

    If it is `late`, it begins only when the thread has given up.
    """
    shell: Any = SimpleNamespace(kernel=SimpleNamespace(io_loop=loop))
    come: list[Any] = []

    def ask() -> None:
        try:
            come.append(on_main_thread(shell, work, pause))
        except BaseException as error:
            come.append(error)
        loop.add_callback(loop.stop)

    thread = threading.Thread(target=ask)
    thread.start()
    if late:
        thread.join()
    loop.start()
    thread.join()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if isinstance(come[0], BaseException):
        raise come[0]
    return come[0]


def test_it_runs_on_the_main_thread(loop: IOLoop) -> None:
    assert result_of(loop, threading.current_thread) is threading.main_thread()


@pytest.mark.parametrize("error", [ValueError, SystemExit, KeyboardInterrupt])
def test_what_it_raises_is_raised_in_the_thread_and_the_loop_goes_on(
    loop: IOLoop, error: type[BaseException]
) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(error):
        result_of(loop, fail)
    assert result_of(loop, lambda: 5) == 5


def test_a_stop_before_its_turn_keeps_it_from_beginning(loop: IOLoop) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    ran: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        result_of(loop, lambda: ran.append(1), stop, late=True)
    assert ran == []


def test_a_stop_interrupts_it(loop: IOLoop) -> None:
    begun = threading.Event()
    seen: list[BaseException] = []

    def work() -> None:
        begun.set()
        try:
            while True:
                time.sleep(0.01)
        except KeyboardInterrupt as error:
            seen.append(error)
            raise

    def pause() -> None:
        if begun.is_set():
            raise LookupError

    with pytest.raises(LookupError):
        result_of(loop, work, pause)
    assert len(seen) == 1


def test_an_interrupt_of_the_kernel_interrupts_it(loop: IOLoop) -> None:
    with pytest.raises(KeyboardInterrupt):
        result_of(loop, lambda: signal.raise_signal(signal.SIGINT))


def test_without_a_kernel_it_is_refused() -> None:
    shell: Any = SimpleNamespace()
    with pytest.raises(RuntimeError, match="needs a kernel"):
        on_main_thread(shell, int, lambda: None)
