"""Recognises texts that spell values of another type (dates and numbers), and texts with faults that are easily overlooked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbclaude.data.fact_words import MAX_COUNTED, share_text
from nbclaude.data.facts import Fact

__all__ = ["LOOKED_AT", "text_facts"]

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
# As written in most of Europe: 1.234,5.
_COMMA = re.compile(r"\s*[-+]?[$€£]?\s?(?:0|[1-9]\d{0,14}|[1-9]\d{0,2}(?:\.\d{3}){1,4})(?:,\d+)?\s?[€%]?\s*")


def text_facts(texts: Sequence[str], distinct: int, *, sampled: bool = False) -> tuple[Fact, ...]:
    """Tell what texts spell, and what is wrong with them; if only a few are distinct, their counts show the latter."""
    faults = _faults(texts, sampled=sampled) if distinct > MAX_COUNTED else ()
    return (_spelled(texts, sampled=sampled), *faults) if distinct > 1 else ()


def _spelled(texts: Sequence[str], *, sampled: bool) -> Fact:
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
    for number, words in ((_NUMBER, "numbers as text"), (_COMMA, "numbers as text with decimal commas")):
        if sum(_is_number(text, number) for text in tried) >= _MOST * len(tried):
            others = sum(not _is_number(text, number) for text in texts)
            if others <= (1 - _MOST) * len(texts) and not any(map(_CODE.fullmatch, texts)):
                but = f" but for {others:,}" if others and not sampled else " mostly" if others else ""
                return Fact(f"{mark}{words}{but}", 1)
    return Fact("")


def _faults(texts: Sequence[str], *, sampled: bool) -> tuple[Fact, ...]:
    """Tell how many texts are empty, and how many have surrounding spaces; for a sample, only the share."""
    empty = sum(not text for text in texts)
    around = sum(text != text.strip() for text in texts)
    told = ((empty, "empty"), (around, "with surrounding spaces"))
    return tuple(
        Fact(f"~{share_text(count / len(texts))} {words}" if sampled else f"{count:,} {words}", 1)
        for count, words in told
        if count
    )


def _is_number(text: str, number: re.Pattern[str]) -> bool:
    return bool(number.fullmatch(text)) and any(map(str.isdigit, text))


def _range(texts: Sequence[str]) -> str:
    """Return the first and the last date if the texts sort in the order of time; else nothing."""
    found = [_DATE.fullmatch(text) for text in texts]
    zones = {each["zone"] for each in found if each}
    least, most = min(texts), max(texts)
    in_order = all(found) and len(zones) == 1 and len(set(map(len, texts))) == 1
    return f" {least} … {most}" if in_order and least < most else ""
