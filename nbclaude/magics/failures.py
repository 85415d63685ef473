"""Shows an error of ours as a card and a stop as a quiet line, where a shell would show a traceback in red.

Everything else of an error stays: the reply of the cell is an error, Run All and loops stop, `sys.last_value` is the error. Where
nobody looks at the cell (nbclient, papermill) the error goes out as it is, since they find it by its kind.
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError

from nbclaude.errors import AnswerInterrupted, NbclaudeError
from nbclaude.magics.wording import said
from nbclaude.notebook import Shell, is_terminal, is_watched, request_id
from nbclaude.options.spelling import spell
from nbclaude.output import show_bundle

if TYPE_CHECKING:
    from nbclaude.render.notice import Failure, Notice

__all__ = ["card_of", "ending_of", "load", "show_after_cell", "unload"]


def load(shell: Shell) -> None:
    """Take over how errors of ours are shown; terminals go on to print a line."""
    if is_terminal(shell):
        return
    there: Any = shell
    showing = _Showing(there)
    there._showtraceback, there.show_usage_error = showing.error, showing.usage_error


def unload(shell: Shell) -> None:
    """Let the shell show errors as it did; who has wrapped this in the meantime keeps what they wrapped."""
    for name in ("_showtraceback", "show_usage_error"):
        showing = getattr(vars(shell).get(name), "__self__", None)
        if isinstance(showing, _Showing):
            showing.put_back(name)


class _Showing:
    """Stands in the place of the two methods with which a shell shows errors."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._before = {name: vars(shell).get(name) for name in ("_showtraceback", "show_usage_error")}
        self._shows, self._shows_usage = shell._showtraceback, shell.show_usage_error
        self._is_over = False

    def error(self, kind: type[BaseException], error: BaseException, lines: list[str]) -> None:
        """Show an error of ours as a card, and every other as before."""
        if isinstance(error, NbclaudeError | AnswerInterrupted) and self._can_show():
            self._shell._last_traceback = lines  # what the reply to the front end says
            if error.shown_in is None or error.shown_in != request_id(self._shell):
                _show(self._shell, error)
        else:
            self._shows(kind, error, lines)

    def usage_error(self, error: UsageError) -> None:
        """Show a card for a line that cannot be run; tools that execute notebooks get an error output, not a line on stderr."""
        if self._is_over or not _comes_from_us(error) or not hasattr(self._shell, "_last_traceback"):
            self._shows_usage(error)
            return
        line = f"UsageError: {error}"
        if self._can_show():
            self._shell._last_traceback = [line]
            _show(self._shell, error)
        else:
            self._shows(UsageError, error, [line])

    def put_back(self, name: str) -> None:
        """Take this out of the shell."""
        self._is_over = True
        if self._before[name] is None:
            delattr(self._shell, name)
        else:
            setattr(self._shell, name, self._before[name])

    def _can_show(self) -> bool:
        shell = self._shell
        # An error in the display hook has consequences that only the shell knows.
        is_displaying = getattr(shell.displayhook, "msg", None) is not None
        is_kernel = hasattr(shell, "_last_traceback")
        return is_kernel and not self._is_over and not is_displaying and is_watched(shell)


def card_of(error: BaseException) -> Failure | Notice:
    """Word an error as a notice, if the user has stopped, or as a card."""
    from nbclaude.asking.failure_cards import failure_card
    from nbclaude.render.notice import Failure, Notice

    if isinstance(error, AnswerInterrupted):
        return Notice("Stopped", error.said_after_stopped(spell))
    if isinstance(error, UsageError):
        return Failure("This line cannot be run", (said(error),))
    return failure_card(error, said, spell)


def ending_of(error: BaseException | None, shell: Shell) -> Failure | Notice | None:
    """Return what stands under an answer that an error or a stop has ended; the error is not shown again by itself."""
    if (
        not isinstance(error, NbclaudeError | AnswerInterrupted)
        or is_terminal(shell)
        or not is_watched(shell)
    ):
        return None
    error.shown_in = request_id(shell)
    return card_of(error)


def show_after_cell(shell: Shell, error: BaseException) -> None:
    """Show an error that came after a cell had ended: how the cell ended stays."""
    if getattr(error, "shown_in", None) is not None and getattr(error, "shown_in", None) == request_id(shell):
        return
    _show(shell, error)


def _show(shell: Shell, error: BaseException) -> None:
    from nbclaude.render.notice import on_its_own

    name = type(error).__name__
    show_bundle(shell, html=on_its_own(card_of(error).html), text=f"{name}: {said(error)}")


def _comes_from_us(error: BaseException) -> bool:
    """Tell whether a usage error was raised by a magic of ours: IPython knows only the class itself."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return bool(frames) and str(frames[-1].f_globals.get("__name__", "")).startswith("nbclaude.")
