"""Calls a request's tools, and comments on their results.

The demo model calls the tools that the question names (or one that `tool_choice` demands), with arguments found in the question.
Besides tools with a schema, it knows the API's shell and editor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..tokens import as_blocks
from .question import Question
from .structured import example
from .wording import code, quote

__all__ = ["answer_results", "tool_calls"]

_VARIABLES = "Variables that tools can take by name: "
# The frame that goes around what tools give back.
_FRAME = re.compile(r"<tool_result name=\"[^\"]*\">\n(.*?)\n</tool_result>", re.DOTALL)
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")
_QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”|'([^']+)'|`([^`]+)`")
# "weather in Oslo": what follows a preposition is the best guess at a place or a name.
_AFTER = re.compile(r"\b(?:in|for|of|at|to|about|from)\s+([A-Z][\w-]*(?:\s+[A-Z][\w-]*)*)")


def tool_calls(question: Question) -> list[dict[str, Any]]:
    """Give the `tool_use` blocks of the calls that the question asks for; empty to answer in words."""
    choice = question.tool_choice.get("type", "auto")
    if choice == "none" or not question.tools or question.results:
        return []
    own = [tool for tool in question.tools if "input_schema" in tool or _family(tool) in _WAYS]
    named = [tool for tool in own if _names(question, _word(tool))]
    # Several are called at once only if each is spelled out.
    if not all(_spells(question, _word(tool)) for tool in named):
        named = named[:1]
    if choice == "tool":
        named = [tool for tool in own if tool["name"] == question.tool_choice["name"]]
    elif choice == "any":
        named = (named or own)[:1]
    calls = ((tool, _input(tool, question)) for tool in named)
    return [
        {"type": "tool_use", "name": tool["name"], "input": found}
        for tool, found in calls
        if found is not None
    ]


def _family(tool: Mapping[str, Any]) -> str:
    return re.sub(r"_\d{8}$", "", str(tool.get("type") or ""))


def _word(tool: Mapping[str, Any]) -> str:
    """Return the word by which a question names a tool."""
    # The tool of a server has the server's name in front, which nobody says.
    return "editor" if _family(tool) == "text_editor" else str(tool.get("name") or "").rpartition("__")[2]


def _spells(question: Question, name: str) -> bool:
    return re.search(rf"\b{re.escape(name.lower())}\b", question.lower) is not None


def _input(tool: Mapping[str, Any], question: Question) -> dict[str, Any] | None:
    if "input_schema" in tool:
        return _arguments(tool["input_schema"], question.text)
    return _WAYS[_family(tool)](question)


def _command(question: Question) -> dict[str, Any] | None:
    """Take the command in backticks or in a block of code."""
    found = _code_in(question.text)
    return {"command": found} if found else None


def _code_in(text: str) -> str:
    block = re.search(r"```[^\n]*\n(.*?)\n```", text, re.DOTALL)
    if block is not None:
        return block[1]
    inline = re.search(r"`([^`\n]+)`", text)
    return inline[1] if inline is not None else ""


def _edit(question: Question) -> dict[str, Any] | None:
    """Read "view `notes.txt`", "create `notes.txt` with `text`", "in `notes.txt` replace `a` by `b`"."""
    match re.findall(r"`([^`\n]+)`", question.text):
        case [path, old, new, *_] if "replace" in question.lower:
            return {"command": "str_replace", "path": path, "old_str": old, "new_str": new}
        case [path, text, *_] if re.search(r"\b(create|write)\b", question.lower):
            return {"command": "create", "path": path, "file_text": f"{text}\n"}
        case [path, *_]:
            return {"command": "view", "path": path}
    return {"command": "view", "path": "."}


_WAYS: Mapping[str, Callable[[Question], dict[str, Any] | None]] = {"bash": _command, "text_editor": _edit}


def answer_results(question: Question) -> str | None:
    """Tell what the tools gave back; None when there is no result."""
    if not question.results:
        return None
    parts = []
    for block in question.results:
        blocks = as_blocks(block.get("content"))
        value = "\n".join(item["text"] for item in blocks if item.get("type") == "text") or "(no text)"
        value = _FRAME.sub(r"\1", value)
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
    if _spells(question, name):
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
    variables = iter(re.findall(r"(\w+) \(", text.partition(_VARIABLES)[2].partition("\n")[0]))
    found: dict[str, Any] = {}
    for name, field in schema.get("properties", {}).items():
        if name == "code" and field.get("type") == "string" and (written := _code_in(text)):
            found[name] = written
            continue
        is_variable = "the name of a variable" in str(field.get("description"))
        value = next(variables, None) if is_variable else _argument(field, numbers, strings, text)
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
