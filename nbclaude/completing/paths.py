"""Finds the files and folders whose paths begin with what is typed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

__all__ = ["paths"]

_MAX_ENTRIES = 500


def paths(begun: str, *endings: str) -> Iterator[tuple[str, str]]:
    """Give each path, and whether it is a file or a folder; hidden ones only if the dot is typed.

    Folders end in a slash. With `endings`, only files that end in one of them are given.
    """
    folder, slash, name = begun.rpartition("/")
    try:
        with os.scandir(Path(f"{folder}{slash}" or ".").expanduser()) as found:
            entries = sorted((entry.name, entry.is_dir()) for entry in islice(found, _MAX_ENTRIES))
    except (OSError, RuntimeError, ValueError):  # no such folder, no home, or no path
        return
    for entry, is_folder in entries:
        if entry.startswith(".") and not name.startswith("."):
            continue
        if is_folder:
            yield f"{folder}{slash}{entry}/", "folder"
        elif entry.endswith(endings or ""):
            yield f"{folder}{slash}{entry}", "file"
