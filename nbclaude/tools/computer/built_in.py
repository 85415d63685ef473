"""The pages that the word `computer(...)` opens: one for each address and size, in one thread, until the kernel ends."""

from __future__ import annotations

import atexit
from collections.abc import Mapping
from typing import Any

from nbclaude.forks import in_child
from nbclaude.refusal import UnfitError
from nbclaude.tools.computer.actions import computer_tools
from nbclaude.tools.computer.page import BrowserPage
from nbclaude.tools.computer.places import places_of
from nbclaude.tools.functions import Tool
from nbclaude.tools.owner import Owner
from nbclaude.tools.versions import Version

__all__ = ["close_pages", "page_tools"]

_EXAMPLE = (
    "Write it like computer(url='https://example.org', allow=['docs.example.org'], width=1280, height=800)."
)
_OWNER = Owner("nbclaude-browser")
_PAGES: dict[tuple[Any, ...], BrowserPage] = {}
_TOOLS: dict[tuple[Any, ...], tuple[Tool, ...]] = {}


def page_tools(version: Version, options: Mapping[str, Any]) -> tuple[Tool, ...]:
    """Return the tools of the page with these options: always the same objects, since the user allows those and no others.

    Raises:
        UnfitError: the options are not those of a page, or Playwright is not installed.

    """
    from importlib.util import find_spec

    if find_spec("playwright") is None:
        raise UnfitError(
            "it needs Playwright. Install nbclaude[computer], then a browser with: playwright install chromium"
        )
    url, allow, width, height = _read(options)
    key = (url, allow, width, height)
    page = _PAGES.get(key)
    if page is None:
        page = _PAGES[key] = BrowserPage(places_of(url, allow), _OWNER, width, height)
    if (*key, version) not in _TOOLS:
        hosts = ", ".join(page.places.hosts)
        touches = f"a headless browser page of its own, which may show {hosts}"
        _TOOLS[*key, version] = computer_tools(page, version, touches)
    return _TOOLS[*key, version]


def close_pages() -> None:
    """End the browsers and the thread."""
    pages = tuple(_PAGES.values())
    _forget()
    for page in pages:
        page.close()
    _OWNER.close()


def _read(options: Mapping[str, Any]) -> tuple[str, tuple[str, ...], int, int]:
    known = {"url": "", "allow": [], "width": 1_280, "height": 800}
    given = {**known, **options}
    url, allow, width, height = (given[name] for name in known)
    allow = [allow] if isinstance(allow, str) else allow
    is_fine = isinstance(url, str) and url and isinstance(allow, list | tuple)
    is_fine = is_fine and all(isinstance(each, str) for each in allow)
    is_fine = is_fine and all(type(side) is int for side in (width, height))
    if set(options) - set(known) or not is_fine:
        raise UnfitError(f"computer needs the address of a page. {_EXAMPLE}")
    return url, tuple(allow), width, height


def _forget() -> None:
    _PAGES.clear()
    _TOOLS.clear()


def _in_child() -> None:
    for page in _PAGES.values():
        page.forget()
    _OWNER.forget()


atexit.register(close_pages)
in_child(_in_child)
