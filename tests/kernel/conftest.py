"""Fixtures around a real ipykernel: a shared one, one of one's own, and one connected to the simulator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.kernel.kernel import CANARY_KEY, Kernel

if TYPE_CHECKING:
    from nbclaude.simulator import Simulator


@pytest.fixture(scope="package")
def shared_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """Give one kernel process for all tests; ask for `kernel`, which resets it in between."""
    with Kernel(tmp_path_factory.mktemp("kernel")) as kernel:
        yield kernel


@pytest.fixture
def kernel(shared_kernel: Kernel) -> Iterator[Kernel]:
    """Give a kernel without the extension, without names and without a key; afterwards look for the canary key."""
    shared_kernel.reset()
    yield shared_kernel
    leaks, shared_kernel.leaks = shared_kernel.leaks, []
    assert leaks == []


@pytest.fixture
def fresh_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """Give a kernel process of one's own: for tests that kill it, or measure its first steps."""
    with Kernel(tmp_path_factory.mktemp("kernel")) as kernel:
        yield kernel


@pytest.fixture
def claude_kernel(kernel: Kernel, simulator: Simulator) -> Kernel:
    """Give a kernel with the extension loaded and connected to this test's simulator."""
    return connect(kernel, simulator)


@pytest.fixture(scope="module")
def many_asks(shared_kernel: Kernel) -> Iterator[tuple[Kernel, Simulator]]:
    """Give a connected kernel with its simulator for many cases that do not mind each other: to reset it costs a second.

    The tests that share it stand together in their module, since those that reset the kernel end it.
    """
    from nbclaude.simulator import Simulator

    with Simulator() as simulator:
        shared_kernel.reset()
        yield connect(shared_kernel, simulator), simulator
    leaks, shared_kernel.leaks = shared_kernel.leaks, []
    assert leaks == []


def connect(kernel: Kernel, simulator: Simulator) -> Kernel:
    """Load the extension into a kernel, and connect it to a simulator."""
    connected = kernel.run(
        "import os\n"
        f"os.environ['ANTHROPIC_BASE_URL'] = {simulator.base_url!r}\n"
        f"os.environ['ANTHROPIC_API_KEY'] = {CANARY_KEY!r}\n"
        "%load_ext nbclaude"
    )
    assert connected.ok, connected.error
    return kernel
