"""Paints a page that loads its scripts and images from the network: a map, a 3D scene, any HTML that a cell shows.

It is opened as a page of its own site, so it can read neither files nor the responses of other sites.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from PIL import Image

from nbclaude.cleaning import one_line
from nbclaude.context.images.browser import confined, in_browser, set_screen
from nbclaude.context.images.limits import ImageLimits
from nbclaude.context.images.loading import KINDS, Loading, Missed
from nbclaude.context.images.page_libraries import with_libraries
from nbclaude.context.images.pages import screenshot
from nbclaude.context.images.picture import Picture
from nbclaude.context.images.prepared import PreparedImage, prepare_image
from nbclaude.context.images.trimming import trimmed
from nbclaude.context.images.vectors import ENLARGED, first_line, optional, quiet_browser
from nbclaude.errors import ConfigurationError

__all__ = ["HOME", "WebPage", "paint_web_page"]

# This name always means this machine, so the page may do what a local page may. No request goes there: we answer them all.
HOME = "http://nbclaude.localhost/"

LOADING = 20  # seconds: what has not arrived by then is missing from the picture
_START = 20  # more seconds for the browser to start and to paint
_QUIET = 0.4  # seconds without a pending request: everything has loaded
_MOVING = 4  # seconds: a page that still changes after that is painted as it is
_LOOK = 0.15  # seconds between two checks
_WINDOW = (1000, 600)  # CSS pixels, for a page that is not in a frame
_HIGHEST = 3000  # CSS pixels

_HEIGHT = "document.readyState === 'complete' ? document.documentElement.scrollHeight : 0"


@quiet_browser("PIL")
def paint_web_page(
    page: Picture,
    limits: ImageLimits,
    label: str,
    files: Mapping[str, bytes] | None = None,
    failed: str = "",
) -> PreparedImage:
    """Return the picture of a page (`Picture.page`); its caption says what could not be loaded.

    `files` are served from here, by address; `failed` selects an element whose text says that the page was not drawn.
    Raises ConfigurationError with the page's cure if it cannot be painted.
    """
    if not optional("choreographer"):
        raise ConfigurationError(
            f"{label}: the {page.what} is drawn in a browser. Run `pip install kaleido` (it needs Chrome or Chromium as well)."
        )
    opened = WebPage(page, files or {}, failed)
    image = Image.open(BytesIO(_png(opened, label)))
    image.load()
    if reason := opened.why_not(image):
        raise ConfigurationError(f"{label}: the {page.what} cannot be painted: {reason}. {page.cure}")
    prepared = prepare_image(image if any(page.frame) else trimmed(image), limits, label)
    missing = opened.loading.missed
    return prepared.framed(f"{_could_not(missing)} and are missing from the picture") if missing else prepared


def _png(opened: WebPage, label: str) -> bytes:
    what = opened.page.what
    try:
        return in_browser(opened.paint, LOADING + _START, confined())
    except TimeoutError:
        raise ConfigurationError(
            f"{label}: the browser has not drawn the {what} within {LOADING + _START} seconds. {opened.page.cure}"
        ) from None
    except Exception as error:  # what the browser and its driver may raise
        raise ConfigurationError(
            f"{label}: the {what} is drawn in a browser, which did not start: {first_line(error)} Install Chrome or "
            "Chromium, or run `choreo_get_chrome`."
        ) from error


class WebPage:
    """A page on its way to a picture."""

    def __init__(self, page: Picture, files: Mapping[str, bytes], failed: str) -> None:
        self.page = page
        self._failed = f"document.querySelector({json.dumps(failed)})?.innerText" if failed else "''"
        self._failure = ""
        self._files = {HOME: with_libraries(page.data), **files}
        self.loading = Loading(urlsplit(HOME).netloc or "")

    async def paint(self, tab: Any) -> bytes:
        """Open the page in a tab, wait until it is drawn, and return it as a PNG."""
        width, height = self.page.frame if any(self.page.frame) else _WINDOW
        await set_screen(tab, ENLARGED, (width, height))
        await self._listen(tab)
        await tab.send_command("Page.navigate", {"url": HOME})
        content = await self._loaded(tab)
        if not any(self.page.frame):
            height = min(max(content, height), _HIGHEST)
        if not (self._scripts and self.loading.thrown):
            await _at_rest(tab, width, height)
        self._failure = str(await _evaluated(tab, self._failed) or "")
        return await screenshot(tab, width, height)

    async def _listen(self, tab: Any) -> None:
        async def told(event: Mapping[str, Any]) -> None:
            self.loading.feed(event)

        async def asked(event: Mapping[str, Any]) -> None:
            await tab.send_command("Fetch.fulfillRequest", self._answer(event["params"]))

        tab.subscribe("Network.*", told)
        tab.subscribe("Runtime.exceptionThrown", told)
        tab.subscribe("Fetch.requestPaused", asked)
        ours = [f"{HOME}*", *(each for each in self._files if not each.startswith(HOME))]
        await tab.send_command("Fetch.enable", {"patterns": [{"urlPattern": each} for each in ours]})
        await tab.send_command("Network.enable")
        await tab.send_command("Runtime.enable")

    def why_not(self, image: Image.Image) -> str:
        """Return why a picture does not show what the page should show; empty if it may."""
        blank, thrown = _is_blank(image), one_line(self.loading.thrown, 200)
        if self._scripts and (blank or thrown or self._failure):
            return _could_not(self._scripts)
        if self._failure or not blank:
            return one_line(self._failure, 200)
        return f"its page stays empty ({thrown})" if thrown else "its page stays empty"

    @property
    def _scripts(self) -> list[Missed]:
        return [each for each in self.loading.missed if each.kind == "scripts"]

    def _answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        address = str(asked["request"]["url"])
        body = self._files.get(address.partition("#")[0])
        return {
            "requestId": asked["requestId"],
            "responseCode": 404 if body is None else 200,
            "responseHeaders": [
                {"name": "Content-Type", "value": _type_of(address)},
                {"name": "Access-Control-Allow-Origin", "value": "*"},
            ],
            "body": base64.b64encode(body or b"").decode(),
        }

    async def _loaded(self, tab: Any) -> int:
        """Wait until no more requests are pending, and return the height of the page in CSS pixels."""
        end, quiet, height = time.monotonic() + LOADING, 0.0, 0
        while time.monotonic() < end and quiet < _QUIET:
            await asyncio.sleep(_LOOK)
            height = int(await _evaluated(tab, _HEIGHT) or 0)
            quiet = quiet + _LOOK if height and not self.loading.pending else 0.0
        if self.loading.pending:
            # A pending script would delay the picture.
            self.loading.give_up()
            await tab.send_command("Page.stopLoading")
        return height


async def _evaluated(tab: Any, expression: str) -> Any:
    found = await tab.send_command("Runtime.evaluate", {"expression": expression})
    return found["result"]["result"].get("value")


async def _at_rest(tab: Any, width: int, height: int) -> None:
    """Wait until the page shows something, and no longer changes: animations such as fading in have then ended."""
    end, before = time.monotonic() + _MOVING, b""
    while time.monotonic() < end:
        now = await screenshot(tab, width, height, scale=0.25)
        if now == before and not _is_blank(Image.open(BytesIO(now))):
            return
        before = now
        await asyncio.sleep(_LOOK)


def _is_blank(image: Image.Image) -> bool:
    return image.convert("RGB").getcolors(1) is not None


def _type_of(address: str) -> str:
    endings = {".js": "text/javascript", ".css": "text/css", ".png": "image/png", ".json": "application/json"}
    kind = next((kind for ending, kind in endings.items() if urlsplit(address).path.endswith(ending)), "")
    return f"{kind or 'text/html'}; charset=utf-8"


def _could_not(missed: Sequence[Missed]) -> str:
    """Say what could not be loaded: "scripts and images from a.example, data from b.example could not be loaded"."""
    kinds = sorted({each.kind for each in missed}, key=KINDS.index)
    named = (f"{kind} from {_hosts([each.host for each in missed if each.kind == kind])}" for kind in kinds)
    return f"{'; '.join(named)} could not be loaded"


def _hosts(hosts: Sequence[str]) -> str:
    shown = ", ".join(one_line(host, 60) for host in hosts[:3])
    return f"{shown} and {len(hosts) - 3} more hosts" if len(hosts) > 3 else shown
