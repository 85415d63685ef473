"""Makes several pictures one attachment: each by its place, equal ones once and said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from nbclaude.context.attachment import Attachment, introduction
from nbclaude.context.images.limits import ImageLimits, check_amount
from nbclaude.texts import Cut, counted
from nbclaude.wire.request import text_block

__all__ = ["MAX_PICTURES", "joined"]

MAX_PICTURES = 20  # of a list go along
_MAX_PLACES = 10  # of one picture are named


def joined(
    pictures: Iterable[Attachment | None],
    count: int,
    limits: ImageLimits,
    label: str,
    what: str = "picture",
    copies: Mapping[str, Sequence[str]] | None = None,
) -> Attachment | None:
    """Return the first `MAX_PICTURES` of `count` pictures as one, equal ones once; None where one of them is none.

    A picture with a label of its own (`figs[0]`) is introduced by it, and one that is equal to an earlier one is said to be.
    `copies` are places that are known to show the same, by the label of the picture that is given for them.

    Each is prepared when its turn comes. Raises ConfigurationError as soon as they are more than a request takes.
    """
    blocks: list[Mapping[str, Any]] = []
    notes: list[str] = []
    same: dict[str, list[str]] = {}
    sent: list[tuple[list[Mapping[str, Any]], str]] = []
    summary = ""
    for picture in islice(pictures, MAX_PICTURES):
        if picture is None:
            return None
        images = [block for block in picture.blocks if block.get("type") == "image"]
        also = list((copies or {}).get(picture.label, ()))
        first = next((name for known, name in sent if known == images), None)
        if images and first is not None:
            same.setdefault(first, []).extend([picture.label, *also] if picture.label != label else ())
            continue
        sent.append((images, picture.label))
        same.setdefault(picture.label, []).extend(also)
        if picture.label != label:
            blocks.append(text_block(introduction(picture.label)))
        blocks += [block for block in picture.blocks if block not in blocks]
        notes += [note for note in picture.notes if note not in notes]
        summary = picture.summary
        check_amount(blocks, limits, all_there=False)
    number = sum(block.get("type") == "image" for block in blocks)
    said: list[str] = [_same(places, first) for first, places in same.items() if places]
    if count > MAX_PICTURES:
        said.append(Cut(f"only the first {MAX_PICTURES} of {count:,} {what}s"))
    blocks += [text_block(f"[{label}: {each}]" if isinstance(each, Cut) else f"[{each}]") for each in said]
    summary = summary if number == 1 else counted(number, what)
    return Attachment(label, tuple(blocks), summary, (*notes, *said), "image")


def _same(places: Sequence[str], first: str) -> str:
    named = ", ".join(places[:_MAX_PLACES])
    more = f" and {len(places) - _MAX_PLACES} more" if len(places) > _MAX_PLACES else ""
    return f"{named}{more} {'is' if len(places) == 1 else 'are'} the same picture as {first}"
