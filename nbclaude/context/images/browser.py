"""Starts the browser that plotly's kaleido drives, lets a page be painted in it, and ends it, whatever happens."""

from __future__ import annotations

import asyncio
import importlib
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

__all__ = ["SCREEN_WIDTH", "confined", "in_browser", "set_screen"]

SCREEN_WIDTH = 1600  # CSS pixels
_SCREEN_HEIGHT = 1200

_T = TypeVar("_T")

# The driver starts its browser for files that it has written itself. With these a page may read any file and any site.
_LOOSE = ("--disable-web-security", "--allow-file-access-from-files")
# A map may take its tiles from a server on this machine, as it may in a notebook.
_AT_HOME = "--disable-features=LocalNetworkAccessChecks"


def in_browser(
    work: Callable[[Any], Coroutine[Any, Any, _T]], seconds: float, browser: type | None = None
) -> _T:
    """Return what `work` makes of an empty tab in a browser of its own, within so many seconds from its start.

    An interrupt ends the wait at once, and then the browser. Raises TimeoutError, ImportError without choreographer, and
    whatever it raises where there is no Chrome or Chromium.
    """
    choreographer = importlib.import_module("choreographer")
    how = {"browser_cls": browser} if browser else {}
    outcome: Future[_T] = Future()
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[_T]]] = []

    async def painted() -> _T:
        async with choreographer.Browser(headless=True, **how) as opened:
            return await work(await opened.create_tab("about:blank"))

    async def limited() -> _T:
        task = asyncio.ensure_future(painted())
        running.append((asyncio.get_running_loop(), task))
        return await asyncio.wait_for(task, seconds)

    def run() -> None:
        try:
            outcome.set_result(asyncio.run(limited()))
        except BaseException as error:  # given to the thread that waits
            outcome.set_exception(error)

    # A kernel has an event loop of its own that runs already.
    threading.Thread(target=run, daemon=True).start()
    try:
        return outcome.result()
    finally:
        if not outcome.done():
            for loop, task in running:
                loop.call_soon_threadsafe(task.cancel)


def confined() -> type:
    """Return the browser's class for pages of others: as in any browser, they read neither files nor what other sites answer."""
    loose: Any = importlib.import_module("choreographer.browsers").Chromium

    class Confined(loose):  # type: ignore[misc]
        def get_cli(self) -> list[str]:
            return [*(option for option in super().get_cli() if option not in _LOOSE), _AT_HOME]

    return Confined


async def set_screen(tab: Any, scale: float, size: tuple[int, int] = (SCREEN_WIDTH, _SCREEN_HEIGHT)) -> None:
    """Set the size of a tab's window in CSS pixels, and how many pixels each of them is.

    Before the page is drawn: a canvas that is enlarged afterwards is blurred.
    """
    width, height = size
    screen = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
    await tab.send_command("Emulation.setDeviceMetricsOverride", screen)
