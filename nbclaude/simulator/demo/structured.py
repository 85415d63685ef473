"""Answers in JSON: facts about the question, or the smallest value that fits a schema."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
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
MAX_DEPTH = 8


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
        number = max(1, schema.get("minItems", 1))
        return [example(schema.get("items", {}), name, text, root, depth + 1) for _ in range(number)]
    return _plain(schema, kind, name, text)


def _plain(schema: Mapping[str, Any], kind: str, name: str, text: str) -> Any:
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    if kind == "string":
        return _STRINGS.get(
            schema.get("format", ""), f"{name} (demo): {shorten(' '.join(text.split()), 60)}".rstrip(": ")
        )
    return kind == "boolean" or None


def _resolve(root: Any, reference: str) -> Mapping[str, Any]:
    value = root
    for step in filter(None, reference.removeprefix("#").split("/")):
        value = value.get(step, {}) if isinstance(value, Mapping) else {}
    return value if isinstance(value, Mapping) else {}
