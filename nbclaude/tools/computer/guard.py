"""Keeps a page on the hosts that the user has allowed: a single page, without other windows, dialogs or downloads."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from nbclaude.cleaning import one_line
from nbclaude.tools.computer.places import Places

if TYPE_CHECKING:
    from playwright.async_api import (
        Browser,
        BrowserContext,
        CDPSession,
        Dialog,
        Download,
        Frame,
        Page,
        Request,
        Route,
        WebSocketRoute,
    )

__all__ = ["PageGuard"]

_MAX_NOTES = 10


class PageGuard:
    """Refuses what a page may not do, and notes it for the model."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self._notes: list[str] = []
        self._page: Page | None = None

    async def opened(self, browser: Browser, context: BrowserContext) -> Page:
        """Open the page, under guard."""
        await context.route("**/*", self._routed)
        await context.route_web_socket(self._is_refused_socket, self._refuse_socket)
        page = self._page = await context.new_page()
        await self._guard_requests(browser, page)
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
        """Refuse requests for another window."""
        if self._is_of_page(route.request):
            await route.continue_()
        else:
            self._note("A second window was refused: there is only this page.")
            await route.abort("blockedbyclient")

    def _is_of_page(self, request: Request) -> bool:
        from playwright.async_api import Error

        if not request.is_navigation_request():
            return True
        try:
            return request.frame.page is self._page
        except Error:  # the request is for a window that does not exist yet
            return False

    async def _guard_requests(self, browser: Browser, page: Page) -> None:
        """Check each request before it is sent. Playwright does not route the requests that follow a redirect."""
        session = await page.context.new_cdp_session(page)
        main_frame = (await session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
        await session.detach()
        requests = await browser.new_browser_cdp_session()

        async def paused(event: dict[str, Any]) -> None:
            is_page = event["resourceType"] == "Document" and event["frameId"] == main_frame
            await self._paused(requests, event["requestId"], event["request"]["url"], is_page=is_page)

        requests.on("Fetch.requestPaused", paused)
        await requests.send("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})

    async def _paused(self, requests: CDPSession, request: str, url: str, *, is_page: bool) -> None:
        """Let a request through, or refuse it. Where a whole page is refused, the page stays as it is."""
        from playwright.async_api import Error

        command: tuple[str, dict[str, Any]] = ("Fetch.continueRequest", {})
        if is_page and not self.places.may_show(url):
            self._note_navigation(url)
            command = ("Fetch.fulfillRequest", {"responseCode": 204})
        elif not is_page and not self.places.may_load(url):
            command = ("Fetch.failRequest", {"errorReason": "BlockedByClient"})
        with contextlib.suppress(Error):  # the page has cancelled it
            await requests.send(command[0], {"requestId": request, **command[1]})

    async def left(self, frame: Frame) -> None:
        """Leave a page that is not allowed, in case the browser shows it anyway."""
        from playwright.async_api import Error

        if frame.parent_frame is None and not self.places.may_show(frame.url):
            self._note_navigation(frame.url)
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

    def _is_refused_socket(self, url: str) -> bool:
        return not self.places.may_load(f"http{url.removeprefix('ws')}")

    async def _refuse_socket(self, socket: WebSocketRoute) -> None:
        await socket.close()

    def _note_navigation(self, url: str) -> None:
        self._note(f"Navigation to {url} was refused: the user has not allowed this host.")

    def _note(self, text: str) -> None:
        if len(self._notes) < _MAX_NOTES:
            self._notes.append(one_line(text, 300))
