"""Opens the connection to one MCP server, over the pipes of a process or over HTTP."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from nbclaude.tools.mcp.target import Target

if TYPE_CHECKING:
    from mcp import Client
    from mcp.client.session import MessageHandlerFnT

__all__ = ["connected", "is_sdk_there"]

_GUARD = Path(__file__).with_name("guard.py")
_TIMEOUT = 30.0  # seconds, to connect and to write
_READ_TIMEOUT = 300.0  # seconds
_ANSWER = 60.0  # seconds, to any request but a call


def is_sdk_there() -> bool:
    """Tell whether the SDK is installed, in a version that we know."""
    from importlib import metadata

    try:
        return int(metadata.version("mcp").partition(".")[0]) >= 2
    except (metadata.PackageNotFoundError, ValueError):
        return False


@contextlib.asynccontextmanager
async def connected(
    target: Target, stderr: TextIO, heard: MessageHandlerFnT, begun: Callable[[], None]
) -> AsyncIterator[Client]:
    """Give a client that speaks to the server; `heard` gets what the server says unasked.

    `begun` is called when its process runs. Before that this must not be cancelled: asyncio loses a process that it is starting.
    The server can ask us for nothing: neither for an answer of the model nor for the user's input.
    """
    from mcp import Client

    async with contextlib.AsyncExitStack() as stack:
        transport = await _http(target, stack) if target.url else _stdio(target, stderr)
        yield await stack.enter_async_context(
            Client(_noted(transport, begun), message_handler=heard, read_timeout_seconds=_ANSWER)
        )


@contextlib.asynccontextmanager
async def _noted(transport: Any, begun: Callable[[], None]) -> AsyncIterator[Any]:
    async with transport as streams:
        begun()
        yield streams


async def _http(target: Target, stack: contextlib.AsyncExitStack) -> Any:
    import httpx2
    from mcp.client.streamable_http import streamable_http_client

    headers = {"Authorization": f"Bearer {target.value_of(target.bearer)}"} if target.bearer else {}
    timeout = httpx2.Timeout(_TIMEOUT, read=_READ_TIMEOUT)
    client = await stack.enter_async_context(httpx2.AsyncClient(headers=headers, timeout=timeout))
    return streamable_http_client(target.url, http_client=client)


def _stdio(target: Target, stderr: TextIO) -> Any:
    from mcp import StdioServerParameters, stdio_client

    command = list(target.command)
    if os.name == "posix" and sys.executable:
        command = [sys.executable, "-I", "-S", str(_GUARD), str(os.getpid()), *command]
    # Beside these the server gets what it needs to run (PATH, HOME and the like), and nothing else of the environment.
    environment = {name: target.value_of(name) for name in target.environment}
    parameters = StdioServerParameters(command=command[0], args=command[1:], env=environment)
    return stdio_client(parameters, errlog=stderr)
