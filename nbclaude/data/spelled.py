"""Recognises texts that spell values of another type: dates and numbers that are still texts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbclaude.data.facts import Fact

__all__ = ["LOOKED_AT", "spelled_fact"]

LOOKED_AT = 5_000  # texts of a column
_TRIED = 40  # of these are tried first
_MOST = 0.9  # share of the texts that must be numbers for the others to be exceptions
_CODE = re.compile(r"0\d+")
_DATE = re.compile(
    r"\d{4}([-/])(?:0[1-9]|1[0-2])(?:\1(?:0[1-9]|[12]\d|3[01])"
    r"(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?(?P<zone>Z|[-+]\d\d:?\d\d)?)?)?"
)
_OTHER_DATE = re.compile(r"\d{1,2}([/.-])\d{1,2}\1\d{4}(?: \d{1,2}:\d\d(?::\d\d)?)?")
# More than 15 digits are a code, and so are digits after a leading zero.
_NUMBER = re.compile(
    r"\s*[-+]?[$€£]?\s?(?:0|[1-9]\d{0,14}|[1-9]\d{0,2}(?:,\d{3}){1,4})?(?:\.\d*)?(?:[eE][-+]?\d{1,3})?\s?%?\s*"
)


def spelled_fact(texts: Sequence[str], *, sampled: bool = False) -> Fact:
    """Describe texts that are all dates, with the first and the last, or nearly all numbers; nothing for others.

    Dates have a range if their texts sort in the order of time. For a sample, all of this is marked.
    """
    tried = texts[:: max(1, len(texts) // _TRIED)]
    if len(tried) < 2:
        return Fact("")
    mark = "~" * sampled
    for pattern in (_DATE, _OTHER_DATE):
        if all(map(pattern.fullmatch, tried)) and all(map(pattern.fullmatch, texts)):
            return Fact(f"{mark}dates as text{_range(texts)}", 1)
    if sum(map(_is_number, tried)) >= _MOST * len(tried):
        others = sum(not _is_number(text) for text in texts)
        if others <= (1 - _MOST) * len(texts) and not any(map(_CODE.fullmatch, texts)):
            but = f" but for {others:,}" if others and not sampled else " mostly" if others else ""
            return Fact(f"{mark}numbers as text{but}", 1)
    return Fact("")


def _is_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text)) and any(map(str.isdigit, text))


def _range(texts: Sequence[str]) -> str:
    """Return the first and the last date if the texts sort in the order of time; else nothing."""
    found = [_DATE.fullmatch(text) for text in texts]
    zones = {each["zone"] for each in found if each}
    least, most = min(texts), max(texts)
    in_order = all(found) and len(zones) == 1 and len(set(map(len, texts))) == 1
    return f" {least} … {most}" if in_order and least < most else ""
