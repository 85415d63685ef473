"""Shows what MCP servers say of their tools, whole, with nothing hidden in it: the model reads it, too."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from nbclaude.notebook import Shell
from nbclaude.output import show_bundle
from nbclaude.texts import counted

if TYPE_CHECKING:
    from nbclaude.tools.mcp.described import Described
    from nbclaude.tools.mcp.server import Server

__all__ = ["descriptions_text", "show_descriptions"]


def show_descriptions(shell: Shell, server: Server, tools: Sequence[Described]) -> None:
    """Show what a server says of its tools, in a fold."""
    from nbclaude.render.style import STYLE

    title = f"What the MCP server {server.name} says of its {counted(len(tools), 'tool')}: Claude reads it"
    text = descriptions_text(tools)
    body = f'<pre class="mathjax_ignore tex2jax_ignore" style="white-space: pre-wrap">{escape(text)}</pre>'
    fold = f"<details><summary>{escape(title)}</summary>{body}</details>"
    html = f'<div class="nbclaude"><style>{STYLE}</style>{fold}</div>'
    show_bundle(shell, html=html, text=f"{title}\n\n{text}")


def descriptions_text(tools: Sequence[Described], changed: Sequence[Described] = ()) -> str:
    """Return the tools with their whole descriptions."""
    return "\n\n".join(_told(tool, is_changed=tool in changed) for tool in tools)


def _told(tool: Described, *, is_changed: bool) -> str:
    from nbclaude.cleaning import visible

    mark = " (not accepted yet: new or changed)" if is_changed else ""
    problem = f"\nIt cannot be used: {tool.problem}." if tool.problem else ""
    return f"{visible(tool.name)}{mark}{problem}\n{tool.text}"
