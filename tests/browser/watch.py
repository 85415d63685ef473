"""Records everything that a browser page did that a reader did not ask for: requests, dialogs, errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Error, Page

from tests.browser.tripwire import Tripwire

LOCAL_SCHEMES = ("data", "blob", "about", "javascript", "devtools")
"""Addresses that need no network."""

OF_NOTEBOOK_7 = (
    "Cannot read properties of undefined (reading 'schema')",
    "Command 'filebrowser:open-path' not registered.",
)
"""What Notebook 7 itself does not catch, in a notebook without nbclaude too: plugins of JupyterLab that it leaves out."""

OF_JUPYTERLAB_4_2 = "_cellToolbarOverlapsContents"
"""The function of JupyterLab 4.2 that looks at the active cell a little later, when it may have been deleted."""


@dataclass  # without slots: Playwright keeps a note of its own on the owner of a listener
class Watch:
    """What a page requested and complained of since it was opened.

    `popups` are pages it opened; each is closed at once. Dialogs are dismissed, except the browser's own
    question whether to leave a page.
    """

    host: str
    tripwire: Tripwire
    requests: list[str] = field(default_factory=list)
    popups: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    console_errors: list[str] = field(default_factory=list)
    page_errors: list[str] = field(default_factory=list)
    provoked: bool = False
    """Whether the page was made to do what is forbidden."""
    _heard_before: int = 0

    def attach(self, context: BrowserContext, page: Page) -> None:
        """Listen from now on."""
        self._heard_before = len(self.tripwire.attempts)
        context.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda websocket: self.requests.append(websocket.url))
        page.on("popup", self._on_popup)
        page.on("dialog", self._on_dialog)
        page.on("console", self._on_console)
        page.on("pageerror", self._on_page_error)

    @property
    def foreign_requests(self) -> list[str]:
        """Everything that was asked of any host but the Jupyter server, by whatever means."""
        asked = [url for url in self.requests if not self._is_ours(url)]
        return asked + self.tripwire.attempts[self._heard_before :]

    def forget(self) -> None:
        """Start afresh: for tests that provoke what is forbidden."""
        self.begin()
        self.provoked = True

    def begin(self) -> None:
        """Start afresh, with another test."""
        self._heard_before = len(self.tripwire.attempts)
        for record in (self.requests, self.popups, self.dialogs, self.console_errors, self.page_errors):
            record.clear()

    def check(self) -> None:
        """Fail if the page reached out to another host, ran a dialog or a popup, or threw an error."""
        found = {
            "requests to other hosts": self.foreign_requests,
            "popups": self.popups,
            "dialogs": self.dialogs,
            "errors that no script caught": [each for each in self.page_errors if each not in OF_NOTEBOOK_7],
        }
        assert not any(found.values()), {what: items for what, items in found.items() if items}

    def _is_ours(self, url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme in LOCAL_SCHEMES or parts.netloc == self.host

    def _on_popup(self, popup: Page) -> None:
        self.popups.append(popup.url)
        popup.close()

    def _on_dialog(self, dialog: Dialog) -> None:
        if dialog.type == "beforeunload":
            dialog.accept()
        else:
            self.dialogs.append(f"{dialog.type}: {dialog.message}")
            dialog.dismiss()

    def _on_page_error(self, error: Error) -> None:
        if OF_JUPYTERLAB_4_2 not in (error.stack or ""):
            self.page_errors.append(str(error))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.console_errors.append(message.text)
