"""Says how long to rest between two paintings, so that they take a small part of the kernel's time and the browser's."""

from __future__ import annotations

__all__ = ["Rests"]

COST_FACTOR = 10  # painting takes at most a tenth of the kernel's time
# Characters of HTML per second that a browser can lay out again and again without dropping frames.
BYTE_RATE = 90_000
# When nothing has changed for 0.2 s, JupyterLab reads all outputs of the notebook for its table of contents: the page freezes.
SHORT = 0.14  # seconds
MAX_OWED = 1.0  # seconds of rest that may be spread over several paintings


class Rests:
    """The rest that is still owed for what has been painted: one costly painting is made up for in several short rests."""

    def __init__(self) -> None:
        self._owed = 0.0
        self._since = 0.0

    def after(self, now: float, cost: float, size: int) -> float:
        """Return the seconds to rest from `now`, when a painting of `size` characters began that took `cost` seconds."""
        self._owed = max(0.0, self._owed - (now - self._since)) + max(COST_FACTOR * cost, size / BYTE_RATE)
        self._since = now
        return self._owed if self._owed > MAX_OWED else min(self._owed, SHORT)
