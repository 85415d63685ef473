"""Let no process be forked while a thread of ours is inside OpenSSL, or loads a module.

OpenSSL guards what its threads share with locks that a child process does not get anew: one that another thread held when the
process was forked is held for ever, and the child's first TLS handshake hangs. So does Python with its modules: one that another
thread has half loaded stays half loaded in the child, and whoever imports it there waits for ever.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType

__all__ = ["begin_unforked", "end_unforked", "unforked"]

# What takes longer waits for the network, and holds no lock meanwhile.
_PATIENCE = 1.0  # seconds
# A module loads without the network, so this is only for a thread that waits for something that the forking one holds.
_PATIENCE_WITH_LOADING = 5.0
_LOOK = 0.005
_IMPORTS = "<frozen importlib._bootstrap>"

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
    begun = time.monotonic()
    while _must_wait(time.monotonic() - begun):
        _free.wait(_LOOK)


def _must_wait(waited: float) -> bool:
    return (_running > 0 and waited < _PATIENCE) or (waited < _PATIENCE_WITH_LOADING and _others_load())


def _others_load() -> bool:
    """Tell whether another thread loads a module because nbclaude has asked for it."""
    mine = threading.get_ident()
    return any(_loads(frame) for thread, frame in sys._current_frames().items() if thread != mine)


def _loads(frame: FrameType | None) -> bool:
    imports = False
    while frame is not None:
        if frame.f_code.co_filename == _IMPORTS:
            imports = True
        elif imports and str(frame.f_globals.get("__name__")).startswith("nbclaude."):
            return True
        frame = frame.f_back
    return False


def _after_in_parent() -> None:
    _free.release()


def _after_in_child() -> None:
    global _free, _running
    _free = threading.Condition()
    _running = 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_in_parent, after_in_child=_after_in_child)
