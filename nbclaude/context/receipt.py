"""The body of a request comes in; its receipt goes out: what was sent, read from the request itself, so that it cannot lie."""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
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
_COPY_EDGE = 300  # pixels
_EXCERPT = 100  # characters of an earlier question
_FRAME = re.compile(r'<\w+ name="([^"]*)">')
_SETTINGS = ("temperature", "top_p", "top_k", "thinking", "output_config", "tool_choice", "stop_sequences")


def receipt_of(
    body: Mapping[str, Any],
    attachments: Sequence[Attachment] = (),
    *,
    found: Sequence[str] = (),
    notes: Sequence[str] = (),
    spent: str = "",
    source_of: SourceOf = lambda file_id: None,
) -> Receipt:
    """Read the receipt from a request's body; the attachments only lend their names to the blocks that are really there.

    `found` says in a few words what was masked, `notes` where; `spent` tokens and dollars.
    """
    messages = list(body.get("messages") or ())
    last = next((i for i in range(len(messages) - 1, -1, -1) if messages[i].get("role") == "user"), 0)
    names = _Names(attachments, source_of)
    blocks = content_of(messages[last]) if messages else []
    parts = [_part(block, names, source_of) for block in blocks if not names.is_label(block)]
    earlier = [message for message in messages[:last] if message.get("role") == "user"]
    images = sum(_holds_images(message) for message in (*earlier, messages[last])) if messages else 0
    described = [names.summary_of(block) for block in blocks]
    said = [text for text in dict.fromkeys(described) if text]
    said += names.sent_before(block for message in earlier for block in content_of(message))
    if earlier:
        said.insert(0, counted(len(earlier), "earlier turn"))
    said += found
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
        self._attachments = attachments
        self._found: set[int] = set()
        self._by_content: dict[str, Attachment] = {}
        for attachment in attachments:
            for block in attachment.blocks:
                self._by_content.setdefault(self._key(block), attachment)

    def of(self, block: Block) -> Attachment | None:
        """The attachment that the block belongs to."""
        return self._by_content.get(self._key(block))

    def is_label(self, block: Block) -> bool:
        """Tell whether a text only introduces the picture after it."""
        return block.get("type") == "text" and block.get("text") in {
            f"{each.label}:" for each in self._attachments
        }

    def summary_of(self, block: Block) -> str:
        """A few words about a block that is more than the prompt's text."""
        attachment = self.of(block)
        if attachment is None:
            return "" if block.get("type") == "text" else str(block.get("type")).replace("_", " ")
        self._found.add(id(attachment))
        what = attachment.summary
        if attachment.label.startswith("figure"):
            what = what.removeprefix("figure ")
        return f"{attachment.label} ({what})" if what else attachment.label

    def sent_before(self, blocks: Iterable[Block]) -> list[str]:
        """Name the attachments that are not in the prompt, since an earlier turn of the request has them."""
        there = {self._key(block) for block in blocks}
        return [
            f"{attachment.label} (sent before)"
            for attachment in self._attachments
            if id(attachment) not in self._found
            and any(self._key(block) in there for block in attachment.blocks)
        ]

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
    size = _decoded_size(str(source.get("data") or ""))
    return ReceiptPart(f"{label}: {source.get('media_type') or kind}, {size:,} bytes", notes=notes)


def _image(label: str, source: Block, notes: tuple[str, ...]) -> ReceiptPart:
    """Show the very bytes that were sent; of what would swell the notebook, a small copy."""
    data = str(source.get("data") or "")
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        content = b""
    size = image_size(content)
    pixels = f"{size[0]}×{size[1]} pixels, " if size else ""
    title = f"{label}: {source.get('media_type')}, {pixels}{_decoded_size(data):,} bytes"
    if len(data) <= _LARGEST_IMAGE:
        return ReceiptPart(title, image=f"data:{source.get('media_type')};base64,{data}", notes=notes)
    copy = _small_copy(content)
    return ReceiptPart(title, image=copy, notes=(*notes, "shown as a small copy, sent as it is"))


def _small_copy(content: bytes) -> str:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content)) as image:
            image.thumbnail((_COPY_EDGE, _COPY_EDGE))
            small = io.BytesIO()
            image.convert("RGB").save(small, "PNG")
    except (OSError, ValueError):
        return ""
    return f"data:image/png;base64,{base64.b64encode(small.getvalue()).decode()}"


def _decoded_size(data: str) -> int:
    return len(data) * 3 // 4 - data[-2:].count("=")


def _content_text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(str(block.get("text") or f"[{block.get('type')}]") for block in content or ())


def _holds_images(message: Block) -> bool:
    """Tell whether a message holds what is not searched: a document of text is."""
    return any(
        block.get("type") in ("image", "document") and (block.get("source") or {}).get("type") != "text"
        for block in content_of(message)
    )


def _line(message: Block) -> str:
    """An earlier question in a line: how it began, and what it held before that."""
    blocks = content_of(message)
    texts = [block for block in blocks if block.get("type") == "text"]
    text = " ".join(str(texts[-1].get("text") or "").split()) if texts else ""
    if len(text) > _EXCERPT:
        text = text[: _EXCERPT - 1] + "…"
    others = [_kind(block) for block in blocks if block is not (texts[-1] if texts else None)]
    return " ".join(
        part for part in (text, f"[{', '.join(filter(None, others))}]" if any(others) else "") if part
    )


def _kind(block: Block) -> str:
    """What an earlier block is: the name of the data in it, else its type; nothing for a label."""
    if block.get("type") != "text":
        return str(block.get("type")).replace("_", " ")
    found = _FRAME.match(str(block.get("text") or ""))
    return found[1] if found else ""


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
