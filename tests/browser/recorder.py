"""Reads from the page's recorder the numbers that matter to a reader: jerks, freezes, traffic."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPT = Path(__file__).with_name("recorder.js")
"""To be installed with `add_init_script`, before the page's own scripts."""


@dataclass(frozen=True, slots=True)
class LongTask:
    """A task over 50 ms, during which the page answered to nothing; `start` counts from the recording's."""

    start: float
    duration: float


@dataclass(frozen=True, slots=True)
class Recording:
    """One stretch of a page's life; times are in milliseconds, sizes in bytes."""

    duration: float
    websocket_bytes: int
    """Payload that arrived by WebSocket."""
    long_tasks: tuple[LongTask, ...]
    frame_gaps: tuple[float, ...]
    """Time between one animation frame and the next; 16.7 when all is smooth."""

    @property
    def blocked(self) -> float:
        """The sum of the long tasks."""
        return sum(task.duration for task in self.long_tasks)

    @property
    def worst_frame_gap(self) -> float:
        """The longest time without a frame."""
        return max(self.frame_gaps, default=0.0)

    def frame_gap(self, percentile: float) -> float:
        """Return the gap that `percentile` per cent of the gaps do not exceed."""
        ordered = sorted(self.frame_gaps)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percentile / 100))] if ordered else 0.0


def start(page: Page) -> None:
    """Begin a recording."""
    page.evaluate("window.__recorder.start()")


def stop(page: Page) -> Recording:
    """End the recording and return it."""
    raw: dict[str, Any] = page.evaluate("window.__recorder.stop()")
    return Recording(
        duration=raw["ended"] - raw["started"],
        websocket_bytes=raw["bytes"],
        long_tasks=tuple(LongTask(start - raw["started"], took) for start, took in raw["longTasks"]),
        frame_gaps=tuple(gap for _now, gap in raw["frames"]),
    )
