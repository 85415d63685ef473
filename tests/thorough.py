"""How many examples a broad property is tried with: a few that are always the same, or many that are new each time."""

from __future__ import annotations

import os

THOROUGH = os.environ.get("NBCLAUDE_THOROUGH", "") not in ("", "0")


def examples(few: int) -> int:
    """Return how many to try: `few`, or twenty times as many where `NBCLAUDE_THOROUGH` is set."""
    return few * 20 if THOROUGH else few
