"""Runs the calls of one answer: checks each, asks the user where that is needed, and makes the block that answers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any, Protocol

from nbclaude import stopping
from nbclaude.approval import NOBODY, Approve, Proposed
from nbclaude.errors import ConfigurationError
from nbclaude.frozen import frozen
from nbclaude.output import print_text
from nbclaude.tools.functions import Tool
from nbclaude.workspace import Workspace

if TYPE_CHECKING:
    from nbclaude.asking.prepare import Ask
    from nbclaude.tools.arguments import ReadArguments
    from nbclaude.tools.running import OnMain

__all__ = ["CallRunner", "RanCall", "Step", "run_open_calls"]


@frozen
class RanCall:
    """One call with what became of it.

    `value` is the whole of what the tool gave back, of which the model got what is in `block`. `denied` says why it was not
    run, `error` why it failed; `variables` are those that it has read.
    """

    name: str
    arguments: Mapping[str, Any]
    block: Mapping[str, Any] = field(repr=False)
    value: Any = field(default=None, repr=False)
    error: str = ""
    denied: str = ""
    variables: tuple[str, ...] = ()


@frozen
class Step:
    """The calls of one answer, all of them answered."""

    calls: tuple[RanCall, ...]

    @property
    def denied(self) -> frozenset[object]:
        """The ids of the calls that were denied."""
        return frozenset(call.block.get("tool_use_id") for call in self.calls if call.denied)


class Runs(Protocol):
    """Shows what happens while calls run."""

    def settle(self, *, below: bool = False) -> None:
        """Paint all that has arrived; with `below`, what follows appears under other output."""

    def report(self, text: str) -> None:
        """Say how far a tool has got."""

    def pause(self) -> float | None:
        """Heed a stop."""


class CallRunner:
    """Runs the calls of the answers of one ask."""

    def __init__(
        self,
        workspace: Workspace,
        ask: Ask,
        tools: Mapping[str, Tool],
        display: Runs,
        approve: Approve | None,
        on_main: OnMain | None = None,
    ) -> None:
        self._workspace = workspace
        self._ask = ask
        self._tools = tools
        self._display = display
        self._approve = approve
        self._on_main = on_main
        # The calls of the last answer that have run, and the id of the one running now; a stop skips the rest.
        self.ran: list[RanCall] = []
        self.running = ""

    def run(self, calls: Sequence[Mapping[str, Any]]) -> Step:
        """Run the calls in order.

        Raises:
            KeyboardInterrupt: the user stopped; calls that had run have no effect on the conversation.

        """
        self._display.settle()
        self.ran, self.running = [], ""
        failed: set[str] = set()
        for call in calls:
            stopping.check()
            self._display.pause()
            tool = self._tools.get(str(call.get("name")))
            batch = tool.batch if tool is not None else ""
            with stopping.allowed():
                self.ran.append(_not_reached(call) if batch in failed else self._ran(call))
            if batch and (self.ran[-1].error or self.ran[-1].denied):
                failed.add(batch)
            self.running = ""
        return Step(tuple(self.ran))

    def _ran(self, call: Mapping[str, Any]) -> RanCall:
        from nbclaude.tools.arguments import UnfitArgumentsError

        name = str(call.get("name"))
        given = call.get("input")
        arguments: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
        tool = self._tools.get(name)
        if tool is None:
            there = ", ".join(self._tools)
            return _failed(call, arguments, f"Unknown tool {name}. Available: {there}.")
        if "partial_json" in call:
            return _failed(call, arguments, "The arguments are not a JSON object. Call the tool again.")
        try:
            read = tool.arguments.read(arguments, self._ask.names)
            denied, changed = self._decided(tool, arguments)
            if denied:
                return _failed(call, arguments, f"The call was denied: {denied}.", denied=denied)
            if changed != arguments:
                arguments, read = changed, tool.arguments.read(changed, self._ask.names)
        except UnfitArgumentsError as error:
            return _failed(call, arguments, str(error))
        return self._called(call, tool, arguments, read)

    def _decided(self, tool: Tool, arguments: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """Return why the call is denied, empty if it may run, and the arguments that it is to have."""
        settings, conversation = self._ask.settings, self._ask.conversation
        shelf = self._workspace.tools
        named = {tool.name, tool.named, tool.group} & (set(settings.allow_tools) - {""})
        if tool.safe or named or shelf.is_allowed(conversation, tool):
            return "", arguments
        if settings.approval == "deny":
            return "the user's settings deny tools that were not allowed by name", arguments
        if self._approve is None:
            return NOBODY, arguments
        self._display.settle(below=True)
        said = self._approve(
            Proposed(tool, arguments, lambda given: self._misfit(tool, given), settings.approval_seconds)
        )
        if not said.allowed:
            return said.reason or "the user said no", arguments
        if said.always:
            shelf.allow(conversation, tool)
        return "", said.arguments

    def _misfit(self, tool: Tool, arguments: Mapping[str, Any]) -> str:
        """Return why these arguments do not fit, empty if they do."""
        from nbclaude.tools.arguments import UnfitArgumentsError

        try:
            tool.arguments.read(arguments, self._ask.names)
        except UnfitArgumentsError as error:
            return str(error)
        return ""

    def _called(
        self, call: Mapping[str, Any], tool: Tool, arguments: Mapping[str, Any], read: ReadArguments
    ) -> RanCall:
        from nbclaude.context.images.limits import limits_of
        from nbclaude.settings.plain import a_type
        from nbclaude.tools.results import content_of_value, result_block
        from nbclaude.tools.running import ToolFailedError, run_tool
        from nbclaude.tools.tapping import before_prints

        if tool.on_main:
            self._display.settle(below=True)  # it may show figures, and nothing announces them
        self.running = str(call.get("id"))
        try:
            # What it prints appears between the call and what follows.
            with before_prints(lambda: self._display.settle(below=True)):
                value = run_tool(tool, read, self._display.report, self._on_main)
        except ToolFailedError as error:
            return _failed(call, arguments, str(error), variables=read.variables)
        try:
            model = self._workspace.model(self._ask.settings)
            content = content_of_value(value, tool.name, limits_of(model))
        except ConfigurationError:
            # The error's own message is meant for somebody who writes a prompt.
            said = f"It ran and returned {a_type(value)}, which cannot be sent to you."
            return replace(_failed(call, arguments, said, variables=read.variables), value=value)
        return RanCall(tool.name, arguments, result_block(call, content), value, variables=read.variables)


class _BeforeAnswer:
    """Calls that run before there is an answer: there is nothing to paint."""

    def settle(self, *, below: bool = False) -> None:
        """Paint nothing."""

    def report(self, text: str) -> None:
        """Print how far a tool has got."""
        print_text(text)

    def pause(self) -> float | None:
        """Wait for nothing."""
        return None


def run_open_calls(
    workspace: Workspace, ask: Ask, calls: Sequence[Mapping[str, Any]], approve: Approve | None
) -> Step | None:
    """Run calls that an earlier answer has left open; None if one of them is not for a tool that runs here.

    Raises:
        KeyboardInterrupt: the user stopped; the conversation is unchanged.

    """
    tools = workspace.tools.of(ask.conversation)
    if not calls or any(call.get("name") not in tools for call in calls):
        return None
    return CallRunner(workspace, ask, tools, _BeforeAnswer(), approve).run(calls)


def _not_reached(call: Mapping[str, Any]) -> RanCall:
    """Answer a call that is not run because one before it failed or was denied."""
    given = call.get("input")
    arguments: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    return _failed(call, arguments, "Not run: an action before it in this answer failed or was denied.")


def _failed(
    call: Mapping[str, Any],
    arguments: Mapping[str, Any],
    said: str,
    *,
    denied: str = "",
    variables: tuple[str, ...] = (),
) -> RanCall:
    """Answer a call with an error."""
    from nbclaude.texts import clip
    from nbclaude.tools.results import result_block

    block = result_block(call, clip(said, 4_000)[0], is_error=True)
    error = "" if denied else said
    return RanCall(str(call.get("name")), arguments, block, error=error, denied=denied, variables=variables)
