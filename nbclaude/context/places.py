"""Tells whose a file is: the user's (a cell, a module beside the notebook), or a library's."""

from __future__ import annotations

import functools
import sysconfig
from pathlib import Path

__all__ = ["is_cell_file", "is_users_file", "short_path"]

_CELLS = ("<ipython-input", "ipykernel_", "<tokenize")
_PACKAGES = ("site-packages", "dist-packages")


def is_cell_file(file: str) -> bool:
    """Tell whether a file name stands for a cell of the notebook."""
    return any(mark in file for mark in _CELLS)


@functools.lru_cache(maxsize=1_000)
def is_users_file(file: str) -> bool:
    """Tell whether a file holds code of the user's: it is a cell, or neither an installed package's nor Python's own."""
    if is_cell_file(file):
        return True
    if not file or file.startswith("<"):
        return False
    path = Path(file)
    # What is compiled names the files of another machine: `pandas/_libs/index.pyx`.
    if not path.is_absolute() and not path.exists():
        return False
    parts = path.parts
    return not any(each in parts for each in _PACKAGES) and not any(
        Path(file).is_relative_to(place) for place in _library_places()
    )


@functools.cache
def _library_places() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    own = str(Path(__file__).parents[1])
    return (own, *(paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib") if name in paths))


def short_path(file: str) -> str:
    """Return a path as one would say it: from the working directory, or for a library from the name of its package."""
    path = Path(file)
    parts = path.parts
    for index in range(len(parts) - 1, 0, -1):
        if parts[index - 1] in _PACKAGES:
            return "/".join(parts[index:])
    for place in _library_places():
        if path.is_relative_to(place):
            return str(path.relative_to(place))
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return file
