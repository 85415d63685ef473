"""The reply that user code works with, made from an outcome."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, NamedTuple

from nbclaude.asking.calls import Step
from nbclaude.cleaning import printable
from nbclaude.conversation.answer_format import AnswerFormat
from nbclaude.conversation.exchange import Outcome
from nbclaude.cures import Mention
from nbclaude.errors import APIResponseValidationError, ConfigurationError
from nbclaude.frozen import frozen
from nbclaude.notebook import Shell
from nbclaude.wire.json_text import from_json
from nbclaude.wire.message import content_of, stop_reason_of, text_of
from nbclaude.wire.request import MessageRequest

__all__ = ["CodeBlock", "Reply", "ToolCall", "keep_reply", "reply_of"]


class CodeBlock(NamedTuple):
    """A fenced block of an answer: the language as written after the fence (may be empty), and the source."""

    language: str
    source: str

    def _prompt_text_(self) -> str:
        from nbclaude.render.fragments import fenced_markdown

        return fenced_markdown(self.source, self.language)

    def insert(self) -> None:
        """Put the code into a new cell below the one that runs, with the cell magic that its language needs; run nothing.

        Raises:
            ConfigurationError: this is not a notebook, or the extension is not loaded.

        """
        # The user calls it, who holds no workspace.
        from nbclaude.edits import cell_of_block
        from nbclaude.output import say
        from nbclaude.workspace import current_workspace

        insert_cells = current_workspace().insert_cells
        if insert_cells is None:
            raise ConfigurationError("Code cannot be inserted here: nbclaude is not loaded in a notebook.")
        if said := insert_cells([cell_of_block(self.language, self.source)]):
            say(said)


class ToolCall(NamedTuple):
    """A tool call of the model: the tool's name, its arguments, and the id that the result must name."""

    name: str
    input: Mapping[str, Any]
    id: str


@frozen
class Reply:
    """An answer of the model. `message` is the API's message as a dict; everything else is read from it.

    `cost` is in US dollars, None where the price is not known; `seconds` is how long the answer took. Where tools ran, the
    message is the last one, with the usage of all; `steps` are the calls that were run, with the whole of their results.
    """

    message: Mapping[str, Any] = field(repr=False)
    request_id: str = ""
    seconds: float = 0.0
    cost: float | None = None
    steps: tuple[Step, ...] = field(default=(), repr=False)
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
            APIResponseValidationError: it is not JSON; the message says why, where that is known.

        """
        sources = [self.text, *(block.source for block in self.code)]
        for source in sources[:2]:
            try:
                return from_json(source, exact=True)
            except ValueError:
                continue
        why = {"max_tokens": ": it was cut off at max_tokens", "refusal": ": the model declined to answer"}
        reason = why.get(str(self.stop_reason), "")
        if not reason and self._read is not None:
            reason = ": the server did not keep to the schema that was sent"
        raise APIResponseValidationError(
            f"The answer is not JSON{reason}. It begins: {self.text[:80]!r}.",
            cure=() if reason else ("The setting ", Mention("json"), " asks for JSON."),
        )

    @property
    def data(self) -> Any:
        """The JSON as what the ask named as its form: an instance of the dataclass or pydantic model, else plain dicts and lists.

        Raises:
            APIResponseValidationError: it is not JSON, or does not fit.

        """
        data = self.json
        try:
            return self._read(data) if self._read is not None else data
        except ValueError as error:
            raise APIResponseValidationError(f"The answer's JSON does not fit: {error}") from None

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The model's complete calls of your tools, in order, which their results answer."""
        found = (block for block in content_of(self.message) if block.get("type") == "tool_use")
        blocks = (block for block in found if "partial_json" not in block)
        return [
            ToolCall(str(block.get("name")), _mapping(block.get("input")), str(block.get("id")))
            for block in blocks
        ]

    @property
    def thinking(self) -> str:
        """The summary of the model's thinking, if it was asked for."""
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

    def _prompt_text_(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        from nbclaude.render.dollars import in_dollars
        from nbclaude.render.whole_message import message_html

        text = self.text
        html = message_html(self.message, "json" if self._read is not None else "", self._macros)
        return {
            "text/html": printable(html),
            "text/markdown": printable(in_dollars(text)),
            "text/plain": printable(text),
        }


def _mapping(value: object) -> Mapping[str, Any]:
    """Return a field that should be an object; what a gateway has put in its place is none."""
    return value if isinstance(value, Mapping) else {}


def keep_reply(shell: Shell, reply: Reply, into: str | None = None) -> None:
    """Put the reply into the notebook's `_claude`, and into the variable of the name `into`."""
    shell.user_ns["_claude"] = shell.user_ns_hidden["_claude"] = reply
    if into:
        shell.user_ns[into] = reply


def reply_of(outcome: Outcome, form: AnswerFormat | None = None, steps: tuple[Step, ...] = ()) -> Reply:
    """Build the reply of an outcome; `form` is how its JSON is to be read, `steps` are the tools that ran before."""
    cost = outcome.entry.cost if outcome.entry else None
    read = form.read if form else None
    macros = frozenset(outcome.plan.settings.math_macros)
    return Reply(
        outcome.message, outcome.request_id, outcome.seconds, cost, steps, read, outcome.plan.request, macros
    )
