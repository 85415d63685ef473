"""The base class of every family of magics: it says that there is a shell, which IPython's own class leaves open."""

from __future__ import annotations

from typing import Any

from IPython.core.magic import Magics

from nbclaude.notebook import Shell

__all__ = ["Family"]


class Family(Magics):
    """Magics that run in a shell: without one, nobody can call them."""

    shell: Shell  # type: ignore[assignment]  # IPython declares that there may be none

    def __init__(self, *, shell: Shell, **arguments: Any) -> None:
        super().__init__(shell=shell, **arguments)  # type: ignore[arg-type]  # a Shell is what we use of its class
