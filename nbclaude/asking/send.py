"""Sends a prepared request when it is its turn and the budget allows it, and records what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from nbclaude import stopping
from nbclaude.asking.prepare import Ask, Prepared, plan_again
from nbclaude.client.connection import Connection
from nbclaude.conversation.estimate import prompt_size
from nbclaude.conversation.exchange import Outcome, exchange
from nbclaude.conversation.ledger import no_price_note
from nbclaude.conversation.plan import Plan, turns_before, with_references
from nbclaude.errors import AnswerInterrupted, APIError
from nbclaude.forks import ForkSafeLock
from nbclaude.tools.searching import searched_for
from nbclaude.workspace import Workspace

if TYPE_CHECKING:
    from nbclaude.output.display import AnswerDisplay

__all__ = ["left_others", "send"]

# What a prompt costs that is written into a cache, of what it costs otherwise.
_CACHE_WRITE = {"5m": 1.25, "1h": 2.0}
_PATIENCE = 0.1  # seconds


def send(prepared: Prepared, display: AnswerDisplay) -> Outcome:
    """Send what was prepared, and record the turn; a cell that asked in another conversation before has left it then.

    Waits while another thread (a panel's, or the one that runs cells) asks in this conversation, or asks at all while
    there is a budget.

    Raises:
        ConfigurationError: the budget would be passed, or what has changed since the ask was prepared cannot be sent.
        KeyboardInterrupt: the user, or the display, stopped before anything was sent.

    """
    workspace, ask = prepared.workspace, prepared.ask
    conversation = workspace.conversations[ask.conversation]
    with ExitStack() as stack:
        # Stops are heeded at the waits below; elsewhere they would tear a record, or leave a lock behind.
        stack.enter_context(stopping.held())
        reason = f"Another question of the conversation {ask.conversation!r} is being answered first"
        stack.enter_context(_in_turn(conversation.turn_lock, display, reason))
        if workspace.budget.limit is not None:
            reason = "Another question is being answered first, since the budget is one for all"
            stack.enter_context(_in_turn(workspace.spending, display, reason))
        try:
            with stopping.allowed():
                import nbclaude.client.relay  # noqa: F401 - loading httpx takes long the first time

                plan = _within_budget(workspace, _ready(prepared, display), prepared.connection)
        except KeyboardInterrupt:
            raise AnswerInterrupted(stopping.NOT_SENT) from None
        outcome = exchange(
            plan.question,
            plan,
            conversation,
            prepared.connection,
            display,
            lambda error, plan: _recovered(error, plan, prepared),
        )
        return left_others(workspace, ask, _accounted(workspace, ask, outcome))


@contextmanager
def _in_turn(lock: ForkSafeLock, display: AnswerDisplay, reason: str) -> Iterator[None]:
    """Hold the lock; while another thread has it, the display says the reason, and may still stop the ask."""
    if not lock.acquire(timeout=_PATIENCE):
        display.hold(reason)
        while not lock.acquire(timeout=_PATIENCE):
            stopping.check()
            display.pause()
        display.hold("")
    try:
        yield
    finally:
        lock.release()


def _ready(prepared: Prepared, display: AnswerDisplay) -> Plan:
    """Take what was prepared, if the conversation is still as it was then; only its files are uploaded now."""
    workspace, ask, plan = prepared.workspace, prepared.ask, prepared.plan
    if plan.before != turns_before(ask.question, workspace.conversations[ask.conversation]):
        return plan_again(prepared)
    upload = ask.settings.upload_files and ask.question.history
    messages = with_references(
        plan.request.messages,
        plan.media,
        lambda messages: workspace.uploads.refer(
            prepared.connection,
            messages,
            upload=upload,
            on_upload=lambda name: display.hold(f"Uploading {name}…" if name else ""),
        ),
    )
    return replace(plan, request=replace(plan.request, messages=messages))


def _within_budget(workspace: Workspace, plan: Plan, connection: Connection) -> Plan:
    if workspace.budget.limit is None or plan.model.price is None:
        return plan
    tokens = prompt_size(connection, plan.request.body())
    dearer = 1.0 if plan.caching == "off" else _CACHE_WRITE[plan.settings.cache_ttl]
    most = workspace.budget.allowed_output(
        workspace.ledger, plan.model, tokens, plan.request.max_tokens, dearer=dearer
    )
    if most == plan.request.max_tokens:
        return plan
    note = f"the budget leaves at most {most:,} tokens for this answer"
    return replace(plan, request=replace(plan.request, max_tokens=most), notes=(*plan.notes, note))


def _recovered(error: APIError, plan: Plan, prepared: Prepared) -> Plan | None:
    """Plan again if the server refused what the user did not ask for: cache marks, tool search, old thinking, file ids."""
    from nbclaude.client.blame import Blame, blamed_message, blames

    workspace, connection = prepared.workspace, prepared.connection
    is_ours = plan.caching != "off" and prepared.ask.settings.caching == "auto"
    if is_ours and blames(error, Blame.CACHING):
        workspace.caching[connection.base_url] = "explicit" if plan.caching == "automatic" else "off"
        return plan_again(prepared)
    if searched_for(plan.request.tools) and blames(error, Blame.TOOL_SEARCH):
        workspace.without_tool_search.add(connection.base_url)
        return plan_again(prepared, keeps_thinking=False)
    if plan.has_thinking and blames(error, Blame.THINKING):
        return plan_again(prepared, keeps_thinking=False)
    if blames(error, Blame.FILES) and workspace.uploads.forget(connection):
        return plan_again(prepared, keeps_thinking=False)
    if not plan.texts_alone and _is_answer(plan, blamed_message(error)):
        return plan_again(prepared, keeps_thinking=False, texts_alone=True)
    return None


def _is_answer(plan: Plan, place: int | None) -> bool:
    """Tell whether an earlier answer stands in this place of the request's messages."""
    messages = plan.request.messages
    return place is not None and place < len(messages) - 1 and messages[place]["role"] == "assistant"


def _accounted(workspace: Workspace, ask: Ask, outcome: Outcome) -> Outcome:
    """Enter what an answer used into the ledger, unless nothing is known of it."""
    usage = outcome.message.get("usage")
    if not usage:
        return outcome
    _learn_whose(workspace, outcome)
    # Who answered is paid for: a gateway may have asked another model than the one that was named.
    catalog = workspace.catalog(outcome.plan.settings)
    model = catalog.paid(str(outcome.message.get("model")), outcome.plan.request.model)
    entry = workspace.ledger.record(
        usage,
        model,
        cell=ask.question.at.cell if ask.question.at else "",
        conversation=ask.conversation if ask.question.history else "",
        price_of=catalog.price,
        complete=outcome.error is None,
        notice=outcome.notice,
    )
    plan, limit = outcome.plan, workspace.budget.limit
    if limit is not None and model.price is None:
        # llama.cpp reports a file path as its model; a price can also be given for the name that was asked for.
        plan = replace(plan, notes=(*plan.notes, no_price_note(plan.request.model, limit)))
    return replace(outcome, entry=entry, plan=plan)


def _learn_whose(workspace: Workspace, outcome: Outcome) -> None:
    """Note a server whose answers are not Anthropic's: llama.cpp, for one, accepts any model name."""
    answer = outcome.message.get("id")
    if isinstance(answer, str) and answer.startswith("chatcmpl-"):
        workspace.other_servers.add(workspace.address(outcome.plan.settings))


def left_others(workspace: Workspace, ask: Ask, outcome: Outcome) -> Outcome:
    """Take the cell's turns out of the conversations in which it asked before."""
    at = ask.question.at
    if outcome.change is None or at is None:
        return outcome
    left = workspace.conversations.leave_others(ask.conversation, at)
    return replace(outcome, change=replace(outcome.change, left=left))
