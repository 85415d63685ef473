"""Names the blocks of a prompt in a receipt by what the user called them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from nbclaude.asking.receipt_parts import BlockReader, ImageRoom, SourceOf
from nbclaude.cleaning import shortened
from nbclaude.context.attachment import Attachment, FigureName, introduction
from nbclaude.render.receipt import ReceiptPart
from nbclaude.wire.message import content_of

__all__ = ["BlockNames"]

Block = Mapping[str, Any]

_MAX_NAME = 40  # characters of a name in the summary
_MAX_NAMED = 8  # things that the summary names


class BlockNames:
    """What the user called the blocks of a prompt."""

    def __init__(self, attachments: Sequence[Attachment], source_of: SourceOf) -> None:
        self._source_of = source_of
        self._attachments = attachments
        self._by_content: dict[str, Attachment] = {}
        for attachment in attachments:
            for block in attachment.blocks:
                self._by_content.setdefault(self._key(block), attachment)

    def parts(self, blocks: Sequence[Block], room: ImageRoom) -> list[ReceiptPart]:
        """Return the blocks by their names; a text that only introduces the next block is its name already."""
        reader = BlockReader(self._source_of, room=room)
        parts = []
        for block, following in zip(blocks, [*blocks[1:], {}], strict=True):
            introduced = self._of(following)
            if introduced is not None and block.get("text") == introduction(introduced.label):
                continue
            attachment = self._of(block)
            # The user's own words stand last; a text before them may be a note of ours.
            own = "prompt" if block is blocks[-1] and block.get("type") == "text" else ""
            label, notes = (attachment.label, _notes(attachment)) if attachment else (own, ())
            parts.append(reader.part(block, label, notes))
        return parts

    def summary(self, blocks: Sequence[Block], earlier: Iterable[Block]) -> list[str]:
        """Give a few words about each thing that is more than the prompt's text, or that an earlier turn has already."""
        found = [(block, self._of(block)) for block in blocks]
        # One thing may be several blocks, and two things may have the same words.
        said = {
            (id(attachment) if attachment else words): (attachment, words)
            for block, attachment in found
            if (words := _words(block, attachment))
        }
        there = {id(attachment) for _, attachment in found if attachment is not None}
        missing = [attachment for attachment in self._attachments if id(attachment) not in there]
        before = {
            self._key(block) for message in (earlier if missing else ()) for block in content_of(message)
        }
        again = [
            (None, f"{attachment.label} (sent before)")
            for attachment in missing
            if any(self._key(block) in before for block in attachment.blocks)
        ]
        return _few([*said.values(), *again])

    def _of(self, block: Block) -> Attachment | None:
        return self._by_content.get(self._key(block))

    def _key(self, block: Block) -> str:
        source = block.get("source")
        if not isinstance(source, Mapping):
            return f"{block.get('type')} {block.get('text') or block.get('content')}"
        if source.get("type") == "file":
            source = self._source_of(str(source.get("file_id"))) or source
        return f"{block.get('type')} {source.get('data') or source.get('url') or source}"


def _notes(attachment: Attachment) -> tuple[str, ...]:
    by = (f"gathered by {attachment.gathered_by}",) if attachment.gathered_by else ()
    return (*by, *attachment.notes)


def _words(block: Block, attachment: Attachment | None) -> str:
    if attachment is None:
        return "" if block.get("type") == "text" else str(block.get("type")).replace("_", " ")
    name = shortened(attachment.label, _MAX_NAME)
    what = ", ".join(part for part in (attachment.summary, "cut" if attachment.is_cut else "") if part)
    return f"{name} ({what})" if what else name


def _few(said: Sequence[tuple[Attachment | None, str]]) -> list[str]:
    """Tell three or more figures of one cell as one thing, and of many things the first."""
    few: list[str] = []
    for where, group in groupby(said, _cell_of):
        those = list(group)
        numbers = sorted(figure.number for each, _ in those if (figure := _numbered(each)))
        if where and len(numbers) > 2:
            each = ", ".join(map(str, numbers))
            is_row = numbers == list(range(numbers[0], numbers[-1] + 1))
            few.append(f"figures {f'{numbers[0]} to {numbers[-1]}' if is_row else each} of {where}")
        else:
            few += [words for _, words in those]
    more = len(few) - _MAX_NAMED + 1
    return few if len(few) <= _MAX_NAMED else [*few[: _MAX_NAMED - 1], f"{more} more things"]


def _cell_of(said: tuple[Attachment | None, str]) -> str:
    figure = _numbered(said[0])
    return figure.where if figure else ""


def _numbered(attachment: Attachment | None) -> FigureName | None:
    """Return the name of a figure that is one of several of its cell."""
    label = attachment.label if attachment else ""
    return label if isinstance(label, FigureName) and label.number else None
