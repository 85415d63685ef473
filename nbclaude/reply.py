"""An outcome comes in; the reply that user code works with goes out, and `ask`, which gets one from plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from nbclaude.conversation.exchange import Outcome, Question
from nbclaude.conversation.turns import MAIN
from nbclaude.conversation.workspace import current_workspace
from nbclaude.errors import AnswerInterrupted, APIError, ConfigurationError
from nbclaude.wire.message import text_of
from nbclaude.wire.request import text_block

__all__ = ["CodeBlock", "Reply", "ask"]


class CodeBlock(NamedTuple):
    """A fenced block of an answer: the language as written after the fence (may be empty), and the source."""

    language: str
    source: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the model. `message` is the API's message as a dict; everything else is read from it."""

    message: Mapping[str, Any] = field(repr=False)
    request_id: str = ""
    seconds: float = 0.0

    @property
    def text(self) -> str:
        """The text blocks, joined."""
        return text_of(self.message)

    @property
    def code(self) -> list[CodeBlock]:
        """The fenced code blocks of the text, in order, also those inside lists and quotes."""
        from nbclaude.render.markdown import build_parser

        fences = (token for token in build_parser().parse(self.text) if token.type == "fence")
        return [
            CodeBlock((token.info.split() or [""])[0], token.content.removesuffix("\n")) for token in fences
        ]

    @property
    def usage(self) -> dict[str, Any]:
        """Token counts as the API reported them: input_tokens, output_tokens, cache_read_input_tokens, ..."""
        return dict(self.message.get("usage") or {})

    @property
    def stop_reason(self) -> str | None:
        """Why the model stopped: end_turn, max_tokens, tool_use, refusal, ...; None when the answer was cut off."""
        return self.message.get("stop_reason")

    @property
    def model(self) -> str:
        """The model that answered."""
        return str(self.message.get("model") or "")

    def __str__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        from nbclaude.render.reply import reply_html

        text = self.text
        return {"text/html": reply_html(text), "text/markdown": text, "text/plain": text}


def reply_of(outcome: Outcome) -> Reply:
    """Build the reply of an outcome."""
    return Reply(outcome.message, outcome.request_id, outcome.seconds)


def ask(
    prompt: str,
    *,
    model: str | None = None,
    system: str | None = None,
    max_tokens: int | None = None,
    conversation: str | None = None,
    new: bool = False,
    history: bool = True,
) -> Reply:
    """Ask from plain Python, with or without a notebook, and return the whole reply.

    The options mean what they mean for `%%claude`: `new` begins a new conversation, `history=False` asks without the
    conversation and does not record. In a notebook it is the conversation of the `%%claude` cells.

    Raises:
        ConfigurationError: a setting cannot be used, or there is no key.
        APIError: the request failed; if part of an answer had come, it is the error's `reply`, and kept as a turn.
        AnswerInterrupted: Ctrl-C; what had arrived is its `reply`, and kept as a turn.

    """
    if not isinstance(prompt, str) or not prompt.strip():
        raise ConfigurationError(f"The prompt is {prompt!r}. It must be text, and not be empty.")
    workspace = current_workspace()
    settings = workspace.settings({"model": model, "system": system, "max_tokens": max_tokens})
    outcome = workspace.ask(
        Question((text_block(prompt),), workspace.cell_run(), begins=new, history=history),
        conversation or workspace.conversation_name() or MAIN,
        settings,
        show=lambda events: None,
        pause=lambda: None,
    )
    if outcome.error is not None:
        if isinstance(outcome.error, APIError | AnswerInterrupted) and not outcome.is_empty:
            outcome.error.reply = reply_of(outcome)
        raise outcome.error
    return reply_of(outcome)
