"""Fixtures for the servers that `make test-servers` installs; without those servers, no test here is collected."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import pytest

from nbclaude.simulator import Simulator
from tests.kernel.kernel import Kernel
from tests.servers.running import USERS, InBackground, litellm, llama_cpp, mitmproxy, mitmproxy_program
from tests.servers.table import TABLE, Cells, written_table

__all__ = ["Starting", "cells", "servers_kernel", "starting"]

if find_spec("litellm") is None or find_spec("xllamacpp") is None:
    collect_ignore_glob = ["test_*.py"]

_HUB = "test_many_users.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ask the hub's LiteLLM last: it takes longest to start."""
    items.sort(key=lambda item: _HUB in item.nodeid)


@pytest.fixture(scope="session")
def cells() -> Iterator[Cells]:
    """Give the notes about the servers; with NBCLAUDE_WRITE_TABLE they go into the table in the docs at the end."""
    noted = Cells()
    yield noted
    if os.environ.get("NBCLAUDE_WRITE_TABLE"):
        TABLE.write_text(written_table(TABLE.read_text(encoding="utf-8"), noted), encoding="utf-8")


@dataclass
class Starting:
    """The servers that take long to start, and the simulators behind them."""

    simulators: dict[str, Simulator] = field(default_factory=dict)
    servers: dict[str, InBackground] = field(default_factory=dict)


@pytest.fixture(scope="session", autouse=True)
def starting(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starting]:
    """Immediately start what this session needs, so that the first tests run while LiteLLM is still importing its packages."""
    starts: dict[str, tuple[str, Callable[[Path, str], AbstractContextManager[str]]]] = {
        "llama.cpp": ("[llama.cpp]", lambda folder, _: llama_cpp(folder)),
        "LiteLLM": ("[LiteLLM]", litellm),
        "hub": (_HUB, lambda folder, upstream: litellm(folder, upstream, USERS)),
    }
    if mitmproxy_program() is not None:
        starts["mitmproxy"] = ("[mitmproxy]", mitmproxy)
    wanted = " ".join(item.nodeid for item in request.session.items)
    made = Starting()
    with ExitStack() as stack:
        for name, (part, start) in starts.items():
            if part in wanted:
                simulator = made.simulators[name] = stack.enter_context(Simulator())
                folder = tmp_path_factory.mktemp("server")
                # The first LiteLLM compiles its packages; a second one at the same time would do that again.
                after = made.servers.get("LiteLLM") if name == "hub" else None
                server = InBackground(start(folder, simulator.base_url), after)
                stack.callback(server.close)
                made.servers[name] = server
        yield made


@pytest.fixture(scope="session")
def servers_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """Give one kernel for all servers, with nbclaude loaded."""
    home: Path = tmp_path_factory.mktemp("kernel")
    with Kernel(home) as kernel:
        loaded = kernel.run("%load_ext nbclaude")
        assert loaded.ok, loaded.error
        yield kernel
