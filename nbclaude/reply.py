"""The reply that user code works with, made from an outcome, and `ask`, which gets one from plain Python."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from nbclaude import stopping
from nbclaude.arguments import checked_arguments, prompt_blocks, refuse_keys
from nbclaude.cleaning import printable
from nbclaude.conversation.answer_format import AnswerFormat
from nbclaude.conversation.exchange import Nobody, Outcome
from nbclaude.conversation.question import Question
from nbclaude.conversation.turns import MAIN
from nbclaude.conversation.workspace import current_workspace
from nbclaude.errors import AnswerInterrupted, APIError, APIResponseValidationError, NbclaudeError
from nbclaude.python_wording import worded
from nbclaude.wire.json_text import from_json
from nbclaude.wire.message import content_of, stop_reason_of, text_of
from nbclaude.wire.request import MessageRequest

__all__ = ["CodeBlock", "Reply", "ToolCall", "ask"]


class CodeBlock(NamedTuple):
    """A fenced block of an answer: the language as written after the fence (may be empty), and the source."""

    language: str
    source: str


class ToolCall(NamedTuple):
    """A tool call of the model: the tool's name, its arguments, and the id that the result must name."""

    name: str
    input: Mapping[str, Any]
    id: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the model. `message` is the API's message as a dict; everything else is read from it.

    `cost` is in US dollars, None where the price is not known; `seconds` is how long the answer took.
    """

    message: Mapping[str, Any] = field(repr=False)
    request_id: str = ""
    seconds: float = 0.0
    cost: float | None = None
    _read: Callable[[Any], Any] | None = field(default=None, repr=False, compare=False)
    _request: MessageRequest | None = field(default=None, repr=False, compare=False)
    _macros: frozenset[str] = field(default=frozenset(), repr=False, compare=False)

    @property
    def request(self) -> dict[str, Any]:
        """The body of the request that was answered, as it was sent; headers, and so keys of the API, are not part of it.

        Where a server paused and was asked to go on, it is the first request. Empty for a reply that nothing was asked for.
        """
        body: dict[str, Any] = json.loads(self._request.to_json()) if self._request is not None else {}
        return body

    @property
    def text(self) -> str:
        """The text blocks, joined."""
        return text_of(self.message)

    @property
    def json(self) -> Any:
        """The text, or its only code block, read as JSON.

        Raises:
            APIResponseValidationError: it is none; the message says why that may be.

        """
        sources = [self.text, *(block.source for block in self.code)]
        for source in sources[:2]:
            try:
                return from_json(source, exact=True)
            except ValueError:
                continue
        why = {"max_tokens": "it was cut off at max_tokens", "refusal": "the model declined to answer"}
        reason = why.get(str(self.stop_reason), "ask with --json to get some")
        raise APIResponseValidationError(f"The answer is no JSON: {reason}. It begins: {self.text[:80]!r}")

    @property
    def data(self) -> Any:
        """The JSON as what `--json` named: an instance of the dataclass or pydantic model, else plain dicts and lists.

        Raises:
            APIResponseValidationError: it is no JSON, or does not fit.

        """
        data = self.json
        try:
            return self._read(data) if self._read is not None else data
        except ValueError as error:
            raise APIResponseValidationError(f"The answer's JSON does not fit: {error}") from None

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The model's complete calls of your tools, in order; `%claude_tool_result` answers them."""
        found = (block for block in content_of(self.message) if block.get("type") == "tool_use")
        blocks = (block for block in found if "partial_json" not in block)
        return [
            ToolCall(str(block.get("name")), _mapping(block.get("input")), str(block.get("id")))
            for block in blocks
        ]

    @property
    def thinking(self) -> str:
        """The summary of the model's thinking, if it was asked for (`--think`)."""
        blocks = (block for block in content_of(self.message) if block.get("type") == "thinking")
        return "\n\n".join(text for block in blocks if (text := str(block.get("thinking") or "").strip()))

    @property
    def citations(self) -> list[dict[str, Any]]:
        """What the text cites, in order, as the API gives it."""
        blocks = (block for block in content_of(self.message) if block.get("type") == "text")
        lists = (found for block in blocks if isinstance(found := block.get("citations"), list))
        return [dict(citation) for found in lists for citation in found if isinstance(citation, Mapping)]

    @property
    def code(self) -> list[CodeBlock]:
        """The fenced code blocks of the text, in order, also those inside lists and quotes."""
        from nbclaude.render.markdown import fences_of

        return [
            CodeBlock((info.split() or [""])[0], source.removesuffix("\n"))
            for info, source in fences_of(self.text)
        ]

    @property
    def usage(self) -> dict[str, Any]:
        """Token counts as the API reported them: input_tokens, output_tokens, cache_read_input_tokens, ..."""
        return dict(_mapping(self.message.get("usage")))

    @property
    def stop_reason(self) -> str | None:
        """Why the model stopped: end_turn, max_tokens, tool_use, refusal, ...; None when the answer was cut off."""
        return stop_reason_of(self.message)

    @property
    def model(self) -> str:
        """The model that answered."""
        return str(self.message.get("model") or "")

    def __str__(self) -> str:
        return printable(self.text)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        from nbclaude.render.reply import message_html

        text = self.text
        html = message_html(self.message, "json" if self._read is not None else "", self._macros)
        return {
            "text/html": printable(html),
            "text/markdown": printable(text),
            "text/plain": printable(text),
        }


