"""Prepares an ask: plans its request, and refuses what cannot be sent before anything is shown."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from nbclaude.asking.gathering import Gathered
from nbclaude.client.connection import Connection
from nbclaude.conversation.answer_format import AnswerFormat
from nbclaude.conversation.caching import caching_mode
from nbclaude.conversation.estimate import rough_tokens
from nbclaude.conversation.plan import Plan, make_plan
from nbclaude.conversation.question import Question
from nbclaude.errors import APIError, ConfigurationError
from nbclaude.frozen import frozen
from nbclaude.models.info import retirement_note
from nbclaude.models.prices import input_cost
from nbclaude.models.table import ModelInfo
from nbclaude.secrets.keys import find_keys
from nbclaude.settings.values import Settings
from nbclaude.supported import refuse_pyodide
from nbclaude.workspace import Workspace

if TYPE_CHECKING:
    from nbclaude.asking.ask import Answered
    from nbclaude.tools.functions import Tool

__all__ = ["Ask", "Prepared", "estimate", "offers_compaction", "plan_again", "prepare", "refuse_keys"]


_PATIENCE = 5.0  # seconds to wait for a list of models that only makes a message clearer


@frozen
class Ask:
    """What is asked in which conversation, with which settings, and what goes along.

    `form` is how the answer's JSON is read. `then` is called with what came of the ask once a complete answer has been shown.
    `tools` are those that the ask has named: functions, and definitions that nothing here runs. Of `names`, variables by name,
    they may take values. `listing` is code that the answer refers to by the numbers of its lines.
    """

    question: Question
    settings: Settings
    conversation: str
    gathered: Gathered
    form: AnswerFormat | None = None
    then: Callable[[Answered], None] | None = None
    tools: tuple[Tool | Mapping[str, Any], ...] = ()
    names: Mapping[str, Any] = field(default_factory=dict)
    listing: str = ""


@frozen
class Prepared:
    """An ask with the request that it will send, and where to."""

    workspace: Workspace
    ask: Ask
    connection: Connection
    plan: Plan


def prepare(workspace: Workspace, ask: Ask, *, looks_only: bool = False) -> Prepared:
    """Plan the request of an ask; nothing of it is sent or uploaded.

    A server about which nothing is known is asked once for its models if the request holds images or PDFs, since many models
    take none. It is not asked if the user `looks_only` at what would be sent.

    Raises:
        ConfigurationError: a setting cannot be used, the model refuses it, no key is known, or a secret stands where it
            cannot be masked.

    """
    refuse_pyodide()
    ask = replace(ask, settings=workspace.rules.added(ask.settings))
    # A question whose answer is in the notebook is not sent.
    connection = workspace.connection(ask.settings, needs_key=not workspace.replays)
    plan = _plan(workspace, ask, connection)
    if plan.media and not looks_only and _learns_models(workspace, ask.settings, connection):
        plan = _plan(workspace, ask, connection, earlier=plan)
    return Prepared(workspace, ask, connection, plan)


def _learns_models(workspace: Workspace, settings: Settings, connection: Connection) -> bool:
    """Ask an unknown server for its models, unless it was asked before; return whether it listed any."""
    return not workspace.catalog(settings).is_claude and _lists_models(workspace, connection)


def _lists_models(workspace: Workspace, connection: Connection) -> bool:
    if workspace.models_of(connection.base_url) is not None:
        return False
    from nbclaude.client.endpoints import list_models

    models: tuple[ModelInfo, ...] = ()
    with contextlib.suppress(APIError):
        models = list_models(replace(connection, timeout=min(connection.timeout, _PATIENCE)))
    workspace.note_models(connection.base_url, models)
    return bool(models)


def offers_compaction(workspace: Workspace, settings: Settings, *, looks_only: bool = False) -> bool:
    """Tell whether the server says that it can condense conversations with this model.

    The server is asked for its models once, unless the user only looks at what would be sent (`looks_only`).

    Raises:
        ConfigurationError: no key is known, or the connection cannot be used.

    """
    if not looks_only:
        _lists_models(workspace, workspace.connection(settings))
    return workspace.model(settings).compaction is True and "context_management" not in settings.extra


def refuse_keys(workspace: Workspace, text: str) -> None:
    """Refuse a line or cell that holds an API key, before anything of it is read: it may stand in any option.

    What is sent is searched when it is planned (`conversation.screening`).

    Raises:
        ConfigurationError: it does; the message says how to revoke the key, and does not repeat it.

    """
    try:
        known = [workspace.connection(workspace.settings({})).secret]
    except ConfigurationError:
        known = []
    if found := find_keys(text, known):
        from nbclaude.conversation.screening import key_in_prompt

        raise key_in_prompt(found)


def plan_again(prepared: Prepared, *, keeps_thinking: bool = True, texts_alone: bool = False) -> Plan:
    """Plan the request anew as the conversation is now, with its files uploaded; the question is not screened again."""
    workspace, ask = prepared.workspace, prepared.ask
    upload = ask.settings.upload_files and ask.question.history
    return _plan(
        workspace,
        ask,
        prepared.connection,
        upload=upload,
        keeps_thinking=keeps_thinking,
        texts_alone=texts_alone,
        earlier=prepared.plan,
    )


def estimate(plan: Plan) -> tuple[int, float | None]:
    """Tell how many tokens the prompt of a plan has, about, and what it costs in dollars if nothing of it is cached.

    Nothing is sent for it, not even to be counted.
    """
    tokens = rough_tokens(plan.request.body())
    return tokens, input_cost(tokens, plan.model.price)


def _locked_prompt(workspace: Workspace) -> str:
    """Return the system prompt that an administrator has locked; empty if there is none."""
    return str(workspace.configured().get("system") or "") if "system" in workspace.locked() else ""


def _plan(
    workspace: Workspace,
    ask: Ask,
    connection: Connection,
    *,
    upload: bool = False,
    keeps_thinking: bool = True,
    texts_alone: bool = False,
    earlier: Plan | None = None,
) -> Plan:
    question, settings = ask.question, ask.settings
    model = workspace.model(settings)
    conversation = workspace.conversations[ask.conversation]
    offered = workspace.caching.get(connection.base_url) or connection.caching
    plan = make_plan(
        question,
        conversation,
        settings,
        model,
        caching=caching_mode(settings, offered, model, history=question.history),
        keeps_thinking=keeps_thinking,
        texts_alone=texts_alone,
        searches=connection.base_url not in workspace.without_tool_search,
        refer=lambda messages: workspace.uploads.refer(connection, messages, upload=upload),
        keys=(connection.secret,),
        memory=workspace.memory,
        prepared=earlier,
        spared=_locked_prompt(workspace),
    )
    workspace.memory.forget_all_but(plan.before)
    retires = retirement_note(model, date.today())
    return replace(plan, notes=(*plan.notes, f"{model.id} {retires}")) if retires else plan
