"""Makes a tool of what an MCP server describes: a call goes to it, if the description is still the accepted one."""

from __future__ import annotations

import concurrent.futures
import queue
from collections.abc import Generator, Mapping
from typing import Any

from nbclaude.cleaning import one_line
from nbclaude.errors import ConfigurationError
from nbclaude.frozen import frozen
from nbclaude.tools.arguments import Arguments, ReadArguments, UnfitArgumentsError
from nbclaude.tools.functions import Tool
from nbclaude.tools.mcp.described import Described
from nbclaude.tools.mcp.results import value_of_result
from nbclaude.tools.mcp.reviving import running, tell_last_words
from nbclaude.tools.mcp.server import Server
from nbclaude.tools.running import ToolFailedError

__all__ = ["tool_of_server"]

_POLL = 0.1  # seconds


def tool_of_server(server: Server, described: Described) -> Tool:
    """Make the tool. It asks before each call, whatever the server says about how harmless it is."""

    def call(**arguments: Any) -> Generator[str, None, Any]:
        return _called(server, described, arguments)

    return Tool(
        described.api_name,
        described.definition,
        call,
        _SchemaArguments(described.definition["input_schema"], None, ()),
        touches=f"the MCP server {server.name} ({one_line(server.target.shown, 120)}), which may do anything",
        named=f"{server.name}.{described.name}",
        group=server.name,
        deferrable=True,
    )


def _called(server: Server, tool: Described, arguments: Mapping[str, Any]) -> Generator[str, None, Any]:
    """Call the tool at the server; yield its progress, and return what it gave back."""
    progress: queue.SimpleQueue[str] = queue.SimpleQueue()
    try:
        running(server)
        if all(each.hash != tool.hash for each in server.tools if each.name == tool.name):
            raise ToolFailedError(
                f"The MCP server {server.name} now describes the tool {tool.name} differently, or has it no more. The user "
                "must accept the new description first."
            )
        future = server.begin(tool.name, dict(arguments), progress.put)
        try:
            done = False
            while not done:
                done = bool(concurrent.futures.wait([future], timeout=_POLL).done)
                # Yield all progress that came before the result, even if the result is already here.
                while not progress.empty():
                    yield progress.get()
        except BaseException:
            future.cancel()
            raise
        result = future.result()
    except ConfigurationError as error:
        # What it wrote is for the user alone.
        tell_last_words(server)
        how = "The next call restarts it." if server.can_start_again else "Only the user can restart it."
        raise ToolFailedError(f"The MCP server {server.name} has stopped. {how}") from error
    return value_of_result(result)


@frozen
class _SchemaArguments(Arguments):
    """Arguments that fit a JSON schema of a server's; every value of JSON goes as it is."""

    def read(self, given: Mapping[str, Any], names: Mapping[str, Any]) -> ReadArguments:
        """Check a call's arguments against the schema.

        Raises:
            UnfitArgumentsError: they do not fit; the message says which.

        """
        if problem := _misfit(self.schema, given):
            raise UnfitArgumentsError(f"The arguments do not fit: {problem}")
        return ReadArguments((), dict(given))


def _misfit(schema: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError, ValidationError, best_match
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    # With a registry of its own it fetches no other document.
    validator = Draft202012Validator(_without_patterns(schema), registry=Registry())
    try:
        error = best_match(validator.iter_errors(dict(given)))
    except (SchemaError, Unresolvable, RecursionError, TypeError, ValueError, AttributeError, KeyError):
        return ""  # the schema is wrong, and the server has the last word anyway
    if not isinstance(error, ValidationError):
        return ""
    where = ".".join(str(part) for part in error.absolute_path)
    return f"{where}: {one_line(error.message, 300)}" if where else one_line(error.message, 300)


def _without_patterns(schema: Any) -> Any:
    """Return a schema without regular expressions: one of a stranger's may take for ever."""
    if isinstance(schema, list):
        return [_without_patterns(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    kept: dict[str, Any] = {}
    for key, value in schema.items():
        is_names = key == "properties" and isinstance(value, Mapping)
        if is_names:
            kept[key] = {name: _without_patterns(each) for name, each in value.items()}
        elif key not in ("pattern", "patternProperties", "format"):
            kept[key] = _without_patterns(value)
    return kept
