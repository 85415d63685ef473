"""Lets widgets speak apart from any cell: what they are told meanwhile belongs to no execution.

A comm asks the kernel for the parent of each message. ipykernel 7 keeps parents in context variables, ipykernel 6 in a plain dict
that all threads share, and with what stands there it tells that a cell has ended. So the parents are never touched: the comm's
question reaches a function of ours, which has no parent to tell in the contexts that are apart.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar, copy_context
from typing import Any, TypeVar

from nbclaude.notebook import Shell

__all__ = ["apart_from_cells", "release"]

Result = TypeVar("Result")

_apart: ContextVar[bool] = ContextVar("nbclaude_apart", default=False)
_asked: list[
    tuple[Any, Callable[..., Any]]
] = []  # kernels that are asked through a function of ours, and this function


def apart_from_cells(shell: Shell, function: Callable[[], Result]) -> Result:
    """Run a function in a context whose comm messages have no parent; threads that it starts with its context inherit this."""
    kernel = getattr(shell, "kernel", None)
    if hasattr(kernel, "get_parent"):
        _ask_through_us(kernel)
    context = copy_context()
    context.run(_apart.set, True)
    return context.run(function)


def release() -> None:
    """Let the kernel be asked as before."""
    while _asked:
        kernel, ours = _asked.pop()
        if vars(kernel).get("get_parent") is ours:
            del kernel.get_parent


def _ask_through_us(kernel: Any) -> None:
    if any(kernel is each for each, _ in _asked):
        return
    parent_of = kernel.get_parent

    def get_parent(*arguments: Any, **named: Any) -> Any:
        return {} if _apart.get() else parent_of(*arguments, **named)

    kernel.get_parent = get_parent
    _asked.append((kernel, get_parent))
