"""Turns what tools, or the user in their place, have given back into `tool_result` blocks, one for each call."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nbclaude.cleaning import printable
from nbclaude.errors import ConfigurationError
from nbclaude.settings.plain import plain_json
from nbclaude.texts import clip, framed

if TYPE_CHECKING:
    from nbclaude.context.images.limits import ImageLimits

__all__ = ["content_of_value", "result_block", "tool_results"]

_MAX_RESULT = 20_000  # characters that the model gets of one text
_END = "</tool_result"

_CONTENT = ("text", "image", "document", "search_result", "tool_reference", "browser_state")


def tool_results(calls: Sequence[Mapping[str, Any]], value: object) -> list[dict[str, Any]]:
    """Answer every call. For several calls `value` is a list in their order, or a dict by name or id.

    A text goes as it is, content blocks as they are, an exception as an error, everything else as JSON.

    Raises:
        ConfigurationError: the value does not answer every call.

    """
    values = [value] if len(calls) == 1 else _one_each(calls, value)
    return [_result(call, item) for call, item in zip(calls, values, strict=True)]


def result_block(call: Mapping[str, Any], content: object, *, is_error: bool = False) -> dict[str, Any]:
    """Build the block that answers a call."""
    block: dict[str, Any] = {"type": "tool_result", "tool_use_id": call.get("id"), "content": content}
    return {**block, "is_error": True} if is_error else block


def content_of_value(value: object, name: str, images: ImageLimits | None = None) -> list[Mapping[str, Any]]:
    """Return what the model gets of a value that the tool `name` gave back: bounded text, marked as data, or a picture.

    Frames, arrays and figures become what they become in a prompt.

    Raises:
        ConfigurationError: nothing can be told of the value.

    """
    from nbclaude.context.values import attachment_of, content_blocks, labelled_blocks

    if blocks := content_blocks(value):
        return [_bounded(block, name) for block in blocks]
    if (text := _plain(value)) is not None:
        return [_marked(name, text)]
    attachment = attachment_of(value, name, images=images)
    return [_bounded(block, name) for block in labelled_blocks([attachment])]


def _plain(value: object) -> str | None:
    """Return a text as it is, and what JSON can write as JSON."""
    if isinstance(value, str):
        return value or "(empty)"
    if value is None:
        return "(nothing was returned)"
    try:
        return json.dumps(plain_json(value), ensure_ascii=False)
    except ValueError:
        pass
    is_fields = hasattr(type(value), "__dataclass_fields__") or hasattr(type(value), "__struct_fields__")
    if is_fields and type(value).__str__ is not object.__str__:
        return _own_text(value)
    if is_fields:
        import msgspec

        try:
            return msgspec.json.encode(value).decode()
        except (TypeError, ValueError, RecursionError):
            return None
    return None


def _own_text(value: object) -> str | None:
    """Return the text of a record that can write itself, as a model's answer can; None if that fails."""
    try:
        return str(value) or "(empty)"
    except Exception:  # an object of the user's may fail when it is looked at
        return None


def _marked(name: str, text: str) -> Mapping[str, Any]:
    """Show the model where the data begin and end; no text in them can fake the end, and terminal escapes are removed."""
    text, _ = clip(printable(text), _MAX_RESULT)
    return framed("tool_result", name, text.replace(_END, "<\\/tool_result"))


def _bounded(block: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    text = block.get("text")
    return _marked(name, text) if block.get("type") == "text" and isinstance(text, str) else dict(block)


def _one_each(calls: Sequence[Mapping[str, Any]], value: object) -> list[object]:
    names = [str(call.get("name")) for call in calls]
    if isinstance(value, Mapping):
        by_key = [
            value.get(call.get("id"), value.get(name, _MISSING))
            for call, name in zip(calls, names, strict=True)
        ]
        if _MISSING not in by_key and len(set(names)) == len(names):
            return by_key
        if all(call.get("id") in value for call in calls):
            return by_key
    elif isinstance(value, list | tuple) and len(value) == len(calls):
        return list(value)
    raise ConfigurationError(
        f"{len(calls)} calls wait for a result: {', '.join(names)}. Give a list of {len(calls)} values in that order, "
        "or a dict by name (by id where a name comes twice: _claude.tool_calls has them)."
    )


_MISSING = object()


def _result(call: Mapping[str, Any], value: object) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "tool_result", "tool_use_id": call.get("id")}
    if isinstance(value, BaseException):
        return {**block, "content": f"{type(value).__name__}: {value}", "is_error": True}
    return {**block, "content": _content(value)}


def _content(value: object) -> str | list[Mapping[str, Any]]:
    blocks = [value] if isinstance(value, Mapping) else value
    if isinstance(blocks, list | tuple) and blocks and all(_is_content(item) for item in blocks):
        return [dict(item) for item in blocks]
    if isinstance(value, str):
        return value or "(empty)"
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return str(value) or repr(value)


def _is_content(item: object) -> bool:
    if not isinstance(item, Mapping) or item.get("type") not in _CONTENT:
        return False
    return "source" in item or isinstance(item.get("text"), str) or item.get("type") != "text"
