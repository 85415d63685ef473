"""Calls a request's tools, and comments on their results.

The demo model calls a tool that the question names (or that `tool_choice` demands), with arguments found in
the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..tokens import as_blocks
from .question import Question
from .structured import example
from .wording import code, quote

__all__ = ["answer_results", "tool_call"]

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")
_QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”|'([^']+)'|`([^`]+)`")
# "weather in Oslo": what follows a preposition is the best guess at a place or a name.
_AFTER = re.compile(r"\b(?:in|for|of|at|to|about|from)\s+([A-Z][\w-]*(?:\s+[A-Z][\w-]*)*)")


def tool_call(question: Question) -> dict[str, Any] | None:
    """Give the `tool_use` block of the call that the question asks for; None to answer in words."""
    choice = question.tool_choice.get("type", "auto")
    if choice == "none" or not question.tools or question.results:
        return None
    own = [tool for tool in question.tools if "input_schema" in tool]
    named = [tool for tool in own if _names(question, str(tool["name"]))]
    if choice == "tool":
        named = [tool for tool in own if tool["name"] == question.tool_choice["name"]]
    elif choice == "any":
        named = named or own
    if not named:
        return None
    tool = named[0]
    return {
        "type": "tool_use",
        "name": tool["name"],
        "input": _arguments(tool["input_schema"], question.text),
    }


def answer_results(question: Question) -> str | None:
    """Tell what the tools gave back; None when there is no result."""
    if not question.results:
        return None
    parts = []
    for block in question.results:
        blocks = as_blocks(block.get("content"))
        value = "\n".join(item["text"] for item in blocks if item.get("type") == "text") or "(no text)"
        verb = "failed with" if block.get("is_error") else "gave back"
        one_line = "\n" not in value.strip() and len(value) < 120
        parts.append(
            f"The tool {verb} {code(value)}." if one_line else f"The tool {verb}:\n\n{quote(value, 1200)}"
        )
    others = sum(
        item.get("type") == "image" for block in question.results for item in as_blocks(block.get("content"))
    )
    if others:
        parts.append(f"With it came {others} image{'s' if others > 1 else ''}.")
    return "\n\n".join(parts)


def _names(question: Question, name: str) -> bool:
    """Tell whether the question names the tool, as an identifier or in words (`get_weather`: "weather")."""
    if re.search(rf"\b{re.escape(name.lower())}\b", question.lower):
        return True
    words = [
        word
        for word in re.split(r"[_-]+", name.lower())
        if word not in ("get", "set", "the", "a", "run", "do", "is")
    ]
    return bool(words) and all(re.search(rf"\b{re.escape(word)}", question.lower) for word in words)


def _arguments(schema: Mapping[str, Any], text: str) -> dict[str, Any]:
    numbers = iter(_NUMBER.findall(text))
    strings = _strings(text)
    required = schema.get("required", [])
    found: dict[str, Any] = {}
    for name, field in schema.get("properties", {}).items():
        value = _argument(field, numbers, strings, text)
        if value is None and name in required:
            value = example(field, name, text, schema)
        if value is not None:
            found[name] = value
    return found


def _argument(field: Mapping[str, Any], numbers: Iterator[str], strings: Iterator[str], text: str) -> Any:
    kind = field.get("type")
    if field.get("enum"):
        return next((item for item in field["enum"] if str(item).lower() in text.lower()), None)
    if kind in ("integer", "number"):
        number = next(numbers, None)
        return None if number is None else int(float(number)) if kind == "integer" else float(number)
    return next(strings, None) if kind == "string" else None


def _strings(text: str) -> Iterator[str]:
    for match in _QUOTED.finditer(text):
        yield next(group for group in match.groups() if group)
    yield from (match[1] for match in _AFTER.finditer(text))
