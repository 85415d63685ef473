"""Runs work on the kernel's main thread for another thread: between two cells, as a cell would run."""

from __future__ import annotations

import _thread
import concurrent.futures
import signal
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from nbclaude.notebook.front_end import Shell

__all__ = ["on_main_thread"]

_T = TypeVar("_T")
_POLL = 0.05  # seconds between two looks at the stop button
_PATIENCE = 2.0  # seconds that interrupted work may take to end


def on_main_thread(shell: Shell, work: Callable[[], _T], pause: Callable[[], object]) -> _T:
    """Run `work` on the main thread of the shell's kernel, wait for it, and return what it returns.

    A cell that is running ends first. `pause` is called again and again meanwhile; whatever it raises interrupts the work.

    Raises:
        KeyboardInterrupt: the user interrupted the kernel.
        BaseException: what the work, or `pause`, has raised.

    """
    loop = getattr(getattr(shell, "kernel", None), "io_loop", None)
    if loop is None:
        raise RuntimeError("This needs a kernel, and the shell does not belong to one.")
    handed = _Handed(work)
    loop.add_callback(handed.run)
    try:
        while not handed.ended(_POLL):
            pause()
    except BaseException:
        handed.interrupt()
        handed.ended(_PATIENCE)
        raise
    return handed.done.result()


class _Handed(Generic[_T]):
    """Work that another thread has handed over, and what comes of it."""

    def __init__(self, work: Callable[[], _T]) -> None:
        self.done: concurrent.futures.Future[_T] = concurrent.futures.Future()
        self._work = work
        self._may_raise = False  # in the main thread, where the signal arrives
        self._lock = threading.Lock()
        self._is_over = False

    def ended(self, timeout: float) -> bool:
        """Wait so many seconds at the most, and tell whether it has ended."""
        return bool(concurrent.futures.wait([self.done], timeout=timeout).done)

    def run(self) -> None:
        """Do the work, in the main thread. Nothing escapes: it would end the kernel's event loop, and so the kernel."""
        if not self.done.set_running_or_notify_cancel():
            return
        before = signal.signal(signal.SIGINT, self._on_signal)
        try:
            self._tried()
        except BaseException as late:  # an interrupt at the very end
            self._may_raise = False
            if not self.done.done():
                self.done.set_exception(late)
        with self._lock:  # from here on, an interrupt would be for a cell
            self._is_over = True
        signal.signal(signal.SIGINT, before)

    def interrupt(self) -> None:
        """Let the work not begin, or interrupt it; from the other thread."""
        if self.done.cancel():
            return
        with self._lock:
            if not self._is_over:
                _thread.interrupt_main()

    def _tried(self) -> None:
        try:
            self._may_raise = True
            result = self._work()
            self._may_raise = False
        except BaseException as error:
            self._may_raise = False
            self.done.set_exception(error)
        else:
            self.done.set_result(result)

    def _on_signal(self, number: int, frame: Any) -> None:
        if self._may_raise:
            raise KeyboardInterrupt
