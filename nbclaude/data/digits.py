"""Rounds the floats of a small table to ten digits, except those whose further digits matter."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from nbclaude.data.cells import DIGITS
from nbclaude.frozen import frozen

__all__ = ["Rounded", "rounded"]

_EXACTLY = 6  # a number rounded to so few digits would look exact: 0.30000000000000004 is not 0.3


@frozen
class Rounded:
    """Rows with rounded floats: `count` is how many were rounded, `saved` how many characters that saves in total."""

    records: Sequence[Sequence[object]]
    count: int
    saved: int

    @property
    def note(self) -> str:
        """What was done, in words; empty if nothing was rounded."""
        return (
            f"{self.count:,} number{'s' * (self.count > 1)} rounded to {DIGITS} digits" if self.count else ""
        )


def rounded(records: Sequence[Sequence[object]]) -> Rounded:
    """Round floats to ten digits.

    A float is kept as it is if it would then look exact, and so are all floats of a column if different ones would become equal.
    """
    columns = [_column(column) for column in zip(*records, strict=True)]
    pairs = [
        (old, new)
        for row, shown in zip(records, zip(*columns, strict=True), strict=True)
        for old, new in zip(row, shown, strict=True)
        if new is not old
    ]
    saved = sum(len(repr(old)) - len(repr(new)) for old, new in pairs)
    return Rounded(list(zip(*columns, strict=True)), len(pairs), saved)


def _column(values: Sequence[object]) -> Sequence[object]:
    shown = [_short(value) if isinstance(value, float) else value for value in values]
    return shown if len(_different(shown)) == len(_different(values)) else values


def _different(values: Iterable[object]) -> set[float]:
    return {value for value in values if isinstance(value, float)}


def _short(value: float) -> float:
    if not math.isfinite(value):
        return value
    text = f"{value:.{DIGITS}g}"
    short = float(text)
    digits = text.partition("e")[0].replace(".", "").strip("-0")
    return value if short == value or len(digits) <= _EXACTLY else short
