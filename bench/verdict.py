"""Measurements of streaming in, a table and a line for each limit out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.browser.recorder import Recording

MEGABYTE = 1_000_000
MAX_BYTES = 4 * MEGABYTE
MAX_OUTPUTS = 30
MOST_FRAME_GAP_P95 = 34.0
"""Milliseconds: two frames of a 60 Hz screen."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one way of streaming cost; CPU in seconds."""

    way: str
    recording: Recording
    kernel_cpu: float
    outputs: int
    receive_cpu: float = 0.0
    """CPU of receiving the same stream without showing it, for this project alone."""
    one_shot_cpu: float = 0.0
    """CPU of rendering the finished text once, for this project alone."""


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
        "outputs",
        "frame gap p95",
        "max",
        "took",
    )
    rows = [head, *(_row(result) for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def checks(result: Measured) -> list[Check]:
    """Hold this project's measurements against its limits."""
    recording, one_shot = result.recording, result.one_shot_cpu
    shown_cpu = result.kernel_cpu - result.receive_cpu
    cpu_limit = 2 * one_shot + 1
    long_tasks, p95 = recording.long_tasks, recording.frame_gap(95)
    sent = recording.websocket_bytes
    when = "".join(f"\n      {task.duration:.0f} ms at {task.start / 1000:.2f} s" for task in long_tasks)
    return [
        Check(not long_tasks, f"long tasks over 50 ms: {_long_tasks(recording)}, limit 0{when}"),
        Check(0 < sent <= MAX_BYTES, f"to the browser: {sent / MEGABYTE:.2f} MB, limit 4 MB"),
        Check(
            shown_cpu <= cpu_limit,
            f"kernel CPU to render and publish: {shown_cpu:.2f} s, limit {cpu_limit:.2f} s\n"
            f"      ({result.kernel_cpu:.2f} s less {result.receive_cpu:.2f} s for receiving the same stream;"
            f" limit: 2 x {one_shot:.2f} s for a one-shot render, plus 1 s)",
        ),
        Check(1 <= result.outputs <= MAX_OUTPUTS, f"outputs: {result.outputs}, limit {MAX_OUTPUTS}"),
        Check(0 < p95 <= MOST_FRAME_GAP_P95, f"p95 of frame gaps: {p95:.1f} ms, limit 34 ms"),
    ]


def _row(result: Measured) -> tuple[str, ...]:
    recording = result.recording
    cpu = f"{result.kernel_cpu:.2f} s"
    if result.one_shot_cpu:
        cpu += f" ({result.kernel_cpu / result.one_shot_cpu:.1f} x one-shot)"
    return (
        result.way,
        f"{recording.websocket_bytes / MEGABYTE:.2f} MB",
        _long_tasks(recording),
        cpu,
        str(result.outputs),
        f"{recording.frame_gap(95):.1f} ms",
        f"{recording.worst_frame_gap:.0f} ms",
        f"{recording.duration / 1000:.1f} s",
    )


def _long_tasks(recording: Recording) -> str:
    tasks = recording.long_tasks
    return f"{len(tasks)} ({recording.blocked / 1000:.1f} s blocked)" if tasks else "0"
