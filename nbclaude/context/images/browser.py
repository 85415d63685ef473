"""Starts the browser that plotly's kaleido drives, paints a page in it, and always closes it."""

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

# The driver starts its browser for files that it has written itself. These options let a page read any file and any site.
_LOOSE = ("--disable-web-security", "--allow-file-access-from-files")
# A map may take its tiles from a server on this machine, as it may in a notebook.
_AT_HOME = "--disable-features=LocalNetworkAccessChecks"


def in_browser(
    work: Callable[[Any], Coroutine[Any, Any, _T]], seconds: float, browser: type | None = None
) -> _T:
    """Run `work` with an empty tab in a new browser, and return its result; `seconds` limits the time, including the start.

    An interrupt ends the wait at once, and then the browser. Raises TimeoutError, ImportError without choreographer, and
    whatever choreographer raises if there is no Chrome or Chromium.
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
        except BaseException as error:  # raised in the thread that waits
            outcome.set_exception(error)

    # A kernel's own event loop is already running.
    threading.Thread(target=run, daemon=True).start()
    try:
        return outcome.result()
    finally:
        if not outcome.done():
            for loop, task in running:
                loop.call_soon_threadsafe(task.cancel)


def confined() -> type:
    """Return the browser class for third-party pages: as usual in a browser, they can read neither files nor other sites."""
    loose: Any = importlib.import_module("choreographer.browsers").Chromium

    class Confined(loose):  # type: ignore[misc]
        def get_cli(self) -> list[str]:
            return [*(option for option in super().get_cli() if option not in _LOOSE), _AT_HOME]

    return Confined


async def set_screen(tab: Any, scale: float, size: tuple[int, int] = (SCREEN_WIDTH, _SCREEN_HEIGHT)) -> None:
    """Set the size of a tab's window in CSS pixels, and how many device pixels there are to each.

    This must be done before the page is drawn: a canvas that is enlarged afterwards is blurred.
    """
    width, height = size
    screen = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
    await tab.send_command("Emulation.setDeviceMetricsOverride", screen)
