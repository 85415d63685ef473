"""Tells which library a value is from, without importing any."""

from __future__ import annotations

from typing import Any

__all__ = ["is_a"]


def is_a(value: Any, kind: str) -> bool:
    """Tell whether a value's class comes from one of this name, without importing anything."""
    package, _, name = kind.rpartition(":")
    return any(
        base.__name__ == name and f"{base.__module__}.".startswith(package + ".")
        for base in type(value).__mro__
    )
