"""Watches a page's network requests in the browser: which are pending, and which have failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from nbclaude.frozen import frozen

__all__ = ["KINDS", "Loading", "Missed"]

# Kinds of resources by the browser's names for them. Fonts, icons and streams that stay open do not matter.
_KINDS = {
    "Document": "pages",
    "Script": "scripts",
    "Image": "images",
    "XHR": "data",
    "Fetch": "data",
    "Stylesheet": "style sheets",
}
KINDS = tuple(dict.fromkeys(_KINDS.values()))
"""What is reported as missing, the most important first."""


@frozen
class Missed:
    """Resources of one kind that could not be loaded from one host."""

    kind: str  # "scripts", "images", ...
    host: str


@dataclass
class Loading:
    """What a page loads, according to the browser's events (https://chromedevtools.github.io/devtools-protocol/tot/Network/).

    `home` is the host of the page itself. We answer its requests, so nothing from it counts as missing.
    """

    home: str
    _asked: dict[str, Missed] = field(default_factory=dict)
    _failed: dict[Missed, None] = field(default_factory=dict)
    thrown: str = ""  # the first error of a script

    def feed(self, event: Mapping[str, Any]) -> None:
        """Take one event."""
        told = event.get("params") or {}
        request = str(told.get("requestId"))
        match event.get("method"):
            case "Network.requestWillBeSent":
                self._ask(request, str(told.get("type")), str(told["request"]["url"]))
            case "Network.responseReceived" if told["response"]["status"] >= 400:
                self._fail(request)
            case "Network.loadingFailed" if not told.get("canceled"):
                self._fail(request)
            case "Network.loadingFailed" | "Network.loadingFinished":
                self._asked.pop(request, None)
            case "Runtime.exceptionThrown":
                self.thrown = self.thrown or _said(told.get("exceptionDetails") or {})

    def give_up(self) -> None:
        """Count pending requests as missed."""
        self._failed |= dict.fromkeys(self._asked.values())
        self._asked.clear()

    @property
    def pending(self) -> tuple[Missed, ...]:
        """What has been requested and has not arrived yet."""
        return tuple(dict.fromkeys(self._asked.values()))

    @property
    def missed(self) -> tuple[Missed, ...]:
        """What has failed or is pending, each kind and host once."""
        return tuple(dict.fromkeys(each for each in (*self._failed, *self.pending) if each.host != self.home))

    def _ask(self, request: str, kind: str, address: str) -> None:
        place = urlsplit(address)
        if kind in _KINDS and place.scheme in ("http", "https"):
            self._asked[request] = Missed(_KINDS[kind], place.netloc)

    def _fail(self, request: str) -> None:
        asked = self._asked.pop(request, None)
        if asked is not None:
            self._failed[asked] = None


def _said(details: Mapping[str, Any]) -> str:
    """Return the first line of an error: "ReferenceError: L is not defined"."""
    said = str((details.get("exception") or {}).get("description") or details.get("text") or "")
    return said.partition("\n")[0]
