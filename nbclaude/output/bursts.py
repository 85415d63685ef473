"""Limits how many of a tool's messages are shown, so that a tool that never stops reporting does not keep the page busy."""

from __future__ import annotations

__all__ = ["Bursts"]

_MOST = 30  # in a burst
_RATE = 15  # per second, after a burst


class Bursts:
    """An allowance that messages use up and that grows back over time."""

    def __init__(self) -> None:
        self._used = self._since = 0.0

    def may_show(self, now: float) -> bool:
        """Tell whether to show a message that arrives at the time `now`, in seconds."""
        self._used = max(0.0, self._used - (now - self._since) * _RATE)
        self._since = now
        if self._used >= _MOST:
            return False
        self._used += 1
        return True
