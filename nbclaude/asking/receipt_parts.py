"""Shows a piece of a request's body (a content block, a tool, a parameter) in its receipt."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbclaude.frozen import frozen
from nbclaude.render.data_urls import data_url
from nbclaude.render.json_layout import JsonLayout
from nbclaude.render.receipt import ReceiptPart

__all__ = ["BlockReader", "ImageRoom", "SourceOf", "bounded", "compact_json", "laid_out"]

Block = Mapping[str, Any]
# Gives the source of a file that was uploaded, by its id; None if nobody knows.
SourceOf = Callable[[str], Block | None]

_MAX_IMAGE = 400_000  # characters of base64 that a notebook is to keep for a thumbnail
_WHOLE_IMAGES = 700_000  # of all images that are shown whole in one receipt
_ALL_IMAGES = 1_000_000  # of these and the small copies of others; what is beyond is told in words
_MAX_NOTE = 160  # characters; what is longer is a signature, or something else that nobody reads
# Keys of other services stand under such names, in --extra and in the definitions of tools: a receipt is saved.
_KEY_NAME = re.compile(r"(?:token|authorization|api[_-]?key|password|secret)$", re.IGNORECASE)


@dataclass(slots=True)
class ImageRoom:
    """How much of the images one receipt has shown already, in characters."""

    used: int = 0

    def takes(self, characters: int, most: int) -> bool:
        """Make room for so many characters if no more than `most` come together."""
        fits = self.used + characters <= most
        self.used += characters if fits else 0
        return fits


@frozen
class BlockReader:
    """Reads content blocks. `images` says how an image is shown: "whole", as a small "copy", or "" for in words alone.

    All images that one reader reads, or several with the same `room`, are bounded together.
    """

    source_of: SourceOf
    images: str = "whole"
    room: ImageRoom = field(default_factory=ImageRoom)

    def part(self, block: Block, label: str = "", notes: tuple[str, ...] = ()) -> ReceiptPart:
        """Return what is to be seen of a block: all of its text, the picture, and every field beside them."""
        kind = str(block.get("type"))
        source = block.get("source")
        if kind == "text":
            return self._text(block, "text", label or "text", notes)
        if kind == "thinking":
            return self._text(block, "thinking", "thinking", notes)
        if kind == "tool_result":
            title = f"result for {block.get('tool_use_id')}"
            notes = (*notes, *_others(block, "type", "tool_use_id", "content"))
            return self._content(title, block.get("content"), notes)
        if kind.endswith("tool_use"):
            notes = (*notes, *_others(block, "type", "name", "input"))
            return ReceiptPart(f"call of {block.get('name')}", laid_out(block.get("input")), notes=notes)
        if isinstance(source, Mapping):
            notes = (*notes, *_others(block, "type", "source"))
            return self._source(kind, label or kind, source, notes)
        rest = {name: value for name, value in block.items() if name != "type"}
        return ReceiptPart(label or kind.replace("_", " "), laid_out(rest) if rest else "", notes=notes)

    def parts(self, content: object, label: str = "") -> tuple[ReceiptPart, ...]:
        """Return the parts of a message's content; `label` is for its texts."""
        if isinstance(content, str):
            return (ReceiptPart(label or "text", content),)
        blocks = content if isinstance(content, list | tuple) else ()
        return tuple(
            self.part(block, label if block.get("type") == "text" else "")
            for block in blocks
            if isinstance(block, Mapping)
        )

    def _text(self, block: Block, field: str, title: str, notes: tuple[str, ...]) -> ReceiptPart:
        notes = (*notes, *_others(block, "type", field))
        return ReceiptPart(title, str(block.get(field) or ""), notes=notes)

    def _content(self, title: str, content: object, notes: tuple[str, ...]) -> ReceiptPart:
        if isinstance(content, str):
            return ReceiptPart(title, content, notes=notes)
        return ReceiptPart(title, notes=notes, parts=self.parts(content))

    def _source(self, kind: str, label: str, source: Block, notes: tuple[str, ...]) -> ReceiptPart:
        if source.get("type") == "file":
            notes = (*notes, f"uploaded once, sent as {source.get('file_id')}")
            source = self.source_of(str(source.get("file_id"))) or source
        if source.get("type") == "url":
            return ReceiptPart(label, f"{source.get('url')} (the server loads it)", notes=notes)
        if source.get("type") == "content":
            return self._content(label, source.get("content"), notes)
        if source.get("type") == "text":
            return ReceiptPart(label, str(source.get("data") or ""), notes=notes)
        if kind == "image":
            return self._image(label, source, notes)
        size = _decoded_size(str(source.get("data") or ""))
        return ReceiptPart(f"{label}: {source.get('media_type') or kind}, {size:,} bytes", notes=notes)

    def _image(self, label: str, source: Block, notes: tuple[str, ...]) -> ReceiptPart:
        """Show the very bytes that were sent; of what would swell the notebook, a small copy."""
        from nbclaude.context.images.prepared import image_size
        from nbclaude.context.images.small_copies import small_copy

        data = str(source.get("data") or "")
        try:
            content = base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            content = b""
        size = image_size(content)
        pixels = f"{size[0]}×{size[1]} pixels, " if size else ""
        title = f"{label}: {source.get('media_type')}, {pixels}{_decoded_size(data):,} bytes"
        if not self.images:
            return ReceiptPart(title, notes=notes)
        if self.images == "whole" and len(data) <= _MAX_IMAGE and self.room.takes(len(data), _WHOLE_IMAGES):
            return ReceiptPart(title, image=data_url(str(source.get("media_type")), data), notes=notes)
        copy = small_copy(content)
        if not self.room.takes(len(copy), _ALL_IMAGES):
            return ReceiptPart(title, notes=(*notes, "not shown, sent as it is"))
        return ReceiptPart(title, image=copy, notes=(*notes, "shown as a small copy, sent as it is"))


