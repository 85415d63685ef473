"""Fixtures around JupyterLab in Chromium: one server and one browser for all tests; pages as good as new are used again."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import launch
from tests.browser.lab import Lab
from tests.browser.notebook_page import NotebookPage
from tests.browser.tripwire import Tripwire
from tests.kernel.kernel import CANARY_KEY

if TYPE_CHECKING:
    from nbclaude.simulator import Simulator

OpenNotebook = Callable[..., NotebookPage]
"""`(cells, *, name=..., theme="light", size=(1280, 900), environment=None, front_end="lab", extension=True) -> NotebookPage`."""

Kept = dict[tuple[Lab, bool, str], NotebookPage]
"""Pages that tests have left, by server, by whether they have the extension, and by front end."""

PASSED = pytest.StashKey[bool]()

# A busy machine gets its time: what is right goes on as soon as it is.
expect.set_options(timeout=15_000)

# Playwright's synchronous interface keeps an event loop running in this thread, which other tests must not
# meet: hence all fixtures end with the folder ("package"), not with the whole run.


@pytest.fixture(scope="package")
def tripwire() -> Iterator[Tripwire]:
    """Give the proxy that writes down every attempt to leave the loopback."""
    with Tripwire() as tripwire:
        yield tripwire


@pytest.fixture(scope="package")
def chromium(tripwire: Tripwire) -> Iterator[Browser]:
    """Give the browser; without one the tests are skipped, or fail if `NBCLAUDE_REQUIRE_BROWSER` is set."""
    with launch(tripwire) as browser:
        if browser is None:
            reason = "no Chromium on this machine: the browser tests cannot run"
            if os.environ.get("NBCLAUDE_REQUIRE_BROWSER", "") not in ("", "0"):
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)
        yield browser


@pytest.fixture(scope="package")
def lab(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Give a JupyterLab server that nobody ever configured."""
    with Lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(scope="package")
def kept(chromium: Browser) -> Iterator[Kept]:
    """Give the pages that tests have left."""
    pages: Kept = {}
    yield pages
    for page in pages.values():
        page.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note which tests have passed."""
    report = yield
    item.stash[PASSED] = report.passed
    return report


@pytest.fixture
def open_notebook(
    request: pytest.FixtureRequest,
    lab: Lab,
    chromium: Browser,
    tripwire: Tripwire,
    kept: Kept,
) -> Iterator[OpenNotebook]:
    """Open notebooks, each with a kernel of its own; in the end every page must have kept the rules.

    The rules are `Watch.check`: no request to another host, no dialog, no popup, no uncaught error. A test
    that provokes one says so with `notebook.watch.forget()`.
    """
    opened: dict[NotebookPage, tuple[Lab, bool, str]] = {}

    def open_one(
        cells: Sequence[str],
        *,
        name: str = "notebook",
        theme: str = "light",
        size: tuple[int, int] = (1280, 900),
        environment: dict[str, str] | None = None,
        front_end: str = "lab",
        extension: bool = True,
    ) -> NotebookPage:
        lab.set_theme(theme)
        lab.use_extension(extension)
        lab.connect(**(environment or {}))
        kind = (lab, extension, front_end)
        notebook = kept.pop(kind, None)
        if notebook is None:
            notebook = NotebookPage(lab, chromium, tripwire, size, front_end)
        else:
            notebook.enter(size, theme)
        opened[notebook] = kind
        notebook.create(cells, name)
        return notebook

    try:
        yield open_one
    finally:
        for notebook, kind in opened.items():
            if request.node.stash.get(PASSED, False) and kind not in kept and notebook.leave():
                kept[kind] = notebook
            else:
                notebook.close()
        lab.shut_kernels_down()
        leaks = [file.name for file in lab.root.glob("*.ipynb") if CANARY_KEY in file.read_text("utf-8")]
        for file in lab.root.glob("*.ipynb"):
            file.unlink()
    assert leaks == []  # no saved notebook may hold the key
    for notebook in opened:
        notebook.watch.check()


@pytest.fixture
def claude_notebook(open_notebook: OpenNotebook, simulator: Simulator) -> OpenNotebook:
    """Open notebooks whose kernels are connected to this test's simulator; a cell loads the extension."""
    connection = {"ANTHROPIC_BASE_URL": simulator.base_url, "ANTHROPIC_API_KEY": CANARY_KEY}

    def open_one(cells: Sequence[str], **options: object) -> NotebookPage:
        return open_notebook(cells, environment=connection, **options)

    return open_one
