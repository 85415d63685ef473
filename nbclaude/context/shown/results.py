"""Sees the values of last expressions where the display hook has no hooks of its own: in ipykernel 6, and in IPython itself."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["tap_results"]

Note = Callable[[Mapping[str, Any], Mapping[str, Any]], Mapping[str, Any] | None]
"""Takes a value's `(data, metadata)` as formatted by the shell; returns metadata to show it with instead, or None."""


def tap_results(displayhook: Any, note: Note) -> Callable[[], None]:
    """Call `note` with each value that is shown, where it is written: to format it once more might display it once more.

    Return what ends it. Whoever has tapped it since stays.
    """
    write = displayhook.write_format_data
    ended = False

    def noting(format_dict: Any, md_dict: Any = None) -> Any:
        metadata = md_dict
        if not ended:
            with contextlib.suppress(Exception):
                metadata = note(format_dict, md_dict or {}) or md_dict
        return write(format_dict, metadata)

    def undo() -> None:
        nonlocal ended
        ended = True
        if vars(displayhook).get("write_format_data") is noting:
            if own is None:
                del displayhook.write_format_data
            else:
                displayhook.write_format_data = own

    own = vars(displayhook).get("write_format_data")
    displayhook.write_format_data = noting
    return undo