def _mapping(value: object) -> Mapping[str, Any]:
    """Return a field that should be an object; what a gateway has put in its place is none."""
    return value if isinstance(value, Mapping) else {}


def reply_of(outcome: Outcome, form: AnswerFormat | None = None) -> Reply:
    """Build the reply of an outcome; `form` is how its JSON is to be read."""
    cost = outcome.entry.cost if outcome.entry else None
    read = form.read if form else None
    macros = frozenset(outcome.plan.settings.math_macros)
    return Reply(
        outcome.message, outcome.request_id, outcome.seconds, cost, read, outcome.plan.request, macros
    )


@stopping.stoppable()
def ask(
    prompt: str | Sequence[Mapping[str, Any]],
    *,
    # <generated: arguments of ask>
    model: str | None = None,
    system: str | Sequence[str | Mapping[str, Any]] | None = None,
    max_tokens: int | None = None,
    temperature: float | None = None,
    top_p: float | None = None,
    top_k: int | None = None,
    stop_sequences: str | Iterable[str] | None = None,
    effort: str | None = None,
    thinking: str | None = None,
    prefill: str = "",
    json: object = None,
    tools: object = None,
    tool_choice: str | None = None,
    metadata_user: str | None = None,
    service_tier: str | None = None,
    speed: str | None = None,
    betas: str | Iterable[str] | None = None,
    headers: Mapping[str, str] | None = None,
    extra: Mapping[str, Any] | None = None,
    allow_secrets: bool = False,
    stream: bool | None = None,
    conversation: str | None = None,
    new: bool = False,
    history: bool = True,
    # <end>
) -> Reply:
    """Ask from plain Python, with or without a notebook, and return the whole reply.

    The prompt is text, or content blocks as the API defines them. The arguments mean what the options of `%%claude` mean. In a
    notebook the conversation is that of the `%%claude` cells.

    Arguments:
        model: the model to ask: an id, sonnet, opus, haiku or fable.
        system: the system prompt.
        max_tokens: the most tokens the answer may have, thinking included.
        temperature: from 0 (steady) to 1 (varied); models up to 4.6.
        top_p: nucleus sampling, 0 to 1; models up to 4.6.
        top_k: choose among the K likeliest tokens; models up to 4.6.
        stop_sequences: texts at which the answer stops.
        effort: how hard the model works: low, medium, high, xhigh, max.
        thinking: think before answering: summarized (and show the summary), omitted, or off; unset: the
            model's default.
        prefill: how the answer begins; models up to 4.5.
        json: answer in JSON: a JSON schema, a dataclass or a pydantic model.
        tools: tool definitions, a dict or a list of them.
        tool_choice: auto, any, none, or the name of the tool to use.
        metadata_user: an id for the end user, for the API's abuse detection.
        service_tier: the API's service tier: auto or standard_only.
        speed: standard or fast, for models that offer it.
        betas: beta features of the API.
        headers: more HTTP headers, never a key.
        extra: more fields of the request body, sent as they are.
        allow_secrets: do not mask what looks like a password or a key.
        stream: show the answer as it arrives, not only when it is complete.
        conversation: the conversation to ask in.
        new: start a new conversation: send nothing of what came before.
        history: ask in the conversation, and record the turn.

    What looks like a password or a key is masked, with a warning that names its kind, unless `allow_secrets` sends it.

    Raises:
        ConfigurationError: a setting cannot be used, the model refuses it, there is no key, or one stands in the prompt.
        BudgetError: the request would pass the budget.
        APIError: the request failed; if part of an answer had come, it is the error's `reply`, and kept as a turn.
        AnswerInterrupted: Ctrl-C; what had arrived is its `reply`, and kept as a turn.

    """
    # Nothing but the arguments has a name yet: so a setting that the table gains is here, too.
    given = dict(locals())
    try:
        return _ask(given.pop("prompt"), given)
    except (NbclaudeError, AnswerInterrupted) as error:
        worded(error)
        raise


def _ask(prompt: object, arguments: Mapping[str, Any]) -> Reply:
    blocks = prompt_blocks(prompt)
    workspace = current_workspace()
    given, form = checked_arguments(arguments)
    refuse_keys(given, workspace)
    question = Question(
        blocks, workspace.cell_run(), begins=given["new"], history=given["history"], prefill=given["prefill"]
    )
    name = given["conversation"] or workspace.conversation_name() or MAIN
    settings = workspace.settings(given)
    prepared = workspace.plan(question, name, settings)
    if places := prepared.screening.places:
        # Before anything is sent: who makes errors of warnings has then paid for nothing.
        warnings.warn(f"{'; '.join(places)}. allow_secrets=True sends secrets.", stacklevel=4)
    outcome = workspace.ask(question, name, settings, Nobody(), prepared)
    if outcome.error is None and stopping.take():
        outcome = replace(outcome, error=AnswerInterrupted("Stopped when the answer was complete."))
    if outcome.error is not None:
        if isinstance(outcome.error, APIError | AnswerInterrupted) and not outcome.is_empty:
            outcome.error.reply = reply_of(outcome, form)
        raise outcome.error
    return reply_of(outcome, form)
