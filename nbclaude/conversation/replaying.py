"""Tells what of an answer may be sent back: whole blocks, calls only with their results, nothing that the API refuses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nbclaude.conversation.turns import Turn
from nbclaude.wire.message import content_of

__all__ = ["has_thinking", "is_call", "open_calls", "replayable", "results_in", "texts_of", "without_orphans"]

_THINKING = ("thinking", "redacted_thinking")
# What a block must hold for any server to take it back; gateways leave things out. Of other types nothing is known.
_CALL: Mapping[str, type] = {"id": str, "name": str, "input": dict}
_NEEDED: Mapping[str, Mapping[str, type]] = {
    "text": {"text": str},
    "thinking": {"thinking": str, "signature": str},
    "redacted_thinking": {"data": str},
    "tool_use": _CALL,
    "server_tool_use": _CALL,
    "mcp_tool_use": _CALL,
    # A block without a summary comes from a failed compaction.
    "compaction": {"content": str},
}
Block = Mapping[str, Any]


def open_calls(turn: Turn) -> list[dict[str, Any]]:
    """Return the client tool calls of an answer that wait for results; none if it was cut off."""
    if turn.stopped or turn.message.get("stop_reason") == "max_tokens":
        return []
    calls = [block for block in content_of(turn.message) if block.get("type") == "tool_use"]
    # What was meant to be complete and is no JSON is answered, too: with the error.
    is_cut = turn.message.get("stop_reason") != "tool_use"
    return [] if is_cut and any("partial_json" in call for call in calls) else calls


def replayable(
    blocks: Iterable[Block],
    *,
    answered: frozenset[str] = frozenset(),
    begun: frozenset[str] = frozenset(),
    thinking: bool = False,
) -> list[dict[str, Any]]:
    """Return what of an answer may be sent back: no empty text, no call or result on its own, nothing that is half a block.

    `answered` are the calls that the next prompt answers, `begun` the calls of the answer before that wait for results.
    """
    found = [dict(block) for block in blocks if _is_whole(block)]
    whole = [block for block in found if is_call(block)]
    whole = [block for block in whole if "partial_json" not in block or str(block.get("id")) in answered]
    calls = {str(block.get("id")) for block in whole}
    results = {str(block.get("tool_use_id")) for block in found}
    # While client calls inside a server tool run, the server's own call waits for its result, too.
    waiting = calls if calls & answered else frozenset[str]()
    answer: list[dict[str, Any]] = []
    for block in found:
        kind = block.get("type")
        if kind in _THINKING:
            if thinking and (block.get("signature") or block.get("data")):
                answer.append(block)
        elif kind == "text":
            if str(block.get("text") or "").strip():
                answer.append(_without_empty_citations(block))
        elif is_call(block):
            if str(block.get("id")) in (calls & results) | waiting:
                answer.append({key: value for key, value in block.items() if key != "partial_json"})
        elif block.get("tool_use_id") is None or str(block["tool_use_id"]) in calls | begun:
            answer.append(block)
    return _ending_well(answer)


def _is_whole(block: Block) -> bool:
    kind = block.get("type")
    if not isinstance(kind, str) or not kind:
        return False
    return all(isinstance(block.get(name), its_type) for name, its_type in _NEEDED.get(kind, {}).items())


def _without_empty_citations(block: dict[str, Any]) -> dict[str, Any]:
    """Leave out the empty list that comes with every text block of a stream, and what is no list."""
    citations = block.get("citations")
    is_said = isinstance(citations, list) and citations and all(isinstance(one, Mapping) for one in citations)
    return block if is_said else {key: value for key, value in block.items() if key != "citations"}


def _ending_well(answer: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drop what the API refuses at the end of an answer: thinking with nothing after it, and trailing white space."""
    while answer and answer[-1].get("type") in _THINKING:
        answer.pop()
    if answer and answer[-1].get("type") == "text":
        answer[-1]["text"] = str(answer[-1]["text"]).rstrip()
    return answer


def is_call(block: Block) -> bool:
    """Tell whether the block calls a tool, the user's or the server's."""
    return str(block.get("type")).endswith("tool_use")


def has_thinking(blocks: Iterable[Block]) -> bool:
    """Tell whether there is thinking among the blocks."""
    return any(block.get("type") in _THINKING for block in blocks)


def texts_of(answer: Iterable[Block], answered: frozenset[str]) -> list[dict[str, Any]]:
    """Return the texts of an answer and its calls that are answered, in fields that every server takes."""
    calls = {"tool_use": ("type", "id", "name", "input")}
    fields = {"text": ("type", "text"), **(calls if answered else {})}
    return [
        {name: block[name] for name in fields[block["type"]]}
        for block in answer
        if block["type"] == "text" or (block["type"] in fields and block["id"] in answered)
    ]


def results_in(prompt: Iterable[Block]) -> frozenset[str]:
    """Return the ids of the calls that a prompt gives the results of."""
    return frozenset(str(block.get("tool_use_id")) for block in prompt if block.get("type") == "tool_result")


def without_orphans(prompt: Sequence[Block], calls: frozenset[str]) -> list[Block]:
    """Leave out the results of calls that are no longer there; results stand first, as the API wants them."""
    results = [block for block in prompt if block.get("type") == "tool_result"]
    kept = [block for block in results if str(block.get("tool_use_id")) in calls]
    return [*kept, *(block for block in prompt if block.get("type") != "tool_result")]
