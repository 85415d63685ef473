"""Runs the tools that an answer calls, and asks on with their results, until the answer is complete.

Each request with its answer is a turn of its own: so what stands in the conversation is valid whenever the loop ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbclaude import stopping
from nbclaude.approval import Approve
from nbclaude.asking.calls import CallRunner, Step
from nbclaude.asking.gathering import Gathered
from nbclaude.asking.prepare import Ask, Prepared, prepare
from nbclaude.asking.send import send
from nbclaude.conversation.exchange import Outcome
from nbclaude.conversation.question import Question
from nbclaude.conversation.rounds import added_usage
from nbclaude.conversation.turns import Turn
from nbclaude.cures import Command, Words
from nbclaude.errors import AnswerInterrupted, APIError, ConfigurationError
from nbclaude.frozen import frozen
from nbclaude.output.steps import StepsDisplay
from nbclaude.wire.message import content_of, stop_reason_of

if TYPE_CHECKING:
    from nbclaude.output.display import AnswerDisplay
    from nbclaude.tools.functions import Tool
    from nbclaude.tools.running import OnMain

__all__ = ["Answer", "ask_in_steps"]

_KEPT: Words = ("The steps before are kept as turns (", Command.UNDO, " takes them back).")
# Why an answer ends that has complete calls.
_CALLS = ("tool_use", "end_turn")


@frozen
class Answer:
    """All that came of one ask: the outcomes of its requests in order, and the steps between them.

    `at_limit` tells that the last answer calls tools once more than the settings allow.
    """

    outcomes: tuple[Outcome, ...]
    steps: tuple[Step, ...] = ()
    at_limit: bool = False

    @property
    def outcome(self) -> Outcome:
        """The last outcome, with the usage, time and cost of all."""
        *before, last = self.outcomes
        if not before:
            return last
        usage: dict[str, Any] = {}
        for each in self.outcomes:
            usage = added_usage(usage, each.message.get("usage") or {})
        entries = [each.entry for each in self.outcomes if each.entry is not None]
        costs = [entry.cost for entry in entries if entry.cost is not None]
        entry = entries[-1] if entries else None
        if entry is not None:
            cost = sum(costs) if len(costs) == len(entries) else None
            entry = replace(entry, cost=cost, at_least=any(each.at_least for each in entries))
        return replace(
            last,
            message={**last.message, "usage": usage},
            seconds=sum(each.seconds for each in self.outcomes),
            change=before[0].change,
            entry=entry,
        )


def ask_in_steps(
    prepared: Prepared, display: AnswerDisplay, approve: Approve | None, on_main: OnMain | None = None
) -> Answer:
    """Send what was prepared; run the tools that the answer calls, and send their results, as often as the settings allow.

    Only the first request raises: what fails later is in the outcome, since the steps before are recorded.

    Raises:
        ConfigurationError: the budget would be passed; nothing was sent.
        KeyboardInterrupt: the user stopped before anything was sent.

    """
    workspace, ask = prepared.workspace, prepared.ask
    if ask.tools:
        workspace.tools.put(ask.conversation, ask.tools)
    tools = workspace.tools.of(ask.conversation)
    if not tools:
        return Answer((send(prepared, display),))
    shown = StepsDisplay(display, frozenset(tools))
    runner = CallRunner(workspace, ask, tools, shown, approve, on_main)
    outcomes, steps = [send(prepared, shown)], list[Step]()
    while calls := _calls_to_run(outcomes[-1], tools):
        if len(steps) >= ask.settings.max_steps:
            shown.leave(calls)
            return Answer(tuple(outcomes), tuple(steps), at_limit=True)
        before, has_begun = outcomes[-1], False
        try:
            steps.append(runner.run(calls))
            prepared = _prepared_next(prepared, before.turn, steps[-1])
            shown.begin_step(prepared.plan.question.prompt, steps[-1].denied)
            has_begun = True
            outcomes.append(send(prepared, shown))
        except (ConfigurationError, KeyboardInterrupt) as error:
            if not has_begun:
                ran = Step(tuple(runner.ran))
                shown.leave(calls, (call.block for call in ran.calls), ran.denied, runner.running)
            outcomes.append(_ended(before, error, _when(runner)))
        failure = outcomes[-1].error
        if isinstance(failure, APIError) and outcomes[-1].is_empty:
            failure.note = _KEPT
    return Answer(tuple(outcomes), tuple(steps))


def _calls_to_run(outcome: Outcome, tools: Mapping[str, Tool]) -> list[dict[str, Any]]:
    """Return the calls of an answer; none if it failed or was cut off, or if one of them is the user's to answer."""
    if outcome.error is not None or outcome.turn is None or stop_reason_of(outcome.message) not in _CALLS:
        return []
    calls = [block for block in content_of(outcome.message) if block.get("type") == "tool_use"]
    ids = [call.get("id") for call in calls]
    defined = {str(tool.get("name")) for tool in outcome.plan.request.tools}
    is_the_users = any(call.get("name") in defined and call.get("name") not in tools for call in calls)
    can_be_answered = all(isinstance(each, str) and each for each in ids) and len(set(ids)) == len(ids)
    return calls if can_be_answered and not is_the_users else []


def _prepared_next(prepared: Prepared, turn: Turn | None, step: Step) -> Prepared:
    """Prepare the request that gives the results; a tool that had to be called need not be again."""
    ask, question = prepared.ask, prepared.ask.question
    prompt = tuple(call.block for call in step.calls)
    following = Question(
        prompt,
        question.at,
        history=question.history,
        names=tuple(f"the result of {call.name}" for call in step.calls),
        follows=turn,
        kept=question.kept,
        label=f"results of {', '.join(dict.fromkeys(call.name for call in step.calls))}",
        steps=(*question.steps, *([turn] if turn else [])),
    )
    choice = ask.settings.tool_choice if ask.settings.tool_choice in (None, "auto", "none") else None
    settings = replace(ask.settings, tool_choice=choice)
    with stopping.allowed():
        return prepare(
            prepared.workspace,
            Ask(following, settings, ask.conversation, Gathered(prompt), ask.form, names=ask.names),
        )


def _when(runner: CallRunner) -> str:
    """Say at what point the user stopped it: a call that still waits for approval has not run."""
    if runner.running:
        return "while a tool was running"
    return "before the next step" if runner.ran else "before a tool was run"


def _ended(outcome: Outcome, error: BaseException, when: str) -> Outcome:
    """Say that the answer ends after this outcome, with an error; what it used is counted already."""
    if isinstance(error, KeyboardInterrupt) and not stopping.says_what_became(error):
        error = AnswerInterrupted(when, note=_KEPT)
    message = {**outcome.message, "usage": {}}
    return replace(outcome, message=message, seconds=0.0, entry=None, error=error)
