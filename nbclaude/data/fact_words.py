"""Words the facts about a column; those about numbers have a module of their own."""

from __future__ import annotations

import datetime
import heapq
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nbclaude.data.cells import date_text, number_text, value_text
from nbclaude.data.extents import Extent
from nbclaude.data.facts import Fact, Facts

__all__ = [
    "DECREASING",
    "FEW",
    "INCREASING",
    "MAX_COUNTED",
    "UNORDERED",
    "boolean_facts",
    "category_facts",
    "complex_text",
    "distinct_fact",
    "each_counted",
    "end_text",
    "level_facts",
    "missing_facts",
    "missing_text",
    "range_text",
    "repeated_facts",
    "share_text",
    "types_text",
    "values_range",
]

INCREASING, DECREASING, UNORDERED = "increasing", "decreasing", "not monotonic"
# A column of so few distinct values has all of them counted.
MAX_COUNTED = 20
FEW = 5  # so many are named if there is little room, or there are too many
_LONG_VALUE = 24  # characters of a value where there is little room
_COUNTED_ROOM = 600  # characters
_COMMON = 0.0005  # of a sample


def distinct_fact(distinct: int, present: int, mark: str = "", rank: int = 0) -> Fact:
    """Tell how many values are distinct: `unique` where no two are alike."""
    if distinct == present and distinct > 1:
        return Fact(f"{mark}unique", min(rank, 1))
    return Fact(f"{mark}{distinct:,} distinct", rank)


def each_counted(
    counts: Sequence[tuple[object, int]], looked_at: int, *, sampled: bool, whole: bool, apart: bool
) -> Fact:
    """Tell how often values occur: each of them if these counts are the `whole`, else the commonest ones."""

    def said(some: Sequence[tuple[object, int]], limit: int) -> str:
        texts = [value_text(value, limit) for value, _ in some]
        return ", ".join(
            f"{text}: {f'~{share_text(count / looked_at)}' if sampled else f'{count:,}'}"
            for text, (_, count) in zip(texts, some, strict=True)
            if texts.count(text) == 1  # long texts that begin alike
        )

    commonest = sorted(counts, key=lambda each: -each[1])[:FEW]
    if not whole:
        # What occurs once is not common.
        commonest = [each for each in commonest if each[1] > 1]
    few = _top(said(commonest, _LONG_VALUE))
    if not whole:
        return Fact(_top(said(commonest, 60)), 1, short=few, schema="", apart=apart)
    text = said(counts, 60)
    if len(text) > _COUNTED_ROOM:
        text = _top(said(commonest, 60))
    short = said(counts, _LONG_VALUE) if len(counts) <= FEW else few
    return Fact(text, 0 if len(counts) <= FEW else 1, short=short, schema="", apart=apart)


def _top(said: str) -> str:
    return f"top {said}" if said else ""


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
    # What occurs twice in a large sample does so by chance.
    rare = counts and (counts[0][1] == 1 or (sampled and counts[0][1] < _COMMON * looked_at))
    if distinct == looked_at or rare:
        shown = ", ".join(value_text(value, 40) for value, _ in counts[:3])
        parts.append(Fact(f"such as {shown}" if shown else "", 3, schema="", apart=True, in_rows=True))
    elif counts:
        whole = distinct <= MAX_COUNTED and len(counts) == distinct
        parts.append(each_counted(counts, looked_at, sampled=sampled, whole=whole, apart=True))
    return Facts.of(*parts)


def repeated_facts(
    distinct: int, counts: Sequence[tuple[object, int]], looked_at: int, *, sampled: bool = False
) -> tuple[Fact, ...]:
    """Give the number of distinct times of day or durations, and how often each occurs if they are few."""
    if distinct < 2:
        return ()
    told = distinct_fact(distinct, looked_at, "~" * sampled, rank=1)
    if distinct > MAX_COUNTED or distinct == looked_at:
        return (told,)
    return told, each_counted(counts, looked_at, sampled=sampled, whole=True, apart=True)


