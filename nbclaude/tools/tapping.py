"""Notices what is printed while a tool runs; everything is printed as usual."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

__all__ = ["before_prints", "tapped"]


def tapped(stream: Any, heard: Callable[[str], None]) -> Callable[[], None]:
    """Call `heard` with each text before it is written to a stream; return a function that stops this.

    A stream whose attributes cannot be set is left alone.
    """
    own = vars(stream).get("write") if hasattr(stream, "__dict__") else None
    write = stream.write

    def noting(data: Any, *rest: Any, **named: Any) -> Any:
        if isinstance(data, str):
            heard(data)
        return write(data, *rest, **named)

    try:
        stream.write = noting
    except AttributeError:
        return lambda: None

    def undo() -> None:
        if own is None:
            del stream.write
        else:
            stream.write = own

    return undo


@contextmanager
def before_prints(act: Callable[[], None]) -> Iterator[None]:
    """Call `act` once, just before this thread prints its first text."""
    here = threading.get_ident()
    waits = True

    def heard(_: str) -> None:
        nonlocal waits
        if waits and threading.get_ident() == here:
            waits = False
            act()

    with ExitStack() as stack:
        for stream in dict.fromkeys((sys.stdout, sys.stderr)):
            stack.callback(tapped(stream, heard))
        yield
