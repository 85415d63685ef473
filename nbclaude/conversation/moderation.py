"""Passes each question and answer to a function that an administrator has named, which may refuse or mask it.

A question is everything that a user can send: the prompt, the system prompt, tool definitions, what a summary is to keep.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from nbclaude.cleaning import one_line
from nbclaude.conversation.question import Question
from nbclaude.errors import ConfigurationError
from nbclaude.settings.values import Settings

__all__ = ["moderated_message", "moderated_question", "moderated_settings"]

Hook = Callable[[str, str], object]
_THINKING = ("thinking", "redacted_thinking")


def moderated_question(question: Question, name: str) -> Question:
    """Return a question as the function of this name lets it pass.

    Raises:
        ConfigurationError: it refuses the question, or it cannot be called.

    """
    hook = _hook(name)
    prompt = tuple(_passed(block, hook, name, "question") for block in question.prompt)
    prefill = _said(question.prefill, hook, name, "question") if question.prefill else ""
    compaction = _values(question.compaction, hook, name, "question")
    return replace(question, prompt=prompt, prefill=prefill, compaction=compaction)


def moderated_settings(settings: Settings, spared: str = "") -> Settings:
    """Return settings with their texts as the function that they name lets them pass. It does not see a `spared` system prompt.

    Raises:
        ConfigurationError: it refuses a text, or it cannot be called.

    """
    name = settings.moderate
    hook = _hook(name)

    def seen(value: Any) -> Any:
        return value if value == spared else _values(value, hook, name, "question")

    system = (
        seen(settings.system)
        if isinstance(settings.system, str)
        else [{**block, "text": seen(block.get("text"))} for block in settings.system]
    )
    tools, schema = (_described(value, hook, name) for value in (settings.tools, settings.schema))
    extra = _values(dict(settings.extra), hook, name, "question")
    return replace(settings, system=system, tools=tuple(tools), schema=schema, extra=extra)


def _described(value: Any, hook: Hook, name: str) -> Any:
    """Return definitions with their descriptions as the function lets them pass."""
    if isinstance(value, Mapping):
        return {
            key: _said(item, hook, name, "question")
            if key in ("title", "description") and isinstance(item, str)
            else _described(item, hook, name)
            for key, item in value.items()
        }
    return [_described(item, hook, name) for item in value] if isinstance(value, list | tuple) else value


def moderated_message(message: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return an answer as the function of this name lets it pass; thinking, which nobody has asked for, is left out.

    Raises:
        ConfigurationError: it refuses the answer, or it cannot be called.

    """
    hook = _hook(name)
    content = [block for block in message.get("content") or () if block.get("type") not in _THINKING]
    return {**message, "content": [_passed(block, hook, name, "answer") for block in content]}


def _hook(name: str) -> Hook:
    module, _, attribute = name.partition(":")
    try:
        hook = getattr(importlib.import_module(module), attribute)
    except Exception as error:
        why = f"{type(error).__name__}: {one_line(str(error), 200)}"
        raise ConfigurationError(
            f"The policy {name} cannot be loaded ({why}); nothing is sent or shown without it."
        ) from None
    if not callable(hook):
        raise ConfigurationError(f"The policy {name} is not a function; nothing is sent or shown without it.")
    return hook  # type: ignore[no-any-return]  # whatever can be called; what it returns is checked


def _passed(value: Any, hook: Hook, name: str, what: str) -> Any:
    """Return a block with its texts as the function lets them pass; bytes and names do not count as text."""
    if isinstance(value, list | tuple):
        return [_passed(item, hook, name, what) for item in value]
    if not isinstance(value, Mapping):
        return value
    if value.get("type") == "base64":
        return value
    return {
        key: _said(item, hook, name, what)
        if isinstance(item, str) and key in ("text", "data", "title", "context", "content")
        else _values(item, hook, name, what)
        if key == "input"
        else _passed(item, hook, name, what)
        for key, item in value.items()
    }


def _values(value: Any, hook: Hook, name: str, what: str) -> Any:
    """Return the arguments of a call with all their texts as the function lets them pass."""
    if isinstance(value, str):
        return _said(value, hook, name, what)
    if isinstance(value, Mapping):
        return {key: _values(item, hook, name, what) for key, item in value.items()}
    return [_values(item, hook, name, what) for item in value] if isinstance(value, list) else value


def _said(text: str, hook: Hook, name: str, what: str) -> str:
    try:
        result = hook(text, what)
    except KeyboardInterrupt:
        raise
    except PermissionError as refusal:
        raise ConfigurationError(
            f"The policy {name} refuses the {what}: {one_line(str(refusal), 500)}"
        ) from None
    except BaseException as fault:
        # Even if the function tries to end the program, the text does not pass.
        raise ConfigurationError(
            f"The policy {name} failed ({type(fault).__name__}: {one_line(str(fault), 200)}), so the {what} is refused."
        ) from None
    if result is None:
        return text
    if isinstance(result, str):
        return result
    raise ConfigurationError(
        f"The policy {name} returned {type(result).__name__} instead of text or None, so the {what} is refused."
    )
