"""Tells whether a piece of work is quick, and whether its cost grows linearly with the length of its text, or faster."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

PART = 8
RATIO = 24.0  # times the cost of an eighth; what is linear takes 8 times as long, a square 64 times
QUICK = 0.01  # seconds of CPU; anything faster than this at the full size cannot freeze the kernel
SLOW = 2.0  # seconds of CPU for the eighth alone; the whole might take minutes
TRIES = 3  # a measurement may be slow because of the machine


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds that work takes in this thread, without other threads and processes or garbage collection."""
    collects = gc.isenabled()
    gc.disable()
    try:
        begun = time.thread_time()
        work()
        return time.thread_time() - begun
    finally:
        if collects:
            gc.enable()


def is_quick(work: Callable[[], object], seconds: float) -> bool:
    """Tell whether at least one of a few tries takes less than this many CPU seconds."""
    return any(cpu(work) < seconds for _ in range(TRIES))


def is_linear(work: Callable[[str], object], text: Callable[[int], str], size: int) -> bool:
    """Tell whether working on a text of `size` costs about 8 times as much as on an eighth of it, as it should.

    Small sizes suffice: a square shows in the ratio long before it is felt.
    """
    part, whole = text(size // PART), text(size)
    for _ in range(TRIES):
        # The first measurement may pay for what is loaded or compiled once.
        least = min(cpu(lambda: work(part)) for _ in range(TRIES))
        if least > SLOW:
            continue
        cost = cpu(lambda: work(whole))
        if cost < QUICK or cost < RATIO * least:
            return True
    return False
