"""Asks the user with `input()`, which works in every front end that can ask at all."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from nbclaude.approval.proposed import NOBODY, TOO_LATE, Approval, Field, Proposed

__all__ = ["approve_by_input"]

_CHOICES = "[a]llow, allow in this [c]onversation, [e]dit the arguments, [d]eny: "
_ALLOW = ("a", "allow", "y", "yes")
_ALWAYS = ("c", "conversation", "always")
_EDIT = ("e", "edit")
_DENY = ("d", "deny", "n", "no")
_MAX_QUESTIONS = 3  # answers that mean nothing
_END = "."


class _TooLateError(Exception):
    """The time for an answer is over."""


def approve_by_input(proposed: Proposed, *, is_shown: bool = False) -> Approval:
    """Ask the user about one call of a tool, in this thread; `is_shown` says that the call is already shown above.

    Raises:
        KeyboardInterrupt: the user stopped instead of answering.

    """
    if threading.current_thread() is not threading.main_thread():
        return Approval(False, proposed.arguments, NOBODY, asked=False)
    try:
        with _limited(proposed.seconds):
            return _asked(proposed, is_shown=is_shown)
    except _TooLateError:
        return Approval(False, proposed.arguments, TOO_LATE)
    except (EOFError, OSError, NotImplementedError, RuntimeError):
        # Nobody can type here: an executed notebook, a script, a closed pipe.
        return Approval(False, proposed.arguments, NOBODY, asked=False)


def _asked(proposed: Proposed, *, is_shown: bool) -> Approval:
    asked = _CHOICES if is_shown else f"{proposed.text}\n{_CHOICES}"
    for _ in range(_MAX_QUESTIONS):
        word, _, rest = input(asked).strip().partition(" ")
        word = word.lower()
        if word in _ALLOW and not rest:
            return Approval(True, proposed.arguments)
        if word in _ALWAYS and not rest:
            return Approval(True, proposed.arguments, always=True)
        if word in _DENY:
            reason = rest.strip() or input("Why? Claude reads it (Enter: no reason): ").strip()
            return Approval(False, proposed.arguments, reason)
        if word in _EDIT and not rest:
            proposed = _edited(proposed)
            asked = f"{proposed.text}\n{_CHOICES}"
            continue
        asked = _CHOICES
    return Approval(False, proposed.arguments, "the user gave no clear answer")


def _edited(proposed: Proposed) -> Proposed:
    """Ask for each argument; Enter keeps its value."""
    changed = dict(proposed.arguments)
    for field in proposed.fields:
        ask = _asked_in_lines if proposed.is_in_lines(field.name) else _asked_in_one_line
        changed[field.name] = ask(field, changed[field.name])
    if problem := proposed.check(changed):
        print(f"{problem} The arguments are unchanged.")  # noqa: T201 - between two questions
        return proposed
    return proposed.edited(changed)


def _asked_in_one_line(field: Field, before: object) -> object:
    """Ask for an argument; anything that is not JSON is taken as text."""
    written = field.text if field.is_json else json.dumps(field.text, ensure_ascii=False)
    said = input(f"{field.label} (now {written}; Enter keeps it): ")
    if not said.strip():
        return before
    try:
        value = json.loads(said)
    except ValueError:
        return said
    # Where the argument was a text, a bare number is a text, too; a text in quotes is read as JSON.
    return said.strip() if isinstance(before, str) and not isinstance(value, str) else value


def _asked_in_lines(field: Field, before: object) -> object:
    """Ask for a text line by line, up to a line with only a dot. A line of two dots stands for one dot, any other for itself."""
    line = input(f"{field.label}, line by line; end with a line that is only a dot (Enter keeps it): ")
    if not line:
        return before
    lines: list[str] = []
    while line != _END:
        lines.append(_END if line == _END * 2 else line)
        line = input("… ")
    return "\n".join(lines)


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Stop waiting for the user after so many seconds; only a signal can end `input()`.

    Raises:
        _TooLateError: the time is up.

    """
    if not seconds or not hasattr(signal, "pthread_kill"):
        yield
        return
    lock, main = threading.Lock(), threading.main_thread().ident
    state = {"answered": False, "late": False}

    def end() -> None:
        with lock:
            if not state["answered"] and main is not None:
                state["late"] = True
                signal.pthread_kill(main, signal.SIGINT)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        try:
            yield
        finally:
            # A signal that was sent meanwhile arrives here at the latest.
            with lock:
                state["answered"] = True
            timer.cancel()
    except KeyboardInterrupt:
        if state["late"]:
            raise _TooLateError from None
        raise
