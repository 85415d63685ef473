"""The workspace comes in; what `%claude` alone says of it goes out."""

from __future__ import annotations

from nbclaude.client.connection import DEMO_NOTICE
from nbclaude.conversation.workspace import Workspace
from nbclaude.errors import ConfigurationError, MissingKeyError

__all__ = ["state_text"]


def state_text(workspace: Workspace, conversation: str) -> str:
    """Describe the state in aligned lines: model, conversation, turns, connection, where the key comes from."""
    settings = workspace.settings({})
    turns = workspace.conversations[conversation].turns
    try:
        connection = workspace.connection(settings)
        where = connection.base_url + (f" ({DEMO_NOTICE})" if workspace.demo_url else "")
        key = f"from {connection.key_source}"
    except MissingKeyError:
        where, key = settings.base_url, "not set (ANTHROPIC_API_KEY); %claude_demo needs none"
    except ConfigurationError as error:
        where, key = settings.base_url, str(error)
    others = [name for name in workspace.conversations.names() if name != conversation]
    facts = {
        "model": settings.model,
        "max_tokens": f"{settings.max_tokens:,}",
        "system": settings.system or "(none)",
        "conversation": f"{conversation}, {len(turns)} turn{'' if len(turns) == 1 else 's'}",
        "other conversations": ", ".join(others) or "(none)",
        "connected to": where,
        "key": key,
    }
    width = max(map(len, facts))
    lines = [f"{name:<{width}}  {value}" for name, value in facts.items()]
    return "\n".join([*lines, "", "Ask with %claude PROMPT or %%claude; help is at %claude?"])
