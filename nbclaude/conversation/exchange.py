"""One question comes in; its events go to whoever shows them, its turn into the conversation, its outcome to the caller."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nbclaude.client.connection import Connection
from nbclaude.conversation.history import messages_of, replayable
from nbclaude.conversation.settings import Settings
from nbclaude.conversation.turns import CellRun, Change, Conversation, Turn
from nbclaude.errors import AnswerInterrupted, APIError
from nbclaude.wire.events import Event
from nbclaude.wire.message import MessageBuilder
from nbclaude.wire.request import MessageRequest

__all__ = ["Outcome", "Pause", "Question", "Show", "build_request", "exchange"]

Show = Callable[[Sequence[Event]], None]
Pause = Callable[[], float | None]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: content blocks, from which cell run, whether it begins anew, whether the conversation takes part."""

    prompt: tuple[Mapping[str, Any], ...]
    at: CellRun | None = None
    begins: bool = False
    history: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a question. `error` is None when the answer is complete; `change` is None when nothing was recorded.

    `notice` is what the footer must say of who answered: empty for Claude, not so for the demo model.
    """

    message: Mapping[str, Any]
    seconds: float
    request_id: str = ""
    change: Change | None = None
    error: BaseException | None = None
    notice: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it failed before anything of an answer had come."""
        return self.error is not None and not replayable(self.message.get("content") or ())


def build_request(question: Question, conversation: Conversation, settings: Settings) -> MessageRequest:
    """Build the request: what came before the question's place in the conversation, then the question."""
    before = (
        conversation.before(conversation.place_of(question.at))
        if question.history and not question.begins
        else ()
    )
    return MessageRequest(
        model=settings.model,
        max_tokens=settings.max_tokens,
        messages=messages_of(before, question.prompt),
        system=settings.system,
    )


def exchange(
    question: Question,
    conversation: Conversation,
    settings: Settings,
    connection: Connection,
    show: Show,
    pause: Pause,
) -> Outcome:
    """Ask, hand every event to `show` as it comes, and record the turn. A failed request is in the outcome, not raised.

    `pause` tells how long `show` can wait for its next call (seconds; None for as long as nothing comes).
    """
    request = build_request(question, conversation, settings)
    builder = MessageBuilder()
    error: BaseException | None = None
    request_id = notice = ""
    begun = time.monotonic()
    try:
        from nbclaude.client.relay import Relay
        from nbclaude.client.stream import MessageStream

        stream = MessageStream(connection, request)
        with Relay(stream) as relay:
            for events in relay.batches(pause):
                for event in events:
                    builder.apply(event)
                request_id, notice = stream.request_id, stream.notice
                show(events)
    except KeyboardInterrupt:
        error = AnswerInterrupted("Stopped.")
    except Exception as failure:
        # An APIError is an outcome. Anything else is a fault of ours, which must not cost the user an answer that has
        # been paid for: it is raised, but after the turn is recorded.
        error = failure
    message = builder.message
    if not message.get("model"):
        message["model"] = settings.model
    outcome = Outcome(message, time.monotonic() - begun, request_id, error=error, notice=notice)
    outcome = _recorded(outcome, question, conversation)
    if error is not None and not isinstance(error, APIError | AnswerInterrupted):
        raise error
    return outcome


def _recorded(outcome: Outcome, question: Question, conversation: Conversation) -> Outcome:
    """Put the turn into the conversation unless there is nothing to put, and say in the error what became of it."""
    if outcome.is_empty:
        _note(outcome.error, "Nothing had come yet, and the conversation is as it was.")
        return outcome
    if not question.history:
        _note(outcome.error, "What had come is kept, not as a turn.")
        return outcome
    stopped = {AnswerInterrupted: "interrupted", type(None): ""}.get(type(outcome.error), "broken off")
    turn = Turn(
        prompt=question.prompt,
        message=outcome.message,
        model=str(outcome.message["model"]),
        cell=question.at.cell if question.at else "",
        run=question.at.run if question.at else None,
        begins=question.begins,
        stopped=stopped,
        seconds=outcome.seconds,
        request_id=outcome.request_id,
    )
    change = conversation.record(turn, question.at)
    _note(
        outcome.error,
        f"What had come is kept as turn {change.number} (%claude_undo takes it back).",
    )
    return replace(outcome, change=change)


def _note(error: BaseException | None, note: str) -> None:
    if isinstance(error, APIError | AnswerInterrupted):
        error.note = note
