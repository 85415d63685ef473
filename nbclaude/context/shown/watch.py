"""Records each executed cell from the events of a shell in the log: source, output, error.

What a cell prints is noted by a `write` of ours on the stream object, for the time of the cell. This is how IPython itself
does it, and the least that gets in anyone's way: `sys.stdout` stays the object that it was, so redirections, ipykernel's
routing and loggers that hold the stream work as before.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal

from nbclaude import notebook
from nbclaude.context.failures.failure import FailureLog, exit_status
from nbclaude.context.shown.bundle_text import bundle_text
from nbclaude.context.shown.cells import CellLog, CellOutput, is_asking
from nbclaude.context.shown.collected import Collected, plain
from nbclaude.context.shown.listening import is_heard, listen, replaced
from nbclaude.context.shown.results import tap_results
from nbclaude.errors import AnswerInterrupted, NbclaudeError
from nbclaude.notebook import Shell
from nbclaude.stopping import undisturbed
from nbclaude.texts import TextLimits, counted

__all__ = ["CellWatch"]

_MAX_OUTPUTS = 200


class CellWatch:
    """Writes the cells that a shell executes into a log, from `load` to `unload`.

    `cell_id()` names the cell that is being executed, "" where the front end does not. What is known of errors goes into
    `failures`, at once: the values in their frames are gone afterwards. `cell_of(5)` names the cell that ran as In[5] before
    `load`, "" where the front end does not say, and None if that cell has run again since, or is gone.
    """

    def __init__(
        self,
        shell: Shell,
        log: CellLog,
        cell_id: Callable[[], str] = str,
        failures: FailureLog | None = None,
        cell_of: Callable[[int], str | None] = lambda count: "",
    ) -> None:
        self._shell = shell
        self._log = log
        self._failures = failures if failures is not None else FailureLog()
        self._began = 0.0
        self._cell_id = cell_id
        self._cell_of = cell_of
        self._outputs: list[Collected] = []
        self._undo: list[Callable[[], None]] = []
        self._current = ""
        self._more = 0  # outputs beyond those that are kept; and of what kind the last was
        self._more_kind = ""
        # `clear_output(wait=True)`: the output vanishes when the next comes.
        self._clearing = False
        self._result = ""  # what the value of the last expression says
        self._untap: Callable[[], None] = lambda: None
        self._hooked: list[Callable[[], None]] = []
        self._earlier_error: object = None
        self._known_error: object = None  # the last one when the last cell ended

    def load(self) -> None:
        """Begin to watch."""
        self._shell.events.register("pre_run_cell", self._before)
        self._shell.events.register("post_run_cell", self._after)
        self._hooked = [listen(publisher, hook) for publisher, hook in self._hooks()]
        if not hasattr(self._shell.displayhook, "register_hook"):
            self._untap = tap_results(self._shell.displayhook, lambda data, _: self._take_result(data))
        self._known_error = self._earlier_error = getattr(sys, "last_value", None)
        if self._earlier_error is not None and not self._log.cells:
            with contextlib.suppress(Exception):  # a fault of ours must not keep nbclaude from loading
                self._take_earlier(ended_a_cell=True)

    @property
    def has_output(self) -> bool:
        """Whether the cell that runs has shown anything that is not ours."""
        return bool(self._outputs)

    def unload(self) -> None:
        """Stop watching; everything in the shell is as before `load`."""
        self._release()
        for event, callback in (("pre_run_cell", self._before), ("post_run_cell", self._after)):
            if callback in self._shell.events.callbacks.get(event, []):
                self._shell.events.unregister(event, callback)
        for undo in self._hooked:
            undo()
        self._hooked = []
        self._untap()

    def _hooks(self) -> list[tuple[Any, Callable[[Any], Any]]]:
        both = ((self._shell.display_pub, self._displayed), (self._shell.displayhook, self._returned))
        return [(publisher, hook) for publisher, hook in both if is_heard(publisher)]

    @undisturbed(before=True)
    def _before(self, info: Any) -> None:
        # What a cell runs in its turn (%%capture, %rerun) belongs to that cell, and is not kept in the history.
        if not info.store_history:
            return
        self._release()
        self._clear()
        self._earlier_error = getattr(sys, "last_value", None)
        if self._earlier_error is not self._known_error:
            with contextlib.suppress(Exception):
                self._take_earlier(ended_a_cell=False)
        self._current = self._cell_id()
        self._result = ""
        self._began = time.monotonic()
        for kind in ("stdout", "stderr"):
            self._tap(kind)

    @undisturbed(before=False)
    def _after(self, result: Any) -> None:
        info = getattr(result, "info", None)
        if info is None or not info.store_history:
            return
        self._release()
        if not str(info.raw_cell or "").strip():
            return
        count = int(result.execution_count or 0)
        error = result.error_before_exec or result.error_in_exec or self._error_shown()
        last = self._last_outputs(result, count, error)
        if last and self._clearing:
            self._clear()
        outputs = [CellOutput(one.kind, one.text()) for one in self._outputs]
        if self._more:
            outputs.append(
                CellOutput("result", f"[… {counted(self._more, 'more output')} of this cell left out …]")
            )
        self._clear()
        source = str(info.raw_cell)
        # A line that has the cell explained is not a part of it.
        asked = notebook.explained(source, self._shell)
        source = source if asked is None else asked[1]
        ran_at = time.time() - (time.monotonic() - self._began)
        self._log.record(self._current, count, source, [*outputs, *last], ran_at)
        # A fault of ours must not show under a cell that has nothing to do with us.
        with contextlib.suppress(Exception):
            self._take_down(error, count, source)
        self._known_error = getattr(sys, "last_value", None)

    def _take_earlier(self, *, ended_a_cell: bool) -> None:
        """Note an error from before cells were watched (so that the cell need not run again), or from between two cells.

        Widget callbacks run between cells. An Output widget shows their errors, which belong to the cell that defines them.
        """
        from nbclaude.context.failures.earlier import earlier_error

        found = earlier_error(self._shell)
        cell = self._cell_of(found.execution_count) if found is not None else None
        if found is None or cell is None:
            return
        self._current, self._began = cell, time.monotonic()
        if ended_a_cell:
            outputs = [_error_output(found.error)]
            self._log.record(cell, found.execution_count, found.source, outputs, time.time())
        self._take_down(found.error, found.execution_count, found.source)
        self._current = ""

    def _take_down(self, error: BaseException | None, count: int, source: str) -> None:
        """Note what is known of the error that a cell ended with, or that it has mended its own."""
        if isinstance(error, NbclaudeError | AnswerInterrupted) or is_asking(source):
            return  # an error of ours says itself what to do
        if error is None and exit_status(self._shell.user_ns) == 0:
            self._failures.succeeded(self._current)
            return
        # The code that reads errors is loaded with the first one.
        from nbclaude.context.failures.take import FailedCell, failed_command, failure_of

        code = notebook.python_of(source)
        magics: dict[str, dict[str, Any]] = self._shell.magics_manager.magics
        cell = FailedCell(
            self._current,
            count,
            source,
            code,
            self._shell.user_ns,
            notebook.cell_numbers(self._shell),
            time.monotonic() - self._began,
            tuple(
                f"{'%' if kind == 'line' else '%%'}{name}" for kind, names in magics.items() for name in names
            ),
        )
        failure = failure_of(error, cell) if error is not None else failed_command(cell)
        if failure is not None:
            self._failures.record(failure)
        else:
            self._failures.succeeded(self._current)

    def _last_outputs(self, result: Any, count: int, error: BaseException | None) -> list[CellOutput]:
        """Return what a cell ends with: the value of its last expression, unless it is an answer of ours, or its error."""
        outputs = []
        shown = self._shell.history_manager.output_hist_reprs.get(count)
        if shown and result.result is not None and type(result.result).__module__ != "nbclaude.asking.reply":
            outputs.append(
                CellOutput("result", plain(self._result or bundle_text({"text/plain": str(shown)})))
            )
        if error is not None:
            outputs.append(_error_output(error))
        return outputs

    def _error_shown(self) -> BaseException | None:
        """Return an error that the cell has shown without ending with it: that of a script which `%run` runs."""
        error, earlier = getattr(sys, "last_value", None), self._earlier_error
        self._earlier_error = None
        return error if isinstance(error, BaseException) and error is not earlier else None

    def _clear(self) -> None:
        self._outputs.clear()
        self._more = 0
        self._clearing = False

    def _tap(self, kind: Literal["stdout", "stderr"]) -> None:
        def noting(write: Callable[..., Any]) -> Callable[..., Any]:
            def written(data: Any, *rest: Any, **named: Any) -> Any:
                done = write(data, *rest, **named)
                if isinstance(data, str) and not self._is_showing():
                    self._note(kind, data)
                return done

            return written

        self._undo.append(replaced(getattr(sys, kind), "write", noting))

    def _is_showing(self) -> bool:
        """Return whether the shell itself prints: in a terminal, a result or a traceback, which are noted as such."""
        return bool(
            getattr(self._shell.displayhook, "is_active", False)
            or getattr(self._shell, "showing_traceback", False)
        )

    def _release(self) -> None:
        while self._undo:
            self._undo.pop()()

    def _note(self, kind: Literal["stdout", "stderr", "result"], text: str, display_id: str = "") -> None:
        if self._clearing:
            self._clear()
        last = self._outputs[-1] if self._outputs else None
        if not self._more and last is not None and last.kind == kind and kind != "result":
            last.add(text)
        elif len(self._outputs) < _MAX_OUTPUTS:
            self._outputs.append(Collected(kind, text, display_id))
        elif not self._more or kind == "result" or kind != self._more_kind:
            self._more += 1
            self._more_kind = kind

    def _displayed(self, message: Any) -> Any:
        """Note the text of what is displayed, except answers of ours, and what clears it; the message goes on as it is."""
        content = message.get("content") or {}
        if message.get("msg_type") == "clear_output":
            self._clearing = bool(content.get("wait"))
            if not self._clearing:
                self._clear()
            return message
        display_id = str((content.get("transient") or {}).get("display_id") or "")
        if display_id.startswith("nbclaude-") or not (text := bundle_text(content.get("data") or {})):
            return message
        if message.get("msg_type") == "display_data":
            self._note("result", text, display_id)
        elif message.get("msg_type") == "update_display_data" and display_id:
            self._outputs = [
                Collected(one.kind, text, display_id) if one.display_id == display_id else one
                for one in self._outputs
            ]
        return message

    def _returned(self, message: Any) -> Any:
        """Note what the value of the last expression says; the message goes on as it is."""
        with contextlib.suppress(Exception):
            self._take_result(message["content"].get("data") or {})
        return message

    def _take_result(self, data: Mapping[str, Any]) -> None:
        self._result = bundle_text(data)


def _error_output(error: BaseException) -> CellOutput:
    from nbclaude.context.sources import describe_exception

    return CellOutput("error", plain(describe_exception(error, TextLimits(source=4_000)).text))
