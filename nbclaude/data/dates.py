"""Tells the rhythm of points in time: how often they come, gaps, duplicates, and whether they are in order."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable, Mapping
from typing import Any

from nbclaude.data.fact_words import DECREASING, INCREASING, MAX_COUNTED, UNORDERED, each_counted
from nbclaude.data.facts import Fact

__all__ = ["duration_facts", "duration_rhythm", "ordinal_facts", "rhythm_facts"]

_MAX_SORTED = 1_000_000  # values: to sort more takes too long
_REGULAR = 0.5  # at least this share of the steps is equal
_LEAST = 3  # values have a rhythm
_BEGINNING = 100_000  # of more values in order, the rhythm is that of the first ones
_DAY_NAMES: Mapping[int, str] = {1: "daily", 7: "weekly"}
_MONTHS: Mapping[int, str] = {1: "monthly", 3: "quarterly", 6: "every 6 months", 12: "yearly"}
_SECONDS: tuple[tuple[float, str, str], ...] = (
    (86_400, "day", "daily"),
    (3_600, "h", "hourly"),
    (60, "min", "every minute"),
    (1, "s", "every second"),
    (1e-3, "ms", "every ms"),
    (1e-6, "us", "every us"),
    (1e-9, "ns", "every ns"),
)
_UNITS: Mapping[str, float] = {"D": 86_400, "h": 3_600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}


_LONG_UNITS: Mapping[str, str] = {"Y": "D", "M": "D", "W": "D"}  # these units of numpy are converted to days


def rhythm_facts(times: Any, local: Callable[[], Any] | None = None) -> tuple[Fact, ...]:
    """Tell the rhythm of a flat numpy array of datetime64 without NaT.

    If there is a time zone, the times are in UTC, and `local` returns them by its clocks: hours are regular in UTC, even when
    the clocks change, but days and months are regular in local time.
    """
    if (days := _LONG_UNITS.get(sys.modules["numpy"].datetime_data(times.dtype)[0])) is not None:
        times = times.astype(f"M8[{days}]")
    facts = _rhythm_facts(times)
    if facts and any(fact.text.endswith("distinct") for fact in facts):
        return (*facts, _counts(times if local is None else local()))
    if local is None or (facts and not facts[0].text.endswith("irregular")):
        return facts
    return _rhythm_facts(local())


def _counts(times: Any) -> Fact:
    """Tell how often each point in time occurs, if few are distinct."""
    values, counts = sys.modules["numpy"].unique(times, return_counts=True)
    known = values.astype("M8[us]").tolist()
    if len(values) > MAX_COUNTED or not all(isinstance(each, datetime.date) for each in known):
        return Fact("")
    return each_counted(
        [*zip(known, counts.tolist(), strict=True)], times.size, sampled=False, whole=True, apart=True
    )


def duration_rhythm(lasting: Any) -> tuple[Fact, ...]:
    """Tell the frequency of durations that rise or fall from row to row, as elapsed times do; nothing for others.

    `lasting` is a flat numpy array of timedelta64 without NaT.
    """
    numpy = sys.modules["numpy"]
    steps_up = steps_down = False
    numbers = lasting.view("int64") if lasting.dtype.isnative else lasting.astype("int64")
    for start in range(0, numbers.size - 1, _BEGINNING):
        steps = numpy.diff(numbers[start : start + _BEGINNING + 1])
        steps_up, steps_down = steps_up or bool(steps.max() > 0), steps_down or bool(steps.min() < 0)
        if steps_up and steps_down:
            return ()
    return _rhythm_facts(lasting) if steps_up or steps_down else ()


def _rhythm_facts(times: Any) -> tuple[Fact, ...]:
    numpy = sys.modules["numpy"]
    times = times.astype(times.dtype.newbyteorder("="), copy=False)
    unit = numpy.datetime_data(times.dtype)[0]
    if unit not in _UNITS or times.size < 2:
        return ()
    if times.size > _MAX_SORTED:
        return _of_many(times, unit, numpy)
    ordered, order, duplicates = _in_order(times.view("int64"), numpy)
    frequency, gaps = _frequency(ordered, unit, numpy, dates=times.dtype.kind == "M")
    return _said(frequency, gaps, order, duplicates, times.size)


def _of_many(times: Any, unit: str, numpy: Any) -> tuple[Fact, ...]:
    """Tell whether many times are in order, looked at in pieces, and the rhythm of the first ones."""
    least, most = 0, 0
    strict, dates = True, times.dtype.kind == "M"
    times = times.view("int64")
    for start in range(0, times.size - 1, _BEGINNING):
        part = times[start : start + _BEGINNING + 1]
        steps = part[1:] - part[:-1]
        low, high = int(steps.min()), int(steps.max())
        least, most, strict = min(least, low), max(most, high), strict and (low > 0 or high < 0)
        if least < 0 < most:
            return (Fact(UNORDERED, 1),)
    ordered, order, _ = _in_order(times[:_BEGINNING], numpy)
    frequency, _ = _frequency(ordered, unit, numpy, dates=dates)
    facts = [Fact(f"~{frequency}" if frequency else ""), Fact("unique" if strict else "", 1), Fact(order, 1)]
    return tuple(facts)


def duration_facts(
    lasting: Any, *, sampled: bool = False, text: Callable[[Any], str] = str
) -> tuple[Fact, ...]:
    """Return the mean and median of durations, a flat numpy array of timedelta64 without NaT; `text` formats one."""
    numpy = sys.modules["numpy"]
    if lasting.size < 2 or lasting.min() == lasting.max():
        return ()
    known = (("mean", 1, lasting.mean()), ("median", 2, numpy.median(lasting)))
    return tuple(Fact(f"{'~' * sampled}{word} {text(value)}", rank) for word, rank, value in known)


def ordinal_facts(ordinals: Any) -> tuple[Fact, ...]:
    """Tell the gaps, duplicates and order of periods by their ordinals, a numpy array of integers."""
    numpy = sys.modules["numpy"]
    if not 2 <= ordinals.size <= _MAX_SORTED:
        return ()
    ordered, order, duplicates = _in_order(ordinals, numpy)
    gaps = int(numpy.count_nonzero(numpy.diff(ordered) > 1))
    return _said("", gaps, order, duplicates, ordinals.size)


def _said(frequency: str, gaps: int, order: str, duplicates: int, size: int) -> tuple[Fact, ...]:
    facts = [Fact(frequency, 1 if frequency == "irregular" else 0)]
    if gaps:
        facts.append(Fact(f"{gaps:,} gap{'s' if gaps > 1 else ''}"))
    if duplicates == 0:
        facts.append(Fact("unique", 1))
    elif duplicates < size - 1:
        # That each day occurs often is what such data are; that one does is a fault.
        few = 2 * duplicates < size
        repeated = f"{duplicates:,} duplicate{'s' if duplicates > 1 else ''}"
        facts.append(Fact(repeated if few else f"{size - duplicates:,} distinct", 1))
    facts.append(Fact(order, 1))
    return tuple(facts)


def _in_order(numbers: Any, numpy: Any) -> tuple[Any, str, int]:
    """Return the distinct numbers in order, how they lie, and how many are duplicates."""
    steps = numpy.diff(numbers)
    least, most = steps.min(), steps.max()
    if least < 0 < most:
        ordered, order = numpy.unique(numbers), UNORDERED
    elif least == most == 0:
        return numbers[:1], "", numbers.size - 1
    else:
        distinct = numbers if least > 0 or most < 0 else numbers[numpy.append(True, steps != 0)]
        order = INCREASING if most > 0 else DECREASING
        ordered = distinct if most > 0 else distinct[::-1]
    return ordered, order, int(numbers.size - ordered.size)


def _frequency(ordered: Any, unit: str, numpy: Any, *, dates: bool) -> tuple[str, int]:
    """Return how often the times come, and how many gaps there are; `dates` says if they have months and weekdays."""
    if ordered.size < _LEAST:
        return "", 0
    day = round(86_400 / _UNITS[unit])
    if dates and not numpy.any(ordered % day):
        return _of_days(ordered // day, numpy)
    return _of_steps(numpy.diff(ordered), _UNITS[unit], numpy)


def _of_days(days: Any, numpy: Any) -> tuple[str, int]:
    dates = days.view("M8[D]")
    months = dates.astype("M8[M]")
    in_month = (dates - months.astype("M8[D]")).astype("int64")
    left = ((months + 1).astype("M8[D]") - dates).astype("int64")
    steps = numpy.diff(days)
    if (not numpy.any(in_month != in_month[0]) or not numpy.any(left != left[0])) and steps.min() > 7:
        name, gaps = _of_months(months, numpy)
        if name:
            return name, gaps
    elif steps.min() > 7 and _are_business_ends(dates, months, numpy):
        name, gaps = _of_months(months, numpy)
        if name:
            return f"business {name}", gaps
    weekdays = (days + 3) % 7  # 1970-01-01 was a Thursday
    if steps.min() == 1 and weekdays.max() < 5 and steps.max() > 1:
        left_out = numpy.busday_count(dates[:-1], dates[1:]) - 1
        if numpy.count_nonzero(left_out) <= (1 - _REGULAR) * left_out.size:
            return "business daily", int(numpy.count_nonzero(left_out))
    return _of_steps(steps, 86_400, numpy)


def _of_months(months: Any, numpy: Any) -> tuple[str, int]:
    """Return the frequency of months, and how many gaps there are; no name if they are irregular."""
    apart = numpy.diff(months.astype("int64"))
    step = int(apart.min())
    if step < 1 or numpy.any(apart % step) or not _is_regular(apart, step, numpy):
        return "", 0
    name = _MONTHS.get(step) or (f"every {step // 12} years" if step % 12 == 0 else f"every {step} months")
    return name, int(numpy.count_nonzero(apart > step))


def _are_business_ends(dates: Any, months: Any, numpy: Any) -> bool:
    """Return whether all dates are the first, or all are the last, weekday (Monday to Friday) of their months."""
    first = numpy.busday_offset(months.astype("M8[D]"), 0, roll="forward")
    last = numpy.busday_offset((months + 1).astype("M8[D]"), -1, roll="forward")
    return bool(numpy.all(dates == first) or numpy.all(dates == last))


def _of_steps(steps: Any, seconds: float, numpy: Any) -> tuple[str, int]:
    values, counts = numpy.unique(steps, return_counts=True)
    step = int(values[counts.argmax()])
    if not _is_regular(steps, step, numpy) or numpy.any(values % step):
        return "irregular", 0
    return _name(step * seconds), int(numpy.count_nonzero(steps > step))


def _is_regular(steps: Any, step: int, numpy: Any) -> bool:
    return bool(numpy.count_nonzero(steps == step) >= _REGULAR * steps.size)


def _name(seconds: float) -> str:
    days = seconds / 86_400
    if days in _DAY_NAMES:
        return _DAY_NAMES[int(days)]
    for size, unit, single in _SECONDS:
        count = seconds / size
        if count >= 1 and abs(count - round(count)) < 1e-6:
            return (
                single if round(count) == 1 else f"every {round(count)} {unit}{'s' if unit == 'day' else ''}"
            )
    return f"every {seconds:g} s"
