"""Finds the facts about a numpy array's values: missing, range, statistics, the fields of a structured one."""

from __future__ import annotations

import datetime
import sys
import warnings
from collections import Counter
from typing import Any

from nbclaude.data.cells import date_text, duration_text, number_text
from nbclaude.data.dates import duration_facts, duration_rhythm, rhythm_facts
from nbclaude.data.extents import extent, pieces, plain, present
from nbclaude.data.fact_words import (
    MAX_COUNTED,
    boolean_facts,
    category_facts,
    complex_text,
    missing_facts,
    missing_text,
    types_text,
)
from nbclaude.data.facts import Fact, Facts
from nbclaude.data.nested import is_nested, nested_facts
from nbclaude.data.number_facts import number_facts
from nbclaude.data.statistics import numbers_in
from nbclaude.data.table import is_exact, sample_step

__all__ = ["array_facts", "step_fact"]

_MAX_STEPS = 1_000_000
_FIELDS = 40  # of a structured array are told
_BLOCKS, _BLOCK = 25, 2_000  # what is read of an array on a disk
_ON_DISK = 25  # times longer it takes to read one


def array_facts(array: Any) -> Facts:
    """Tell an array: what is `exact` of all of it, the rest, and all of a very large one, of a sample."""
    if not array.size or not array.ndim:
        return Facts()
    if array.dtype.names:
        return _fields(array)
    kind = array.dtype.kind
    if kind not in "iufbMmcOSUT":
        return Facts()
    on_disk = _is_on_disk(array)
    step = sample_step(array.size, 1)
    exact = is_exact(array.size, [_ON_DISK if on_disk else 4 if kind == "c" else 1]) and kind not in "OSUT"
    sample = _blocks(array) if on_disk and not exact else _every(array, step)
    marked = "~ is from" if exact else "all from"
    said = f"{marked} a sample of {sample.size:,} values" if step > 1 else ""
    facts = _FACTS.get(kind, _texts)(array if exact else sample, sample, exact and step > 1)
    # Dates and booleans have nothing that comes from a sample alone.
    needed = (not exact or kind in "iuf") and said and facts.facts
    return facts.before(Fact(said, apart=True)) if needed else facts


def step_fact(array: Any) -> Fact:
    """Give the step between the numbers of a flat array if they are evenly spaced; else nothing."""
    numpy = sys.modules["numpy"]
    if array.ndim != 1 or not 3 <= array.size <= _MAX_STEPS or array.dtype.kind not in "iuf":
        return Fact("")
    steps = numpy.diff(array.astype("float64"))
    # Floats such as 0.1 are not exact, so their steps differ slightly.
    first, last = float(array[0]), float(array[-1])
    step = (last - first) / (array.size - 1)
    digits = 0.0 if array.dtype.kind != "f" else 8 * float(numpy.finfo(array.dtype).eps)
    if not step or not numpy.allclose(
        steps, step, rtol=1e-3 * bool(digits), atol=digits * max(abs(first), abs(last))
    ):
        return Fact("")
    return Fact(f"step {number_text(abs(step))}", 1)


def _fields(array: Any) -> Facts:
    names = array.dtype.names
    known = [(name, array_facts(array[name])) for name in names[:_FIELDS]]
    more = f"\n  … and {len(names) - _FIELDS:,} more fields" if len(names) > _FIELDS else ""

    def told(*, values: bool) -> str:
        texts = ((name, facts.text(values=values, rows=True)) for name, facts in known)
        lines = (f"  {name}: {array.dtype[name]}{'; ' * bool(text)}{text}" for name, text in texts)
        return "\n".join(["fields:", *lines]) + more

    return Facts.of(Fact(told(values=True), schema=told(values=False)))


def _is_on_disk(array: Any) -> bool:
    """Return whether an array, or what it is a view of, is a file: to read it whole may take minutes."""
    memmap = sys.modules["numpy"].memmap
    while array is not None and not isinstance(array, memmap):
        array = getattr(array, "base", None)
    return array is not None


