"""Starts an MCP server again that has ended by itself, once, and tells the user so."""

from __future__ import annotations

from nbclaude.output import say
from nbclaude.tools.mcp.server import Server

__all__ = ["running", "tell_last_words"]


def running(server: Server) -> None:
    """Wait until a server runs; one that has ended by itself is started again first.

    Raises:
        ConfigurationError: it has failed; the message says why.
        KeyboardInterrupt: the user stopped; it goes on starting.

    """
    if server.can_start_again:
        tell_last_words(server)
        say(f"The MCP server {server.name} had ended. It is started again.")
        server.start_again()
    server.current()


def tell_last_words(server: Server) -> None:
    """Show the user what an ended server wrote last, unless that was shown before."""
    if words := server.words.once():
        say(f"What the MCP server {server.name} wrote last:\n{words}")
