"""What a process that was forked from a kernel must not share with it: locks here, and whatever else registers itself.

Only the thread that forks lives on in the child. A lock that another thread held would be held there for ever.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable

from nbclaude import stopping

__all__ = ["ForkSafeLock", "in_child", "is_child"]


class ForkSafeLock:
    """A `threading.RLock` that is free in a forked child, unless the thread that forked holds it itself.

    In a `with` statement it holds the user's stop back as well: one between taking and giving back would keep it taken.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._owner = 0
        self._depth = 0
        _locks.add(self)

    def acquire(self, timeout: float = -1) -> bool:
        """Take the lock; tell whether it was free within so many seconds (below 0: wait for as long as it takes)."""
        if not self._lock.acquire(timeout=timeout):
            return False
        self._owner = threading.get_ident()
        self._depth += 1
        return True

    def release(self) -> None:
        """Give the lock back, as often as it was taken."""
        self._depth -= 1
        if not self._depth:
            self._owner = 0
        self._lock.release()

    def __enter__(self) -> None:
        stopping.hold()
        try:
            self.acquire()
        except BaseException:
            stopping.let_go()
            raise

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        self.release()
        stopping.let_go(check_now=kind is None)

    def begin_anew(self) -> None:
        """Forget who held the lock before the fork; what this very thread holds it goes on holding."""
        mine = self._owner == threading.get_ident()
        self._lock = threading.RLock()
        self._owner, depth, self._depth = 0, self._depth, 0
        for _ in range(depth if mine else 0):
            self.acquire()


_locks: weakref.WeakSet[ForkSafeLock] = weakref.WeakSet()


def in_child(function: Callable[[], None]) -> None:
    """Call this in every forked child, in the order of registration; the locks are free by then."""
    if hasattr(os, "register_at_fork"):  # not on Windows, which cannot fork
        os.register_at_fork(after_in_child=function)


def is_child() -> bool:
    """Tell whether this process was forked from the one that imported nbclaude."""
    return os.getpid() != _imported_by


_imported_by = os.getpid()


def _free_locks() -> None:
    for lock in tuple(_locks):
        lock.begin_anew()


in_child(_free_locks)
