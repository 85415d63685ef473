"""Keep the log lines that other libraries write while they work for us away from the user's handlers.

A user who sets the root logger to DEBUG wants to see their own lines, those of httpx or matplotlib among them. So levels are
left alone, and lines are dropped by where they come from: the thread that works for us.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from nbclaude.forks import ForkSafeLock, in_child

__all__ = ["quietly"]


@dataclass(frozen=True, slots=True, eq=False)
class _Scope:
    packages: tuple[str, ...]
    thread: int
    # Threads that were there before: all later ones count as started by the library. None: only `thread` counts.
    before: frozenset[int] | None

    def drops(self, record: logging.LogRecord) -> bool:
        thread = threading.get_ident()
        mine = thread == self.thread or (self.before is not None and thread not in self.before)
        return mine and record.name.partition(".")[0] in self.packages


_scopes: list[_Scope] = []
_filtered: list[logging.Handler] = []
_lock = ForkSafeLock()


def _shows(record: logging.LogRecord) -> bool:
    return not any(scope.drops(record) for scope in tuple(_scopes))


@contextlib.contextmanager
def quietly(*packages: str, threads: bool = False) -> Iterator[None]:
    """Let these packages log nothing from this thread meanwhile; also a decorator.

    With `threads` nothing from threads that start meanwhile either: what a library starts for its own work. Handlers are as
    they were when the last of all scopes has ended.
    """
    before = frozenset(thread.ident or 0 for thread in threading.enumerate()) if threads else None
    scope = _Scope(packages, threading.get_ident(), before)
    try:
        with _lock:
            _scopes.append(scope)
            for handler in _handlers(packages):
                if _shows not in handler.filters:
                    # The last one, and in place: other threads may go through the list at this moment.
                    handler.filters.append(_shows)
                    _filtered.append(handler)
        yield
    finally:
        with _lock:
            if scope in _scopes:
                _scopes.remove(scope)
            if not _scopes:
                _release()


def _handlers(packages: tuple[str, ...]) -> list[logging.Handler]:
    """Find every handler that a line of these packages may reach, whether or not its logger exists yet."""
    found = [logging.lastResort, *logging.root.handlers]
    for name, logger in tuple(logging.root.manager.loggerDict.items()):
        if isinstance(logger, logging.Logger) and logger.handlers and name.partition(".")[0] in packages:
            found += logger.handlers
    return [handler for handler in found if handler is not None]


def _release() -> None:
    for handler in _filtered:
        with contextlib.suppress(ValueError):
            handler.filters.remove(_shows)
    _filtered.clear()


def _begin_anew() -> None:
    """In a forked child only the thread that forked goes on."""
    _scopes[:] = [scope for scope in _scopes if scope.thread == threading.get_ident()]
    if not _scopes:
        _release()


in_child(_begin_anew)
