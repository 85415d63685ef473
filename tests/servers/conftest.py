"""Fixtures for the servers that `make test-servers` installs; without those servers, no test here is collected."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.kernel.kernel import Kernel
from tests.servers.table import TABLE, Cells, written_table

__all__ = ["cells", "servers_kernel"]

if find_spec("litellm") is None or find_spec("xllamacpp") is None:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def cells() -> Iterator[Cells]:
    """Give the notes about the servers; with NBCLAUDE_WRITE_TABLE they go into the table in the docs at the end."""
    noted = Cells()
    yield noted
    if os.environ.get("NBCLAUDE_WRITE_TABLE"):
        TABLE.write_text(written_table(TABLE.read_text(encoding="utf-8"), noted), encoding="utf-8")


@pytest.fixture(scope="session")
def servers_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """Give one kernel for all servers, with nbclaude loaded."""
    home: Path = tmp_path_factory.mktemp("kernel")
    with Kernel(home) as kernel:
        loaded = kernel.run("%load_ext nbclaude")
        assert loaded.ok, loaded.error
        yield kernel
