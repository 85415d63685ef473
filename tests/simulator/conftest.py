"""A simulator whose clock is set by the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nbclaude.simulator import Simulator


class Clock:
    """A clock that advances only when a test says so."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.25

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(clock: Clock) -> Iterator[Simulator]:
    with Simulator(clock=clock) as running:
        yield running
