"""Turns a conversation's turns and a prompt into messages that the API accepts, the same bytes for the same turns.

A `thinking` block is bound to the exact prefix (model, system prompt, tools, earlier messages) that it was made with, and a
notebook's prefix changes whenever a cell above runs again. So thinking is sent back only behind that very prefix; inside an
open tool loop also behind another one, for models that do not check it. Every model accepts an answer without it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping, Sequence
from copy import copy
from functools import partial
from itertools import chain
from typing import Any

from nbclaude.conversation.memory import TurnMemory
from nbclaude.conversation.repeats import Repeats
from nbclaude.conversation.replaying import (
    has_thinking,
    is_call,
    open_calls,
    replayable,
    results_in,
    texts_of,
    without_orphans,
)
from nbclaude.conversation.turns import Turn
from nbclaude.frozen import frozen
from nbclaude.wire.json_text import to_json
from nbclaude.wire.message import content_of, summary_of
from nbclaude.wire.request import System, text_block

__all__ = ["SUMMARY", "History", "Scope", "history_of"]

Block = Mapping[str, Any]
# Blocks of a prompt that a request looks at once more: files that are uploaded, images that are counted, what is cited.
SUMMARY = "What was said so far, in short:"
_MEDIA = ("image", "document", "search_result")
_CITABLE = ("document", "search_result")


@frozen
class Scope:
    """What stands before the messages, and how strictly the model binds thinking to it.

    With `texts_alone` nothing of earlier answers is sent but their texts, and the calls that a prompt answers.
    """

    model: str = ""
    system: System = ""
    tools: tuple[Mapping[str, Any], ...] = ()
    binds_thinking: bool = True
    keeps_thinking: bool = True
    texts_alone: bool = False


@frozen
class History:
    """The messages of a request; `prefix` is the fingerprint of all that the answer is bound to.

    `media` are the places of the messages that hold images or documents. `asks` tells that the messages end in the
    question. What goes on from an answer that cannot be sent asks for nothing.
    """

    messages: tuple[Mapping[str, Any], ...]
    prefix: str
    has_thinking: bool = False
    asks: bool = True
    media: tuple[int, ...] = ()


def history_of(
    turns: Sequence[Turn], prompt: Sequence[Block], scope: Scope, memory: TurnMemory | None = None
) -> History:
    """Write the messages of a request: the turns that were answered, then the prompt (empty: the answer goes on).

    An image or file that an earlier message holds is not sent again. If one document is to be cited, all are: the API refuses
    requests with citations on only some of the documents. `memory` is what earlier requests have written of these turns: only
    what is new is written.
    """
    memory = memory or TurnMemory()
    prompts = chain((turn.prompt for turn in turns), (prompt,))
    begun = _Letter(scope, memory, cites=any(map(_is_cited, chain.from_iterable(prompts))))
    letter = memory.walked(("history", *begun.key), turns, lambda: begun)
    return letter.ending_in(prompt, turns[-1] if turns else None)


@frozen
class _Facts:
    """What decides how a turn is sent: its open calls, those that it has results of itself, those that its prompt answers."""

    calls: frozenset[str]
    finished: frozenset[str]
    asked_with: frozenset[str]
    thinks: bool


@frozen
class _Replayed:
    """A turn that goes along, and the calls that the prompt after it answers."""

    turn: Turn
    answered: frozenset[str]


class _Letter:
    """The messages of a request, written turn by turn, with the fingerprint of what stands so far."""

    def __init__(self, scope: Scope, memory: TurnMemory, *, cites: bool = False) -> None:
        self._scope = scope
        self._cites = cites
        self._memory = memory
        self._messages: list[Mapping[str, Any]] = []
        self._media: list[int] = []
        self._repeats = Repeats()
        self._has_thinking = False
        self._hash = hashlib.sha256(to_json([scope.model, scope.system, list(scope.tools)]))
        self._begun: frozenset[str] = frozenset()  # the calls of the last answer
        self._last: _Replayed | None = None
        # Turns with open calls: what follows decides whether they go along.
        self._open: tuple[Turn, ...] = ()

    @property
    def key(self) -> tuple[Hashable, ...]:
        """What tells this beginning from others."""
        scope = self._scope
        how = scope.binds_thinking, scope.keeps_thinking, scope.texts_alone
        return self._hash.digest(), *how, self._cites

    def copy(self) -> _Letter:
        """Return a letter that can be gone on with apart from this one."""
        other = copy(self)
        other._messages, other._media = self._messages.copy(), self._media.copy()
        other._repeats, other._hash = self._repeats.copy(), self._hash.copy()
        return other

    def take(self, turn: Turn) -> None:
        """Write the next turn, or keep it back until it is known what answers its calls."""
        facts = self._facts(turn)
        if facts.calls:
            self._open = (*self._open, turn)
        elif self._answer(turn, frozenset(), facts.finished, thinking=False):
            self._write_open(facts.asked_with)
            self._write(_Replayed(turn, frozenset()))

    def ending_in(self, prompt: Sequence[Block], newest: Turn | None) -> History:
        """Write the prompt; `newest` is the turn before it, which an empty prompt goes on from."""
        self._write_open(results_in(prompt))
        last = self._last
        asked = self._asked(prompt, last.answered if last else frozenset())
        self._add("user", asked)
        asks = bool(asked) if prompt else last is not None and last.turn is newest
        return History(
            tuple(self._messages), self._hash.hexdigest(), self._has_thinking, asks, tuple(self._media)
        )

    def _write_open(self, results: frozenset[str]) -> None:
        """Write those of the turns kept back of which something is left to send, now that there are these results."""
        found: list[_Replayed] = []
        for turn in reversed(self._open):
            facts = self._facts(turn)
            answered = facts.calls if facts.calls <= results else frozenset[str]()
            # An answer that only calls tools which were not run leaves nothing; the results that it was given stay.
            if facts.asked_with or self._answer(turn, answered, facts.finished, thinking=False):
                found.append(_Replayed(turn, answered))
                results = facts.asked_with
        self._open = ()
        for item in reversed(found):
            self._write(item)

    def _write(self, item: _Replayed) -> None:
        turn, last = item.turn, self._last
        results = last.answered if last else frozenset[str]()
        question = self._memory.of(
            turn, ("question", results, self._cites), partial(self._asked, turn.prompt, results)
        )
        summary = summary_of(turn.message) if turn.begins and not turn.prompt else ""
        if summary and (self._messages or self._scope.texts_alone):
            # The API only accepts the block first. If the turns that it condenses are sent as well, it adds nothing.
            self._add("user", [] if self._messages else [text_block(f"{SUMMARY}\n\n{summary}")])
            self._last = item
            return
        if not question and not summary and (turn.prompt or not _is_rest_of(turn, last)):
            return
        self._add("user", question, self._digest(turn, "user", question, (results, self._cites)))
        in_loop = bool(item.answered) and not self._scope.binds_thinking
        can_think = self._scope.keeps_thinking and self._facts(turn).thinks
        thinking = can_think and (in_loop or self._hash.hexdigest() == turn.prefix)
        answer = self._answer(turn, item.answered, self._begun, thinking=thinking)
        key: Hashable = (item.answered, self._begun, thinking)
        if self._scope.texts_alone:
            answer, key = texts_of(answer, item.answered), (item.answered, "texts")
        self._add("assistant", answer, self._digest(turn, "assistant", answer, key))
        self._begun = frozenset(str(block.get("id")) for block in answer if is_call(block))
        self._last = item

    def _add(self, role: str, blocks: Sequence[Block], digest: bytes | None = None) -> None:
        """Add a message, or lengthen the last one if it is of the same role; `digest` is what `_digest_of` gives for it."""
        if not blocks:
            return
        self._hash.update(_digest_of(role, blocks) if digest is None else digest)
        if role == "assistant":
            self._has_thinking = self._has_thinking or has_thinking(blocks)
        content: list[Block] = list(blocks)
        if role == "user" and any(map(_is_media, content)):
            content = self._repeats.without(content)
            place = len(self._messages) - (1 if self._ends_in(role) else 0)
            self._media += [place] if self._media[-1:] != [place] else []
        if self._ends_in(role):
            # Another one, since copies of this letter may have the old one.
            self._messages[-1] = {"role": role, "content": [*self._messages[-1]["content"], *content]}
        else:
            self._messages.append({"role": role, "content": content})

    def _asked(self, prompt: Sequence[Block], results: frozenset[str]) -> list[Block]:
        blocks = without_orphans(prompt, results)
        return [_cited(block) for block in blocks] if self._cites else blocks

    def _ends_in(self, role: str) -> bool:
        return bool(self._messages) and self._messages[-1]["role"] == role

    def _facts(self, turn: Turn) -> _Facts:
        return self._memory.of(turn, "facts", partial(_facts_of, turn))

    def _answer(
        self, turn: Turn, answered: frozenset[str], begun: frozenset[str], *, thinking: bool
    ) -> list[dict[str, Any]]:
        return self._memory.of(
            turn,
            ("answer", answered, begun, thinking),
            lambda: replayable(content_of(turn.message), answered=answered, begun=begun, thinking=thinking),
        )

    def _digest(self, turn: Turn, role: str, blocks: Sequence[Block], key: Hashable) -> bytes:
        return self._memory.of(turn, ("digest", role, key), lambda: _digest_of(role, blocks))


def _facts_of(turn: Turn) -> _Facts:
    content = content_of(turn.message)
    return _Facts(
        frozenset(str(call.get("id")) for call in open_calls(turn)),
        frozenset(str(block["tool_use_id"]) for block in content if "tool_use_id" in block),
        results_in(turn.prompt),
        has_thinking(content),
    )


def _is_media(block: Block) -> bool:
    if block.get("type") != "tool_result":
        return block.get("type") in _MEDIA
    inside = block.get("content")
    return isinstance(inside, list | tuple) and any(map(_is_media, inside))


def _is_cited(block: Block) -> bool:
    citations = block.get("citations") if block.get("type") in _CITABLE else None
    return isinstance(citations, Mapping) and bool(citations.get("enabled"))


def _cited(block: Block) -> Block:
    return {**block, "citations": {"enabled": True}} if block.get("type") in _CITABLE else block


def _digest_of(role: str, blocks: Sequence[Block]) -> bytes:
    return hashlib.sha256(to_json([role, blocks])).digest()


def _is_rest_of(turn: Turn, last: _Replayed | None) -> bool:
    """Whether a turn without a prompt is the rest of the answer that was written last; else that answer is gone."""
    return last is not None and (turn.follows is None or turn.follows is last.turn)
