"""Counts things and time in words: the one place that knows plurals."""

from __future__ import annotations

import math

__all__ = ["counted", "duration"]


def counted(number: int, thing: str) -> str:
    """Return "1 row", "2,000 rows", "2 addresses", "3 boxes"."""
    ending = "" if number == 1 else "es" if thing.endswith(("s", "x")) else "s"
    return f"{number:,} {thing}{ending}"


def duration(seconds: float) -> str:
    """Return "9 s", "12 min", "2 h", rounded up."""
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{math.ceil(seconds / length)} {unit}"
    return f"{math.ceil(seconds)} s"
