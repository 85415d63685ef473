"""Content blocks as a notebook keeps them: short texts whole, long ones and bytes by their hashes, and nothing secret."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from nbclaude.cleaning import printable
from nbclaude.texts import beginning
from nbclaude.wire.json_text import to_json
from nbclaude.wire.request import text_block

__all__ = [
    "LONG",
    "MAX_TEXTS",
    "SHORT",
    "Missing",
    "fingerprint",
    "packed_answer",
    "packed_question",
    "sha256",
    "texts_in",
    "unpacked",
]

# A receipt shows 20,000 characters of a question: what is kept can be seen.
LONG = 8_000  # characters of one text
MAX_TEXTS = 16_000  # characters of all texts of one question
_HEAD = 200
SHORT = 16  # hexadecimal digits
_PREFIX = "sha256:"
_GONE = "[What was attached here is not kept in the notebook.]"
_GONE_RESULT = "[The result is not kept in the notebook.]"

Block = Mapping[str, Any]


class Missing(str):
    """Says what of a question could not be restored."""

    __slots__ = ()


def sha256(content: bytes | str) -> str:
    """Return the hash in hexadecimal."""
    content = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return hashlib.sha256(content).hexdigest()


def fingerprint(value: object) -> str:
    """Return the short hash of a JSON value, whatever the order of its keys."""
    text = json.dumps(_as_saved(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text)[:SHORT]


def _as_saved(value: Any) -> Any:
    """Return a value as JavaScript writes it: whole numbers without a point."""
    if isinstance(value, Mapping):
        return {key: _as_saved(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_saved(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def packed_question(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Pack the blocks of a question."""
    packed = [_packed(block) for block in blocks]
    sizes = sorted((_size(block) for block in packed), reverse=True)
    total, limit = sum(sizes), LONG
    for size in sizes:
        if total <= MAX_TEXTS:
            break
        limit, total = min(limit, size - 1), total - size
    return [_as_hash(block) if _size(block) > limit else block for block in packed]


def packed_answer(blocks: Iterable[Block]) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Pack the parts of an answer that are kept (texts, calls of the user's tools, a summary); count the rest by kind."""
    kept: list[dict[str, Any]] = []
    left_out: dict[str, int] = {}
    for block in blocks:
        kind = str(block.get("type"))
        if kind == "text":
            text = str(block.get("text") or "")
            shown = printable(text)
            kept.append(text_block(shown))
            lost = [
                name
                for name, is_lost in (("citations", block.get("citations")), ("characters", shown != text))
                if is_lost
            ]
        elif kind == "tool_use" and "partial_json" not in block:
            kept.append(_packed(block))
            lost = []
        elif kind == "compaction" and block.get("signature"):
            kept.append(_as_json(block))  # verbatim, or its signature would not match
            lost = []
        else:
            lost = ["thinking" if kind == "redacted_thinking" else kind]
        for name in lost:
            left_out[name] = left_out.get(name, 0) + 1
    return kept, left_out


def unpacked(
    block: Block, bytes_of: Callable[[str], bytes | None], text_of: Callable[[str], str | None]
) -> tuple[dict[str, Any], Missing | None]:
    """Return the block as it was sent, and what is missing of it; `bytes_of` and `text_of` find what was kept by its hash.

    Raises:
        ValueError: it is no packed block.

    """
    kind = str(block.get("type"))
    if isinstance(block.get("sha256"), str) and "media_type" not in block:
        found = text_of(block["sha256"]) if kind == "text" else None
        if found is not None:
            return text_block(found), None
        missing = Missing(
            f"a {'text' if kind == 'text' else kind.replace('_', ' ')} of {int(block.get('length') or 0):,} characters"
        )
        return _placeholder(block), missing
    if kind == "text" and isinstance(block.get("text"), str):
        return text_block(block["text"]), None
    if kind == "image" and isinstance(block.get("sha256"), str):
        content = bytes_of(block["sha256"])
        if content is None:
            return text_block(_GONE), Missing("an image")
        data = base64.b64encode(content).decode("ascii")
        return {
            "type": "image",
            "source": {"type": "base64", "media_type": str(block["media_type"]), "data": data},
        }, None
    if isinstance(block.get("json"), str):
        value = json.loads(block["json"])
        if isinstance(value, dict) and value.get("type") == kind:
            missing_kinds: list[str] = []
            whole = _with_bytes(value, bytes_of, missing_kinds)
            if missing_kinds:
                return _placeholder(value), Missing(f"a {kind.replace('_', ' ')}")
            return whole, None
    raise ValueError("it is no block of a question")


def texts_in(value: object) -> list[str]:
    """Return every text in a block that somebody could read, keys included."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        if value.get("type") == "base64":
            return [str(value.get("media_type") or "")]
        return [text for key, item in value.items() for text in (str(key), *texts_in(item))]
    if isinstance(value, list | tuple):
        return [text for item in value for text in texts_in(item)]
    return [] if value is None or isinstance(value, bool) else [str(value)]


def _packed(block: Block) -> dict[str, Any]:
    kind, source = str(block.get("type")), block.get("source")
    if kind == "text" and list(block) == ["type", "text"]:
        return dict(block)
    is_plain = kind == "image" and list(block) == ["type", "source"] and isinstance(source, Mapping)
    if (
        is_plain
        and list(source or ()) == ["type", "media_type", "data"]
        and (source or {})["type"] == "base64"
    ):
        return {"type": kind, "media_type": source["media_type"], "sha256": _hash_of(source["data"])}  # type: ignore[index]
    return _as_json(_without_bytes(block))


def _as_json(block: Block) -> dict[str, Any]:
    """Pack a block whole: notebooks sort the keys of what they keep, and the bytes of a request depend on their order."""
    return {"type": str(block.get("type")), "json": to_json(block).decode()}


def _size(block: Block) -> int:
    return len(block.get("text") or block.get("json") or "")


def _as_hash(block: Block) -> dict[str, Any]:
    text = str(block.get("text") or block.get("json"))
    kept = {
        "type": block["type"],
        "sha256": sha256(text),
        "length": len(text),
        "head": beginning(text, _HEAD),
    }
    if block["type"] == "tool_result":
        kept["tool_use_id"] = json.loads(text).get("tool_use_id")
    return kept


def _placeholder(block: Block) -> dict[str, Any]:
    if block.get("type") == "tool_result":
        return {"type": "tool_result", "tool_use_id": str(block.get("tool_use_id")), "content": _GONE_RESULT}
    return text_block(_GONE)


def _hash_of(data: object) -> str:
    try:
        return sha256(base64.b64decode(str(data), validate=True))
    except (binascii.Error, ValueError):
        return sha256(str(data))


def _without_bytes(value: Any) -> Any:
    if isinstance(value, Mapping):
        is_file = value.get("type") == "base64"
        return {
            key: f"{_PREFIX}{_hash_of(item)}" if is_file and key == "data" else _without_bytes(item)
            for key, item in value.items()
        }
    return [_without_bytes(item) for item in value] if isinstance(value, list | tuple) else value


def _with_bytes(value: Any, bytes_of: Callable[[str], bytes | None], missing: list[str]) -> Any:
    if isinstance(value, dict):
        if value.get("type") == "base64" and str(value.get("data")).startswith(_PREFIX):
            content = bytes_of(str(value["data"]).removeprefix(_PREFIX))
            if content is None:
                missing.append("bytes")
                return value
            return {**value, "data": base64.b64encode(content).decode("ascii")}
        return {key: _with_bytes(item, bytes_of, missing) for key, item in value.items()}
    return [_with_bytes(item, bytes_of, missing) for item in value] if isinstance(value, list) else value
