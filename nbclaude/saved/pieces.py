"""The parts of a turn, for files that people read: what was typed and attached, and the answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nbclaude.conversation.replaying import is_call
from nbclaude.conversation.turns import Turn
from nbclaude.render.results import unmarked
from nbclaude.wire.message import content_of

__all__ = ["LONG", "answer_markdown", "fenced", "pieces_of", "tools_of"]

LONG = 4_000  # characters of an attached text that a reader gets
_BACKTICKS = re.compile("`+")

Image = Callable[[str, str], str]


def pieces_of(turn: Turn, image: Image, most: int = LONG) -> Iterator[tuple[str, str]]:
    """Yield the parts of a question: `text` that was typed, what was `attached`, and the address of each `image`."""
    for number, block in enumerate(turn.prompt, 1):
        if block.get("type") == "text":
            is_typed = number == len(turn.prompt)
            yield ("text" if is_typed else "attached"), _cut(str(block.get("text") or ""), most)
        else:
            yield from _attached(block, image, most)


def answer_markdown(turn: Turn) -> str:
    """Return an answer as Markdown, with the calls of tools in it."""
    calls = [block for block in content_of(turn.message) if is_call(block)]
    return "\n\n".join(filter(None, [turn.answer, *map(_call, calls)]))


def tools_of(turn: Turn) -> str:
    """Return the definitions of the tools that a turn calls, as JSON; empty if it calls none."""
    calls = any(is_call(block) for block in content_of(turn.message))
    results = any(block.get("type") == "tool_result" for block in turn.prompt)
    tools = turn.settings.tools if turn.settings is not None and (calls or results) else ()
    return _json(list(tools)) if tools else ""


def fenced(text: str, language: str = "") -> str:
    """Return a text in a fence that is longer than any in it."""
    fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"


def _attached(block: Mapping[str, Any], image: Image, most: int) -> Iterator[tuple[str, str]]:
    """Yield what a block that is not a text holds: a picture, or the words in it."""
    kind, source, inside = str(block.get("type")), block.get("source"), block.get("content")
    data = source if isinstance(source, Mapping) else {}
    if kind == "image" and data.get("type") == "base64":
        yield "image", image(str(data.get("media_type")), str(data.get("data")))
    elif kind == "tool_result" and isinstance(inside, list | tuple):
        for each in inside:
            if isinstance(each, Mapping) and each.get("type") == "text":
                yield "attached", _cut(unmarked(str(each.get("text") or "")), most)
            elif isinstance(each, Mapping):
                yield from _attached(each, image, most)
    elif kind == "tool_result" and isinstance(inside, str):
        yield "attached", _cut(unmarked(inside), most)
    elif kind == "document" and data.get("type") == "text":
        title = str(block.get("title") or "")
        yield "attached", "\n".join(filter(None, [title, _cut(str(data.get("data") or ""), most)]))
    else:
        yield "attached", f"[{kind.replace('_', ' ')}]"


def _call(block: Mapping[str, Any]) -> str:
    return f"*Called `{block.get('name')}`:*\n\n{fenced(_json(block.get('input')), 'json')}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def _cut(text: str, most: int) -> str:
    rest = len(text) - most
    return text if rest <= 0 else f"{text[:most]}\n[… {rest:,} more characters]"
