"""Tells which tool definitions may be restored from a file: those that only say what earlier calls meant, and run nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["is_run_by_client"]

# The API's own types that a client runs once its user allows it. All others are run by the server without asking anybody.
_BY_CLIENT = re.compile(r"custom|(?:bash|text_editor|memory|computer|browser)_\w+")


def is_run_by_client(tool: Mapping[str, Any]) -> bool:
    """Tell whether calls of this tool run nowhere unless a client runs them."""
    return _BY_CLIENT.fullmatch(str(tool.get("type", "custom"))) is not None