def boolean_facts(true: int, present: int, *, sampled: bool = False) -> Facts:
    """Tell a column of booleans; `present` says how many are not missing."""
    counts = [(value, count) for value, count in (("True", true), ("False", present - true)) if count]
    if len(counts) == 1 and present > 1:
        return Facts.of(f"{'~' * sampled}constant {counts[0][0]}")
    said = (
        f"{value}: {f'~{share_text(count / present)}' if sampled else f'{count:,}'}"
        for value, count in counts
    )
    return Facts.of(", ".join(said))


def level_facts(
    levels: Sequence[object], counts: Sequence[int], *, ordered: bool = True, sampled: bool = False
) -> Facts:
    """Tell categories: how many are used, their order, how often each occurs, and which occur nowhere.

    There may be very many levels, so only those that are shown are read.
    """
    used = [place for place, count in enumerate(counts) if count]
    first = used[:MAX_COUNTED]
    if not ordered:
        first = heapq.nsmallest(MAX_COUNTED, used, key=lambda place: (-counts[place], place))
    known = [(levels[place], counts[place]) for place in first]
    facts = category_facts(len(used), known, sum(counts), sampled=sampled)
    if ordered and len(levels) > 1:
        every = range(len(levels))
        facts = facts.before(
            Fact(
                f"ordered: {_listed(levels, every, ' < ')}",
                1,
                schema="ordered",
                short=f"ordered: {_listed(levels, every, ' < ', 3)}",
                apart=True,
            )
        )
    if len(used) < len(levels):
        unused = [place for place, count in enumerate(counts) if not count]
        said = f"{len(unused):,} of {len(levels):,} categories unused"
        text = f"{'~' * sampled}{said}: {_listed(levels, unused, ', ', 8)}"
        facts = facts.before(Fact(text, 1, schema=said, short=said, apart=True))
    return facts


def _listed(levels: Sequence[object], places: Sequence[int], between: str, most: int = MAX_COUNTED) -> str:
    """Return the levels at some positions; only the first and the last ones if there are too many."""
    half = most // 2
    ends = [*places[: most - half], *places[-half:]] if len(places) > most else places
    shown = [value_text(levels[place], _LONG_VALUE) for place in ends]
    if len(places) > most:
        shown.insert(most - half, "…")
    return between.join(shown)


def range_text(least: Any, most: Any, what: str = "") -> str:
    """Return "0 … 9", or nothing where no number is known."""
    if least is None or most is None:
        return ""
    low, high = end_text(least), end_text(most)
    if low == high and least != most:
        low, high = str(least), str(most)
    return f"{what}{low} … {high}"


def complex_text(real: Extent, imaginary: Extent) -> str:
    """Return the ranges of both parts of complex numbers; nothing where no number is known."""
    if None not in (real.least, imaginary.least) and (real.least, imaginary.least) == (
        real.most,
        imaginary.most,
    ):
        return f"constant {complex(real.least, imaginary.least)}"
    parts = (
        range_text(real.least, real.most, "real "),
        range_text(imaginary.least, imaginary.most, "imaginary "),
    )
    return ", ".join(filter(None, parts))


def end_text(value: Any) -> str:
    """Return an end of a range: a float with its own digits if they are few."""
    if isinstance(value, float):
        value += 0.0  # no number is told as -0
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
    shown = len(names) if len(names) <= FEW else FEW - 1
    more = f" and {len(names) - shown} other types" if shown < len(names) else ""
    return f"holds {', '.join((told if counted else names)[:shown])}{more}"


_ORDERED = (datetime.date, datetime.time, datetime.timedelta)


def values_range(values: Iterable[Any], kinds: Iterable[type]) -> str | None:
    """Return the range of dates or times; None for other values, and where they cannot be compared."""
    if not all(issubclass(kind, _ORDERED) for kind in kinds):
        return None
    known = list(values)
    try:
        ends = min(known), max(known)
        # No type tells the zone of a Python object.
        low, high = (str(end) if getattr(end, "tzinfo", None) else date_text(end) for end in ends)
        return f"constant {low}" if ends[0] == ends[1] and len(known) > 1 else f"{low} … {high}"
    except TypeError:  # dates with and without a time zone
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
    return f"{missing:,} {word} ({share_text(missing / rows)})"


def share_text(share: float) -> str:
    """Return a share in percent; a small one is not said to be none."""
    return f"{share:.1%}" if share >= 0.0005 or not share else "< 0.1%"
