"""Restarts an MCP server that has exited by itself, once, and tells the user."""

from __future__ import annotations

from nbclaude.output import say
from nbclaude.tools.mcp.server import Server

__all__ = ["running", "tell_last_words"]


def running(server: Server) -> None:
    """Wait until a server runs; restart it first if it has exited by itself.

    Raises:
        ConfigurationError: it has failed; the message says why.
        KeyboardInterrupt: the user stopped waiting; the server keeps starting.

    """
    if server.can_start_again:
        tell_last_words(server)
        say(f"The MCP server {server.name} had exited and is being restarted.")
        server.start_again()
    server.current()


def tell_last_words(server: Server) -> None:
    """Show the user the last output of a server that has exited, unless it was shown before."""
    if words := server.words.once():
        say(f"What the MCP server {server.name} wrote last:", words)
