"""`%claude_mcp`: adds, shows and removes MCP servers, whose tools Claude may call."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from IPython.core.error import UsageError
from IPython.core.magic import line_magic, magics_class

from nbclaude.errors import ConfigurationError
from nbclaude.magics.family import OtherFamily, argument
from nbclaude.magics.mcp_shown import descriptions_text
from nbclaude.magics.wording import worded
from nbclaude.notebook import nobody_answers
from nbclaude.output import say, show_table
from nbclaude.texts import counted
from nbclaude.tools.built_in import name_of_word

if TYPE_CHECKING:
    from nbclaude.tools.mcp.server import Server
    from nbclaude.tools.mcp.servers import Servers

__all__ = ["MCPMagics"]

_NO_SDK = "%claude_mcp needs the package mcp, version 2: %pip install 'nbclaude[mcp]' installs it."
_USE = "use %claude_mcp add NAME COMMAND, %claude_mcp add NAME URL, or show, accept or remove with a NAME."


@magics_class
class MCPMagics(OtherFamily):
    """The magic of MCP servers."""

    @line_magic
    @worded()
    def claude_mcp(self, line: str) -> None:
        """Add MCP servers, whose tools Claude may call once you name the server: --tools NAME, or --tools NAME.TOOL for one.

        %claude_mcp                     the servers, what they are doing, and their tools
        %claude_mcp add NAME COMMAND    start a server, as in: %claude_mcp add files npx -y some-mcp-server /data
        %claude_mcp add NAME URL        connect to a server over HTTP
        %claude_mcp show NAME           what it says of its tools, and what it last wrote to its stderr
        %claude_mcp accept NAME         accept what it says now, after it has changed
        %claude_mcp remove NAME         end it

        Before the COMMAND or URL may stand `--env VARIABLE`, which the command gets from the environment of the kernel, or
        `--bearer VARIABLE`, which holds the token for an address. A server gets nothing else of the environment but PATH, HOME
        and the like. It starts in the background, and ends with the kernel.
        """
        word, _, rest = argument(line).partition(" ")
        if word in ("", "list"):
            self._list()
        elif word == "add":
            self._add(rest)
        elif word in ("show", "accept", "remove") and len(rest.split()) == 1:
            getattr(self, f"_{word}")(_servers(), rest.strip())
        else:
            raise UsageError(f"%claude_mcp {argument(line)}: {_USE}")

    def _add(self, line: str) -> None:
        servers = _servers()
        from nbclaude.tools.mcp.connecting import is_sdk_there
        from nbclaude.tools.mcp.target import is_server_name, target_of

        if not is_sdk_there():
            raise UsageError(_NO_SDK)
        name, words, environment, bearer = _read(line)
        if not is_server_name(name) or name_of_word(name):
            why = (
                "a built-in tool has this name"
                if name_of_word(name)
                else "a name has letters, digits, - and _"
            )
            raise UsageError(f"%claude_mcp add {name}: {why}, at most 32.")
        try:
            target = target_of(words, environment, bearer)
        except ConfigurationError as error:
            raise UsageError(f"%claude_mcp add {name}: {error}") from None
        servers.add(name, target)
        say(
            f"The MCP server {name} is starting in the background: {target.shown}\n--tools {name} lets Claude call its tools; "
            "you are asked before each call that ClaudeMagics.allow_tools does not allow."
        )

    def _list(self) -> None:
        servers = _loaded()
        if servers is None or not list(servers):
            say("No MCP servers. %claude_mcp add NAME COMMAND adds one.")
            return
        rows = [
            (
                server.name,
                server.target.shown,
                _state(server, servers),
                ", ".join(t.name for t in server.tools),
            )
            for server in servers
        ]
        show_table(self.shell, "MCP servers", ("name", "command or address", "state", "tools"), rows)
        for server in servers:
            if server.problem and server.words.text:
                say(f"What {server.name} wrote last:", server.words.text)

    def _show(self, servers: Servers, name: str) -> None:
        server = servers.get(name)
        if server.is_starting:
            say(f"Waiting for the MCP server {name} to start...")
        try:
            server.refresh()
        except ConfigurationError as error:
            say(f"{error}")
        else:
            changed = servers.unaccepted(server)
            say(f"{counted(len(server.tools), 'tool')}:", descriptions_text(server.tools, changed))
        if server.words.text:
            say("What it wrote to its stderr:", server.words.text)

    def _accept(self, servers: Servers, name: str) -> None:
        if nobody_answers(self.shell):
            raise UsageError(
                "%claude_mcp accept: this notebook is executed with nobody to ask, so nothing is accepted."
            )
        tools = servers.accept(name)
        say("Accepted, until it changes again:", descriptions_text(tools))

    def _remove(self, servers: Servers, name: str) -> None:
        servers.get(name)
        servers.remove(name)
        say(f"The MCP server {name} has ended.")


def _servers() -> Servers:
    from nbclaude.tools.mcp.servers import SERVERS

    return SERVERS


def _loaded() -> Servers | None:
    """Return the servers if there have ever been any."""
    import sys

    return _servers() if "nbclaude.tools.mcp.servers" in sys.modules else None


def _state(server: Server, servers: Servers) -> str:
    if server.problem:
        return f"{server.state.value}: {server.problem}"
    changed = servers.unaccepted(server)
    return f"{server.state.value}; {counted(len(changed), 'tool')} changed" if changed else server.state.value


def _read(line: str) -> tuple[str, list[str], list[str], str]:
    """Read the name, the words of the command or address, and the options before them."""
    try:
        words = shlex.split(line, posix=os.name != "nt")
    except ValueError:
        raise UsageError("%claude_mcp add: a quotation mark is not closed.") from None
    name, environment, bearer = "", [], ""
    while words:
        word = words.pop(0)
        if word in ("--env", "--bearer"):
            if not words:
                raise UsageError(f"%claude_mcp add: {word} takes the name of a variable of the environment.")
            value = words.pop(0)
            environment += value.split(",") if word == "--env" else []
            bearer = value if word == "--bearer" else bearer
        elif not name:
            name = word
        else:
            return name, [word, *words], environment, bearer
    raise UsageError(f"%claude_mcp add: {_USE}")
