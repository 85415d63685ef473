"""Accounts for the prompt cache by prefixes: the input half of `usage`.

https://platform.claude.com/docs/en/build-with-claude/prompt-caching: the order is tools, system, messages; a
breakpoint looks back over 20 blocks for an entry; a prefix under the model's minimum is silently not cached;
a read refreshes its entry; changed thinking parameters or tool choice, and the first image, leave the cache of
tools and system alone and invalidate the messages'.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from nbclaude.frozen import frozen

from .models import SimulatedModel
from .prefix import Part, digest, parts
from .tokens import MESSAGE_TOKENS, block_tokens, compact, text_tokens

__all__ = ["PromptCache", "count_input"]

LOOKBACK = 20
LIFETIME = {"5m": 300.0, "1h": 3600.0}
_UNCACHEABLE = frozenset({"thinking", "redacted_thinking"})


@frozen
class _Step:
    """The prefix up to and with one part: its hash, its tokens, and its ttl if it is a breakpoint."""

    hash: bytes
    tokens: int
    ttl: str


@frozen
class _Entry:
    ttl: str
    expires: float


def count_input(body: Mapping[str, Any], model: SimulatedModel) -> int:
    """Estimate the input tokens of a request, cached or not."""
    return max(1, sum(_part_tokens(part, model) for part in parts(body)))


class PromptCache:
    """The entries of one simulator; the clock gives seconds. Used by several threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[bytes, _Entry] = {}

    def account(self, body: Mapping[str, Any], model: SimulatedModel) -> dict[str, Any]:
        """Read and write the cache for a request; give its `input_tokens` and `cache_*` figures."""
        steps = list(_steps(body, model))
        total = steps[-1].tokens if steps else 1
        marks = [i for i, step in enumerate(steps) if step.ttl and step.tokens >= model.min_cache_tokens]
        with self._lock:
            read = self._read(steps, marks)
            written = self._write(steps, marks, read)
        creation = sum(written.values())
        return {
            "input_tokens": max(0, total - read - creation),
            "cache_creation_input_tokens": creation,
            "cache_read_input_tokens": read,
            "cache_creation": {
                "ephemeral_5m_input_tokens": written["5m"],
                "ephemeral_1h_input_tokens": written["1h"],
            },
        }

    def clear(self) -> None:
        """Forget every entry."""
        with self._lock:
            self._entries.clear()

    def _read(self, steps: list[_Step], marks: list[int]) -> int:
        now, best = self._clock(), 0
        for mark in marks:
            for index in range(mark, max(-1, mark - LOOKBACK), -1):
                entry = self._entries.get(steps[index].hash)
                if entry is not None and entry.expires > now:
                    self._entries[steps[index].hash] = _Entry(entry.ttl, now + LIFETIME[entry.ttl])
                    best = max(best, steps[index].tokens)
                    break
        return best

    def _write(self, steps: list[_Step], marks: list[int], read: int) -> dict[str, int]:
        now, done = self._clock(), read
        written = dict.fromkeys(LIFETIME, 0)
        for mark in marks:
            step = steps[mark]
            if step.tokens > done:
                written[step.ttl] += step.tokens - done
                done = step.tokens
                self._entries[step.hash] = _Entry(step.ttl, now + LIFETIME[step.ttl])
        return written


def _part_tokens(part: Part, model: SimulatedModel) -> int:
    extra = MESSAGE_TOKENS if part.first else 0
    if part.role == "tools":
        rest = {key: value for key, value in part.block.items() if key != "cache_control"}
        return extra + text_tokens(compact(rest), model)
    return extra + block_tokens(part.block, model)


def _steps(body: Mapping[str, Any], model: SimulatedModel) -> list[_Step]:
    line = list(parts(body))
    automatic = _automatic(line) if body.get("cache_control") else -1
    value, tokens, steps = model.id.encode(), 0, []
    in_messages = False
    for index, part in enumerate(line):
        if part.place.startswith("messages.") and not in_messages:
            in_messages = True
            pictured = any(part.block.get("type") == "image" for part in line)
            value = digest(value, "parameters", [body.get("thinking"), body.get("tool_choice"), pictured])
        value = digest(value, part.role, part.block)
        tokens += _part_tokens(part, model)
        mark = part.block.get("cache_control") or (body["cache_control"] if index == automatic else None)
        steps.append(_Step(value, tokens, (mark.get("ttl") or "5m") if mark else ""))
    return steps


def _automatic(line: list[Part]) -> int:
    """Find the last part that can be cached."""
    for index in range(len(line) - 1, -1, -1):
        block = line[index].block
        if block.get("type") not in _UNCACHEABLE and block.get("text", True):
            return index
    return -1
