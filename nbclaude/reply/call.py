"""Asks from plain Python: `nbclaude.ask`."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nbclaude import stopping
from nbclaude.approval import approve_by_input
from nbclaude.asking.ask import Surface, ask_prepared
from nbclaude.asking.gathering import Gathered
from nbclaude.asking.prepare import Ask, prepare
from nbclaude.asking.reply import CodeBlock, Reply, ToolCall
from nbclaude.asking.tool_variables import variables_for
from nbclaude.conversation.question import Question
from nbclaude.conversation.turns import MAIN
from nbclaude.errors import AnswerInterrupted, APIError, NbclaudeError
from nbclaude.output.display import NoDisplay
from nbclaude.reply.arguments import checked_arguments, prompt_blocks, refuse_keys
from nbclaude.reply.wording import worded
from nbclaude.tools.definitions import definitions_of
from nbclaude.workspace import current_workspace

__all__ = ["CodeBlock", "Reply", "ToolCall", "ask"]


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
    max_steps: int | None = None,
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
        tools: functions that Claude may call, or tool definitions, one or a list of them.
        max_steps: how many rounds of tool calls are run in one answer.
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
        ConfigurationError: a setting cannot be used, the model refuses it, no key is known, or the prompt holds one.
        BudgetError: the request would pass the budget.
        APIError: the request failed; if part of an answer had come, it is the error's `reply`, and kept as a turn.
        AnswerInterrupted: Ctrl-C; what had arrived is its `reply`, and kept as a turn.

    """
    # Nothing but the arguments has a name yet: so a setting that the table gains is here, too.
    given = dict(locals())
    try:
        return _ask(given.pop("prompt"), given)
    except (NbclaudeError, AnswerInterrupted) as error:
        worded(error, has_commands=current_workspace().is_entered)
        raise


def _ask(prompt: object, arguments: Mapping[str, Any]) -> Reply:
    workspace = current_workspace()
    given, form = checked_arguments(arguments)
    # What tools may take by name are the variables of the program, which are those of the notebook in a kernel.
    names = vars(sys.modules["__main__"])
    tools = given["tools"] or ()
    told = (block for found in variables_for(tools, names) for block in found.blocks)
    blocks = (*told, *prompt_blocks(prompt))
    refuse_keys(given, workspace)
    question = Question(
        blocks, workspace.cell_run(), begins=given["new"], history=given["history"], prefill=given["prefill"]
    )
    name = given["conversation"] or workspace.conversation_name() or MAIN
    settings = workspace.settings({**given, "tools": definitions_of(tools) if tools else None})
    prepared = prepare(
        workspace, Ask(question, settings, name, Gathered(blocks), form, tools=tools, names=names)
    )
    if places := prepared.plan.screening.places:
        # Before anything is sent: who makes errors of warnings has then paid for nothing.
        warnings.warn(f"{'; '.join(places)}. allow_secrets=True sends secrets.", stacklevel=4)
    answered = ask_prepared(prepared, NoDisplay(), Surface(approve=approve_by_input))
    error = answered.outcome.error
    if answered.was_stopped and error is None:
        error = AnswerInterrupted("when the answer was complete")
    if isinstance(error, APIError | AnswerInterrupted) and not answered.outcome.is_empty:
        error.reply = answered.reply
    if error is not None:
        raise error
    return answered.reply
