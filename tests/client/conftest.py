from __future__ import annotations

from collections.abc import Iterator

import pytest

from nbclaude.client.lines import close_lines
from nbclaude.simulator import Simulator


@pytest.fixture(scope="package")
def running_simulator() -> Iterator[Simulator]:
    """Run one simulator for all tests of the client: starting one costs more than most tests."""
    with Simulator() as running:
        yield running


@pytest.fixture
def simulator(running_simulator: Simulator) -> Simulator:
    """Give the simulator as new: no requests, no scripts."""
    running_simulator.clear()
    return running_simulator


@pytest.fixture(autouse=True)
def no_network_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep proxies and certificates of whoever runs the tests away."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(autouse=True)
def no_idle_lines() -> Iterator[None]:
    """Let no connection of one test reach the next."""
    yield
    close_lines()
