"""What all tests share: the simulator, the markers, and a loud word when the browser tests did not run."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.thorough import THOROUGH, examples

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

    from nbclaude.simulator import Simulator

BROWSER_REQUIRED = os.environ.get("NBCLAUDE_REQUIRE_BROWSER", "") not in ("", "0")


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


@pytest.fixture(scope="session", autouse=True)
def no_rest_between_reads() -> Iterator[None]:
    """Let the worker thread read on at once: its rest saves a front end work, and costs each of thousands of asks 30 ms."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nbclaude.client.relay._REST", 0.0)
        yield


@pytest.fixture(scope="session", autouse=True)
def usual_wait() -> Iterator[Callable[..., float]]:
    """Retry soon, and give the function that says how long a user waits, for tests of just that."""
    from nbclaude.client import stream

    usual = stream._growing
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "_growing", lambda state: 0.02)
        patch.setattr(stream, "_MAX_JITTER", 0.02)
        yield usual


def pytest_configure(config: pytest.Config) -> None:
    """Hear Ctrl-C, also where the shell that started the tests ignores it, and name the markers."""
    # `make test &` and `nohup` ignore the signal for all that they start; tests and the processes that they start stop by it.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    with contextlib.suppress(ImportError):  # the oldest environment does without
        from hypothesis import HealthCheck, settings

        # On a busy machine everything takes long, which says nothing about the code. And whether a change is right must not
        # depend on chance: the examples are the same each time, unless somebody asks for many that are new.
        settings.register_profile(
            "ours",
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
            derandomize=not THOROUGH,
            max_examples=examples(50),
        )
        settings.load_profile("ours")
    config.addinivalue_line("markers", "kernel: needs a real ipykernel (given to all of tests/kernel)")
    config.addinivalue_line("markers", "browser: needs Chromium (given to all of tests/browser)")
    config.addinivalue_line(
        "markers", "sweep: slow tests; `make test` runs them, `make check` leaves them out"
    )
    config.addinivalue_line("markers", "once: kernel tests that do not run with the oldest versions, too")
    config.addinivalue_line("markers", "oldest: browser tests that run with the oldest versions, too")
    if not hasattr(config, "workerinput"):  # where tests run in several processes, the first one hears of all
        config.pluginmanager.register(BrowserTests(config))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test by the folder it is in; what is quick to fail comes first."""
    order = ("", "kernel", "browser")

    def folder(item: pytest.Item) -> str:
        below = item.nodeid.split("/")[1]
        return below if below in order else ""

    for item in items:
        if folder(item):
            item.add_marker(folder(item))
    items.sort(key=lambda item: order.index(folder(item)))


def pytest_collection_finish() -> None:
    """Let garbage collection pass over thousands of tests: IPython collects at every reset of a shell."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    """Let plugins that ask the garbage collector for referrers find them again."""
    gc.unfreeze()


class BrowserTests:
    """Counts the browser tests, and says loudly if none of them was executed."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._tried: set[str] = set()
        self._executed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count: a test that was skipped or failed in its set-up has no report of a call."""
        if "browser" in report.keywords:
            self._tried.add(report.nodeid)
            if report.when == "call":
                self._executed.add(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a run that requires the browser and in which no browser test was executed."""
        if BROWSER_REQUIRED and not self._executed and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        """Say what became of them."""
        if self._config.option.collectonly or not (self._tried or BROWSER_REQUIRED):
            return
        if self._executed:
            count = f"{len(self._executed)} of {len(self._tried)}"
            terminalreporter.line(f"browser tests executed: {count}")
        else:
            terminalreporter.section("THE BROWSER TESTS DID NOT RUN", sep="!", red=True, bold=True)
            terminalreporter.line("Nothing of what a reader sees in JupyterLab was checked.")
            terminalreporter.line(
                "Install Chromium (Debian: apt-get install chromium) and run the tests again."
            )
