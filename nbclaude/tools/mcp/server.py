"""One MCP server: its connection, which one task opens and closes, its state, and what it says of its tools."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Any

from nbclaude.cleaning import one_line
from nbclaude.cures import Command
from nbclaude.errors import ConfigurationError
from nbclaude.secrets.masking import mask
from nbclaude.tools.mcp.connecting import connected
from nbclaude.tools.mcp.described import Described, described
from nbclaude.tools.mcp.target import Target
from nbclaude.tools.mcp.words import LastWords
from nbclaude.tools.owner import Owner, waited

if TYPE_CHECKING:
    from mcp import Client
    from mcp_types import CallToolResult

__all__ = ["Server", "State"]

_START = 120.0  # seconds: the first start of a server may download it
_CALL = 300.0  # seconds
_CLOSE = 30.0  # seconds: a process has 4 before the SDK kills it, and the SDK itself may still be loading
_MAX_TOOLS = 500
_MAX_PAGES = 50


class State(Enum):
    """What a server is doing."""

    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"
    ENDED = "removed"


class Server:
    """A server that has been added; it starts at once, in the background."""

    def __init__(self, name: str, target: Target, owner: Owner) -> None:
        self.name = name
        self.target = target
        self.tools: tuple[Described, ...] = ()
        self._owner = owner
        self._client: Client | None = None
        self._is_stale = False
        self._was_ready = False
        self._is_closed = False
        self._was_started_again = False  # since its last answer
        self._start()

    def _start(self) -> None:
        self.words = LastWords()
        self.state = State.STARTING
        self.problem = ""
        self._stop: Callable[[], None] = lambda: None
        self._ready: concurrent.futures.Future[None] = concurrent.futures.Future()
        self._task = self._owner.submit(self._serve())

    @property
    def is_starting(self) -> bool:
        """Whether it has still to connect."""
        return self.state is State.STARTING

    def ready(self) -> None:
        """Wait until it has started.

        Raises:
            ConfigurationError: it has failed; the message says why.
            KeyboardInterrupt: the user stopped; it goes on starting.

        """
        while not self._ready.done():
            concurrent.futures.wait([self._ready], timeout=0.2)
        if self.state is not State.READY:
            raise self.failure()

    @property
    def can_start_again(self) -> bool:
        """Whether it has run and exited by itself, and has not been restarted since its last answer."""
        if self.state is State.READY and self.target.command and self.words.is_over:
            self._failed(ConnectionError("its process has ended"))
        has_ended = self.state is State.FAILED and self._was_ready
        return has_ended and not self._is_closed and not self._was_started_again

    def start_again(self) -> None:
        """Restart it in the background. It can be restarted once more only after it has answered a call."""
        self._was_started_again = True
        self._owner.tell(self._stop)
        self.wait_closed()
        self._start()

    def refresh(self) -> None:
        """Ask it again for its tools.

        Raises:
            ConfigurationError: it has failed; the message says why.

        """
        self.ready()
        try:
            waited(self._owner.submit(self._list()))
        except Exception as error:  # the SDK's, and those of the transports below it
            self._failed(error)
            raise self.failure() from None

    def current(self) -> None:
        """Wait until it has started, and ask it again for its tools if it has said that they have changed.

        Raises:
            ConfigurationError: it has failed; the message says why.
            KeyboardInterrupt: the user stopped waiting; the server keeps starting.

        """
        self.ready()
        if self._is_stale:
            self.refresh()

    def begin(
        self, tool: str, arguments: dict[str, Any], report: Callable[[str], None]
    ) -> concurrent.futures.Future[CallToolResult]:
        """Begin a call of a tool; `report` is told from the owner's thread. Cancelling the future tells the server."""
        return self._owner.submit(self._call(tool, arguments, report))

    def close(self) -> None:
        """End it for good, with its process and whatever that has started."""
        self._is_closed = True
        if self.state is not State.FAILED:
            self.state = State.ENDED
        self._owner.tell(lambda: self._stop())

    def wait_closed(self) -> None:
        """Wait until it has ended, a few seconds at the most."""
        concurrent.futures.wait([self._task], timeout=_CLOSE)

    def failure(self) -> ConfigurationError:
        """Make the error that says why it cannot be used."""
        said = self.words.last_line
        wrote = f" Its last words: {one_line(said, 300)}" if said else ""
        return ConfigurationError(
            f"The MCP server {self.name} has {self.state.value}: {self.problem or 'it was removed'}.{wrote}",
            cure=(
                Command.MCP,
                f" show {self.name} shows all that it wrote; adding it again starts it again.",
            ),
        )

    async def _serve(self) -> None:
        try:
            import anyio
            import mcp  # noqa: F401 - it takes seconds, in which the server may be removed again

            if self.state is State.ENDED:
                return
            with self.words.pipe() as stderr, anyio.CancelScope() as scope:

                def begun() -> None:
                    stderr.close()  # the process has its own copy: the pipe closes when it exits
                    self._stop = scope.cancel
                    if self.state is not State.STARTING:
                        scope.cancel()

                limit = asyncio.get_running_loop().call_later(_START, self._too_late)
                async with connected(self.target, stderr, self._heard, begun) as client:
                    self._client = client
                    await self._list()
                    limit.cancel()
                    if self.state is State.STARTING:
                        self.state, self._was_ready = State.READY, True
                    self._ready.set_result(None)
                    await anyio.sleep_forever()
        except BaseException as error:
            self._failed(error)
            if not isinstance(error, Exception | BaseExceptionGroup):
                raise
        finally:
            self._client = None
            if not self._ready.done():
                self._ready.set_result(None)

    def _too_late(self) -> None:
        if self.state is State.STARTING:
            self.state, self.problem = State.FAILED, f"it was not ready after {_START:g} s"
            self._stop()

    async def _list(self) -> None:
        client = self._client
        if client is None:
            raise ConnectionError("the connection is closed")
        self._is_stale = False
        found: dict[str, Described] = {}
        cursor: str | None = None
        for _ in range(_MAX_PAGES):
            page = await client.list_tools(cursor=cursor, cache_mode="refresh")
            for tool in page.tools:
                found.setdefault(
                    tool.name, described(self.name, tool.name, tool.description or "", tool.input_schema)
                )
            cursor = page.next_cursor
            if not cursor or len(found) >= _MAX_TOOLS:
                break
        tools = tuple(found.values())[:_MAX_TOOLS]
        # What has not changed stays the same object.
        before = {tool.name: tool for tool in self.tools}
        self.tools = tuple(before[tool.name] if before.get(tool.name) == tool else tool for tool in tools)

    async def _call(
        self, tool: str, arguments: dict[str, Any], report: Callable[[str], None]
    ) -> CallToolResult:
        client = self._client
        if client is None:
            raise self.failure()

        async def told(progress: float, total: float | None, message: str | None) -> None:
            share = f"{progress:g} of {total:g}" if total else f"{progress:g}"
            report(one_line(message or share, 200))

        try:
            result = await client.call_tool(tool, arguments, _CALL, told)
            # The client hands progress to tasks of its own: those that it has begun come first.
            await asyncio.sleep(0)
            self._was_started_again = False
            return result
        except Exception as error:
            if _is_closed(error):
                self._failed(error)
                self._stop()
                raise self.failure() from None
            raise

    async def _heard(self, message: Any) -> None:
        """Take note that the tools have changed; nothing else that a server says unasked is of interest."""
        if getattr(message, "method", "") == "notifications/tools/list_changed":
            self._is_stale = True

    def _failed(self, error: BaseException) -> None:
        if self.state in (State.ENDED, State.FAILED):
            return
        self.state, self.problem = State.FAILED, _reason(error)


def _is_closed(error: Exception) -> bool:
    from mcp_types import CONNECTION_CLOSED

    return getattr(error, "code", None) == CONNECTION_CLOSED or isinstance(error, ConnectionError | OSError)


def _reason(error: BaseException) -> str:
    """Say in one line what went wrong; groups of errors by their first."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    with contextlib.suppress(Exception):
        said = one_line(mask(str(error))[0], 300).rstrip(".")
        return said or type(error).__name__
    return type(error).__name__
