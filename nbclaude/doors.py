"""Makes packages whose modules are loaded when one of their names is first used, each by itself."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

__all__ = ["door"]


def door(room: str, modules: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package; `modules` maps each of its modules to the names that it provides.

    For type checkers, the package also imports the names under `TYPE_CHECKING`.
    """
    where = {name: module for module, names in modules.items() for name in names}

    def find(name: str) -> Any:
        if name not in where:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        found = getattr(importlib.import_module(f"{room}.{where[name]}"), name)
        setattr(sys.modules[room], name, found)
        return found

    return find
