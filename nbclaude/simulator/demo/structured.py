"""Answers in JSON: facts about the question, or the smallest value that fits a schema."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import ceil, floor
from typing import Any

from .question import Question
from .wording import shorten

__all__ = ["answer_json", "answer_schema", "example"]

_ASKED = re.compile(
    r"\b(?:as|in|return|give|answer|output|reply|respond|write|produce|format|with|valid|only)\b[^\n]*\bjson\b"
)
_ONLY = re.compile(r"\b(?:only|just|nothing but|raw|pure)\b")
_STRINGS = {
    "date": "2026-11-23",
    "date-time": "2026-11-23T12:00:00Z",
    "email": "demo@example.org",
    "uri": "https://example.org",
    "time": "12:00:00Z",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_TYPES: dict[str, type] = {"default": object, "format": str, "prefixItems": list}  # all others are numbers
MAX_DEPTH = 8
# What structured outputs do not enforce, and requests therefore tell in a description.
_TOLD = re.compile(
    r"(?:^|\n|; )(?P<key>(?:exclusiveM|m)(?:in|ax)imum|m(?:in|ax)Length|minItems|multipleOf|prefixItems|default|format): "
)


def answer_schema(question: Question) -> str | None:
    """Give a value for the JSON schema of the request; None without one."""
    if question.schema is None:
        return None
    return json.dumps(example(question.schema, "answer", question.text), ensure_ascii=False)


def answer_json(question: Question) -> str | None:
    """Give facts about the request as JSON when the question asks for JSON."""
    if not _ASKED.search(question.lower):
        return None
    facts = {
        "model": "demo model of nbclaude, not Claude",
        "question": shorten(" ".join(question.text.split()), 120),
        "words": question.words,
        "earlier_messages": len(question.earlier),
        "images": len(question.images),
        "numbers": [
            float(n) if "." in n else int(n) for n in re.findall(r"-?\b\d{1,15}(?:\.\d+)?\b", question.text)
        ],
    }
    value = json.dumps(facts, indent=2, ensure_ascii=False)
    return value if _ONLY.search(question.lower) else f"```json\n{value}\n```"


def example(
    schema: Mapping[str, Any], name: str = "value", text: str = "", root: Any = None, depth: int = 0
) -> Any:
    """Build a value that fits a JSON schema; strings say what they stand for and quote the question."""
    root = schema if root is None else root
    schema = {**_told(schema), **schema}
    if depth > MAX_DEPTH:
        return None
    if "$ref" in schema:
        return example(_resolve(root, schema["$ref"]), name, text, root, depth + 1)
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    if schema.get("enum"):
        return schema["enum"][0]
    for key in ("anyOf", "oneOf", "allOf"):
        if schema.get(key):
            return example(schema[key][0], name, text, root, depth + 1)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        properties = schema.get("properties", {})
        return {key: example(value, key, text, root, depth + 1) for key, value in properties.items()}
    if kind == "array":
        first = schema.get("prefixItems", [])
        number = max(1, len(first), schema.get("minItems", 1))
        each = [*first, *[schema.get("items", {})] * (number - len(first))]
        return [example(kinds, name, text, root, depth + 1) for kinds in each]
    return _plain(schema, kind, name, text)


def _told(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the description says in the words of JSON Schema, such as `minimum: 1; maximum: 5`."""
    described = str(schema.get("description", ""))
    found: dict[str, Any] = {}
    for match in _TOLD.finditer(described):
        try:
            value, _ = json.JSONDecoder().raw_decode(described, match.end())
        except ValueError:
            continue
        if isinstance(value, _TYPES.get(match["key"], int | float)):
            found[match["key"]] = value
    return found


def _plain(schema: Mapping[str, Any], kind: str, name: str, text: str) -> Any:
    if kind in ("integer", "number"):
        return _number(schema, kind)
    if kind == "string":
        said = f"{name} (demo): {shorten(' '.join(text.split()), 60)}".rstrip(": ")
        said = _STRINGS.get(schema.get("format", ""), said)
        return said.ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength")]
    return kind == "boolean" or None


def _number(schema: Mapping[str, Any], kind: str) -> float:
    """Return a number that is allowed, 1 if it is."""
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    step = schema.get("multipleOf", 1)
    ends = [end for end in (low, high) if end is not None]
    tried = [
        1,
        0,
        *ends,
        *(step * (floor(end / step) + 1) for end in ends),
        *(step * (ceil(end / step) - 1) for end in ends),
    ]
    if len(ends) == 2 and kind == "number":
        tried.append((low + high) / 2)
    return next((number for number in tried if _is_allowed(number, schema)), 1)


def _is_allowed(number: float, schema: Mapping[str, Any]) -> bool:
    step = schema.get("multipleOf", number or 1)
    lowest, highest = schema.get("minimum", number), schema.get("maximum", number)
    below, above = schema.get("exclusiveMinimum", number - 1), schema.get("exclusiveMaximum", number + 1)
    is_multiple = abs(number / step - round(number / step)) < 1e-9
    return bool(lowest <= number <= highest and below < number < above and is_multiple)


def _resolve(root: Any, reference: str) -> Mapping[str, Any]:
    value = root
    for step in filter(None, reference.removeprefix("#").split("/")):
        value = value.get(step, {}) if isinstance(value, Mapping) else {}
    return value if isinstance(value, Mapping) else {}
