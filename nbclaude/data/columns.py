"""Tells what is in a column, of whatever library: missing values, range, statistics, how often each value occurs."""

from __future__ import annotations

import contextlib
import heapq
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import narwhals.stable.v2 as nw

from nbclaude.data.cells import date_text
from nbclaude.data.dates import duration_facts, duration_rhythm, rhythm_facts
from nbclaude.data.decimals import decimal_facts
from nbclaude.data.fact_words import (
    MAX_COUNTED,
    boolean_facts,
    category_facts,
    level_facts,
    missing_text,
    repeated_facts,
    values_range,
)
from nbclaude.data.facts import Fact, Facts
from nbclaude.data.nested import is_nested, length_text, nested_facts
from nbclaude.data.numbers import extent_of, is_number, number_column, parts
from nbclaude.data.spelled import LOOKED_AT, text_facts
from nbclaude.frozen import frozen

__all__ = ["Column", "column_facts", "commonest", "nested_column", "spelled"]

_NESTED = 2_000  # values of many that are looked at
_MAX_OBJECTS = 100_000  # dates that are Python objects


@frozen
class Column:
    """A column: missing values and range are those of `whole`, the rest is that of `sample`.

    Where `counts_sample`, so are the true values of booleans. `guessed` says that other columns of the table are read whole.
    """

    whole: nw.Series[Any]
    sample: nw.Series[Any]
    counts_sample: bool = False
    guessed: bool = False

    @property
    def rows(self) -> int:
        """How many rows are looked at for missing values and the range."""
        return len(self.whole)

    @property
    def sampled(self) -> bool:
        """Whether statistics look at a part of the rows alone."""
        return self.guessed or len(self.sample) < len(self.whole)

    @property
    def missing_count(self) -> int:
        """How many values are missing; looked at in parts, since some libraries make a mask of as many bytes."""
        return sum(part.null_count() for part in parts(self.whole))

    @property
    def missing(self) -> str:
        """How many values are missing, in words."""
        return missing_text(self.missing_count, self.rows, sampled=self.guessed)


def column_facts(column: Column, special: Callable[[Column], Facts | None] | None = None) -> Facts:
    """Tell a column; `special` is asked first, for the types that only one library has."""
    try:
        facts = special(column) if special else None
        return _facts(column) if facts is None else facts
    except Exception:  # nested types, and extension types of others, may lack any method
        return Facts.of(column.missing)


def commonest(present: nw.Series[Any]) -> tuple[int, list[tuple[Any, int]]]:
    """Return how many values are distinct, and how often all of them occur if they are few, else the commonest."""
    # polars counts in any order; others would sort without regard to what comes first.
    ordered = present.implementation.is_polars()
    counts = present.alias("value").value_counts(sort=ordered, name="count")
    numbers = counts.get_column("count").to_list()
    values = counts.get_column("value")
    # Of values that are as common, the one that comes first.
    places = heapq.nsmallest(MAX_COUNTED, range(len(numbers)), key=lambda place: (-numbers[place], place))
    return len(numbers), [(values[place : place + 1].to_list()[0], int(numbers[place])) for place in places]


