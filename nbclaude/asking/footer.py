"""Writes the quiet line under an answer: who answered, what it took and cost, why it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from nbclaude.approval import NOBODY
from nbclaude.asking.changes import set_aside_note, summary_of
from nbclaude.asking.failure_cards import title_of
from nbclaude.asking.step_notes import steps_said
from nbclaude.conversation.exchange import Outcome
from nbclaude.conversation.ledger import dollars
from nbclaude.conversation.schema_check import misfit
from nbclaude.cures import Command, Mention, Words, duration
from nbclaude.errors import AnswerInterrupted, APIResponseValidationError, IncompleteStreamError
from nbclaude.models.info import model_info
from nbclaude.refusal import Refusal
from nbclaude.texts import counted
from nbclaude.wire.message import content_of, prompt_tokens, stop_reason_of, token_count, whole_usage
from nbclaude.wire.message import summary_of as summary_in

if TYPE_CHECKING:
    from nbclaude.asking.ask import Answered
    from nbclaude.conversation.screening import Screening
    from nbclaude.render.footer import Footer
    from nbclaude.render.notice import Notice

__all__ = ["footer_of"]


def footer_of(
    answered: Answered, word: Callable[[str | Words | Refusal], str], *, names_turn: bool = True
) -> Footer:
    """Write the footer. `word` says what a note says; with `names_turn` the line tells what became of the turn."""
    from nbclaude.render.footer import Footer

    outcome = answered.outcome
    model = str(outcome.message.get("model"))
    is_claude = not outcome.notice
    facts = [
        "" if is_claude else f"asked for {model}",
        "compacted" if _is_compacted(outcome) else "",
        *_spent(outcome),
        *steps_said(answered.steps),
    ]
    waits = outcome.waits
    more: tuple[str, ...] = ()
    if answered.in_child:
        facts.append("asked in a forked process, not a turn of the notebook")
    elif outcome.change is not None and outcome.change.is_plain:
        more = (summary_of(outcome.change),) if names_turn else ()
    elif outcome.change is not None:
        facts += [summary_of(outcome.change)] if names_turn else []
    elif not answered.is_recorded:
        facts.append("not recorded")
    return Footer(
        tuple(filter(None, facts)),
        _step_mark(answered) or _mark(outcome),
        outcome.notice,
        word((_AT_LIMIT if answered.at_limit else _callout(outcome)) or _denied(answered)),
        answered.receipt,
        model=model if is_claude else "",
        name=_short_name(outcome, model) if is_claude else "",
        notices=_notices(answered, word),
        more=(*more, f"sent {len(waits) + 1} times, waiting {duration(sum(waits))} in between")
        if waits
        else more,
        hurried=isinstance(outcome.error, AnswerInterrupted),
    )


def _short_name(outcome: Outcome, answered: str) -> str:
    """Return the display name of a Claude model; empty where the server's names mean nothing to us."""
    asked = outcome.plan.model
    name = asked.name if asked.id == answered else model_info(answered).name if asked.known else ""
    return name.removeprefix("Claude ")


_NEARLY_FULL = 0.8  # of the context
_AT_LIMIT: Words = (
    "Claude called tools once more; these calls were not run. ",
    Command.CONTINUE,
    " runs them and goes on, ",
    Mention("max_steps"),
    " allows more steps, and the next question goes on without the calls.",
)
_NOBODY_ASKED: Words = (
    "A call was denied because nobody was there to approve it. ",
    Mention("allow_tools"),
    " allows tools by name, and `@nbclaude.tool(safe=True)` a function.",
)


def _denied(answered: Answered) -> Words:
    """Say that a call was denied because nobody could be asked, and what allows it."""
    denied = [call.denied for step in answered.steps for call in step.calls]
    return _NOBODY_ASKED if NOBODY in denied else ()


def _step_mark(answered: Answered) -> str:
    most = answered.outcome.plan.settings.max_steps
    return f"stopped after {counted(most, 'step')}" if answered.at_limit else ""


def _notices(answered: Answered, word: Callable[[str | Words | Refusal], str]) -> tuple[Notice, ...]:
    """Say what the reader must not miss, each on a line of its own."""
    from nbclaude.render.notice import Notice

    told = (
        ("Set aside", word(set_aside_note(answered.set_aside))),
        *(_found_in(answered.screening) if answered.screening else ()),
        *(("Note", word(note)) for note in answered.notes),
        ("JSON", word(_off_schema(answered))),
        ("Budget", answered.budget),
        ("Context", word(_fullness(answered.outcome))),
    )
    return tuple(Notice(title, text) for title, text in told if text)


def _off_schema(answered: Answered) -> Words:
    """Say that the server, or its model, did not keep to the schema that was sent."""
    plan, reply = answered.outcome.plan, answered.reply
    if plan.settings.schema is None or answered.outcome.error is not None or reply.stop_reason != "end_turn":
        return ()
    try:
        found = misfit(reply.json, plan.settings.schema)
    except APIResponseValidationError:
        found = "the answer is not JSON"
    cure = "Say in the prompt, too, that the answer must be JSON, and in what form, or choose another "
    return (f"The server did not keep to the schema: {found}. {cure}", Mention("model"), ".") if found else ()


def _fullness(outcome: Outcome) -> Words:
    """Say that the conversation has filled most of the model's context, and what makes room."""
    window = outcome.plan.model.context_window
    usage = outcome.message.get("usage") or {}
    used = prompt_tokens(usage) + token_count(usage, "output_tokens")
    if not window or outcome.replayed or used < _NEARLY_FULL * window:
        return ()
    share = f"The conversation fills {used * 100 // window} % of the model's context. "
    return (share, Command.COMPACT, " folds it into a summary.")


