"""The user's stop (Ctrl-C, the stop button) while a question is on its way: it is heeded where nothing is torn by it.

Python raises KeyboardInterrupt between any two instructions of the main thread. During an ask it is raised as our own quiet
error instead; and while an answer is received, recorded and shown, a stop only waits until somebody asks for it.
Where the program has a handler of its own for the signal, nothing of this happens.
"""

from __future__ import annotations

import functools
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from nbclaude.errors import AnswerInterrupted

__all__ = [
    "NOT_SENT",
    "allowed",
    "check",
    "held",
    "hold",
    "is_waiting",
    "let_go",
    "quiet",
    "says_what_became",
    "stoppable",
    "take",
    "unbroken",
    "undisturbed",
    "waking",
]

_P = ParamSpec("_P")
_R = TypeVar("_R")

NOT_SENT = "before the question was sent"
# Who presses again after so many seconds means it: whatever it may tear.
_IMPATIENT = 0.3


class _State:
    """What is known of the main thread: whether our handler is there, how often stops are held, since when one waits."""

    installed = False
    held = 0
    since = 0.0
    early = False  # a stop came before the cell began
    wake: Callable[[], None] | None = None  # ends what the main thread waits for, so that it asks for a stop


_state = _State()


def _on_signal(number: int, frame: Any) -> None:
    now = time.monotonic()
    if _state.held and not (_state.since and now - _state.since > _IMPATIENT):
        _state.since = _state.since or now
        if _state.wake is not None:
            _state.wake()
        return
    _state.since = 0.0
    raise AnswerInterrupted()


def _is_ours() -> bool:
    return _state.installed and threading.current_thread() is threading.main_thread()


@contextmanager
def quiet() -> Iterator[None]:
    """Have stops raised as `AnswerInterrupted`, and held back where that is asked for; asks may stand in one another."""
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or _state.installed or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    _state.held, _state.since = 0, 0.0
    try:
        _state.installed = True
        signal.signal(signal.SIGINT, _on_signal)
        yield
        check()
    finally:
        _state.installed = False
        if signal.getsignal(signal.SIGINT) is _on_signal:
            signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def held() -> Iterator[None]:
    """Hold stops back; `check` and `allowed` let them through."""
    try:
        hold()
        yield
    finally:
        let_go()


def hold() -> None:
    """Hold stops back until `let_go`, called as often; for what cannot be a `with` statement."""
    if _is_ours():
        _state.held += 1


def let_go(*, check_now: bool = False) -> None:
    """Do not hold stops back any more; with `check_now` one that waits is raised, if nobody else holds it."""
    if _is_ours():
        _state.held = max(_state.held - 1, 0)
        if check_now and not _state.held:
            check()


@contextmanager
def waking(wake: Callable[[], None]) -> Iterator[None]:
    """Have a stop that is held back call `wake`, which may be called between any two instructions."""
    if not _is_ours():
        yield
        return
    before = _state.wake
    try:
        _state.wake = wake
        yield
    finally:
        _state.wake = before


@contextmanager
def allowed() -> Iterator[None]:
    """Let stops through at once, within what holds them back."""
    if not _is_ours():
        yield
        return
    before = _state.held
    try:
        _state.held = 0
        check()
        yield
    finally:
        _state.held = before


def check() -> None:
    """Raise the stop that waits, if there is one.

    Raises:
        AnswerInterrupted: the user has stopped.

    """
    if take():
        raise AnswerInterrupted()


def is_waiting() -> bool:
    """Tell whether a stop is held back now."""
    return _is_ours() and _state.since > 0


def take() -> bool:
    """Tell whether a stop waits, which does not wait any more then."""
    waits = is_waiting()
    if waits:
        _state.since = 0.0
    return waits


def stoppable(when: str = NOT_SENT) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Make every stop in a function an `AnswerInterrupted`; it says `when` if whoever was stopped has said nothing."""

    def decorate(function: Callable[_P, _R]) -> Callable[_P, _R]:
        @functools.wraps(function)
        def run(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            try:
                with quiet():
                    early, _state.early = _state.early, False
                    if early:
                        raise AnswerInterrupted()
                    return function(*args, **kwargs)
            except KeyboardInterrupt as stop:
                if says_what_became(stop):
                    raise
                raise AnswerInterrupted(when) from None

        return run

    return decorate


def says_what_became(stop: BaseException) -> bool:
    """Tell whether a stop says what it has stopped; one that has just arrived does not."""
    return isinstance(stop, AnswerInterrupted) and bool(stop.note or stop.when)


def unbroken(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Let a function end that the shell calls to read a cell; a stop in it stops what the cell asks first."""

    @functools.wraps(function)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return function(*args, **kwargs)
        except KeyboardInterrupt:
            _state.early = True
            return function(*args, **kwargs)

    return run


def undisturbed(*, before: bool) -> Callable[[Callable[_P, None]], Callable[_P, None]]:
    """Let a hook of the shell end though the user stops: the shell would print the frames of the hook, and go on.

    A stop in a hook `before` a cell stops what the cell asks first; after a cell there is nothing left to stop.
    """

    def decorate(hook: Callable[_P, None]) -> Callable[_P, None]:
        @functools.wraps(hook)
        def run(*args: _P.args, **kwargs: _P.kwargs) -> None:
            stopped = False
            try:
                with quiet(), held():
                    hook(*args, **kwargs)
                    stopped = take()
            except KeyboardInterrupt:
                stopped = True
            _state.early = before and (stopped or _state.early)

        return run

    return decorate
