"""Keeps the debugger of `%pdb` and `%debug` out of our frames: an error of ours is told in its line.

Where the question was asked in a function of the user's, the debugger opens there, with the function's variables. Where it was
asked in a cell itself, there is nothing to look at.
"""

from __future__ import annotations

import inspect
import sys
from types import TracebackType
from typing import Any

from nbclaude.errors import AnswerInterrupted, NbclaudeError
from nbclaude.magics.calls import TARGET
from nbclaude.notebook import Shell
from nbclaude.output import say

__all__ = ["load", "unload"]

_NOTHING = "The last error says what is wrong; there is no code of yours to debug."


def load(shell: Shell) -> None:
    """Choose the frame before the shell opens its debugger on an error of ours."""
    there: Any = shell
    opens = there.debugger

    def debugger(force: bool = False) -> None:
        error = getattr(sys, "last_value", None)
        if not isinstance(error, NbclaudeError | AnswerInterrupted) or not (force or there.call_pdb):
            opens(force=force)
            return
        frames = _users_frames(error)
        if not frames:
            if not there.call_pdb:  # asked for with %debug
                say(_NOTHING)
            return
        trace = _chained(frames)
        # IPython looks in one or the other, by its version.
        there.InteractiveTB.tb = sys.last_traceback = trace
        error.__traceback__ = trace
        opens(force=force)

    there.debugger = debugger


def unload(shell: Shell) -> None:
    """Let the shell open its debugger as it did."""
    vars(shell).pop("debugger", None)


def _users_frames(error: BaseException) -> list[TracebackType]:
    """Return the part of a traceback that ends in a function of the user's, without ours and what called us."""
    entries: list[TracebackType] = []
    entry = error.__traceback__
    while entry is not None and not _module(entry).startswith("nbclaude."):
        entries.append(entry)
        entry = entry.tb_next
    while entries and not _is_users_function(entries[-1]):
        entries.pop()
    return entries


def _module(entry: TracebackType) -> str:
    return str(entry.tb_frame.f_globals.get("__name__", ""))


def _is_users_function(entry: TracebackType) -> bool:
    code = entry.tb_frame.f_code
    is_function = bool(code.co_flags & inspect.CO_OPTIMIZED) and code.co_varnames[:1] != (TARGET,)
    return is_function and not _module(entry).startswith(("IPython.", "contextlib"))


def _chained(entries: list[TracebackType]) -> TracebackType | None:
    """Return a traceback of these entries; the one of the error itself stays as it is."""
    trace: TracebackType | None = None
    for entry in reversed(entries):
        trace = TracebackType(trace, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return trace
