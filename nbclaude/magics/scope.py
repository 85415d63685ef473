"""Finds out where a line that asks stands: which variables it sees there, and what its reply is assigned to.

The transformer has written the line as a call that mentions its names (`magics.calls`). For a call that somebody else has
written, `get_ipython().run_line_magic("claude", ...)` in a library, the frame of the caller tells as much as it can.
"""

from __future__ import annotations

import dis
import inspect
import re
import sys
from collections import ChainMap
from collections.abc import Mapping
from types import FrameType
from typing import Any

from IPython.core.error import UsageError

from nbclaude.asking.gathering import notebook_names
from nbclaude.context.references.scope import Scope
from nbclaude.frozen import frozen
from nbclaude.magics.calls import PROBE, TARGET, nested_call
from nbclaude.magics.targets import check_target
from nbclaude.notebook import Shell

__all__ = ["Standing", "standing"]

# Before Python 3.12 these had frames of their own, which run at once where they are written.
_COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>")
_BETWEEN = re.compile(r"nbclaude\..*|contextlib|IPython\.core\.(?:interactiveshell|magic)")


@frozen
class Standing:
    """Where a line stands: what names mean there, whether it is in a function or class, and the target of its reply."""

    scope: Scope
    is_inside: bool = False
    target: str = ""

    def refuse_into(self, into: str | None) -> None:
        """Refuse `--into` where it could not set the variable that the next line reads.

        Raises:
            UsageError: the line stands in a function or a class.

        """
        if into and self.is_inside:
            raise UsageError(
                f"--into {into}: it sets variables of the notebook, not of a function or class. "
                f"Write {into} = %claude ... instead."
            )

    def flat(self) -> dict[str, Any]:
        """Return all names that have a value in one dict, for code that has scopes of its own."""
        return dict(self.scope.items())


def standing(shell: Shell) -> Standing:
    """Return where the line stands that runs now.

    Raises:
        UsageError: its reply is assigned to what no reply can be assigned to; nothing has been sent then.

    """
    frame = _caller()
    target = str(frame.f_locals.get(TARGET, "")) if _is_ours(frame) else ""
    outer, is_lost = _around(frame)
    found = _standing(outer, shell, target)
    if target:
        check_target(target, found.scope)
    if is_lost and found.is_inside:
        raise UsageError(
            f"{target} %claude ...: after another magic it cannot set a function's variable. "
            f"Write it on a line of its own."
        )
    return found


def _caller() -> FrameType:
    """Return the frame that has called the magic: the first that is neither ours nor IPython's way of calling it."""
    frame = sys._getframe(1)
    while frame.f_back is not None and _BETWEEN.fullmatch(str(frame.f_globals.get("__name__", ""))):
        frame = frame.f_back
    return frame


def _is_ours(frame: FrameType) -> bool:
    return frame.f_code.co_varnames[:1] == (TARGET,)


def _around(frame: FrameType) -> tuple[FrameType, bool]:
    """Return the frame of the line that is really in the cell: a line behind `%time` is run as code of its own.

    The second value tells whether that code assigns the reply, to a variable of its own then.
    """
    inner = frame.f_back if _is_ours(frame) and frame.f_back is not None else frame
    text = _line_of(frame)
    is_lost = False
    around = inner.f_back
    while around is not None:
        if around.f_code.co_name == "run_line_magic" and text is not None:
            line = str(around.f_locals.get("line", ""))
            if text in line and around.f_back is not None:
                assigned = re.search(rf"=\s*\(lambda {TARGET}=\S*:\Z", line[: line.find(text)])
                frame, is_lost = around.f_back, bool(assigned)
        around = around.f_back
    return frame, is_lost


def _line_of(frame: FrameType) -> str | None:
    """Return how the line that this frame runs is written behind another magic."""
    called = sys._getframe(1)
    while called is not frame and called.f_back is not None:
        if called.f_back is frame and called.f_code.co_name == "run_line_magic":
            return nested_call(str(called.f_locals.get("magic_name")), str(called.f_locals.get("line")))
        called = called.f_back
    return None


def _standing(frame: FrameType, shell: Shell, target: str) -> Standing:
    """Return what is seen from a frame, or from the frame around it if it is one of the calls that we write."""
    free: dict[str, Any] = {}
    unbound: frozenset[str] = frozenset()
    private = ""
    holder = frame
    is_ours = _is_ours(frame) and frame.f_back is not None
    if is_ours and frame.f_back is not None:
        holder = frame.f_back
        seen = frame.f_locals
        free = {name: seen[name] for name in frame.f_code.co_freevars if name in seen}
        unbound = frozenset(frame.f_code.co_freevars) - set(free)
        private = next((n.removesuffix(PROBE) for n in frame.f_code.co_varnames if n.endswith(PROBE)), "")
    is_function = bool(holder.f_code.co_flags & inspect.CO_OPTIMIZED)
    own: Mapping[str, Any] = {}
    if holder.f_locals is not holder.f_globals:
        own = dict(holder.f_locals)
    if is_function and not is_ours:
        own, unbound = _of_function(holder, own)
    if not is_function:
        # A class body looks into itself first, and knows nothing of unbound variables then.
        unbound -= set(own)
    local = {**own, **free} if is_function else {**free, **own}
    return Standing(
        Scope(_shared(holder, shell), local, unbound, private), is_function or _is_class(holder), target
    )


def _of_function(frame: FrameType, own: Mapping[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """Return a function's variables, and those without a value, as far as its frame tells."""
    found = dict(own)
    while frame.f_code.co_name in _COMPREHENSIONS and frame.f_back is not None:
        frame = frame.f_back
        if frame.f_locals is not frame.f_globals:
            found = {**frame.f_locals, **found}
    code = frame.f_code
    if not code.co_flags & inspect.CO_OPTIMIZED:
        return found, frozenset()
    # Since Python 3.12 the variables of a comprehension are among those of its function, but mean nothing outside of it.
    passing = {step.argval for step in dis.get_instructions(code) if step.opname == "LOAD_FAST_AND_CLEAR"}
    names = {*code.co_varnames, *code.co_cellvars, *code.co_freevars}
    return found, frozenset(names - set(found) - passing)


def _is_class(frame: FrameType) -> bool:
    """Tell whether a frame that is no function's is the body of a class, not code that was handed two namespaces."""
    return frame.f_locals is not frame.f_globals and "__qualname__" in frame.f_locals


def _shared(frame: FrameType, shell: Shell) -> Mapping[str, Any]:
    """Return what every line of the frame's module sees; last of all the notebook's variables, for a helper in a library."""
    names = notebook_names(shell)
    return names if frame.f_globals is shell.user_ns else ChainMap(dict(frame.f_globals), names)
