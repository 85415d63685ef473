"""Carries out a plan: its events go to whoever shows them, its turn into the conversation, its outcome to the caller."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from nbclaude import stopping
from nbclaude.cleaning import excerpt, identifier
from nbclaude.client.connection import Connection
from nbclaude.conversation.ledger import Entry
from nbclaude.conversation.moderation import moderated_message
from nbclaude.conversation.plan import Plan, continued
from nbclaude.conversation.question import Question
from nbclaude.conversation.replaying import replayable
from nbclaude.conversation.rounds import AnswerRounds
from nbclaude.conversation.turns import Change, Conversation, Turn
from nbclaude.cures import Command, Words
from nbclaude.errors import AnswerInterrupted, APIError, ConfigurationError
from nbclaude.frozen import frozen
from nbclaude.notebook import CellRun
from nbclaude.wire.message import content_of, events_of_message, stop_reason_of, summary_of

if TYPE_CHECKING:
    from nbclaude.output.display import AnswerDisplay

__all__ = ["KEPT", "Outcome", "exchange", "is_summary", "recorded"]

# A server that pauses its own tool loop again and again is asked to go on so often, and the user after that.
MAX_PAUSES = 20
MAX_PLANS = 4
_MAX_SAID = 100  # characters of why a request is sent again
# What becomes of an answer that was stopped or broken off.
KEPT: Words = (
    *("The partial answer is kept. Continue: ", Command.CONTINUE, ". Discard: ", Command.UNDO, "."),
)


@frozen
class Outcome:
    """What came of a question. `error` is None when the answer is complete; `change` is None when nothing was recorded.

    `notice` is what the footer must say of who answered: empty for Claude, not so for the demo model. `entry` is what the
    ledger records. `turn` is the question with its answer, recorded or not; None if no answer arrived. `replayed` is when
    an answer taken from a notebook was saved. `waits` are the seconds before each further attempt to send the request.
    """

    message: Mapping[str, Any]
    plan: Plan
    seconds: float
    request_id: str = ""
    change: Change | None = None
    error: BaseException | None = None
    notice: str = ""
    entry: Entry | None = None
    turn: Turn | None = field(default=None, repr=False)
    replayed: str = ""
    waits: tuple[float, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it failed before anything of an answer arrived."""
        return self.error is not None and not replayable(content_of(self.message))


class _Attempt:
    """One exchange on its way: what has come, and what it was asked with."""

    def __init__(self, plan: Plan, question: Question) -> None:
        self.plan = plan
        self.rounds = AnswerRounds(question.prefill, _begun(question), is_shown=question.is_shown)
        self.request_id = self.notice = ""
        self.waits: list[float] = []

    def run(self, connection: Connection, display: AnswerDisplay) -> None:
        """Send the request, and again while the server pauses; what it raises comes after all that came before."""
        plan = self.plan
        self._send(plan, connection, display)
        for _ in range(MAX_PAUSES):
            if self.rounds.stop_reason != "pause_turn" or not self.rounds.pending["content"]:
                return
            plan = continued(plan, self.rounds.pending)
            self.rounds.begin_round()
            self._send(plan, connection, display)

    def _send(self, plan: Plan, connection: Connection, display: AnswerDisplay) -> None:
        from nbclaude.client.relay import Relay
        from nbclaude.client.stream import MessageStream, RetryWait

        stream = MessageStream(connection, plan.request)
        with Relay(stream) as relay, stopping.waking(relay.wake):
            for batch in relay.batches(display.pause):
                if isinstance(batch, RetryWait):
                    self.waits.append(batch.seconds)
                    display.wait(_reason(batch), batch.seconds)
                    continue
                self.request_id = stream.request_id or self.request_id
                self.notice = stream.notice
                events = [shown for event in batch for shown in self.rounds.apply(event)]
                # What a policy has yet to see is shown to nobody.
                display.show([] if self.plan.settings.moderate else events)


def _begun(question: Question) -> list[Mapping[str, Any]]:
    """Return the blocks of the answer that is gone on with in its own place, as they were sent to be gone on with."""
    if question.completes is None:
        return []
    content = content_of(question.completes.message)
    blocks: list[Mapping[str, Any]] = [*replayable(content, thinking=True)]
    if question.prompt and blocks and blocks[-1].get("type") == "text":
        # The end of a paragraph is none to the API; what comes in a message of its own begins a new one all the same.
        blocks[-1] = {**blocks[-1], "text": _last_text(content)}
    return blocks


def _last_text(content: Sequence[Mapping[str, Any]]) -> str:
    return next(
        str(block["text"])
        for block in reversed(content)
        if block.get("type") == "text" and str(block.get("text") or "").strip()
    )


def _reason(wait: Any) -> str:
    """Why a request is sent again, in a line."""
    error = wait.error
    status = getattr(error, "status", None)
    said = error.message if status else str(error.args[0])
    what = f"{excerpt(said, _MAX_SAID).rstrip('.')} (HTTP {status})" if status else said.rstrip(".")
    return f"{what}; attempt {wait.attempt} of {wait.attempts}"


