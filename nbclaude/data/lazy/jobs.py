"""Runs a computation of an engine within a time limit, and cancels it when the time is up or the user stops."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from nbclaude.errors import AnswerInterrupted
from nbclaude.frozen import frozen

__all__ = ["CANCELLED", "Clock", "Job", "Outcome", "StoppedError", "within"]

_T = TypeVar("_T")

_LOOK = 0.05  # seconds between checks whether the user has stopped
_GRACE = 2.0  # seconds that an engine has to end a cancelled computation
CANCELLED = "it was cancelled"
_RUNS_ON = "it could not be cancelled and keeps running in the background"


class StoppedError(Exception):
    """Raised within a job that was cancelled."""


class Job:
    """A computation as its engine sees it: what cancels it is registered here before it starts."""

    def __init__(self) -> None:
        self._cancels: list[Callable[[], object]] = []
        self._is_cancelled = threading.Event()

    def cancelled_by(self, cancel: Callable[[], object]) -> None:
        """Register what cancels the computation that begins now."""
        self._cancels = [cancel]
        self.check()

    def check(self, *_arguments: Any) -> None:
        """Raise StoppedError if the computation was cancelled; for engines that call back between their steps."""
        if self._is_cancelled.is_set():
            raise StoppedError

    def cancel(self) -> None:
        """Cancel the computation, as far as its engine can."""
        self._is_cancelled.set()
        for cancel in self._cancels:
            with contextlib.suppress(Exception):  # the engine may have ended by itself
                cancel()


@frozen
class Outcome(Generic[_T]):
    """The result of a computation, or why there is none: an error, or the time limit, with what became of the computation."""

    value: _T | None = None
    error: Exception | None = None
    became: str = ""


@dataclass(slots=True)
class Clock:
    """The time that is left for all computations of one value; without a limit they take as long as they need."""

    seconds: float | None
    _end: float = field(init=False)

    def __post_init__(self) -> None:
        self._end = time.monotonic() + (self.seconds or 0)

    @property
    def left(self) -> float:
        """The seconds that are left."""
        return float("inf") if self.seconds is None else self._end - time.monotonic()


def within(clock: Clock, compute: Callable[[Job], _T], *, here: bool = False) -> Outcome[_T]:
    """Compute in a thread, as long as the clock allows; a stop by the user cancels it and is passed on to the caller.

    What is to be computed `here`, in the caller's own thread, is cancelled by another one when the time is up.
    """
    if clock.left <= 0:
        return Outcome(became="there was no time left")
    if here:
        return _here(clock, compute)
    job, ended = Job(), threading.Event()
    found: list[Outcome[_T]] = []

    def work() -> None:
        try:
            found.append(Outcome(compute(job)))
        except Exception as error:  # engines have hundreds of their own
            found.append(Outcome(error=error))
        except BaseException as error:  # a panic of Rust or an exit, which must not end the kernel
            found.append(Outcome(error=RuntimeError(f"{type(error).__name__}: {error}")))
        finally:
            ended.set()

    try:
        threading.Thread(target=work, name="nbclaude-query", daemon=True).start()
        while not ended.is_set() and clock.left > 0:
            ended.wait(min(_LOOK, max(clock.left, 0.001)))
    except BaseException as stop:
        if not _ended(job, ended):
            _say(stop, f"A query was being computed; {_RUNS_ON}.")
        raise
    if ended.is_set():
        return found[0]
    return Outcome(became=CANCELLED if _ended(job, ended) else _RUNS_ON)


def _here(clock: Clock, compute: Callable[[Job], _T]) -> Outcome[_T]:
    job, ended = Job(), threading.Event()

    def watch() -> None:
        if not ended.wait(None if clock.seconds is None else max(clock.left, 0)):
            _ended(job, ended)

    threading.Thread(target=watch, name="nbclaude-query", daemon=True).start()
    try:
        return Outcome(compute(job))
    except StoppedError:
        return Outcome(became=CANCELLED)
    except Exception as error:  # engines have hundreds of their own
        return Outcome(error=error)
    finally:
        ended.set()


def _ended(job: Job, ended: threading.Event) -> bool:
    """Cancel a job repeatedly, since cancelling just before it starts may have no effect; return whether it ended."""
    end = time.monotonic() + _GRACE
    while True:
        job.cancel()
        if ended.wait(_LOOK):
            return True
        if time.monotonic() > end:
            return False


def _say(stop: BaseException, what: str) -> None:
    """Add what became of the computation to the user's stop."""
    if isinstance(stop, AnswerInterrupted):
        stop.note = (*stop.note, what)
    else:
        stop.add_note(what)
