"""Counts things in words: the one place that knows plurals."""

from __future__ import annotations

__all__ = ["counted"]


def counted(number: int, thing: str) -> str:
    """Return "1 row", "2,000 rows", "2 addresses", "3 boxes"."""
    ending = "" if number == 1 else "es" if thing.endswith(("s", "x")) else "s"
    return f"{number:,} {thing}{ending}"
