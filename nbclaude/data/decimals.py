"""Describes Decimals that are Python objects: their range and statistics, computed without losing digits."""

from __future__ import annotations

import decimal
import sys
from collections.abc import Sequence

from nbclaude.data.extents import Extent
from nbclaude.data.fact_words import range_text
from nbclaude.data.facts import Fact, Facts
from nbclaude.data.number_facts import Numbers, number_facts
from nbclaude.data.statistics import numbers_in

__all__ = ["decimal_facts"]

_EXACT = 2**53  # integers below this are exact as floats
_DIGITS = 100  # of a sum


def decimal_facts(values: Sequence[decimal.Decimal], *, sampled: bool = False) -> Facts:
    """Describe Decimals, none of them missing; what comes from a sample is marked, the range too."""
    finite = [value for value in values if value.is_finite()]
    nan = sum(1 for value in values if value.is_nan())
    apart = {"infinite": len(values) - len(finite) - nan, "nan": nan}
    if not finite:
        return number_facts(Extent(**apart), len(values), Numbers())
    found = Extent(min(finite), max(finite), **apart)
    with decimal.localcontext(prec=_DIGITS):
        facts = number_facts(found, len(values), _numbers(finite, found), sampled=sampled)
    ends = range_text(found.least, found.most)
    marked = (Fact(f"~{each.text}") if sampled and each.text == ends else each for each in facts.facts)
    return Facts(tuple(marked))


def _numbers(values: Sequence[decimal.Decimal], found: Extent) -> Numbers:
    """Return the statistics of finite Decimals, computed as their distances from the least one."""
    numpy = sys.modules.get("numpy")
    if numpy is None or found.least == found.most:
        return Numbers()
    numbers = numbers_in(numpy.array([float(value - found.least) for value in values]), whole=False)
    mean, median = (
        _plain(found.least + decimal.Decimal(repr(each))) for each in (numbers.mean, numbers.median)
    )
    return Numbers(mean, median, numbers.deviation, numbers.looked_at, distinct=len(set(values)))


def _plain(value: decimal.Decimal) -> float | decimal.Decimal:
    return value if abs(value) >= _EXACT else float(value)