def laid_out(value: object) -> str:
    """Return JSON on indented lines, without the bytes of files and without what is a key by its name."""
    layout = JsonLayout()
    layout.feed(compact_json(value))
    return layout.text


def compact_json(value: object) -> str:
    """Return JSON on one line, without the bytes of files and without what is a key by its name."""
    return json.dumps(_shown(value), ensure_ascii=False, default=str)


def _shown(value: Any) -> Any:
    if isinstance(value, Mapping):
        is_file = value.get("type") == "base64"
        return {
            name: f"[{_decoded_size(str(item)):,} bytes]"
            if is_file and name == "data"
            else "[a key, not shown]"
            if isinstance(item, str) and _KEY_NAME.search(str(name))
            else _shown(item)
            for name, item in value.items()
        }
    return [_shown(item) for item in value] if isinstance(value, list | tuple) else value


def bounded(parts: tuple[ReceiptPart, ...], most: int) -> tuple[ReceiptPart, ...]:
    """Return the parts with at most so many characters of text: the longest are cut, and say how much is missing.

    Where nothing needs to be cut, they are the same tuple.
    """
    lengths: list[int] = []
    _measure(parts, lengths)
    if sum(lengths) <= most:
        return parts
    share = _share(sorted(lengths), most)

    def cut(part: ReceiptPart) -> ReceiptPart:
        text = part.text
        if len(text) > share:
            text = f"{text[:share]}\n[… {len(text) - share:,} more characters]"
        return ReceiptPart(part.title, text, part.image, part.notes, tuple(map(cut, part.parts)), part.folded)

    return tuple(map(cut, parts))


def _measure(parts: Iterable[ReceiptPart], lengths: list[int]) -> None:
    for part in parts:
        lengths.append(len(part.text))
        _measure(part.parts, lengths)


def _share(lengths: Sequence[int], most: int) -> int:
    """Return how much each may have so that all together have `most`: short ones leave their rest to the long ones."""
    for place, length in enumerate(lengths):
        share = most // (len(lengths) - place)
        if length > share:
            return share
        most -= length
    return max(lengths, default=0)


def _others(block: Block, *shown: str) -> tuple[str, ...]:
    """Name the fields of a block that are not shown by themselves."""
    notes = []
    for name, value in block.items():
        if name in shown or value is None:
            continue
        text = value if isinstance(value, str) else compact_json(value)
        notes.append(f"{name}: {text if len(text) <= _MAX_NOTE else f'{len(text):,} characters'}")
    return tuple(notes)


def _decoded_size(data: str) -> int:
    return len(data) * 3 // 4 - data[-2:].count("=")
