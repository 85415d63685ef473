"""Keeps a page on the hosts that the user has allowed: a single page, without other windows, dialogs or downloads."""

from __future__ import annotations

import contextlib
from enum import Enum
from typing import TYPE_CHECKING

from nbclaude.cleaning import one_line
from nbclaude.tools.computer.places import Places

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Dialog, Download, Frame, Page, Request, Route

__all__ = ["PageGuard"]

_MAX_NOTES = 10


class _Asks(Enum):
    """What a request asks for."""

    PAGE = "the page itself"
    WINDOW = "another window"
    PART = "what a page contains"


class PageGuard:
    """Refuses what a page may not do, and notes it for the model."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self._notes: list[str] = []
        self._page: Page | None = None

    async def opened(self, context: BrowserContext) -> Page:
        """Open the page, under guard."""
        await context.route("**/*", self._routed)
        page = self._page = await context.new_page()
        page.on("popup", self._refuse_window)
        page.on("dialog", self._refuse_dialog)
        page.on("download", self._refuse_download)
        page.on("framenavigated", self.left)
        return page

    def taken(self) -> list[str]:
        """Return what was refused since the last time."""
        notes, self._notes = self._notes, []
        return list(dict.fromkeys(notes))

    async def _routed(self, route: Route) -> None:
        """Let a request through, or refuse it. Where a whole page is refused, the page stays as it is."""
        url = route.request.url
        kind = self._kind(route.request)
        if kind is _Asks.WINDOW:
            self._note("A second window was refused: there is only this page.")
            await route.abort("blockedbyclient")
        elif kind is _Asks.PAGE and not self.places.may_show(url):
            self._note(f"Navigation to {url} was refused: the user has not allowed this host.")
            await route.fulfill(status=204)
        elif kind is _Asks.PART and not self.places.may_load(url):
            await route.abort("blockedbyclient")
        else:
            await route.continue_()

    def _kind(self, request: Request) -> _Asks:
        from playwright.async_api import Error

        if not request.is_navigation_request():
            return _Asks.PART
        try:
            frame = request.frame
        except Error:  # the request is for a window that does not exist yet
            return _Asks.WINDOW
        if frame.page is not self._page:
            return _Asks.WINDOW
        return _Asks.PAGE if frame.parent_frame is None else _Asks.PART

    async def left(self, frame: Frame) -> None:
        """Leave a page to which a server has redirected, if it is not allowed."""
        from playwright.async_api import Error

        if frame.parent_frame is None and not self.places.may_show(frame.url):
            self._note(f"Navigation to {frame.url} was refused: the user has not allowed this host.")
            with contextlib.suppress(Error):  # it is being left already
                await frame.goto("about:blank")

    async def _refuse_window(self, page: Page) -> None:
        await page.close()

    async def _refuse_dialog(self, dialog: Dialog) -> None:
        self._note(f"The page showed a dialog, which was dismissed: {dialog.message}")
        await dialog.dismiss()

    async def _refuse_download(self, download: Download) -> None:
        self._note("A download was refused.")
        await download.cancel()

    def _note(self, text: str) -> None:
        if len(self._notes) < _MAX_NOTES:
            self._notes.append(one_line(text, 300))
