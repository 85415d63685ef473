"""Let no process be forked while a thread of ours is inside OpenSSL, or loads the HTTP library.

OpenSSL guards what its threads share with locks that a child process does not get anew: one that another thread held when the
process was forked is held for ever, and the child's first TLS handshake hangs. A module that was half loaded stays half loaded.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator

__all__ = ["begin_unforked", "end_unforked", "unforked"]

# What takes longer waits for the network, and holds no lock meanwhile.
_PATIENCE = 1.0  # seconds

_free = threading.Condition()
_running = 0


@contextlib.contextmanager
def unforked() -> Iterator[None]:
    """Keep forks waiting meanwhile, for a moment at the most."""
    begin_unforked()
    try:
        yield
    finally:
        end_unforked()


def begin_unforked() -> None:
    """Begin what `unforked` does, until `end_unforked`."""
    global _running
    with _free:
        _running += 1


def end_unforked() -> None:
    """End it, in the thread that has begun it."""
    global _running
    with _free:
        _running -= 1
        _free.notify_all()


def _before_fork() -> None:
    _free.acquire()
    _free.wait_for(lambda: _running <= 0, _PATIENCE)


def _after_in_parent() -> None:
    _free.release()


def _after_in_child() -> None:
    global _free, _running
    _free = threading.Condition()
    _running = 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_in_parent, after_in_child=_after_in_child)
