"""Writes what `%claude` alone says of the workspace where there is no panel."""

from __future__ import annotations

from collections.abc import Iterator

from nbclaude.client.connection import DEMO_NOTICE
from nbclaude.conversation.ledger import dollars, spent_text
from nbclaude.errors import ConfigurationError, MissingKeyError
from nbclaude.magics.wording import said
from nbclaude.notebook import text_columns
from nbclaude.plurals import counted
from nbclaude.settings.resolve import without_unfit
from nbclaude.settings.table import SETTINGS
from nbclaude.settings.values import Settings
from nbclaude.workspace import Workspace

__all__ = ["state_text"]

_DEFAULT = "(the model's default)"


def state_text(workspace: Workspace, conversation: str) -> str:
    """Describe the state in aligned lines, each with how to change it: settings, conversation, connection, key, budget."""
    from nbclaude.render.table import table_text

    try:
        settings = workspace.settings({})
        wrong = ""
    except ConfigurationError as error:
        settings, wrong = without_unfit(workspace.configured()), said(error)
    turns = workspace.conversations[conversation].turns
    where, key = _connection(workspace, settings)
    others = [name for name in workspace.conversations.names() if name != conversation]
    rows = [
        ("model", settings.model, f"-m, {_config('model')}; %claude_models lists them"),
        ("", wrong, ""),
        *_knobs(settings),
        (
            "conversation",
            f"{conversation}, {counted(len(turns), 'turn')}",
            f"-c, {_config('conversation')}; --new begins afresh",
        ),
        ("other conversations", ", ".join(others), ""),
        ("connected to", where, "%claude_connect"),
        ("key", key, "%claude_connect shows its variable; %claude_login stores one; %claude_demo needs none"),
        ("spent", _spent(workspace), "%claude_budget 5 sets a budget; %claude_usage tells more"),
    ]
    return table_text(
        "Settings of %claude",
        ("", "now", "to change it"),
        [shown for shown in rows if shown[1]],
        "\nAsk with %claude PROMPT or %%claude; help is at %claude?",
        width=text_columns(),
    )


def _knobs(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Write the rows of the settings: those that are always shown with their options, then others that are set."""
    for row in SETTINGS:
        if row.in_state == "always":
            names = [option.names[0] for option in row.options]
            yield row.name, _value(getattr(settings, row.name)), ", ".join([*names, _config(row.name)])
    for row in SETTINGS:
        value = getattr(settings, row.name) if row.in_state == "set" else None
        if value not in (None, "", (), {}):
            yield row.name, str(value), _config(row.name)


def _value(value: object) -> str:
    if value is None:
        return _DEFAULT
    return f"{value:,}" if isinstance(value, int) else str(value) or "(none)"


def _config(name: str) -> str:
    return f"%config ClaudeMagics.{name} = ..."


def _connection(workspace: Workspace, settings: Settings) -> tuple[str, str]:
    """Say where requests go, and where the key comes from."""
    try:
        address = workspace.address(settings)
    except ConfigurationError as error:
        return said(error), ""
    try:
        connection = workspace.connection(settings)
    except MissingKeyError:
        return address, "not set"
    except ConfigurationError as error:
        return address, said(error)
    notice = f" ({DEMO_NOTICE})" if workspace.demo_url else ""
    return (
        connection.base_url + notice,
        f"from {connection.key_source}" if connection.key_source else "none needed",
    )


def _spent(workspace: Workspace) -> str:
    total, limit = workspace.ledger.total, workspace.budget.limit
    if limit is not None:
        return f"{dollars(workspace.budget.spent(workspace.ledger))} of the budget of {dollars(limit)}"
    return f"{spent_text(workspace.ledger)} for {counted(total.answers, 'answer')}"