def _every(array: Any, step: int) -> Any:
    # Flat views only: `ravel` would copy an array that does not lie in one piece.
    return array.reshape(-1)[::step] if array.flags.c_contiguous else array.flat[: array.size : step]


def _blocks(array: Any) -> Any:
    """Return blocks from all over: single values would read a page of the disk each."""
    starts = (array.size * block // _BLOCKS for block in range(_BLOCKS))
    flat = array.reshape(-1) if array.flags.c_contiguous else array.flat
    return sys.modules["numpy"].concatenate([flat[start : start + _BLOCK] for start in starts])


def _numbers(whole: Any, sample: Any, sampled: bool) -> Facts:
    found, there = plain(extent(pieces(whole))), sys.modules["numpy"].asarray(present(sample)).reshape(-1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        numbers = numbers_in(there, ddof=0, whole=whole.ndim == 1 and not sampled)
        return number_facts(found, whole.size, numbers, sampled=sampled)


def _complex(whole: Any, _sample: Any, _sampled: bool) -> Facts:
    real, imaginary = (plain(extent(pieces(part))) for part in (whole.real, whole.imag))
    return Facts.of(
        missing_text(max(real.missing, imaginary.missing), whole.size),
        missing_text(max(real.nan, imaginary.nan), whole.size, "NaN"),
        complex_text(real, imaginary),
    )


def _booleans(whole: Any, _sample: Any, _sampled: bool) -> Facts:
    true = there = 0
    for part in map(present, pieces(whole)):
        true, there = true + int(part.sum()), there + part.size
    return boolean_facts(true, there).after(missing_text(whole.size - there, whole.size))


def _times(whole: Any, sample: Any, sampled: bool) -> Facts:
    found = extent(pieces(whole))
    missing = missing_facts(found, whole.size)
    if found.least is None:
        return Facts.of(*missing)
    if whole.dtype.kind == "m":
        ends = f"{_duration_text(found.least)} … {_duration_text(found.most)}"
        numpy = sys.modules["numpy"]
        lasting = numpy.asarray(present(sample)).reshape(-1)
        told = duration_facts(lasting[lasting == lasting], sampled=sampled, text=_duration_text)
        in_row = numpy.asarray(present(whole)) if whole.ndim == 1 and not sampled else lasting[:0]
        return Facts.of(*missing, ends, *duration_rhythm(in_row[in_row == in_row]), *told)
    ends = f"{date_text(found.least)} … {date_text(found.most)}"
    if whole.ndim != 1 or sampled:
        return Facts.of(*missing, ends)
    times = sys.modules["numpy"].asarray(present(whole))
    return Facts.of(*missing, ends, *rhythm_facts(times[times == times]))


def _duration_text(duration: Any) -> str:
    rounded = duration.astype("m8[us]")
    known = rounded.item()  # a number if the duration is too long for Python
    is_known = rounded == duration and isinstance(known, datetime.timedelta)
    return duration_text(known) if is_known else str(duration)


def _texts(whole: Any, _sample: Any, _sampled: bool) -> Facts:
    values = present(whole).tolist()
    if whole.dtype.kind == "S":
        values = [each.decode("ascii", "backslashreplace") for each in values]
    there = [each for each in values if each is not None]
    missing, kinds = whole.size - len(there), Counter(map(type, there))
    words = missing_text(missing, whole.size)
    if there and whole.dtype.kind == "O" and is_nested(there[0]):
        return Facts.of(words, nested_facts(there))
    types = types_text(kinds) if there else ""
    try:
        counts = Counter(there)
    except Exception:  # a list, a tuple of lists, an object of the user's
        return Facts.of(words, types)
    types = types if whole.dtype.kind == "O" else ""
    return category_facts(len(counts), counts.most_common(MAX_COUNTED), len(there), types).after(words)


_FACTS = {
    "i": _numbers,
    "u": _numbers,
    "f": _numbers,
    "c": _complex,
    "b": _booleans,
    "M": _times,
    "m": _times,
}
