"""Checks the content blocks of a request.

Blocks that are new or belong to server tools are checked for their `type` only: what the API sent must be
accepted back verbatim.
"""

from __future__ import annotations

from typing import Any

from ..faults import APIFault
from .context import NEWEST_VERSION, Context
from .fields import Field, check_fields, check_tag
from .sources import check_document, check_image

__all__ = ["check_block"]

_CACHE = {"cache_control": Field("object", nullable=True)}
_TYPE = {"type": Field("string", required=True)}

# type -> fields; None: taken as it is
_USER: dict[str, dict[str, Field] | None] = {
    "text": {"text": Field("string", required=True), "citations": Field("list", nullable=True), **_CACHE},
    "image": {
        "source": Field("object", required=True),
        "transformations": Field("object", nullable=True),
        **_CACHE,
    },
    "document": {
        "source": Field("object", required=True),
        "title": Field("string", nullable=True),
        "context": Field("string", nullable=True),
        "citations": Field("object", nullable=True),
        **_CACHE,
    },
    "search_result": {
        "source": Field("string", required=True),
        "title": Field("string", required=True),
        "content": Field("list", required=True),
        "citations": Field("object", nullable=True),
        **_CACHE,
    },
    "tool_result": {
        "tool_use_id": Field("string", required=True),
        "content": Field("content", nullable=True),
        "is_error": Field("boolean", nullable=True),
        **_CACHE,
    },
    "container_upload": {"file_id": Field("string", required=True), **_CACHE},
}
_ASSISTANT: dict[str, dict[str, Field] | None] = {
    "text": _USER["text"],
    "thinking": {"thinking": Field("string", required=True), "signature": Field("string", required=True)},
    "redacted_thinking": {"data": Field("string", required=True)},
    "tool_use": {
        "id": Field("string", required=True),
        "name": Field("string", required=True),
        "input": Field("object", required=True),
        "caller": Field("object", nullable=True),
        "toolset_name": Field("string", nullable=True),
        **_CACHE,
    },
    "document": _USER["document"],
    "container_upload": _USER["container_upload"],
    **dict.fromkeys(
        (
            "server_tool_use",
            "web_search_tool_result",
            "web_fetch_tool_result",
            "code_execution_tool_result",
            "bash_code_execution_tool_result",
            "text_editor_code_execution_tool_result",
            "tool_search_tool_result",
            "mcp_tool_use",
            "mcp_tool_result",
            "mcp_tool_listing",
            "advisor_tool_result",
            "compaction",
            "fallback",
        )
    ),
}
_SYSTEM: dict[str, dict[str, Field] | None] = {
    "text": _USER["text"],
    "tool_addition": None,
    "tool_removal": None,
}
_IN_TOOL_RESULT = ("text", "image", "search_result", "document", "tool_reference", "browser_state")
_OF_ROLE = {"user": _USER, "assistant": _ASSISTANT, "system": _SYSTEM}


def check_block(place: str, block: Any, role: str, context: Context) -> None:
    """Check one block of a message of `role` (or of the `system` field); APIFault 400."""
    table = _OF_ROLE[role]
    kind = check_tag(place, block, table, strict=context.strict)
    fields = table.get(kind)
    if fields is not None:
        check_fields(f"{place}.{kind}", block, _TYPE | fields, strict=context.strict)
    if kind == "text":
        _check_text(place, block, role, context)
    elif kind == "image":
        check_image(place, block, context)
    elif kind == "document":
        if role == "assistant" and context.version == NEWEST_VERSION:
            raise APIFault(f"{place}: `document` blocks are not permitted in assistant messages")
        check_document(place, block, context)
    elif kind == "search_result":
        _check_passages(place, block, context)
    elif kind == "tool_result":
        _check_result_content(place, block, context)


def _check_text(place: str, block: dict[str, Any], role: str, context: Context) -> None:
    if not block["text"]:
        if block.get("cache_control"):
            raise APIFault(f"{place}: cache_control cannot be set for empty text blocks")
        raise APIFault("messages: text content blocks must be non-empty")
    if not block["text"].strip():
        raise APIFault("messages: text content blocks must contain non-whitespace text")
    if role == "user" and block.get("citations") and context.version == NEWEST_VERSION:
        raise APIFault(f"{place}.text.citations: citations are not permitted in user messages")


def _check_passages(place: str, block: dict[str, Any], context: Context) -> None:
    for index, item in enumerate(block["content"]):
        inner = f"{place}.search_result.content.{index}"
        check_tag(inner, item, ("text",), strict=context.strict)
        check_block(inner, item, "user", context)


def _check_result_content(place: str, block: dict[str, Any], context: Context) -> None:
    content = block.get("content")
    if not isinstance(content, list):
        return
    for index, item in enumerate(content):
        inner = f"{place}.tool_result.content.{index}"
        kind = check_tag(inner, item, _IN_TOOL_RESULT, strict=context.strict)
        if kind in _USER:
            check_block(inner, item, "user", context)
