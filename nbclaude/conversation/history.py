"""Turns a conversation's turns and a prompt into messages that the API accepts, the same bytes for the same turns.

A `thinking` block is bound to the exact prefix (model, system prompt, tools, earlier messages) that it was made with, and a
notebook's prefix changes whenever a cell above runs again. So thinking is sent back only behind that very prefix; inside an
open tool loop also behind another one, for models that do not check it. Every model accepts an answer without it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from nbclaude.conversation.memory import TurnMemory
from nbclaude.conversation.turns import Turn
from nbclaude.wire.json_text import to_json
from nbclaude.wire.message import content_of
from nbclaude.wire.request import System

__all__ = ["History", "Scope", "history_of", "is_call", "open_calls", "replayable"]

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
}
Block = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scope:
    """What stands before the messages, and how strictly the model binds thinking to it."""

    model: str = ""
    system: System = ""
    tools: tuple[Mapping[str, Any], ...] = ()
    binds_thinking: bool = True
    keeps_thinking: bool = True


@dataclass(frozen=True, slots=True)
class History:
    """The messages of a request; `prefix` is the fingerprint of all that the answer is bound to.

    `asks` tells that they end in the question. What goes on from an answer that cannot be sent asks for nothing.
    """

    messages: tuple[Mapping[str, Any], ...]
    prefix: str
    has_thinking: bool = False
    asks: bool = True


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


def _results_in(prompt: Iterable[Block]) -> frozenset[str]:
    return frozenset(str(block.get("tool_use_id")) for block in prompt if block.get("type") == "tool_result")


@dataclass(frozen=True, slots=True)
class _Replayed:
    """A turn that goes along, and the calls that the prompt after it answers."""

    turn: Turn
    answered: frozenset[str]


def _selected(turns: Sequence[Turn], prompt: Sequence[Block], memory: TurnMemory) -> list[_Replayed]:
    """Choose the turns of which something is left to send, from the last to the first: what follows decides on calls."""
    found: list[_Replayed] = []
    results = _results_in(prompt)
    for turn in reversed(turns):
        calls, everything, asked_with, _ = memory.of(turn, "calls", partial(_calls_of, turn))
        answered = calls if calls and calls <= results else frozenset[str]()
        # An answer of calls alone that were not run leaves nothing; the results that it was given stay, before the next question.
        if asked_with or _answer(memory, turn, answered, everything, thinking=False):
            found.append(_Replayed(turn, answered))
            results = asked_with
    return found[::-1]


def _calls_of(turn: Turn) -> tuple[frozenset[str], frozenset[str], frozenset[str], bool]:
    """Return the ids of a turn's open calls, of all calls that its answer has results of, and of those that its prompt has.

    The last tells whether the answer has thinking, and so whether its prefix matters.
    """
    calls = frozenset(str(call.get("id")) for call in open_calls(turn))
    return calls, _everything(turn), _results_in(turn.prompt), _thinks(content_of(turn.message))


def _thinks(blocks: Iterable[Block]) -> bool:
    return any(block.get("type") in _THINKING for block in blocks)


def _answer(
    memory: TurnMemory, turn: Turn, answered: frozenset[str], begun: frozenset[str], *, thinking: bool
) -> list[dict[str, Any]]:
    return memory.of(
        turn,
        ("answer", answered, begun, thinking),
        lambda: replayable(content_of(turn.message), answered=answered, begun=begun, thinking=thinking),
    )


def _everything(turn: Turn) -> frozenset[str]:
    return frozenset(
        str(block["tool_use_id"]) for block in content_of(turn.message) if "tool_use_id" in block
    )


class _Writer:
    """Messages as they are written, with the fingerprint of what stands so far."""

    def __init__(self, scope: Scope) -> None:
        self.messages: list[dict[str, Any]] = []
        self.has_thinking = False
        self._hash = hashlib.sha256(to_json([scope.model, scope.system, list(scope.tools)]))

    @property
    def prefix(self) -> str:
        return self._hash.hexdigest()

    def add(self, role: str, blocks: Sequence[Block], digest: bytes | None = None) -> None:
        """Add a message, or lengthen the last one if it is of the same role; `digest` is what `_digest` gives for it."""
        if not blocks:
            return
        self.has_thinking = self.has_thinking or (role == "assistant" and _thinks(blocks))
        self._hash.update(_digest(role, blocks) if digest is None else digest)
        if self.messages and self.messages[-1]["role"] == role:
            self.messages[-1]["content"] += blocks
        else:
            self.messages.append({"role": role, "content": list(blocks)})


def _digest(role: str, blocks: Sequence[Block]) -> bytes:
    return hashlib.sha256(to_json([role, blocks])).digest()


def history_of(
    turns: Sequence[Turn], prompt: Sequence[Block], scope: Scope, memory: TurnMemory | None = None
) -> History:
    """Write the messages of a request: the turns that were answered, then the prompt (empty: the answer goes on).

    `memory` is what earlier requests have worked out about these turns.
    """
    memory = memory or TurnMemory()
    writer = _Writer(scope)
    begun: frozenset[str] = frozenset()
    last: _Replayed | None = None
    for item in _selected(turns, prompt, memory):
        turn, results = item.turn, last.answered if last else frozenset[str]()
        question = memory.of(turn, ("question", results), partial(_without_orphans, turn.prompt, results))
        if not question and (turn.prompt or not _is_rest_of(turn, last)):
            continue
        writer.add("user", question, _known_digest(memory, turn, "user", question, results))
        in_loop = bool(item.answered) and not scope.binds_thinking
        can_think = scope.keeps_thinking and memory.of(turn, "calls", partial(_calls_of, turn))[-1]
        thinking = can_think and (in_loop or writer.prefix == turn.prefix)
        answer = _answer(memory, turn, item.answered, begun, thinking=thinking)
        key = (item.answered, begun, thinking)
        writer.add("assistant", answer, _known_digest(memory, turn, "assistant", answer, key))
        begun = frozenset(str(block.get("id")) for block in answer if is_call(block))
        last = item
    asked = _without_orphans(prompt, last.answered if last else frozenset())
    writer.add("user", asked)
    asks = bool(asked) if prompt else last is not None and last.turn is turns[-1]
    return History(tuple(writer.messages), writer.prefix, writer.has_thinking, asks)


def _known_digest(memory: TurnMemory, turn: Turn, role: str, blocks: Sequence[Block], key: Hashable) -> bytes:
    return memory.of(turn, ("digest", role, key), lambda: _digest(role, blocks))


def _is_rest_of(turn: Turn, last: _Replayed | None) -> bool:
    """Whether a turn without a prompt is the rest of the answer that was written last; else that answer is gone."""
    return last is not None and (turn.follows is None or turn.follows is last.turn)


def _without_orphans(prompt: Sequence[Block], calls: frozenset[str]) -> list[Block]:
    """Leave out the results of calls that are no longer there; results stand first, as the API wants them."""
    results = [block for block in prompt if block.get("type") == "tool_result"]
    kept = [block for block in results if str(block.get("tool_use_id")) in calls]
    return [*kept, *(block for block in prompt if block.get("type") != "tool_result")]
