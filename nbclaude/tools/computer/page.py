"""A page in a headless browser of its own, as a screen that the model may use. The browser is Chromium, driven by Playwright.

There is only ever one page. It goes only where the user allows, downloads nothing, and sees no files.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from nbclaude.cleaning import one_line
from nbclaude.refusal import UnfitError
from nbclaude.tools.computer.guard import PageGuard
from nbclaude.tools.computer.keys import keys_of
from nbclaude.tools.computer.places import Places
from nbclaude.tools.environment import without_secrets
from nbclaude.tools.owner import Owner, waited
from nbclaude.tools.running import ToolFailedError

if TYPE_CHECKING:
    from PIL.Image import Image
    from playwright.async_api import Browser, Page, Playwright

__all__ = ["BrowserPage", "find_browser"]

_MAX_SIDE = 1_280  # pixels of a screenshot: larger ones would be scaled down for the model
_LIMITS = (200, 4_000)  # pixels of the page's width and height
_TIMEOUT = 15_000  # ms, for the page to load or to react
_REACTION = 150  # ms, for the page to start reacting to an action
_SETTLE = 1_000  # ms, for it to finish
_CLOSE = 10.0  # seconds
_NOTCH = 100  # pixels, of the wheel
_COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_CLICKS = {"left_click": 1, "double_click": 2, "triple_click": 3, "right_click": 1, "middle_click": 1}


def find_browser(bundled: str) -> str | None:
    """Return the browser's path: the one that Playwright has installed, else one of the system's; None if there is none."""
    if os.path.exists(bundled):  # noqa: PTH110 - Playwright gives a text
        return bundled
    return next((path for name in _COMMANDS if (path := shutil.which(name))), None)


class BrowserPage:
    """A page that opens with the first action, at `places.start`. `width` and `height` are those of its screenshots."""

    def __init__(self, places: Places, owner: Owner, width: int = 1_280, height: int = 800) -> None:
        if not all(_LIMITS[0] <= side <= _LIMITS[1] for side in (width, height)):
            raise UnfitError(f"width and height must be from {_LIMITS[0]} to {_LIMITS[1]:,} pixels.")
        self.places = places
        self._size = (width, height)
        self._scale = min(1.0, _MAX_SIDE / max(width, height))
        self.width, self.height = (round(side * self._scale) for side in self._size)
        self._owner = owner
        self._at = (0, 0)  # where the mouse is, in pixels of screenshots
        self._guard = PageGuard(places)
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._page: Page | None = None

    def act(self, action: str, given: Mapping[str, Any]) -> Any:
        """Carry out an action; return a picture, or say where the page is and what was refused.

        Raises:
            ToolFailedError: the browser cannot be started, or the page does not react.
            KeyboardInterrupt: the user stopped it.

        """
        return waited(self._owner.submit(self._acted(action, given)))

    def close(self) -> None:
        """End the browser, in a few seconds at the most."""
        if self._browser is not None:
            concurrent.futures.wait([self._owner.submit(self._end())], timeout=_CLOSE)

    def forget(self) -> None:
        """Forget the browser: after a fork, it belongs to the parent process."""
        self._playwright = self._browser = self._page = None

    async def _acted(self, action: str, given: Mapping[str, Any]) -> Any:
        from playwright.async_api import Error

        try:
            page = await self._open()
            result = await self._done(page, action, given)
            if result is not None:
                return result
            await self._settle(page)
            return self._told(page)
        except Error as error:
            raise ToolFailedError(f"{action} failed: {one_line(str(error), 300)}") from None

    async def _done(self, page: Page, action: str, given: Mapping[str, Any]) -> Any:
        """Carry out one action; return what it shows, None for what only changes the page."""
        if "coordinate" in given and action != "left_click_drag":
            await self._move(page, given["coordinate"])
        match action:
            case "screenshot":
                return _picture(await self._shot(page), (self.width, self.height))
            case "zoom":
                return await self._zoomed(page, given["region"])
            case "cursor_position":
                return f"X={self._at[0]},Y={self._at[1]}"
            case "type":
                await page.keyboard.type(given["text"])
            case "key":
                for _ in range(given.get("repeat", 1)):
                    await page.keyboard.press("+".join(keys_of(given["text"])))
            case "wait":
                await page.wait_for_timeout(given["duration"] * 1_000)
            case "hold_key":
                async with _held(page, given["text"]):
                    await page.wait_for_timeout(given["duration"] * 1_000)
            case _:
                async with _held(page, given.get("text", "")):
                    await self._with_mouse(page, action, given)
        return None

    async def _shot(self, page: Page) -> bytes:
        from playwright.async_api import Error

        try:
            return await page.screenshot(timeout=_TIMEOUT)
        except Error:  # no screenshot while one page replaces another
            await self._settle(page)
            return await page.screenshot(timeout=_TIMEOUT)

    async def _with_mouse(self, page: Page, action: str, given: Mapping[str, Any]) -> None:
        match action:
            case "left_click_drag":
                await self._move(page, given.get("start_coordinate", self._at))
                await page.mouse.down()
                await self._move(page, given["coordinate"])
                await page.mouse.up()
            case "left_mouse_down":
                await page.mouse.down()
            case "left_mouse_up":
                await page.mouse.up()
            case "scroll":
                way = {"up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0)}[
                    given["scroll_direction"]
                ]
                across, down = (step * given["scroll_amount"] * _NOTCH for step in way)
                await page.mouse.wheel(across, down)
            case "mouse_move":
                pass
            case _:
                button: Any = (
                    action.partition("_")[0] if action in ("right_click", "middle_click") else "left"
                )
                place = self._of_page(self._at)
                await page.mouse.click(*place, button=button, click_count=_CLICKS[action])

    async def _move(self, page: Page, point: Any) -> None:
        self._at = (point[0], point[1])
        await page.mouse.move(*self._of_page(self._at))

    def _of_page(self, point: tuple[int, int]) -> tuple[float, float]:
        """Return a point of a screenshot as one of the page."""
        return point[0] / self._scale, point[1] / self._scale

    async def _zoomed(self, page: Page, region: Any) -> Image:
        """Show a part of the page, drawn as large as a screenshot may be."""
        left, top = self._of_page((region[0], region[1]))
        right, bottom = self._of_page((region[2], region[3]))
        width, height = right - left, bottom - top
        scale = min(self.width / width, self.height / height)
        session = await page.context.new_cdp_session(page)
        try:
            seen = (await session.send("Page.getLayoutMetrics"))["cssVisualViewport"]
            clip = {"x": left + seen["pageX"], "y": top + seen["pageY"], "width": width, "height": height}
            shot = await session.send("Page.captureScreenshot", {"clip": {**clip, "scale": scale}})
        finally:
            await session.detach()
        import base64

        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        return _picture(base64.b64decode(shot["data"]), size)

    def _told(self, page: Page) -> str:
        return "\n".join(["Done.", f"The page is {one_line(page.url, 300)}", *self._guard.taken()])

    async def _settle(self, page: Page) -> None:
        from playwright.async_api import TimeoutError as TooLate

        await page.wait_for_timeout(_REACTION)
        with contextlib.suppress(TooLate):
            await page.wait_for_load_state("load", timeout=_SETTLE)
        await self._guard.left(page.main_frame)

    async def _open(self) -> Page:
        if self._page is not None and not self._page.is_closed():
            return self._page
        await self._end()
        from playwright.async_api import async_playwright

        self._playwright = await async_playwright().start()
        browser = self._browser = await self._launched(self._playwright)
        context = await browser.new_context(
            viewport={"width": self._size[0], "height": self._size[1]},
            accept_downloads=False,
            service_workers="block",
        )
        page = self._page = await self._guard.opened(browser, context)
        await page.goto(self.places.start, timeout=_TIMEOUT)
        return page

    async def _launched(self, playwright: Playwright) -> Browser:
        from playwright.async_api import Error

        path = find_browser(playwright.chromium.executable_path)
        if path is None:
            raise ToolFailedError(
                "Chromium is not installed. The user can install it with: playwright install chromium"
            )
        environment: dict[str, str | float | bool] = {**without_secrets()}
        try:
            return await playwright.chromium.launch(
                executable_path=path, chromium_sandbox=True, env=environment
            )
        except Error:
            # The browser's own sandbox works neither for root nor in most containers.
            return await playwright.chromium.launch(executable_path=path, env=environment)

    async def _end(self) -> None:
        browser, playwright = self._browser, self._playwright
        self.forget()
        with contextlib.suppress(Exception):  # a browser that has crashed cannot be closed
            if browser is not None:
                await browser.close()
        with contextlib.suppress(Exception):
            if playwright is not None:
                await playwright.stop()


@contextlib.asynccontextmanager
async def _held(page: Page, text: str) -> AsyncIterator[None]:
    """Hold keys down while something else is done."""
    keys = keys_of(text) if text else []
    async with contextlib.AsyncExitStack() as stack:
        for key in keys:
            await page.keyboard.down(key)
            stack.push_async_callback(page.keyboard.up, key)
        yield


def _picture(data: bytes, size: tuple[int, int]) -> Image:
    import io

    from PIL import Image

    with Image.open(io.BytesIO(data)) as opened:
        image = opened.convert("RGB")
    return image if image.size == size else image.resize(size)
