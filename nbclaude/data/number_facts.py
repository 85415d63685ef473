"""Words the facts about a column of numbers."""

from __future__ import annotations

import decimal
import math
from collections.abc import Sequence

from nbclaude.data.cells import number_text, value_text
from nbclaude.data.extents import Extent
from nbclaude.data.fact_words import (
    MAX_COUNTED,
    distinct_fact,
    each_counted,
    end_text,
    missing_facts,
    range_text,
    share_text,
)
from nbclaude.data.facts import Fact, Facts
from nbclaude.frozen import frozen

__all__ = ["Numbers", "counts_fact", "number_facts"]


@frozen
class Numbers:
    """Statistics of the finite numbers of a column, or of a sample of them; None and NaN for what is not known.

    `zeros` and `negative` are counts in `looked_at` numbers; `counts` those of each value, where there are few, or of the
    commonest. `p99` is given where the largest values are far away from it.
    """

    mean: float | decimal.Decimal = math.nan
    median: float | decimal.Decimal = math.nan
    deviation: float = math.nan
    looked_at: int = 0
    zeros: int = 0
    negative: int = 0
    distinct: int | None = None
    counts: Sequence[tuple[object, int]] = ()
    p99: float = math.nan
    order: str = ""


_DIGITS = 100  # of a Decimal
_STUCK = 0.03  # share of measurements that are alike
_CODE = 6  # characters of a number that may stand for something


def number_facts(found: Extent, rows: int, numbers: Numbers, *, sampled: bool = False) -> Facts:
    """Tell a column of numbers; what is `sampled` is marked: not missing values and the range."""
    mark = "~" if sampled else ""
    parts: list[Fact | str] = list(missing_facts(found, rows))
    if found.infinite:
        parts.append(f"{found.infinite:,} infinite")
    if found.least is None or found.most is None:
        return Facts.of(*parts, extent=found)
    constant = found.least == found.most
    finite = "finite " if found.infinite or found.nan else ""
    if constant:
        parts.append(f"{finite}constant {end_text(found.least)}")
    else:
        parts.append(f"{finite}{range_text(found.least, found.most)}")
        parts += _statistics(numbers, mark)
        parts += _unusual(numbers, mark)
        if (distinct := _distinct_of(found, rows, numbers, mark)) is not None:
            parts.append(distinct)
        parts.append(Fact(numbers.order, 2))
        parts.append(counts_fact(numbers, sampled=sampled))
    return Facts.of(*parts, extent=found)


def _statistics(numbers: Numbers, mark: str) -> list[Fact]:
    known = (("mean", numbers.mean, 1), ("median", numbers.median, 2), ("std", numbers.deviation, 1))
    facts = []
    for word, number, rank in known:
        if number == number:
            short = f"{mark}{word} {_statistic(number, numbers.deviation, 4)}"
            facts.append(Fact(f"{mark}{word} {_statistic(number, numbers.deviation, 6)}", rank, short=short))
    return facts


def _statistic(number: float | decimal.Decimal, deviation: float, digits: int) -> str:
    """Return a statistic with as many digits as make sense: as far as the deviation has some, but so many at least."""
    if not deviation or not math.isfinite(deviation) or not math.isfinite(number):
        return number_text(number, digits)
    places = 3 - math.floor(math.log10(deviation)) - 1
    size = math.floor(math.log10(abs(float(number)))) if number else 0
    if isinstance(number, decimal.Decimal) and size > 14 and digits <= size + places < 40:
        with decimal.localcontext(prec=_DIGITS):
            return f"{round(number, max(places, 0)):f}"
    if size + places + 1 <= digits or size >= 15 or places < 0:
        return number_text(float(number), digits)
    text = f"{number:.{min(max(places, 0), 17 - size)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _unusual(numbers: Numbers, mark: str) -> list[Fact]:
    looked_at = numbers.looked_at
    if not looked_at or (numbers.distinct or 0) <= MAX_COUNTED:
        return []
    facts = []
    for count, word, usual in ((numbers.zeros, "zeros", 0.02), (numbers.negative, "negative", 0.0)):
        share = count / looked_at
        if usual < share < (0.2 if word == "negative" else 1.0):
            said = word.removesuffix("s") if count == 1 and not mark else word
            facts.append(Fact(f"{mark}{share_text(share) if mark else f'{count:,}'} {said}", 1))
    if not math.isnan(numbers.p99):
        facts.append(Fact(f"heavy tail: 99% ≤ {mark}{number_text(numbers.p99, 4)}", 1))
    return facts


def _distinct_of(found: Extent, rows: int, numbers: Numbers, mark: str) -> Fact | None:
    present = rows - found.missing - found.nan - found.infinite
    if numbers.distinct is None:
        return None
    looked_at = numbers.looked_at or present
    if isinstance(found.least, float) and numbers.distinct == looked_at:
        # Measurements hardly ever occur twice.
        return Fact(f"{mark}unique", 3)
    return distinct_fact(numbers.distinct, looked_at, mark, rank=0 if numbers.distinct <= MAX_COUNTED else 2)


def counts_fact(numbers: Numbers, *, sampled: bool) -> Fact:
    """Tell how often each number occurs, where there are few; else the one that makes up much of the column."""
    counts, distinct, looked_at = numbers.counts, numbers.distinct or 0, numbers.looked_at
    if not counts or distinct == looked_at:
        return Fact("")
    if distinct <= MAX_COUNTED and all(map(_is_code, counts)):
        in_order = sorted(counts, key=lambda each: each[0])  # type: ignore[arg-type, return-value]
        return each_counted(in_order, looked_at, sampled=sampled, whole=True, apart=True)
    value, count = max(counts, key=lambda each: each[1])
    # Of many numbers the commonest says something only if it is far more common than chance would have it.
    # A stuck sensor repeats one value, while hardly any other occurs twice.
    usual = _STUCK if distinct > looked_at / 2 else 0.1
    if count < usual * looked_at or count < 5 * looked_at / distinct:
        return Fact("")
    said = f"~{share_text(count / looked_at)}" if sampled else f"{count:,} ({share_text(count / looked_at)})"
    return Fact(f"top {value_text(value)}: {said}", 1, schema="", apart=True)


def _is_code(counted: tuple[object, int]) -> bool:
    """Return whether a number may stand for something: it is whole, or has few digits."""
    return not isinstance(counted[0], float) or counted[0].is_integer() or len(repr(counted[0])) <= _CODE
