"""The environment of the processes that tools start: without secrets."""

from __future__ import annotations

import os

from nbclaude.secrets.masking import mask
from nbclaude.secrets.names import name_of

__all__ = ["without_secrets"]


def without_secrets() -> dict[str, str]:
    """Return the environment without variables whose name or value looks like a secret."""
    return {name: value for name, value in os.environ.items() if name_of(name) is None and not mask(value)[1]}
