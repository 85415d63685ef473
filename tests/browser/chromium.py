"""A machine in, a headless Chromium out, or None where there is none."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.tripwire import Tripwire

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

ARGUMENTS = (
    "--no-sandbox",  # the sandbox does not work for root, nor in most containers
    "--disable-gpu",
    "--disable-quic",  # it would go around the proxy
    # Playwright adds what keeps the browser quiet: no background networking, no updates, no sync.
)


def find_chromium(playwright: Playwright) -> str | None:
    """Return the browser's path: `NBCLAUDE_CHROMIUM`, the system's, or the one Playwright installed."""
    wanted = os.environ.get("NBCLAUDE_CHROMIUM")
    names = (wanted,) if wanted else COMMANDS
    for name in names:
        if found := shutil.which(name):
            return found
    bundled = playwright.chromium.executable_path
    return bundled if not wanted and Path(bundled).exists() else None


@contextlib.contextmanager
def launch(tripwire: Tripwire) -> Iterator[Browser | None]:
    """Run Chromium with the tripwire as its proxy (the loopback is reached directly); None: no browser."""
    with sync_playwright() as playwright:
        executable = find_chromium(playwright)
        if executable is None:
            yield None
            return
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=[*ARGUMENTS, f"--proxy-server=127.0.0.1:{tripwire.port}"],
        )
        try:
            yield browser
        finally:
            browser.close()
