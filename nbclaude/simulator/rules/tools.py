"""Checks tool definitions and `tool_choice`.

https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools
"""

from __future__ import annotations

import re
from typing import Any

from ..faults import APIFault
from ..models import SimulatedModel
from .context import Context
from .fields import Field, check_fields, check_tag
from .schemas import check_schema

__all__ = ["check_tools"]

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_CUSTOM = {
    "type": Field("string", nullable=True),
    "name": Field("string", required=True),
    "description": Field("string", nullable=True),
    "input_schema": Field("object", required=True),
    "cache_control": Field("object", nullable=True),
    "defer_loading": Field("boolean", nullable=True),
    "strict": Field("boolean", nullable=True),
    "eager_input_streaming": Field("boolean", nullable=True),
    "allowed_callers": Field("list", nullable=True),
    "input_examples": Field("list", nullable=True),
}
# Tools that the API defines: the family of the dated type -> their name (None for toolsets).
_DEFINED = {
    "bash": "bash",
    "text_editor": "str_replace_based_edit_tool",
    "memory": "memory",
    "computer": "computer",
    "computer_toolset": None,
    "browser_toolset": None,
    "web_search": "web_search",
    "web_fetch": "web_fetch",
    "code_execution": "code_execution",
    "tool_search_tool_bm25": "tool_search_tool_bm25",
    "tool_search_tool_regex": "tool_search_tool_regex",
    "mcp_toolset": None,
    "advisor": "advisor",
}
# Types whose name is another than their family's.
_RENAMED = dict.fromkeys(("text_editor_20241022", "text_editor_20250124"), "str_replace_editor")
_CHOICE = {
    "auto": {"disable_parallel_tool_use": Field("boolean", nullable=True)},
    "any": {"disable_parallel_tool_use": Field("boolean", nullable=True)},
    "tool": {
        "name": Field("string", required=True),
        "disable_parallel_tool_use": Field("boolean", nullable=True),
    },
    "none": {},
}


def check_tools(body: dict[str, Any], model: SimulatedModel, context: Context) -> None:
    """Check `tools` and `tool_choice`; APIFault 400."""
    tools = body.get("tools") or []
    names = [_check_tool(f"tools.{index}", tool, context) for index, tool in enumerate(tools)]
    named = [name for name in names if name]
    if len(named) != len(set(named)):
        raise APIFault("tools: Tool names must be unique.")
    choice = body.get("tool_choice")
    if choice is None:
        return
    kind = check_tag("tool_choice", choice, _CHOICE)
    check_fields(
        f"tool_choice.{kind}", choice, {"type": Field("string"), **_CHOICE[kind]}, strict=context.strict
    )
    if not tools:
        raise APIFault("tool_choice may only be specified while providing tools")
    if kind in ("any", "tool"):
        _check_forced(choice, named, body, model)


def _check_tool(place: str, tool: Any, context: Context) -> str | None:
    """Check one definition and give the tool's name."""
    if not isinstance(tool, dict):
        raise APIFault(f"{place}: Input should be an object")
    kind = tool.get("type") or "custom"
    if kind != "custom":
        return _check_defined(place, tool, str(kind), context)
    check_fields(f"{place}.custom", tool, _CUSTOM, strict=context.strict)
    if not _NAME.fullmatch(tool["name"]):
        raise APIFault(f"{place}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'")
    if tool["input_schema"].get("type") != "object":
        raise APIFault(f"{place}.custom.input_schema.type: Input should be 'object'")
    if context.strict and tool.get("strict"):
        check_schema(f"{place}.custom", tool["input_schema"])
    return str(tool["name"])


def _check_defined(place: str, tool: dict[str, Any], kind: str, context: Context) -> str | None:
    family = re.sub(r"_\d{8}$", "", kind)
    if family not in _DEFINED:
        if context.strict:
            raise APIFault(
                f"{place}: Input tag '{kind}' found using 'type' does not match any of the expected tags: "
                "'custom', " + ", ".join(f"'{name}'" for name in _DEFINED)
            )
        return tool.get("name")
    wanted = _RENAMED.get(kind, _DEFINED[family])
    if wanted is None:
        return None
    if "name" not in tool:
        raise APIFault(f"{place}.{kind}.name: Field required")
    if tool["name"] != wanted:
        raise APIFault(f"{place}.{kind}.name: Input should be '{wanted}'")
    return str(tool["name"])


def _check_forced(
    choice: dict[str, Any], names: list[str], body: dict[str, Any], model: SimulatedModel
) -> None:
    if not model.forced_tool_choice:
        raise APIFault('tool_choice: type "tool" and "any" are not supported for this model.')
    thinking = (body.get("thinking") or {}).get("type")
    if thinking in ("adaptive", "enabled"):
        raise APIFault("Thinking may not be enabled when tool_choice forces tool use.")
    if choice["type"] == "tool" and choice["name"] not in names:
        raise APIFault(f"Tool '{choice['name']}' not found in provided tools")
