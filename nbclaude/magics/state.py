"""The workspace comes in; what `%claude` alone says of it goes out."""

from __future__ import annotations

from nbclaude.client.connection import DEMO_NOTICE
from nbclaude.conversation.ledger import dollars
from nbclaude.conversation.settings import Settings
from nbclaude.conversation.workspace import Workspace
from nbclaude.errors import ConfigurationError, MissingKeyError

__all__ = ["state_text"]

_OPTIONAL = (
    *("temperature", "top_p", "top_k", "stop_sequences", "effort", "thinking", "service_tier", "speed"),
    *("metadata_user", "betas", "headers", "extra"),
)


def state_text(workspace: Workspace, conversation: str) -> str:
    """Describe the state in aligned lines: model, conversation, turns, connection, where the key comes from, what was spent."""
    try:
        settings = workspace.settings({})
        wrong = ""
    except ConfigurationError as error:
        settings, wrong = Settings(**workspace.configured()), str(error)
    turns = workspace.conversations[conversation].turns
    where, key = _connection(workspace, settings)
    others = [name for name in workspace.conversations.names() if name != conversation]
    facts = {
        "model": settings.model,
        "": wrong,
        "max_tokens": f"{settings.max_tokens:,}",
        "system": str(settings.system) or "(none)",
        **{name: str(value) for name in _OPTIONAL if (value := getattr(settings, name))},
        "conversation": f"{conversation}, {len(turns)} turn{'' if len(turns) == 1 else 's'}",
        "other conversations": ", ".join(others) or "(none)",
        "connected to": where,
        "key": key,
        "spent": _spent(workspace),
    }
    shown = {name: value for name, value in facts.items() if value}
    width = max(map(len, shown))
    lines = [f"{name:<{width}}  {value}" for name, value in shown.items()]
    return "\n".join([*lines, "", "Ask with %claude PROMPT or %%claude; help is at %claude?"])


def _connection(workspace: Workspace, settings: Settings) -> tuple[str, str]:
    """Say where requests go, and where the key comes from."""
    try:
        address = workspace.address(settings)
    except ConfigurationError as error:
        return str(error), ""
    try:
        connection = workspace.connection(settings)
    except MissingKeyError:
        return (
            address,
            "not set; %claude_connect shows its variable, %claude_login stores one, %claude_demo needs none",
        )
    except ConfigurationError as error:
        return address, str(error)
    notice = f" ({DEMO_NOTICE})" if workspace.demo_url else ""
    return (
        connection.base_url + notice,
        f"from {connection.key_source}" if connection.key_source else "none needed",
    )


def _spent(workspace: Workspace) -> str:
    total, limit = workspace.ledger.total, workspace.budget.limit
    if limit is not None:
        return f"{dollars(workspace.budget.spent(workspace.ledger))} of the budget of {dollars(limit)}"
    return f"{dollars(total.cost)} for {total.answers} answers" if total.answers else ""
