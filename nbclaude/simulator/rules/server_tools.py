"""Checks that calls of server tools in a conversation have their results.

https://platform.claude.com/docs/en/agents-and-tools/tool-use/server-tools
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..faults import APIFault

__all__ = ["Merged", "check_server_calls", "is_paused"]

Merged = Sequence[tuple[int, str, Sequence[Mapping[str, Any]]]]

_CALLS = ("server_tool_use", "mcp_tool_use")
# Calls that other tools make inside: their names -> the families of tools that bring them along.
_INSIDE = dict.fromkeys(
    ("code_execution", "bash_code_execution", "text_editor_code_execution"),
    ("code_execution", "web_search", "web_fetch"),
)


def check_server_calls(messages: Merged) -> None:
    """Check that no user goes on before a server tool's result; APIFault 400.

    A result may stand in a later assistant message when the call has waited for results of client tools.
    """
    waiting: dict[str, tuple[int, str]] = {}
    for index, role, blocks in messages:
        if role == "assistant":
            waiting |= {str(block.get("id")): (index, str(block.get("name"))) for block in _calls(blocks)}
            for block in blocks:
                waiting.pop(str(block.get("tool_use_id")), None)
        elif waiting and not any(block.get("type") == "tool_result" for block in blocks):
            call, (place, name) = next(iter(waiting.items()))
            raise APIFault(
                f"messages.{place}: `{name}` tool use with id `{call}` was found without a corresponding "
                f"`{name}_tool_result` block"
            )


def is_paused(messages: Merged, body: Mapping[str, Any]) -> bool:
    """Tell whether the request continues a paused turn; APIFault 400 when the tool that was called is gone."""
    index, role, blocks = messages[-1]
    if role != "assistant" or not blocks:
        return False
    results = {block.get("tool_use_id") for block in blocks}
    for block in _calls(blocks):
        if block.get("id") in results:
            continue
        name = str(block.get("name"))
        if block["type"] == "server_tool_use" and not _is_offered(name, body.get("tools") or []):
            raise APIFault(
                f"messages.{index}: `{name}` was called, but is not among the `tools` of the request. "
                "A paused turn must be continued with the same tools."
            )
        return True
    kind = str(blocks[-1].get("type"))
    return kind.endswith("_tool_result") or kind == "compaction"


def _calls(blocks: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [block for block in blocks if block.get("type") in _CALLS]


def _is_offered(name: str, tools: Sequence[Mapping[str, Any]]) -> bool:
    families = _INSIDE.get(name, ())
    return any(
        tool.get("name") == name or str(tool.get("type") or "").startswith(families or (f"{name}_",))
        for tool in tools
    )
