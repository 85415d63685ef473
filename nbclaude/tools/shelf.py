"""Remembers the tools of each conversation that run in the kernel, and those that the user has allowed in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nbclaude.tools.functions import Tool

__all__ = ["Shelf"]


class Shelf:
    """The tools by conversation. A tool that was named once stays defined there, so it must stay callable, too."""

    def __init__(self) -> None:
        self._tools: dict[str, dict[str, Tool]] = {}
        self._allowed: dict[str, set[tuple[str, int, int]]] = {}
        self._kept: list[Any] = []  # functions that were allowed: their ids must not be given to others

    def put(self, conversation: str, tools: Sequence[Tool | Mapping[str, Any]]) -> None:
        """Keep these tools; a definition without a function takes the place of a function of that name."""
        known = self._tools.setdefault(conversation, {})
        for tool in tools:
            if isinstance(tool, Tool):
                known[tool.name] = tool
            else:
                known.pop(str(tool.get("name")), None)

    def of(self, conversation: str) -> dict[str, Tool]:
        """Return the tools of a conversation that run here, by name."""
        return dict(self._tools.get(conversation, {}))

    def allow(self, conversation: str, tool: Tool) -> None:
        """Let this very function run in this conversation without asking again; another of the same name asks."""
        self._kept.append(tool.function)
        self._allowed.setdefault(conversation, set()).add(_key(tool))

    def is_allowed(self, conversation: str, tool: Tool) -> bool:
        """Tell whether the user has allowed this function in this conversation."""
        return _key(tool) in self._allowed.get(conversation, set())


def _key(tool: Tool) -> tuple[str, int, int]:
    function = tool.function
    # A bound method is another object each time it is looked up.
    inner = getattr(function, "__func__", function)
    owner = getattr(function, "__self__", None)
    return tool.name, id(owner), id(inner)