def _found_in(screening: Screening) -> Iterator[tuple[str, str]]:
    """Say what was masked, and what was not: an answer may be about what the model has not seen."""
    if screening.masked:
        yield "Masked", "; ".join(screening.masked_by_place)
    sent = [counted(len(screening.sent), "secret")] if screening.sent else []
    if screening.before:
        sent.append(f"{counted(len(screening.before), 'secret')} in earlier turns")
    if sent:
        yield "Sent", f"{' and '.join(sent)}, not masked"


def _spent(outcome: Outcome) -> tuple[str, ...]:
    """Say what an answer took; one from a notebook took nothing."""
    if outcome.replayed:
        return (f"from the notebook, saved {outcome.replayed}",)
    return _tokens(outcome), _cost(outcome), f"{outcome.seconds:.1f} s"


def _tokens(outcome: Outcome) -> str:
    usage = whole_usage(outcome.message.get("usage"))
    tokens_in, tokens_out = prompt_tokens(usage), token_count(usage, "output_tokens")
    cached = token_count(usage, "cache_read_input_tokens")
    written = f"{tokens_in:,} tokens in" + (f" ({cached:,} cached)" if cached else "")
    if outcome.error is not None:
        # The count of the answer comes with its end.
        return written if tokens_in else ""
    if not tokens_in and not tokens_out:
        return ""
    details = usage.get("output_tokens_details")
    thought = token_count(details, "thinking_tokens") if isinstance(details, dict) else 0
    return f"{written}, {tokens_out:,} out" + (f" ({thought:,} thinking)" if thought else "")


def _cost(outcome: Outcome) -> str:
    entry = outcome.entry
    if entry is None or entry.cost is None:
        return ""
    amount = dollars(entry.cost)
    if outcome.notice:
        return f"Claude would cost {amount}"
    return f"at least {amount}" if entry.at_least else amount


def _is_compacted(outcome: Outcome) -> bool:
    return stop_reason_of(outcome.message) == "compaction" and bool(summary_in(outcome.message))


def _mark(outcome: Outcome) -> str:
    if isinstance(outcome.error, AnswerInterrupted):
        return "interrupted"
    if outcome.error is not None:
        title = title_of(outcome.error)
        is_plain = isinstance(outcome.error, IncompleteStreamError)
        return "broken off" if is_plain else f"broken off: {title[:1].lower()}{title[1:]}"
    reason = stop_reason_of(outcome.message)
    if reason == "compaction":
        return "" if summary_in(outcome.message) else "not compacted"
    if reason == "tool_use":
        calls = _calls(outcome.message)
        return "needs the result of a tool" if len(calls) == 1 else f"needs the results of {len(calls)} tools"
    if reason == "stop_sequence":
        return f"stopped at {outcome.message.get('stop_sequence')!r}"
    return _MARKS.get(reason, f"stopped: {reason}")


_MARKS = {
    None: "",
    "end_turn": "",
    "max_tokens": "cut off",
    "model_context_window_exceeded": "cut off: the context window is full",
    "refusal": "refused",
    "pause_turn": "paused by the server",
}


def _calls(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [block for block in content_of(message) if block.get("type") == "tool_use"]


def _callout(outcome: Outcome) -> Words:
    """Say the way on, where there is one."""
    message = outcome.message
    if outcome.error is not None:
        return ()
    match stop_reason_of(message):
        case "max_tokens":
            most = outcome.plan.request.body()["max_tokens"]  # a field of `extra` overrides the setting
            if most == 0:
                return (
                    "No answer was asked for (max_tokens is 0): the server has read the prompt into its cache.",
                )
            return (
                *(
                    f"The answer reached max_tokens ({most:,}){_cut_calls(message)}. ",
                    Command.CONTINUE,
                    " continues it; ",
                ),
                *(Mention("max_tokens"), " allows longer ones."),
            )
        case "model_context_window_exceeded":
            return (
                *("The conversation and the answer fill the context window. ", Command.COMPACT),
                *(" folds it into a summary; ", Mention("new", True), " starts a new one."),
            )
        case "pause_turn":
            return ("The server paused its tools again and again. ", Command.CONTINUE, " continues.")
        case "refusal":
            return _refusal(message.get("stop_details"))
        case "tool_use":
            names = " and ".join(dict.fromkeys(str(call.get("name")) for call in _calls(message)))
            return (
                *(f"Claude needs the result of {names}. Run: ", Command.TOOL_RESULT, " VALUE"),
                " (the arguments are in _claude.tool_calls).",
            )
        case _:
            return () if content_of(message) else ("The answer is empty.",)


def _cut_calls(message: Mapping[str, Any]) -> str:
    """Name the calls in an answer that was cut off, which are not run."""
    calls = _calls(message)
    if not calls:
        return ""
    names = " and ".join(dict.fromkeys(str(call.get("name")) for call in calls))
    where = " in the middle of" if "partial_json" in calls[-1] else " after"
    return f"{where} {'a call' if len(calls) == 1 else 'calls'} to {names}, which {'was' if len(calls) == 1 else 'were'} not run"


def _refusal(details: object) -> Words:
    """Say what the API tells of a refusal: category, explanation, another model."""
    found = details if isinstance(details, dict) else {}
    category = str(found.get("category") or "").replace("_", " ")
    said = f"The model declined to answer{f' ({category})' if category else ''}."
    if found.get("explanation"):
        said += f" {str(found['explanation']).strip()}"
    words: Words = (said,)
    if found.get("recommended_model"):
        words += (" The API recommends ", Mention("model", str(found["recommended_model"])), " for this.")
    return (*words, " Rephrase the question, or discard the turn with ", Command.UNDO, ".")
