"""What all tests share: the simulator, the markers, and a loud word when the browser tests did not run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

    from nbclaude.simulator import Simulator

BROWSER_REQUIRED = os.environ.get("NBCLAUDE_REQUIRE_BROWSER", "") not in ("", "0")
BROWSER_TESTS_RUN = pytest.StashKey[int]()
BROWSER_TESTS_COLLECTED = pytest.StashKey[int]()


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """Give a Messages API of this test's own, on a real socket of the loopback interface."""
    from nbclaude.simulator import Simulator

    with Simulator() as running:
        yield running


@pytest.fixture(scope="session", autouse=True)
def no_stored_keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the developer's own keys out of every test: no key file, no keyring."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        yield


def pytest_configure(config: pytest.Config) -> None:
    """Name the markers."""
    config.addinivalue_line("markers", "kernel: needs a real ipykernel (given to all of tests/kernel)")
    config.addinivalue_line("markers", "browser: needs Chromium (given to all of tests/browser)")
    config.stash[BROWSER_TESTS_RUN] = 0
    config.stash[BROWSER_TESTS_COLLECTED] = 0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test by the folder it is in; what is quick to fail comes first."""
    order = ("", "kernel", "browser")

    def folder(item: pytest.Item) -> str:
        below = item.path.relative_to(config.rootpath / "tests").parts[0]
        return below if below in order else ""

    for item in items:
        if folder(item):
            item.add_marker(folder(item))
    items.sort(key=lambda item: order.index(folder(item)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Count the browser tests that got past their set-up: a skipped fixture does not come here."""
    if item.get_closest_marker("browser"):
        item.config.stash[BROWSER_TESTS_RUN] += 1
    return (yield)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Count the browser tests that are going to be tried."""
    wanted = sum(1 for item in session.items if item.get_closest_marker("browser"))
    session.config.stash[BROWSER_TESTS_COLLECTED] = wanted


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that requires the browser and in which no browser test was executed."""
    run = session.config.stash[BROWSER_TESTS_RUN]
    if BROWSER_REQUIRED and run == 0 and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    """Say what became of the browser tests."""
    run, wanted = config.stash[BROWSER_TESTS_RUN], config.stash[BROWSER_TESTS_COLLECTED]
    if config.option.collectonly or (wanted == 0 and not BROWSER_REQUIRED):
        return
    if run == 0:
        terminalreporter.section("THE BROWSER TESTS DID NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line("Nothing of what a reader sees in JupyterLab was checked.")
        terminalreporter.line("Install Chromium (Debian: apt-get install chromium) and run the tests again.")
    else:
        terminalreporter.line(f"browser tests executed: {run} of {wanted}")
