"""Paints a web page that draws itself, in the browser that plotly's kaleido drives.

The page is a file of ours: nothing is loaded for it but what it holds.
"""

from __future__ import annotations

import asyncio
import base64
import importlib
import json
import tempfile
import threading
from pathlib import Path
from typing import Any

__all__ = ["PAGE_WIDTH", "TIMEOUT", "paint_page"]

PAGE_WIDTH = 1600  # CSS pixels

TIMEOUT = 30  # seconds, from the start of the browser


def paint_page(html: str, size: str, scale: float, *, see_through: bool = False) -> bytes:
    """Return a picture of a page; `size` is JavaScript for a promise of [width, height] in CSS pixels, when it is drawn.

    Where nothing is drawn it is white, or `see_through`.
    Raises ImportError without choreographer, and whatever it raises where there is no Chrome or Chromium.
    """
    choreographer = importlib.import_module("choreographer")
    painted: list[bytes] = []
    failed: list[BaseException] = []

    def paint(url: str) -> None:
        try:
            painted.append(
                asyncio.run(asyncio.wait_for(_painted(choreographer, url, size, scale, see_through), TIMEOUT))
            )
        except BaseException as error:  # given to the thread that waits
            failed.append(error)

    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(html, encoding="utf-8")
        # A kernel has an event loop of its own that runs already.
        thread = threading.Thread(target=paint, args=(page.as_uri(),), daemon=True)
        thread.start()
        thread.join()
    if failed:
        raise failed[0]
    return painted[0]


async def _painted(choreographer: Any, url: str, size: str, scale: float, see_through: bool) -> bytes:
    async with choreographer.Browser(headless=True) as browser:
        tab = await browser.create_tab("about:blank")
        # Before it is drawn: a canvas that is enlarged afterwards is blurred.
        screen = {"width": PAGE_WIDTH, "height": 1200, "deviceScaleFactor": scale, "mobile": False}
        await tab.send_command("Emulation.setDeviceMetricsOverride", screen)
        if see_through:
            clear = {"color": {"r": 0, "g": 0, "b": 0, "a": 0}}
            await tab.send_command("Emulation.setDefaultBackgroundColorOverride", clear)
        await tab.send_command("Page.navigate", {"url": url})
        found = await tab.send_command("Runtime.evaluate", {"expression": size, "awaitPromise": True})
        width, height = json.loads(found["result"]["result"]["value"])
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        shot = await tab.send_command(
            "Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True, "clip": clip}
        )
        return base64.b64decode(shot["result"]["data"])
