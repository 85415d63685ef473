"""The MCP servers of this kernel by their names: adding, naming their tools, accepting what they say of them, and ending them."""

from __future__ import annotations

import atexit
from collections.abc import Iterator

from nbclaude.cures import Command
from nbclaude.errors import ConfigurationError
from nbclaude.forks import in_child
from nbclaude.frozen import frozen
from nbclaude.tools.functions import Tool
from nbclaude.tools.mcp.calling import tool_of_server
from nbclaude.tools.mcp.described import Described
from nbclaude.tools.mcp.pins import Pins
from nbclaude.tools.mcp.reviving import running
from nbclaude.tools.mcp.server import Server
from nbclaude.tools.mcp.target import Target
from nbclaude.tools.owner import Owner

__all__ = ["SERVERS", "NamedTools", "Servers", "close_servers"]

_LIBRARIES = ("mcp", "mcp_types", "anyio", "httpx2", "httpcore2", "opentelemetry")


@frozen
class NamedTools:
    """The tools that a word names; `shown` are descriptions that the user has to be shown, since nobody has seen them before."""

    tools: tuple[Tool, ...]
    shown: tuple[Described, ...] = ()


class Servers:
    """The servers that were added in this kernel."""

    def __init__(self, pins: Pins | None = None) -> None:
        self._owner = Owner("nbclaude-mcp", _LIBRARIES)
        self._pins = pins or Pins()
        self._servers: dict[str, Server] = {}
        self._made: dict[tuple[str, str, str], Tool] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._servers

    def __iter__(self) -> Iterator[Server]:
        return iter(tuple(self._servers.values()))

    def add(self, name: str, target: Target) -> Server:
        """Start a server in the background; one of the same name ends."""
        self.remove(name)
        server = self._servers[name] = Server(name, target, self._owner)
        return server

    def get(self, name: str) -> Server:
        """Return a server.

        Raises:
            ConfigurationError: there is none of this name.

        """
        if name not in self._servers:
            there = ", ".join(self._servers) or "none"
            raise ConfigurationError(
                f"There is no MCP server {name}; added: {there}.",
                cure=(Command.MCP, " add NAME COMMAND adds one."),
            )
        return self._servers[name]

    def remove(self, name: str) -> bool:
        """End a server; tell whether there was one of this name."""
        server = self._servers.pop(name, None)
        if server is None:
            return False
        server.close()
        server.wait_closed()
        self._made = {key: tool for key, tool in self._made.items() if key[0] != name}
        return True

    def named(self, word: str) -> NamedTools:
        """Return the tools of a server, or with `server.tool` the one.

        The first time, all descriptions count as accepted, and are to be shown; later only those that are still the same.

        Raises:
            ConfigurationError: no server or tool has this name, the server has failed, or its descriptions have changed.
            KeyboardInterrupt: the user stopped while it was starting.

        """
        name, _, one = word.partition(".")
        server = self.get(name)
        running(server)
        server.refresh()
        key = server.target.key
        is_new = self._pins.is_new(key)
        if is_new:
            self._pins.accept(key, server.tools)
        wanted = [tool for tool in server.tools if not one or tool.name == one]
        if one and not wanted:
            there = ", ".join(tool.name for tool in server.tools[:40]) or "none"
            raise ConfigurationError(f"{word}: the MCP server {name} has no tool {one}; it has {there}.")
        if changed := self._pins.unaccepted(key, wanted):
            names = ", ".join(tool.name for tool in changed[:10])
            raise ConfigurationError(
                f"The MCP server {name} describes tools in other words than those that you accepted: {names}.",
                cure=(
                    Command.MCP,
                    f" show {name} shows them, ",
                    Command.MCP,
                    f" accept {name} accepts them.",
                ),
            )
        usable = [tool for tool in wanted if not tool.problem]
        if not usable:
            why = f" ({wanted[0].name}: {wanted[0].problem})" if wanted else ""
            raise ConfigurationError(f"The MCP server {name} has no tool that can be used{why}.")
        return NamedTools(tuple(self._tool(server, tool) for tool in usable), server.tools if is_new else ())

    def accept(self, name: str) -> tuple[Described, ...]:
        """Accept what a server says of its tools now; return it.

        Raises:
            ConfigurationError: no server has this name, or it has failed.

        """
        server = self.get(name)
        server.refresh()
        self._pins.accept(server.target.key, server.tools)
        return server.tools

    def unaccepted(self, server: Server) -> list[Described]:
        """Return the tools whose descriptions have changed since they were accepted; none before the first use."""
        key = server.target.key
        return [] if self._pins.is_new(key) else self._pins.unaccepted(key, server.tools)

    def close(self) -> None:
        """End all servers and the thread."""
        servers, self._servers = tuple(self._servers.values()), {}
        self._made = {}
        for server in servers:
            server.close()
        for server in servers:
            server.wait_closed()
        self._owner.close()

    def forget(self) -> None:
        """Go on without servers: in a forked child they are the parent's."""
        self._servers, self._made = {}, {}
        self._owner.forget()

    def _tool(self, server: Server, described: Described) -> Tool:
        """Return the tool; the same one for the same description, since what the user has allowed is this very function."""
        key = (server.name, described.name, described.hash)
        if key not in self._made:
            self._made[key] = tool_of_server(server, described)
        return self._made[key]


SERVERS = Servers()


def close_servers() -> None:
    """End all servers of this process."""
    SERVERS.close()


atexit.register(SERVERS.close)
in_child(SERVERS.forget)
