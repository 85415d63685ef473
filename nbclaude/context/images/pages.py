"""Paints a web page that draws itself, in the browser that plotly's kaleido drives.

The page is a file of ours: nothing is loaded for it but what it holds.
"""

from __future__ import annotations

import base64
import json
import tempfile
from pathlib import Path
from typing import Any

from nbclaude.context.images.browser import in_browser, set_screen

__all__ = ["TIMEOUT", "paint_page", "screenshot"]

TIMEOUT = 30  # seconds, from the start of the browser


def paint_page(html: str, size: str, scale: float, *, see_through: bool = False) -> bytes:
    """Return a picture of a page; `size` is JavaScript for a promise of [width, height] in CSS pixels, when it is drawn.

    Where nothing is drawn it is white, or `see_through`.
    Raises ImportError without choreographer, and whatever it raises where there is no Chrome or Chromium.
    """
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(html, encoding="utf-8")

        async def painted(tab: Any) -> bytes:
            await set_screen(tab, scale)
            if see_through:
                clear = {"color": {"r": 0, "g": 0, "b": 0, "a": 0}}
                await tab.send_command("Emulation.setDefaultBackgroundColorOverride", clear)
            await tab.send_command("Page.navigate", {"url": page.as_uri()})
            found = await tab.send_command("Runtime.evaluate", {"expression": size, "awaitPromise": True})
            width, height = json.loads(found["result"]["result"]["value"])
            return await screenshot(tab, width, height)

        return in_browser(painted, TIMEOUT)


async def screenshot(tab: Any, width: int, height: int, **how: Any) -> bytes:
    """Return a picture of the upper left part of a tab, in a size in CSS pixels; a PNG unless `how` says otherwise."""
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": how.pop("scale", 1)}
    asked = {"format": "png", "captureBeyondViewport": True, "clip": clip, **how}
    shot = await tab.send_command("Page.captureScreenshot", asked)
    return base64.b64decode(shot["result"]["data"])
