"""A thread with an event loop for what needs one of its own, since the kernel's is in use: MCP servers, a browser."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from nbclaude.forks import ForkSafeLock
from nbclaude.quiet import quietly
from nbclaude.supported import refuse_pyodide

__all__ = ["Owner", "waited"]

_T = TypeVar("_T")
_POLL = 0.2  # seconds: on Windows a stop is noticed only between two waits


class Owner:
    """Runs coroutines in its thread, which starts with the first of them."""

    def __init__(self, name: str, libraries: tuple[str, ...] = ()) -> None:
        self._name = name
        self._libraries = libraries  # which must not log anything from this thread
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lock = ForkSafeLock()

    def submit(self, coroutine: Coroutine[Any, Any, _T]) -> concurrent.futures.Future[_T]:
        """Run a coroutine in the thread; cancelling what is returned cancels it there."""
        try:
            loop = self._running()
        except BaseException:
            coroutine.close()
            raise
        return asyncio.run_coroutine_threadsafe(coroutine, loop)

    def tell(self, function: Any, *arguments: Any) -> None:
        """Call a function in the thread, if it runs."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *arguments)

    def close(self) -> None:
        """End the thread, when everything that ran in it has ended."""
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(5)

    def forget(self) -> None:
        """Go on without the thread, which a forked child does not have."""
        self._loop, self._thread = None, None

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                refuse_pyodide()
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=_run, args=(self._loop, self._libraries), name=self._name, daemon=True
                )
                self._thread.start()
            return self._loop


def waited(future: concurrent.futures.Future[_T]) -> _T:
    """Wait for what runs in the thread, as long as it takes; a stop of the user's cancels it.

    Raises:
        KeyboardInterrupt: the user stopped.
        BaseException: what it has raised.

    """
    try:
        while not future.done():
            concurrent.futures.wait([future], timeout=_POLL)
    except BaseException:
        future.cancel()
        raise
    return future.result()


def _run(loop: asyncio.AbstractEventLoop, libraries: tuple[str, ...]) -> None:
    asyncio.set_event_loop(loop)
    with quietly("asyncio", *libraries):
        try:
            loop.run_forever()
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()
