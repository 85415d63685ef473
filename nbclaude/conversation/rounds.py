"""Joins the events of one answer, even of several requests, into the events to show and one message.

A server may pause in the middle of its own tool loop (`pause_turn`): the answer goes on in a second request. A prefill is
the answer's beginning, which the server does not repeat.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbclaude.wire.events import BlockDelta, BlockStart, BlockStop, Event, MessageStart
from nbclaude.wire.message import MessageBuilder, content_of, stop_reason_of
from nbclaude.wire.request import text_block

__all__ = ["AnswerRounds", "added_usage"]


class AnswerRounds:
    """The growing answer: `apply` events, `begin_round` before each further request, read `message` at any time."""

    def __init__(
        self, prefill: str = "", before: Sequence[Mapping[str, Any]] = (), *, is_shown: bool = False
    ) -> None:
        """Begin with a prefill, or with the blocks that an answer had `before` it is gone on with; `is_shown`: elsewhere."""
        self._before = [*before, *([text_block(prefill)] if prefill else [])]
        self._hidden = len(self._before) if is_shown else 0
        self._finished: list[Mapping[str, Any]] = []
        self._builder = MessageBuilder()
        self._begun = False

    def begin_round(self) -> None:
        """Go on with what the next request brings."""
        self._finished.append(self._builder.message)
        self._before = [*self._before, *content_of(self._builder.message)]
        self._builder = MessageBuilder()
        self._begun = False

    def apply(self, event: Event) -> Iterator[Event]:
        """Take the next event; yield what is to be shown, with the blocks counted through all rounds."""
        self._builder.apply(event)
        offset = len(self._before) - self._hidden
        match event:
            case MessageStart(message):
                yield from self._start(message)
            case BlockStart(index, block):
                yield BlockStart(index + offset, block)
            case BlockDelta(index, delta):
                yield BlockDelta(index + offset, delta)
            case BlockStop(index):
                yield BlockStop(index + offset)
            case _:
                yield event

    def _start(self, message: Mapping[str, Any]) -> Iterator[Event]:
        offset = len(self._before) - self._hidden
        again, self._begun = self._begun, True
        if self._finished and again:
            return  # a gateway that repeats itself within a later round: what was shown of it stays
        if not self._finished:
            # To the one who shows it, a start voids all that came before.
            yield MessageStart({**message, "content": []})
            for index, block in enumerate(self._before[self._hidden :]):
                yield BlockStart(index, block)
                yield BlockStop(index)
        for index, block in enumerate(content_of(message)):
            yield BlockStart(index + offset, block)
            yield BlockStop(index + offset)

    @property
    def pending(self) -> dict[str, Any]:
        """What the last request brought, as it must be sent back to go on."""
        return self._builder.message

    @property
    def stop_reason(self) -> str | None:
        """Why the last request's answer stopped."""
        return stop_reason_of(self._builder.message)

    @property
    def message(self) -> dict[str, Any]:
        """The message so far: the blocks of all rounds, their usage added up, everything else from the last."""
        last = self._builder.message
        usage: dict[str, Any] = {}
        for message in (*self._finished, last):
            usage = added_usage(usage, message.get("usage") or {})
        content = [*self._before, *last["content"]] if self._arrived(last) else last["content"]
        base = dict(self._finished[-1]) if self._finished and not last.get("id") else {}
        return {**base, **last, "content": content, "usage": usage}

    def _arrived(self, last: Mapping[str, Any]) -> bool:
        """Whether anything of the answer has come: a prefill alone is no answer."""
        return bool(self._finished) or bool(last["content"])


def added_usage(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Add up the numbers of two usages, also within; of everything else the later counts."""
    total = dict(first)
    for key, value in second.items():
        before = total.get(key)
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            total[key] = added_usage(before, value)
        elif isinstance(value, int | float) and isinstance(before, int | float):
            total[key] = before + value
        elif isinstance(value, list) and isinstance(before, list):
            total[key] = [*before, *value]
        elif value is not None or key not in total:
            total[key] = value
    return total
