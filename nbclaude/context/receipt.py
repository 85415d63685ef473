"""The body of a request comes in; its receipt goes out: what was sent, read from the request itself, so that it cannot lie."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nbclaude.context.attachment import Attachment
from nbclaude.context.images import image_size
from nbclaude.context.texts import counted
from nbclaude.render.receipt import Receipt, ReceiptPart
from nbclaude.wire.message import content_of, text_of

__all__ = ["receipt_of"]

Block = Mapping[str, Any]
# Gives the source of a file that was uploaded, by its id; None if nobody knows.
SourceOf = Callable[[str], Block | None]

_LARGEST_IMAGE = 400_000  # characters of base64 that a notebook is to keep for a thumbnail
_EXCERPT = 100  # characters of an earlier question
_SETTINGS = ("temperature", "top_p", "top_k", "thinking", "output_config", "tool_choice", "stop_sequences")


def receipt_of(
    body: Mapping[str, Any],
    attachments: Sequence[Attachment] = (),
    *,
    notes: Sequence[str] = (),
    spent: str = "",
    source_of: SourceOf = lambda file_id: None,
) -> Receipt:
    """Read the receipt from a request's body; the attachments only lend their names to the blocks that are really there.

    `notes` say what was masked, `spent` tokens and dollars.
    """
    messages = list(body.get("messages") or ())
    last = next((i for i in range(len(messages) - 1, -1, -1) if messages[i].get("role") == "user"), 0)
    names = _Names(attachments, source_of)
    blocks = content_of(messages[last]) if messages else []
    parts = [_part(block, names, source_of) for block in blocks]
    earlier = [message for message in messages[:last] if message.get("role") == "user"]
    images = sum(_holds_images(message) for message in (*earlier, messages[last])) if messages else 0
    described = [names.summary_of(block) for block in blocks]
    said = [text for text in dict.fromkeys(described) if text]
    if earlier:
        said.insert(0, counted(len(earlier), "earlier turn"))
    if spent:
        said.append(spent)
    unread = ["Images and PDFs are not searched for secrets."] if images else []
    return Receipt(
        summary=f"sent: {', '.join(said)}" if said else "sent: the prompt alone",
        parts=tuple(parts),
        earlier=tuple(_line(message) for message in earlier),
        facts=_facts(body),
        notes=(*notes, *unread),
    )


class _Names:
    """What the user called the blocks of a prompt."""

    def __init__(self, attachments: Sequence[Attachment], source_of: SourceOf) -> None:
        self._source_of = source_of
        self._by_content: dict[str, Attachment] = {}
        for attachment in attachments:
            for block in attachment.blocks:
                self._by_content.setdefault(self._key(block), attachment)

    def of(self, block: Block) -> Attachment | None:
        """The attachment that the block belongs to."""
        return self._by_content.get(self._key(block))

    def summary_of(self, block: Block) -> str:
        """A few words about a block that is more than the prompt's text."""
        attachment = self.of(block)
        if attachment is not None:
            return f"{attachment.label} ({attachment.summary})" if attachment.summary else attachment.label
        return "" if block.get("type") == "text" else str(block.get("type")).replace("_", " ")

    def _key(self, block: Block) -> str:
        source = block.get("source")
        if not isinstance(source, Mapping):
            return f"{block.get('type')} {block.get('text') or block.get('content')}"
        if source.get("type") == "file":
            source = self._source_of(str(source.get("file_id"))) or source
        return f"{block.get('type')} {source.get('data') or source.get('url') or source}"


def _part(block: Block, names: _Names, source_of: SourceOf) -> ReceiptPart:
    attachment = names.of(block)
    kind = str(block.get("type"))
    notes = attachment.notes if attachment else ()
    if kind == "text":
        return ReceiptPart(
            attachment.label if attachment else "text", str(block.get("text") or ""), notes=notes
        )
    if kind == "tool_result":
        return ReceiptPart(f"result for {block.get('tool_use_id')}", _content_text(block.get("content")))
    label = attachment.label if attachment else kind
    source = block.get("source")
    if not isinstance(source, Mapping):
        return ReceiptPart(label, notes=notes)
    if source.get("type") == "file":
        notes = (*notes, f"uploaded once, sent as {source.get('file_id')}")
        source = source_of(str(source.get("file_id"))) or source
    if source.get("type") == "url":
        return ReceiptPart(label, f"{source.get('url')} (the server loads it)", notes=notes)
    if kind == "image":
        return _image(label, source, notes)
    if source.get("type") == "text":
        return ReceiptPart(label, str(source.get("data") or ""), notes=notes)
    size = len(str(source.get("data") or "")) * 3 // 4
    return ReceiptPart(f"{label}: {source.get('media_type') or kind}, {size:,} bytes", notes=notes)


def _image(label: str, source: Block, notes: tuple[str, ...]) -> ReceiptPart:
    """Show the very bytes that were sent, unless they would swell the notebook."""
    data = str(source.get("data") or "")
    try:
        size = image_size(base64.b64decode(data, validate=True))
    except (binascii.Error, ValueError):
        size = None
    pixels = f"{size[0]}×{size[1]} pixels, " if size else ""
    title = f"{label}: {source.get('media_type')}, {pixels}{len(data) * 3 // 4:,} bytes"
    if len(data) > _LARGEST_IMAGE:
        return ReceiptPart(title, notes=(*notes, "too large to be shown here again"))
    return ReceiptPart(title, image=f"data:{source.get('media_type')};base64,{data}", notes=notes)


def _content_text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(str(block.get("text") or f"[{block.get('type')}]") for block in content or ())


def _holds_images(message: Block) -> bool:
    return any(block.get("type") in ("image", "document") for block in content_of(message))


def _line(message: Block) -> str:
    """An earlier question in a line: how it began, and what it held beside text."""
    text = " ".join(text_of(message).split())
    if len(text) > _EXCERPT:
        text = text[: _EXCERPT - 1] + "…"
    others = [str(block.get("type")) for block in content_of(message) if block.get("type") != "text"]
    return " ".join(part for part in (text, f"[{', '.join(others)}]" if others else "") if part)


def _facts(body: Mapping[str, Any]) -> tuple[str, ...]:
    """What was sent beside the messages."""
    facts = [
        f"model {body.get('model')}, at most {body.get('max_tokens'):,} tokens"
        if body.get("max_tokens")
        else ""
    ]
    if system := body.get("system"):
        text = system if isinstance(system, str) else text_of({"content": system})
        facts.append(f"system prompt: {text}")
    if tools := body.get("tools"):
        facts.append(f"tools: {', '.join(str(tool.get('name') or tool.get('type')) for tool in tools)}")
    facts += [f"{name}: {body[name]}" for name in _SETTINGS if body.get(name) is not None]
    return tuple(fact for fact in facts if fact)
