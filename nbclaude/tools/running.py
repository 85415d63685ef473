"""Calls the function of a tool, of whatever sort it is, and turns what it raises into an error for the model."""

from __future__ import annotations

import inspect
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

from nbclaude.texts import clip
from nbclaude.tools.arguments import ReadArguments
from nbclaude.tools.awaiting import awaited
from nbclaude.tools.functions import Tool

__all__ = ["OnMain", "ToolFailedError", "run_tool"]

_MAX_ERROR = 4_000  # characters


class ToolFailedError(Exception):
    """A tool has failed; the message is for the model, and bounded."""


OnMain = Callable[[Callable[[], Any]], Any]
"""Runs something on the kernel's main thread, for another thread that waits for it, and returns what it returns."""


def run_tool(
    tool: Tool, arguments: ReadArguments, report: Callable[[str], None], on_main: OnMain | None = None
) -> Any:
    """Call the function and return what it gives back. What a generator yields is told to `report` as it comes.

    `on_main` is for another thread than the main one; without it, what must run there is refused in such a thread.

    Raises:
        ToolFailedError: it raised, or asked to end the kernel.
        KeyboardInterrupt: the user stopped it, or it raised that itself, which nobody can tell apart.

    """
    if tool.on_main and threading.current_thread() is not threading.main_thread():
        if on_main is None:
            raise ToolFailedError(
                f"{tool.name} runs on the kernel's main thread only. Ask for it from a cell."
            )
        return on_main(lambda: run_tool(tool, arguments, report))
    try:
        return _finished(tool.function(*arguments.positional, **arguments.named), report)
    except KeyboardInterrupt:
        raise
    except ToolFailedError:
        raise
    except BaseException as error:
        raise ToolFailedError(_said(error)) from error


def _finished(value: Any, report: Callable[[str], None]) -> Any:
    """Wait for what has only begun: a coroutine, or a generator, whose last word is what it returns, else all it yields."""
    if inspect.isawaitable(value):
        return awaited(_waiting(value))
    if inspect.isasyncgen(value):
        return awaited(_drained(value, report))
    if not inspect.isgenerator(value):
        return value
    told: list[Any] = []
    while True:
        try:
            told.append(next(value))
        except StopIteration as end:
            return end.value if end.value is not None else _all(told)
        report(_in_words(told[-1]))


async def _waiting(value: Any) -> Any:
    return await value


async def _drained(value: AsyncIterator[Any], report: Callable[[str], None]) -> Any:
    told: list[Any] = []
    async for item in value:
        told.append(item)
        report(_in_words(item))
    return _all(told)


def _all(told: list[Any]) -> Any:
    return "\n".join(told) if told and all(isinstance(item, str) for item in told) else told


def _in_words(item: Any) -> str:
    return item if isinstance(item, str) else clip(repr(item), 200)[0]


def _said(error: BaseException) -> str:
    try:
        told = f"{type(error).__name__}: {error}".rstrip(": ")
    except Exception:  # an exception of the user's may fail when it is shown, too
        told = type(error).__name__
    return clip(told, _MAX_ERROR)[0]
