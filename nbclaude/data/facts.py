"""Words the facts about a column; each can be left out, or said shorter, where there is little room."""

from __future__ import annotations

import datetime
import decimal
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nbclaude.data.cells import date_text, number_text, value_text
from nbclaude.data.extents import Extent

__all__ = [
    "LEVELS",
    "MOST_COUNTED",
    "Fact",
    "Facts",
    "Numbers",
    "boolean_facts",
    "category_facts",
    "counts_fact",
    "distinct_fact",
    "level_facts",
    "missing_facts",
    "missing_text",
    "number_facts",
    "range_text",
    "types_text",
    "values_range",
]

# A column of so few distinct values has all of them counted.
MOST_COUNTED = 20
_FEW = 5  # are named where there is little room, or there are too many
_LONG_VALUE = 24  # characters of a value where there is little room
_CODE = 6  # characters of a number that may stand for something
_COUNTED_ROOM = 600  # characters
LEVELS = 4


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. At level 0 all are said; at level 1 those that have a `short` form in it; facts of `rank` r go at level 4 - r.

    `apart` is said after a semicolon. `schema` stands for it where no value of a row may be quoted.
    """

    text: str
    rank: int = 0
    short: str | None = None
    schema: str | None = None
    apart: bool = False

    def at(self, level: int, *, values: bool) -> str:
        """Return the fact as it is said at a level, or nothing."""
        if self.rank and level >= LEVELS - self.rank:
            return ""
        if not values and self.schema is not None:
            return self.schema
        return self.text if self.short is None or not level else self.short


@dataclass(frozen=True, slots=True)
class Facts:
    """What is in a column, the most important first; `extent` is that of numbers, as far as it is known."""

    facts: tuple[Fact, ...] = ()
    extent: Extent | None = None
    title: str = ""

    @classmethod
    def of(cls, *facts: Fact | str, extent: Extent | None = None) -> Facts:
        """Return facts without those that say nothing; a plain text is always said."""
        whole = (Fact(each) if isinstance(each, str) else each for each in facts)
        return cls(tuple(each for each in whole if each.text), extent)

    def text(self, level: int = 0, *, values: bool = True) -> str:
        """Return the facts in a line; without `values` those that quote none."""
        said = [(fact.apart, fact.at(level, values=values)) for fact in self.facts]
        close = ", ".join(text for apart, text in said if text and not apart)
        apart = (text for apart, text in said if text and apart)
        return "; ".join(part for part in (self.title, close, *apart) if part)

    def after(self, *facts: Fact | str) -> Facts:
        """Return the facts with others before them."""
        return replace(self, facts=(*Facts.of(*facts).facts, *self.facts))

    def before(self, *facts: Fact | str) -> Facts:
        """Return the facts with others behind them."""
        return replace(self, facts=(*self.facts, *Facts.of(*facts).facts))


@dataclass(frozen=True, slots=True)
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
        parts.append(f"{finite}constant {_end(found.least)}")
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
    if isinstance(number, decimal.Decimal) and size > 14 and size + places < 40:
        return f"{round(number, max(places, 0)):f}"
    if size + places + 1 <= digits or size >= 15 or places < 0:
        return number_text(float(number), digits)
    text = f"{number:.{min(max(places, 0), 17 - size)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _unusual(numbers: Numbers, mark: str) -> list[Fact]:
    looked_at = numbers.looked_at
    if not looked_at or (numbers.distinct or 0) <= MOST_COUNTED:
        return []
    facts = []
    for count, word, usual in ((numbers.zeros, "zeros", 0.02), (numbers.negative, "negative", 0.0)):
        share = count / looked_at
        if usual < share < (0.2 if word == "negative" else 1.0):
            said = word.removesuffix("s") if count == 1 and not mark else word
            facts.append(Fact(f"{mark}{_share(share) if mark else f'{count:,}'} {said}", 1))
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
    return distinct_fact(numbers.distinct, looked_at, mark, rank=0 if numbers.distinct <= MOST_COUNTED else 2)


def distinct_fact(distinct: int, present: int, mark: str = "", rank: int = 0) -> Fact:
    """Tell how many values are distinct: `unique` where no two are alike."""
    if distinct == present and distinct > 1:
        return Fact(f"{mark}unique", min(rank, 1))
    return Fact(f"{mark}{distinct:,} distinct", rank)


def counts_fact(numbers: Numbers, *, sampled: bool) -> Fact:
    """Tell how often each number occurs, where there are few; else the one that makes up much of the column."""
    counts, distinct, looked_at = numbers.counts, numbers.distinct or 0, numbers.looked_at
    if not counts or distinct == looked_at:
        return Fact("")
    if distinct <= MOST_COUNTED and all(map(_is_code, counts)):
        in_order = sorted(counts, key=lambda each: each[0])  # type: ignore[arg-type, return-value]
        return _counted(in_order, looked_at, sampled=sampled, whole=True, apart=True)
    value, count = max(counts, key=lambda each: each[1])
    # Of many numbers the commonest says something only if it is far more common than chance would have it.
    if count < 0.1 * looked_at or count < 5 * looked_at / distinct:
        return Fact("")
    said = f"~{_share(count / looked_at)}" if sampled else f"{count:,} ({_share(count / looked_at)})"
    return Fact(f"top {value_text(value)}: {said}", 1, schema="", apart=True)


def _is_code(counted: tuple[object, int]) -> bool:
    """Return whether a number may stand for something: it is whole, or has few digits."""
    return not isinstance(counted[0], float) or counted[0].is_integer() or len(repr(counted[0])) <= _CODE


def _counted(
    counts: Sequence[tuple[object, int]], looked_at: int, *, sampled: bool, whole: bool, apart: bool
) -> Fact:
    def said(some: Sequence[tuple[object, int]], limit: int) -> str:
        return ", ".join(
            f"{value_text(value, limit)}: {f'~{_share(count / looked_at)}' if sampled else f'{count:,}'}"
            for value, count in some
        )

    commonest = sorted(counts, key=lambda each: -each[1])[:_FEW]
    few = f"top {said(commonest, _LONG_VALUE)}"
    if not whole:
        return Fact(f"top {said(commonest, 60)}", 1, short=few, schema="", apart=apart)
    text = said(counts, 60)
    if len(text) > _COUNTED_ROOM:
        text = f"top {said(commonest, 60)}"
    short = said(counts, _LONG_VALUE) if len(counts) <= _FEW else few
    return Fact(text, 0 if len(counts) <= _FEW else 1, short=short, schema="", apart=apart)


def category_facts(
    distinct: int | None,
    counts: Sequence[tuple[object, int]],
    looked_at: int,
    types: str = "",
    *,
    sampled: bool = False,
) -> Facts:
    """Tell a column of texts, categories or objects: distinct values and how often each occurs, marked if `sampled`.

    `counts` are those of all values if they are few, else of the commonest ones; `looked_at` says how many values there are.
    """
    mark = "~" if sampled else ""
    parts: list[Fact | str] = [types]
    if distinct is None:
        return Facts.of(*parts)
    if distinct == 1 and counts and looked_at > 1:
        value = counts[0][0]
        constant = f"{mark}constant"
        return Facts.of(
            types,
            Fact(
                f"{constant} {value_text(value)}",
                schema=constant,
                short=f"{constant} {value_text(value, 24)}",
            ),
        )
    parts.append(distinct_fact(distinct, looked_at, mark))
    if distinct == looked_at or (counts and counts[0][1] == 1):
        shown = ", ".join(value_text(value, 40) for value, _ in counts[:3])
        parts.append(Fact(f"such as {shown}" if shown else "", 3, schema="", apart=True))
    elif counts:
        whole = distinct <= MOST_COUNTED and len(counts) == distinct
        parts.append(_counted(counts, looked_at, sampled=sampled, whole=whole, apart=True))
    return Facts.of(*parts)


def boolean_facts(true: int, present: int, *, sampled: bool = False) -> Facts:
    """Tell a column of booleans; `present` says how many are not missing."""
    counts = [(value, count) for value, count in (("True", true), ("False", present - true)) if count]
    if len(counts) == 1 and present > 1:
        return Facts.of(f"{'~' * sampled}constant {counts[0][0]}")
    said = (
        f"{value}: {f'~{_share(count / present)}' if sampled else f'{count:,}'}" for value, count in counts
    )
    return Facts.of(", ".join(said))


def level_facts(
    levels: Sequence[object], counts: Sequence[int], *, ordered: bool = True, sampled: bool = False
) -> Facts:
    """Tell categories: how many are used, their order, how often each occurs, and which occur nowhere."""
    used = [(level, count) for level, count in zip(levels, counts, strict=True) if count]
    if not ordered:
        used.sort(key=lambda each: -each[1])
    facts = category_facts(len(used), used[:MOST_COUNTED], sum(counts), sampled=sampled)
    if ordered and len(levels) > 1:
        order = _listed(levels, " < ")
        facts = facts.before(
            Fact(
                f"ordered: {order}",
                1,
                schema="ordered",
                short=f"ordered: {_listed(levels, ' < ', 3)}",
                apart=True,
            )
        )
    if len(used) < len(levels):
        unused = [level for level, count in zip(levels, counts, strict=True) if not count]
        said = f"{len(unused):,} of {len(levels):,} categories unused"
        facts = facts.before(
            Fact(f"{'~' * sampled}{said}: {_listed(unused, ', ', 8)}", 1, schema=said, short=said, apart=True)
        )
    return facts


def _listed(values: Sequence[object], between: str, most: int = MOST_COUNTED) -> str:
    """Return values in their order, the first and the last ones where there are too many."""
    shown = [value_text(value, _LONG_VALUE) for value in values]
    if len(shown) > most:
        half = most // 2
        shown = [*shown[: most - half], "…", *shown[-half:]]
    return between.join(shown)


def range_text(least: Any, most: Any, what: str = "") -> str:
    """Return "0 … 9", or nothing where no number is known."""
    if least is None or most is None:
        return ""
    return f"{what}{_end(least)} … {_end(most)}"


def _end(value: Any) -> str:
    """Return an end of a range: a float with its own digits if they are few."""
    if isinstance(value, float):
        text = f"{value:.10g}"
        return text if float(text) == value and len(text) <= 12 and "e" not in text else number_text(value)
    return number_text(value)


def types_text(kinds: Mapping[type, int]) -> str:
    """Return the types of Python objects, the commonest first; nothing if all are texts, which needs no saying."""
    names = [kind.__name__ for kind in sorted(kinds, key=lambda each: -kinds[each])]
    if names == ["str"]:
        return ""
    counted = len(names) > 1
    told = [f"{kind.__name__}: {kinds[kind]:,}" for kind in sorted(kinds, key=lambda each: -kinds[each])]
    more = f" and {len(names) - 4} other types" if len(names) > 4 else ""
    return f"holds {', '.join((told if counted else names)[:4])}{more}"


_ORDERED = (decimal.Decimal, datetime.date, datetime.time, datetime.timedelta)


def values_range(values: Iterable[Any], kinds: Iterable[type]) -> str | None:
    """Return the range of dates, times or Decimals; None for other values, and where they cannot be compared."""
    if not all(issubclass(kind, _ORDERED) for kind in kinds):
        return None
    known = list(values)
    try:
        least, most = date_text(min(known)), date_text(max(known))
        return f"constant {least}" if least == most and len(known) > 1 else f"{least} … {most}"
    except (TypeError, ArithmeticError):  # dates with and without a time zone, a NaN that signals
        return None


def missing_facts(found: Extent, rows: int) -> tuple[str, ...]:
    """Tell how many values are missing (null), and how many are NaN, where the library tells them apart."""
    return missing_text(found.missing, rows), missing_text(found.nan, rows, "NaN")


def missing_text(missing: int, rows: int, word: str = "missing", *, sampled: bool = False) -> str:
    """Return how many values are missing, or nothing where none is; of a sample only which share, marked."""
    if sampled and missing != rows:
        return f"~{missing / rows:.1%} {word}" if missing else f"~none {word}"
    if not missing:
        return ""
    if missing == rows:
        return f"~all {word}" if sampled else f"all {word}"
    return f"{missing:,} {word} ({_share(missing / rows)})"


def _share(share: float) -> str:
    return f"{share:.1%}" if share >= 0.0005 or not share else "< 0.1%"
