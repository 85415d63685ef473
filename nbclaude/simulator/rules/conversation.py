"""Checks the roles, contents and tool pairs of the messages in a request.

https://platform.claude.com/docs/en/api/messages/create and .../agents-and-tools/tool-use/handle-tool-calls
"""

from __future__ import annotations

from typing import Any

from ..faults import APIFault
from ..models import SimulatedModel
from ..tokens import as_blocks
from .blocks import check_block
from .context import Context
from .fields import Field, check_fields
from .server_tools import check_server_calls, is_paused
from .sources import check_image_limits

__all__ = ["check_conversation"]

MAX_MESSAGES = 100_000
_ROLES = ("user", "assistant", "system")
_MESSAGE = {
    "role": Field("string", required=True, choices=_ROLES),
    "content": Field("content", required=True),
}


def check_conversation(body: dict[str, Any], model: SimulatedModel, context: Context) -> None:
    """Check `system` and `messages`; APIFault 400."""
    messages = body["messages"]
    if not messages:
        raise APIFault("messages: at least one message is required")
    if len(messages) > MAX_MESSAGES:
        raise APIFault(
            f"messages: List should have at most {MAX_MESSAGES} items after validation, not {len(messages)}"
        )
    _check_system(body.get("system"), context)
    for index, message in enumerate(messages):
        check_fields(f"messages.{index}", message, _MESSAGE, strict=context.strict)
        if message["role"] == "system" and not model.system_messages:
            raise APIFault(f"messages.{index}: role 'system' is not supported on this model")
        _check_content(index, message, last=index == len(messages) - 1, context=context)
    merged = _merged(messages)
    _check_tool_pairs(merged)
    check_server_calls(merged)
    if body.get("compaction") is None:  # which takes a conversation wherever it has come to
        _check_end(messages[-1], is_paused(merged, body), model)
    check_image_limits(messages)
    _check_citations(body)


def _check_citations(body: dict[str, Any]) -> None:
    blocks = [block for message in body["messages"] for block in as_blocks(message["content"])]
    for kind in ("document", "search_result"):
        found = {
            bool((each.get("citations") or {}).get("enabled")) for each in blocks if each["type"] == kind
        }
        if len(found) > 1:
            # https://platform.claude.com/docs/en/build-with-claude/citations
            raise APIFault(f"messages: citations must be enabled on all or none of the {kind} blocks")
        # https://platform.claude.com/docs/en/build-with-claude/structured-outputs#feature-compatibility
        if True in found and (body.get("output_config") or {}).get("format"):
            raise APIFault(
                "output_config.format: citations cannot be enabled together with structured outputs"
            )


def _check_system(system: Any, context: Context) -> None:
    if not isinstance(system, list):
        return
    for index, block in enumerate(system):
        check_block(f"system.{index}", block, "system", context)


def _check_content(index: int, message: dict[str, Any], *, last: bool, context: Context) -> None:
    content, role = message["content"], message["role"]
    if not content:
        if last and role == "assistant":
            return
        raise APIFault(
            f"messages.{index}: all messages must have non-empty content except for the optional final "
            "assistant message"
        )
    if isinstance(content, str):
        if not content.strip():
            raise APIFault("messages: text content blocks must contain non-whitespace text")
        return
    for number, block in enumerate(content):
        check_block(f"messages.{index}.content.{number}", block, role, context)


def _merged(messages: list[dict[str, Any]]) -> list[tuple[int, str, list[dict[str, Any]]]]:
    """Join neighbours of one role, as the API does: index of the first, role, blocks."""
    joined: list[tuple[int, str, list[dict[str, Any]]]] = []
    for index, message in enumerate(messages):
        if message["role"] == "system":
            continue
        if joined and joined[-1][1] == message["role"]:
            joined[-1][2].extend(as_blocks(message["content"]))
        else:
            joined.append((index, message["role"], as_blocks(message["content"])))
    return joined


def _check_tool_pairs(messages: list[tuple[int, str, list[dict[str, Any]]]]) -> None:
    seen: set[str] = set()
    before: list[str] = []
    caller = 0
    for index, role, blocks in messages:
        if role == "assistant":
            before, caller = _calls(index, blocks, seen), index
            continue
        answered = _results(index, blocks, before)
        _check_answered(caller, [call for call in before if call not in answered])
        before = []
    _check_answered(caller, before)


def _calls(index: int, blocks: list[dict[str, Any]], seen: set[str]) -> list[str]:
    calls = []
    for number, block in enumerate(blocks):
        if block.get("type") == "tool_use":
            if block["id"] in seen:
                raise APIFault(f"messages.{index}.content.{number}: `tool_use` ids must be unique")
            seen.add(block["id"])
            calls.append(block["id"])
    return calls


def _results(index: int, blocks: list[dict[str, Any]], calls: list[str]) -> set[str]:
    """Give the ids that the leading tool results answer; later ones count as missing for the API."""
    answered: set[str] = set()
    leading = True
    for number, block in enumerate(blocks):
        if block.get("type") != "tool_result":
            leading = False
            continue
        call = block["tool_use_id"]
        if call in answered:
            raise APIFault(
                f"messages.{index}.content.{number}: each tool_use must have a single result. "
                f"Found multiple `tool_result` blocks with id: {call}"
            )
        if call not in calls:
            raise APIFault(
                f"messages.{index}.content.{number}: unexpected `tool_use_id` found in `tool_result` blocks: "
                f"{call}. Each `tool_result` block must have a corresponding `tool_use` block in the "
                "previous message."
            )
        if leading:
            answered.add(call)
    return answered


def _check_answered(index: int, missing: list[str]) -> None:
    if missing:
        raise APIFault(
            f"messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after: "
            f"{', '.join(missing)}. Each `tool_use` block must have a corresponding `tool_result` block in "
            "the next message."
        )


def _check_end(message: dict[str, Any], paused: bool, model: SimulatedModel) -> None:
    """Check a final assistant message: prefill, or a paused turn that is to go on."""
    if message["role"] != "assistant" or paused:
        return
    if not model.prefill:
        raise APIFault(
            "This model does not support assistant message prefill. "
            "The conversation must end with a user message."
        )
    blocks = as_blocks(message["content"])
    if blocks and blocks[-1].get("type") == "text" and blocks[-1]["text"] != blocks[-1]["text"].rstrip():
        raise APIFault("messages: final assistant content cannot end with trailing whitespace")
