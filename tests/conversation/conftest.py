from __future__ import annotations

from collections.abc import Iterator

import pytest

from nbclaude.simulator import Simulator
from nbclaude.workspace import Workspace
from tests.client.conftest import no_idle_lines, no_network_settings

__all__ = ["no_idle_lines", "no_network_settings"]

CANARY = "sk-ant-canary-0000000000000000"


@pytest.fixture
def workspace(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """Give a workspace of the test's own, connected to the strict simulator."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", simulator.base_url)
    for name in ("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_CUSTOM_HEADERS", "ANTHROPIC_MODEL"):
        monkeypatch.delenv(name, raising=False)
    yield Workspace()
