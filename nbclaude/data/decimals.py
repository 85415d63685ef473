"""Describes Decimals, and whole numbers with more digits than a float holds, without losing any digit."""

from __future__ import annotations

import decimal
import statistics
import sys
from collections import Counter
from collections.abc import Sequence

from nbclaude.data.extents import Extent
from nbclaude.data.fact_words import MAX_COUNTED, range_text
from nbclaude.data.facts import Fact, Facts
from nbclaude.data.number_facts import Numbers, number_facts
from nbclaude.data.statistics import numbers_in

__all__ = ["decimal_facts", "decimal_numbers", "middles", "sample_facts"]

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
    return sample_facts(found, len(values), decimal_numbers(finite), sampled=sampled)


def sample_facts(found: Extent, count: int, numbers: Numbers, *, sampled: bool) -> Facts:
    """Describe numbers; if they are `sampled`, their range comes from the sample as well."""
    facts = number_facts(found, count, numbers, sampled=sampled)
    ends = range_text(found.least, found.most)
    marked = (Fact(f"~{each.text}") if sampled and each.text == ends else each for each in facts.facts)
    return Facts(tuple(marked))


def decimal_numbers(values: Sequence[decimal.Decimal]) -> Numbers:
    """Return the statistics of finite Decimals; the deviation is computed from their distances to the smallest one."""
    numpy, least = sys.modules.get("numpy"), min(values)
    if numpy is None or least == max(values):
        return Numbers()
    counts = Counter(values)
    with decimal.localcontext(prec=_DIGITS):
        numbers = numbers_in(numpy.array([float(value - least) for value in values]), whole=False)
        return Numbers(
            *middles(values),
            numbers.deviation,
            len(values),
            zeros=counts[decimal.Decimal()],
            negative=sum(count for value, count in counts.items() if value < 0),
            distinct=len(counts),
            counts=counts.most_common(None if len(counts) <= MAX_COUNTED else 1),
            p99=float(least) + numbers.p99,
        )


def middles(values: Sequence[decimal.Decimal]) -> tuple[float | decimal.Decimal, float | decimal.Decimal]:
    """Return the mean and the median of finite Decimals, with all their digits if a float cannot hold them."""
    with decimal.localcontext(prec=_DIGITS):
        mean = sum(values, decimal.Decimal()) / len(values)
        return _plain(mean), _plain(statistics.median(values))


def _plain(value: decimal.Decimal) -> float | decimal.Decimal:
    return value if abs(value) >= _EXACT else float(value)
