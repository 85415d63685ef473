"""Imports a library when a test first uses it: every worker imports every test module, and runs a part of its tests."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["later"]


class _Later:
    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("_"):  # pytest asks everything in a module whether it is a class, or a mock
            raise AttributeError(attribute)
        return getattr(importlib.import_module(self._name), attribute)


def later(name: str) -> Any:
    """Return a stand-in for a module, which imports it when it is asked for anything."""
    return _Later(name)
