"""Load httpx so that nothing of the user's changes: with `rich` installed, its import draws from the global random generator."""

import random

_state = random.getstate()

import httpx  # noqa: E402 - between the two lines that keep the state

random.setstate(_state)

__all__ = ["httpx"]
