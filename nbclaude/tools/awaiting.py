"""Runs a coroutine to its end on this very thread, also while an event loop is running on it, as in a kernel's cell."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator
from typing import Any

from nbclaude.forks import in_child

__all__ = ["awaited"]

# One loop for all of them: what one call has begun goes on while the next one runs. By thread, since a loop is its thread's.
_loops: dict[int, asyncio.AbstractEventLoop] = {}
in_child(_loops.clear)


def awaited(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Return what the coroutine returns.

    It runs in a loop of ours: objects that belong to the kernel's own loop cannot be awaited in it. A stop ends it.
    """
    with _no_loop_running():
        loop = _loop()
        task = loop.create_task(coroutine)
        try:
            return loop.run_until_complete(task)
        except BaseException:
            if not task.done():
                task.cancel()
                with contextlib.suppress(BaseException):
                    loop.run_until_complete(task)
            raise


def _loop() -> asyncio.AbstractEventLoop:
    import threading

    here = threading.get_ident()
    loop = _loops.get(here)
    if loop is None or loop.is_closed():
        loop = _loops[here] = asyncio.new_event_loop()
    return loop


@contextlib.contextmanager
def _no_loop_running() -> Iterator[None]:
    """Take the loop that runs on this thread, and its task, aside: asyncio refuses to run one within another."""
    try:
        outer: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
    except RuntimeError:
        outer = None
    if outer is None:
        yield
        return
    task = asyncio.current_task(outer)
    if task is not None:
        asyncio.tasks._leave_task(outer, task)
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(outer)
        if task is not None:
            asyncio.tasks._enter_task(outer, task)
