"""Shows an answer of several steps as one: the blocks of all its messages, and between them what the tools gave back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nbclaude.output.marks import Saves
from nbclaude.wire.events import BlockDelta, BlockStart, BlockStop, Event, MessageStart

if TYPE_CHECKING:
    from nbclaude.output.display import AnswerDisplay

__all__ = ["StepsDisplay"]


class StepsDisplay:
    """Passes the events of each message on to a display, with the blocks counted through; `tools` are those that run here."""

    def __init__(self, display: AnswerDisplay, tools: frozenset[str]) -> None:
        self._display = display
        self._tools = tools
        self._shown = 0  # blocks of the messages before
        self._most = 0  # blocks of all messages
        self._is_first = True

    def begin_step(self, results: Iterable[Mapping[str, Any]], denied: Collection[object] = ()) -> None:
        """Show the results of the tools; `denied` has the ids of denied calls. The next message continues below."""
        self._show_results(results, denied)
        self._shown, self._is_first = self._most, False
        self._display.expect()

    def leave(
        self,
        calls: Iterable[Mapping[str, Any]],
        results: Iterable[Mapping[str, Any]] = (),
        denied: Collection[object] = (),
        stopped: str = "",
    ) -> None:
        """Show how calls ended that get no answer: some have results, the one with the id `stopped` had begun."""
        from nbclaude.render.results import BECAME

        shown = {block.get("tool_use_id"): block for block in results}
        for call in calls:
            number = call.get("id")
            became = "stopped" if number == stopped else "not run"
            shown.setdefault(number, {"type": "tool_result", "tool_use_id": number, BECAME: became})
        self._show_results(shown.values(), denied)

    def _show_results(self, results: Iterable[Mapping[str, Any]], denied: Collection[object]) -> None:
        from nbclaude.render.results import BECAME

        events: list[Event] = []
        for number, block in enumerate(results, self._most):
            shown = {**block, BECAME: "denied"} if block.get("tool_use_id") in denied else block
            events += [BlockStart(number, shown), BlockStop(number)]
            self._most = number + 1
        self._display.show(events)

    def expect(self) -> None:
        """Show that more is on its way."""
        self._display.expect()

    def begin(self) -> None:
        """Show that the request is on its way."""
        self._display.begin()

    def show(self, events: Sequence[Event]) -> None:
        """Take the next events of the message that is on its way."""
        self._display.show([moved for event in events for moved in self._moved(event)])

    def _moved(self, event: Event) -> Iterable[Event]:
        match event:
            case MessageStart():
                # The start of a message voids all that came before; what earlier steps have shown stays.
                return [event] if self._is_first else []
            case BlockStart(index, block):
                self._most = max(self._most, self._shown + index + 1)
                if block.get("type") == "tool_use" and block.get("name") in self._tools:
                    from nbclaude.render.calls import RUNS_HERE

                    block = {**block, RUNS_HERE: True}
                return [BlockStart(self._shown + index, block)]
            case BlockDelta(index, delta):
                self._most = max(self._most, self._shown + index + 1)
                return [BlockDelta(self._shown + index, delta)]
            case BlockStop(index):
                return [BlockStop(self._shown + index)]
            case _:
                return [event]

    def report(self, text: str) -> None:
        """Say how far a tool has come."""
        self._display.report(text)

    def settle(self, *, below: bool = False) -> None:
        """Paint all that has come."""
        self._display.settle(below=below)

    def pause(self) -> float | None:
        """Seconds until something must be painted."""
        return self._display.pause()

    def wait(self, reason: str, seconds: float) -> None:
        """Count down to the next attempt."""
        self._display.wait(reason, seconds)

    def hold(self, reason: str) -> None:
        """Say what must end first; once something is shown, there is no place for it."""
        if self._is_first:
            self._display.hold(reason)

    def finish(self, footer: Any, saves: Saves | None = None) -> None:
        """Paint all that is left, and the footer."""
        self._display.finish(footer, saves)

    def abandon(self) -> None:
        """Take the waiting sign away."""
        self._display.abandon()
