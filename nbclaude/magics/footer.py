"""An outcome comes in; the quiet line under the answer goes out: who answered, what it took, why it stopped, what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbclaude.conversation.exchange import Outcome, Question
from nbclaude.conversation.settings import Settings
from nbclaude.errors import AnswerInterrupted
from nbclaude.wire.message import prompt_tokens

if TYPE_CHECKING:
    from nbclaude.render.reply import Footer

__all__ = ["footer_of"]


def footer_of(outcome: Outcome, question: Question, settings: Settings, forgotten: int) -> Footer:
    """Write the footer; `forgotten` is the number of turns that went with deleted cells."""
    from nbclaude.render.reply import Footer

    model = str(outcome.message.get("model"))
    facts = [f"asked for {model}" if outcome.notice else model, _tokens(outcome), f"{outcome.seconds:.1f} s"]
    if outcome.change is not None:
        facts.append(outcome.change.summary)
    elif not question.history:
        facts.append("not recorded")
    if forgotten:
        facts.append(f"{forgotten} turn{'s' if forgotten > 1 else ''} of deleted cells removed")
    return Footer(tuple(fact for fact in facts if fact), _mark(outcome, settings), outcome.notice)


def _tokens(outcome: Outcome) -> str:
    usage = outcome.message.get("usage") or {}
    tokens_in, tokens_out = prompt_tokens(usage), int(usage.get("output_tokens") or 0)
    if outcome.error is not None:
        # The count of the answer comes with its end.
        return f"{tokens_in:,} tokens in" if tokens_in else ""
    return f"{tokens_in:,} tokens in, {tokens_out:,} out" if tokens_in or tokens_out else ""


def _mark(outcome: Outcome, settings: Settings) -> str:
    if isinstance(outcome.error, AnswerInterrupted):
        return "interrupted"
    if outcome.error is not None:
        return f"broken off: {type(outcome.error).__name__}"
    reason = outcome.message.get("stop_reason")
    if reason in (None, "end_turn"):
        return ""
    if reason == "max_tokens":
        return f"cut off at max_tokens ({settings.max_tokens:,}): ask for the rest, or raise it with --max-tokens"
    if reason == "model_context_window_exceeded":
        return "cut off: the context window is full; start afresh with --new"
    if reason == "refusal":
        details = outcome.message.get("stop_details") or {}
        said = ", ".join(str(details[key]) for key in ("category", "explanation") if details.get(key))
        return f"refused ({said})" if said else "refused"
    if reason == "stop_sequence":
        return f"stopped at {outcome.message.get('stop_sequence')!r}"
    return f"stopped: {reason}"
