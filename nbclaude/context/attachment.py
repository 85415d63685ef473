"""What one thing becomes on its way to the model: content blocks for the request, and words for the receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Attachment"]


@dataclass(frozen=True, slots=True)
class Attachment:
    """What goes along for one thing.

    `label` is the thing as the user named it, `blocks` are content blocks in the API's shape, ready to send; `summary`
    and `notes` are for the receipt.
    """

    label: str  # "df", "fig", "report.pdf"
    blocks: tuple[Mapping[str, Any], ...]
    summary: str  # a few words: "figure 640×480", "schema + 5 rows", "PDF, 12 pages, 1.2 MB"
    # What was cut, downscaled, converted or masked; said to the user and, where it matters, in the blocks as well.
    notes: tuple[str, ...] = ()
    kind: str = ""  # "image" | "document" | "data" | "source" | "text"
