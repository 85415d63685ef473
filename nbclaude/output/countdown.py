"""Says why a request is sent again, and how long that will take."""

from __future__ import annotations

import math

from nbclaude.cures import duration

__all__ = ["Countdown", "trying_again"]


def trying_again(reason: str, seconds: float) -> str:
    """Say when the next attempt comes, `seconds` from now, and why there is one."""
    return f"{reason}. Trying again in {duration(seconds)}"


class Countdown:
    """The seconds until the next attempt, which begins at the time `until`; `reason` tells why there is one."""

    def __init__(self, reason: str, until: float) -> None:
        self._reason = reason
        self._until = until
        self.next_tick = 0.0  # the time at which the text changes

    def text(self, now: float) -> str:
        """Return what to show at the time `now`; an empty string once the wait is over."""
        left = math.ceil(self._until - now)
        if left <= 0:
            return ""
        self.next_tick = self._until - left + 1
        return trying_again(self._reason, left)
