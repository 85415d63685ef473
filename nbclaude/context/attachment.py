"""What one thing becomes on its way to the model: content blocks for the request, and words for the receipt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Self

from nbclaude.cleaning import one_line
from nbclaude.frozen import frozen
from nbclaude.texts import Cut
from nbclaude.wire.request import text_block

__all__ = ["Attachment", "FigureName", "each_once", "introduction"]


class FigureName(str):
    """What a figure is called as the user counts: "figure 2 of cell 4", "figure of cell 4", "open figure".

    `number` is its place among those of its cell, 0 if it is the only one; `where` is the cell, empty for an open figure.
    """

    __slots__ = ("number", "where")

    number: int
    where: str

    def __new__(cls, number: int, of: int, where: str) -> Self:
        """Name the figure with this number, of so many that a cell shows; without a cell it is an open one."""
        name = f"figure {number}" if of > 1 else "figure"
        self = super().__new__(cls, f"{name} of {where}" if where else f"open {name}")
        self.number, self.where = number if of > 1 else 0, where
        return self


def introduction(label: str) -> str:
    """Return the line of text that tells the model what the block after it is called."""
    return f"{label}:"


@frozen
class Attachment:
    """What goes along for one thing.

    `label` is the thing as the user named it (a `FigureName` for a figure that is counted), `blocks` are content blocks in
    the API's shape, ready to send; `summary` and `notes` are for the receipt.
    """

    label: str  # "df", "fig", "report.pdf"
    blocks: tuple[Mapping[str, Any], ...]
    summary: str  # a few words: "figure 640×480", "schema + 5 rows", "PDF, 12 pages, 1.2 MB"
    # What was cut (a `Cut`), downscaled, converted or masked; said to the user and, where it matters, in the blocks as well.
    notes: tuple[str, ...] = ()
    kind: str = ""  # "image" | "document" | "data" | "source" | "text"
    gathered_by: str = ""  # the verb that has attached it by itself; empty if the user did

    def __post_init__(self) -> None:
        # The receipt says them as they are, and what was typed or the name of a file may hold a key.
        if not isinstance(self.label, FigureName):
            object.__setattr__(self, "label", _without_secrets(one_line(self.label, MAX_LABEL)))
        object.__setattr__(self, "summary", _without_secrets(self.summary))
        object.__setattr__(
            self, "notes", tuple(Cut.reworded(note, _without_secrets(note)) for note in self.notes)
        )

    @property
    def is_cut(self) -> bool:
        """Whether less than the whole goes along."""
        return any(isinstance(note, Cut) for note in self.notes)


MAX_LABEL = 500  # characters
_SHORTEST_WITH_A_SECRET = 16  # characters: `df` and `fig` need no search


def _without_secrets(text: str) -> str:
    if len(text) < _SHORTEST_WITH_A_SECRET:
        return text
    from nbclaude.secrets.masking import mask

    return mask(text)[0]


def each_once(attachments: Iterable[Attachment]) -> list[Attachment]:
    """Leave out what is there already: the same thing by the same name, and of an image or file by another name the bytes.

    In the place of the bytes stands a text that says by which name they are there.
    """
    kept: list[Attachment] = []
    names: dict[tuple[str, str], str] = {}
    for attachment in attachments:
        if not any(attachment.label == each.label and attachment.blocks == each.blocks for each in kept):
            kept.append(_without_copies(attachment, names))
    return kept


def _without_copies(attachment: Attachment, names: dict[tuple[str, str], str]) -> Attachment:
    """Replace what `names` knows by its name there, and note in it what it does not."""
    own = [key for block in attachment.blocks if (key := _bytes_of(block))]
    known = {key: names[key] for key in own if key in names}
    for number, key in enumerate(own, 1):
        of = f"{key[0]} {number} of " if len(own) > 1 else ""
        names.setdefault(key, f"{of}{attachment.label}")
    if not known:
        return attachment
    said = {key: f"the same {key[0]} as {name}" for key, name in known.items()}
    if len(known) == len(set(own)):
        summary = " and ".join(said.values())
        blocks = (text_block(f"[{attachment.label}: {summary}]"),)
        return replace(attachment, blocks=blocks, summary=summary, notes=(), kind="text")
    told = [
        text_block(f"[{said[key]}]") if (key := _bytes_of(block)) in said else block
        for block in attachment.blocks
    ]
    return replace(attachment, blocks=tuple(told), notes=(*attachment.notes, *said.values()))


def _bytes_of(block: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return what tells an image or a file from every other; None for texts."""
    source = block.get("source")
    if block.get("type") not in ("image", "document") or not isinstance(source, Mapping):
        return None
    return str(block["type"]), str(source.get("data") or source.get("url") or source)
