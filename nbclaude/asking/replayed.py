"""Shows a saved answer in the place of one that would be asked for: no request, no dollars, and otherwise the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbclaude import stopping
from nbclaude.asking.ask import Answered, Surface, finish
from nbclaude.asking.prepare import Prepared
from nbclaude.asking.send import left_others
from nbclaude.asking.steps import Answer
from nbclaude.conversation.exchange import Outcome, recorded
from nbclaude.wire.message import events_of_message

if TYPE_CHECKING:
    from nbclaude.output.display import AnswerDisplay
    from nbclaude.saved.replaying import SavedReply

__all__ = ["replay"]


def replay(prepared: Prepared, saved: SavedReply, display: AnswerDisplay, surface: Surface) -> Answered:
    """Show a saved answer to what was prepared, and record its turn."""
    workspace, ask, turn = prepared.workspace, prepared.ask, saved.turn
    conversation = workspace.conversations[ask.conversation]
    with stopping.held():
        display.begin()
        display.show(events_of_message(turn.message))
        outcome = Outcome(
            turn.message,
            prepared.plan,
            turn.seconds,
            turn.request_id,
            notice=turn.notice,
            replayed=saved.saved,
        )
        saved.belongs(workspace)
        with conversation.turn_lock:
            outcome = recorded(outcome, prepared.plan.question, conversation, turn.saved_as)
            outcome = left_others(workspace, ask, outcome)
        surface = replace(surface, record=saved.record_again)
        return finish(prepared, Answer((outcome,)), display, surface)