def exchange(
    question: Question,
    plan: Plan,
    conversation: Conversation,
    connection: Connection,
    display: AnswerDisplay,
    recover: Callable[[APIError, Plan], Plan | None] = lambda error, plan: None,
) -> Outcome:
    """Ask, show every event as it comes, and record the turn. A failed request is in the outcome, not raised.

    `recover` may give another plan where the server has refused the first one: None gives up.
    """
    error: BaseException | None = None
    begun = time.monotonic()
    attempt = _Attempt(plan, question)
    for _ in range(MAX_PLANS):
        error = _error_of(attempt, connection, display)
        if not isinstance(error, APIError) or error.partial or attempt.rounds.message["content"]:
            break
        try:
            with stopping.allowed():
                better = recover(error, attempt.plan)
        except KeyboardInterrupt:
            error = AnswerInterrupted()
            break
        if better is None:
            break
        attempt = _Attempt(better, question)
    message, error = _moderated(attempt, error, display)
    message["model"] = identifier(str(message.get("model") or "")) or plan.request.model
    outcome = Outcome(
        message,
        attempt.plan,
        time.monotonic() - begun,
        attempt.request_id,
        error=error,
        notice=attempt.notice,
        waits=tuple(attempt.waits),
    )
    outcome = recorded(outcome, question, conversation)
    if error is not None and not isinstance(error, APIError | AnswerInterrupted):
        raise error
    return outcome


def _moderated(
    attempt: _Attempt, error: BaseException | None, display: AnswerDisplay
) -> tuple[dict[str, Any], BaseException | None]:
    """Return the answer as a policy lets it pass, and show it; what it refuses is an error, and the answer is paid for."""
    message, name = attempt.rounds.message, attempt.plan.settings.moderate
    if not name:
        return message, error
    try:
        with stopping.allowed():  # a user can stop a policy that hangs, and sees no answer
            passed = moderated_message(message, name)
    except KeyboardInterrupt:
        return {**message, "content": []}, AnswerInterrupted("before the policy had approved the answer")
    except ConfigurationError as refusal:
        return {**message, "content": []}, APIError(str(refusal))
    display.show(events_of_message(passed))
    return passed, error


def _error_of(attempt: _Attempt, connection: Connection, display: AnswerDisplay) -> BaseException | None:
    try:
        attempt.run(connection, display)
    except KeyboardInterrupt:
        return AnswerInterrupted()
    except Exception as failure:
        # An APIError is an outcome. Anything else is a fault of ours, which must not cost the user an answer that has
        # been paid for: it is raised, but after the turn is recorded.
        return failure
    return None


def recorded(outcome: Outcome, question: Question, conversation: Conversation, saved_as: str = "") -> Outcome:
    """Put the turn into the conversation unless there is nothing to put, and say in the error what became of it.

    An answer that a notebook has given is `saved_as` the id that it has there.
    """
    if isinstance(outcome.error, APIError):
        outcome.error.partial = not outcome.is_empty
    if outcome.is_empty:
        _note(outcome.error, ("No answer arrived; the conversation is unchanged.",))
        return outcome
    # What takes the place of another turn belongs to its cell, so that running that cell again replaces it.
    old, partial = question.instead_of, question.completes
    at = question.at or (CellRun(old.cell, old.run) if old else CellRun("", None))
    stopped = {AnswerInterrupted: "interrupted", type(None): ""}.get(type(outcome.error), "broken off")
    turn = Turn(
        prompt=partial.prompt if partial else question.prompt,
        message=outcome.message,
        model=str(outcome.message["model"]),
        cell=at.cell,
        run=at.run,
        begins=partial.begins if partial else question.begins or _folds(outcome, question),
        stopped=stopped,
        seconds=outcome.seconds,
        notice=outcome.notice,
        request_id=outcome.request_id,
        # Its two parts were made behind different prefixes: thinking of one is never sent behind that of the other.
        prefix="" if partial else outcome.plan.prefix,
        settings=outcome.plan.settings,
        follows=partial.follows if partial else question.follows,
        completes=partial,
        kept=question.kept or (old.kept if old else ()),
        label=partial.label if partial else question.label,
        saved_as=saved_as,
    )
    if not question.history:
        _note(outcome.error, ("The partial answer is kept, but not as a turn.",))
        return replace(outcome, turn=turn)
    after = question.steps[-1] if question.steps else None
    change = conversation.record(turn, question.at, question.instead_of, after)
    _note(outcome.error, KEPT)
    return replace(outcome, change=change, turn=turn)


def _folds(outcome: Outcome, question: Question) -> bool:
    """Tell whether an answer may stand in the place of what came before: half a summary may not."""
    return question.folds and outcome.error is None and is_summary(outcome.message, question)


def is_summary(message: Mapping[str, Any], question: Question) -> bool:
    """Tell whether the answer to a question that folds may replace a whole conversation."""
    return bool(summary_of(message)) or (
        question.compaction is None and stop_reason_of(message) == "end_turn"
    )


def _note(error: BaseException | None, note: Words) -> None:
    if isinstance(error, APIError | AnswerInterrupted):
        error.note = note