def nested_column(column: Column, present: Sequence[Any]) -> Facts:
    """Tell a column whose values consist of others; `present` are those of its sample that are not missing."""
    step = max(1, len(present) // _NESTED)
    looked_at = present[::step]
    mark = "~" if step > 1 or column.sampled else ""
    kinds = sorted({type(value).__name__ for value in looked_at})
    return Facts.of(
        column.missing, Fact(mark + nested_facts(looked_at), schema=f"{mark}holds {', '.join(kinds)}")
    )


def _facts(column: Column) -> Facts:
    dtype = column.whole.dtype
    if is_number(column.whole):
        return number_column(extent_of(column.whole), column.sample, column.rows, sampled=column.sampled)
    missing, words = column.missing_count, column.missing
    if missing == column.rows or dtype == nw.Object:
        return Facts.of(words)
    if dtype == nw.Boolean:
        return _booleans(column, missing).after(words)
    if dtype == nw.Unknown and (numbers := _decimals(column)):
        return numbers.after(words)
    if (dtype.is_temporal() or dtype == nw.Unknown) and (ends := _ends(column)):
        often = _repeated(column) if dtype == nw.Time else ()
        return Facts.of(words, ends, *_rhythm(column), *_durations(column), *often)
    if dtype == nw.List:
        lengths = column.whole.drop_nulls().list.len()
        return Facts.of(words, length_text((int(lengths.min()), int(lengths.max()))))
    present = column.sample.drop_nulls()
    if dtype.is_nested() or dtype == nw.Binary:
        return _many(column, present)
    return _counted(column, present)


def _counted(column: Column, present: nw.Series[Any]) -> Facts:
    """Describe texts and categories by how often each value occurs."""
    dtype, words = column.whole.dtype, column.missing
    distinct, counts = commonest(present)
    if counts and isinstance(counts[0][0], bytes):
        return _many(column, present)
    if dtype == nw.Enum and len(counts) == distinct:
        known = {str(value): count for value, count in counts}
        levels = [str(each) for each in getattr(dtype, "categories", ())]
        return level_facts(levels, [known.get(each, 0) for each in levels], sampled=column.sampled).after(
            words
        )
    facts = category_facts(distinct, counts, len(present), sampled=column.sampled).after(words)
    return facts.before(*spelled(column, present, distinct)) if dtype == nw.String else facts


def spelled(column: Column, present: nw.Series[Any], distinct: int) -> tuple[Fact, ...]:
    """Tell what texts spell, and what is wrong with them; if there are many, only some are checked."""
    step = max(1, len(present) // LOOKED_AT)
    return text_facts(present.gather_every(step).to_list(), distinct, sampled=step > 1 or column.sampled)


def _many(column: Column, present: nw.Series[Any]) -> Facts:
    if column.whole.dtype == nw.Array:
        return Facts.of(column.missing)  # its type has the shape
    values = present.gather_every(max(1, len(present) // _NESTED)).to_list()
    if not values or not is_nested(values[0]):
        return Facts.of(column.missing)
    return nested_column(column, values)


def _decimals(column: Column) -> Facts | None:
    """Describe Decimals of a type that narwhals has no name for, such as those of 256 bits."""
    values = column.sample.drop_nulls().to_list()
    is_known = values and all(isinstance(value, Decimal) for value in values)
    return decimal_facts(values, sampled=column.sampled) if is_known else None


def _ends(column: Column) -> str:
    """Return the range of dates, times or durations; nothing for other values."""
    if column.whole.dtype.is_temporal():
        with contextlib.suppress(Exception):  # Arrow has no least duration
            least, most = date_text(column.whole.min()), date_text(column.whole.max())
            return f"constant {least}" if least == most else f"{least} … {most}"
    values = column.sample.drop_nulls().to_list()
    ends = values_range(values, map(type, values))
    return "~" * column.sampled + ends if ends else ""


def _rhythm(column: Column) -> tuple[Fact, ...]:
    """Tell the rhythm of dates and times that are looked at whole."""
    whole = column.whole
    if column.guessed or "numpy" not in sys.modules or whole.dtype not in (nw.Date, nw.Datetime):
        return ()
    with contextlib.suppress(Exception):  # what has no form in numpy has no rhythm
        whole = whole.drop_nulls()
        if not getattr(whole.dtype, "time_zone", None):
            return rhythm_facts(_times(whole))
        instants = whole.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return rhythm_facts(_times(instants), lambda: _times(whole.dt.replace_time_zone(None)))
    return ()


def _durations(column: Column) -> tuple[Fact, ...]:
    """Return the mean and median of durations, and the frequency of those that are in order."""
    if "numpy" not in sys.modules or column.whole.dtype != nw.Duration:
        return ()
    with contextlib.suppress(Exception):  # values that numpy cannot hold
        lasting = column.sample.drop_nulls().to_numpy()
        told = duration_facts(lasting, sampled=column.sampled, text=lambda each: date_text(each.item()))
        rhythm = () if column.guessed else duration_rhythm(column.whole.drop_nulls().to_numpy())
        return (*rhythm, *told, *(() if rhythm else _repeated(column)))
    return ()


def _repeated(column: Column) -> tuple[Fact, ...]:
    """Tell how often each time of day or duration occurs."""
    with contextlib.suppress(Exception):  # values that a library cannot count
        present = column.sample.drop_nulls()
        return repeated_facts(*commonest(present), len(present), sampled=column.sampled)
    return ()


def _times(column: nw.Series[Any]) -> Any:
    times = column.to_numpy()
    if times.dtype.kind == "O" and times.size <= _MAX_OBJECTS:
        return times.astype("M8[us]")
    if times.dtype.kind != "M":
        raise TypeError(times.dtype)
    return times


def _booleans(column: Column, missing: int) -> Facts:
    if column.counts_sample and column.sampled:
        present = column.sample.drop_nulls()
        return boolean_facts(int(present.sum()), len(present), sampled=True)
    return boolean_facts(int(column.whole.sum()), column.rows - missing)
