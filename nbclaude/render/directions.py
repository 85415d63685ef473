"""Tells the direction of a text: scripts such as Arabic and Hebrew run from right to left."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["direction", "is_right_to_left"]

_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def is_right_to_left(text: str) -> bool:
    """Tell whether there are letters in a text that run right to left."""
    return _RIGHT_TO_LEFT.search(text) is not None


def direction(text: str) -> str | None:
    """Return "rtl" or "ltr" by the first letter of the text, or None if it has no letters."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return None
