"""Lays measurements of streaming out as a table, and checks the median of several runs against this project's limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from tests.browser.recorder import Recording

__all__ = ["Check", "Measured", "checks", "doubt", "table"]

MEGABYTE = 1_000_000
MAX_MEGABYTES = 1.3
MAX_SHOWING_CPU = (
    0.9  # seconds of kernel CPU for rendering and publishing, where rendering the whole text once takes 0.15
)
MAX_SHOWING = 6.0  # times the latter, on a slower machine
MAX_LATE = 1.0  # milliseconds by which the 95th percentile of frame gaps may exceed an idle page's
MAX_OUTPUTS = 30
MAX_STOLEN = 0.05  # of processor time, taken by a virtual machine's host; above this, timings mean little


@dataclass(frozen=True, slots=True)
class Measured:
    """What one way of streaming cost in one run; CPU in seconds."""

    way: str
    recording: Recording
    kernel_cpu: float
    outputs: int
    idle: Recording | None = None
    """The same page just before, while nothing happened, for this project alone."""
    receive_cpu: float = 0.0
    """CPU of receiving the same stream without showing it, for this project alone."""
    one_shot_cpu: float = 0.0
    """CPU of rendering the finished text once, for this project alone."""
    stolen: float = 0.0
    """The share of processor time that the host gave to others meanwhile (0 to 1), where the system reports it."""

    @property
    def showing_cpu(self) -> float:
        """CPU of rendering and publishing."""
        return self.kernel_cpu - self.receive_cpu

    @property
    def late(self) -> float:
        """By how much the gaps between frames exceed those of the idle page, at the 95th percentile."""
        return self.recording.frame_gap(95) - (self.idle.frame_gap(95) if self.idle is not None else 0.0)


@dataclass(frozen=True, slots=True)
class Check:
    """One limit and what was measured against it."""

    passed: bool
    what: str

    def __str__(self) -> str:
        return f"{'PASS' if self.passed else 'FAIL'}  {self.what}"


def table(results: Sequence[Measured]) -> str:
    """Return the measurements as a Markdown table."""
    head = (
        "way of streaming",
        "bytes to the browser",
        "long tasks > 50 ms",
        "kernel CPU",
        "to render and publish",
        "outputs",
        "frame gap p95",
        "of the idle page",
        "max",
        "took",
        "stolen",
    )
    rows = [head, *(_row(result) for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def checks(runs: Sequence[Measured]) -> list[Check]:
    """Check the medians of this project's runs against its limits."""

    def middle(value: Callable[[Measured], float]) -> float:
        return median(map(value, runs))

    sent = middle(lambda run: run.recording.websocket_bytes / MEGABYTE)
    long_tasks = middle(lambda run: len(run.recording.long_tasks))
    showing, late = middle(lambda run: run.showing_cpu), middle(lambda run: run.late)
    outputs, one_shot = middle(lambda run: run.outputs), middle(lambda run: run.one_shot_cpu)
    longest = max(MAX_SHOWING_CPU, MAX_SHOWING * one_shot)
    return [
        Check(0 < sent <= MAX_MEGABYTES, f"to the browser: {sent:.2f} MB, limit {MAX_MEGABYTES} MB"),
        Check(long_tasks == 0, f"long tasks over 50 ms: {long_tasks:g}, limit 0"),
        Check(
            showing <= longest,
            f"kernel CPU to render and publish: {showing:.2f} s, limit {longest:.2f} s"
            f" ({showing / one_shot:.1f} x the {one_shot:.2f} s of rendering the whole text once)",
        ),
        Check(
            late <= MAX_LATE,
            f"p95 of frame gaps: {late:+.1f} ms compared with the idle page, limit +{MAX_LATE:g} ms",
        ),
        Check(1 <= outputs <= MAX_OUTPUTS, f"outputs: {outputs:g}, limit {MAX_OUTPUTS}"),
    ]


def doubt(runs: Sequence[Measured]) -> str:
    """Return a warning if a virtual machine got too little processor time for its timings to be trusted, or an empty string."""
    stolen = median(run.stolen for run in runs)
    if stolen <= MAX_STOLEN:
        return ""
    return (
        f"The host gave {stolen:.0%} of this machine's processor time to others during the measurement (limit {MAX_STOLEN:.0%}): "
        "CPU, long tasks and frame gaps are not to be trusted. Try again when the host is less busy."
    )


def _row(result: Measured) -> tuple[str, ...]:
    recording, idle = result.recording, result.idle
    return (
        result.way,
        f"{recording.websocket_bytes / MEGABYTE:.2f} MB",
        _long_tasks(recording),
        f"{result.kernel_cpu:.2f} s",
        f"{result.showing_cpu:.2f} s" if result.receive_cpu else "",
        str(result.outputs),
        f"{recording.frame_gap(95):.1f} ms",
        f"{idle.frame_gap(95):.1f} ms" if idle is not None else "",
        f"{recording.worst_frame_gap:.0f} ms",
        f"{recording.duration / 1000:.1f} s",
        f"{result.stolen:.0%}",
    )


def _long_tasks(recording: Recording) -> str:
    tasks = recording.long_tasks
    return f"{len(tasks)} ({recording.blocked / 1000:.1f} s blocked)" if tasks else "0"
