"""Refuses what is too old to work with, in one sentence, before anything of it is used."""

from __future__ import annotations

import re
import sys
from typing import Any

from nbclaude.errors import ConfigurationError

__all__ = ["refuse_old_shell", "refuse_old_widgets", "refuse_pyodide"]


def refuse_old_shell(shell: Any) -> None:
    """Refuse an IPython, or a kernel, that is too old. A terminal needs no ipykernel.

    Raises:
        ConfigurationError: it is too old; the message names the versions and how to update.

    """
    _refuse("ipython", "IPython", (8, 18))
    kernel = getattr(shell, "kernel", None)
    if any(base.__module__.partition(".")[0] == "ipykernel" for base in type(kernel).__mro__):
        _refuse("ipykernel", "ipykernel", (6, 29))


def refuse_old_widgets() -> None:
    """Refuse widgets that are too old for the panel. Raises ConfigurationError as above."""
    _refuse("ipywidgets", "ipywidgets", (8, 0))


def refuse_pyodide(platform: str = sys.platform) -> None:
    """Raise ConfigurationError in Pyodide, the browser's own Python, which has neither threads nor sockets."""
    if platform == "emscripten":
        raise ConfigurationError(
            "nbclaude does not work in Pyodide (JupyterLite): Python in a browser has neither threads nor sockets. "
            "Use a Jupyter server."
        )


def _refuse(package: str, module: str, least: tuple[int, int]) -> None:
    found = _running(package, module)
    numbers = tuple(int(number) for number in re.findall(r"\d+", found)[:2])
    if numbers and numbers < least:
        needed = ".".join(map(str, least))
        raise ConfigurationError(
            f"nbclaude needs {module} {needed} or newer, but this is {module} {found}. "
            f'Run %pip install -U "{package}>={needed}" and restart.'
        )


def _running(package: str, module: str) -> str:
    """Return the version that is loaded, else the one that is installed; empty if nobody knows."""
    loaded = getattr(sys.modules.get(module), "__version__", None)
    if loaded is not None:
        return str(loaded)
    from importlib.metadata import PackageNotFoundError, version  # slow to load, and rarely needed

    try:
        return version(package)
    except PackageNotFoundError:
        return ""
