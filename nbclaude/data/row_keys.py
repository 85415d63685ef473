"""Finds the columns by which the rows of two frames are matched, and gives common columns one type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import narwhals.stable.v2 as nw

from nbclaude.data.combinations import combinations_of

__all__ = ["OTHER", "alike", "joined"]

_MOST = 1_000_000  # rows: in larger frames, only single columns are tried as keys
OTHER = "__other"
_TEXTS = (nw.String, nw.Categorical, nw.Enum)


def alike(
    left: nw.DataFrame[Any], right: nw.DataFrame[Any], common: Sequence[str]
) -> tuple[nw.DataFrame[Any], nw.DataFrame[Any]]:
    """Return the common columns, with one type for those that hold the same kind of values in different types.

    These are integers of different sizes (or stored as floats), texts and categories, times in different units.
    """
    ours: list[Any] = []
    theirs: list[Any] = []
    for name in common:
        kind = _one_type(left[name], right[name])
        for columns in (ours, theirs):
            columns.append(nw.col(name) if kind is None else nw.col(name).cast(kind))
    return left.select(*ours), right.select(*theirs)


def _one_type(ours: nw.Series[Any], theirs: nw.Series[Any]) -> Any:
    """Return the type that two columns should have; None if they can be compared as they are, or not at all."""
    both: list[Any] = [ours.dtype, theirs.dtype]
    if all(dtype in _TEXTS for dtype in both):
        # Categorical columns cannot be compared, even if their categories are the same.
        return None if both == [nw.String, nw.String] else nw.String
    if both[0] == both[1]:
        return None
    if all(dtype == nw.Datetime for dtype in both):
        return both[0] if _zone(both[0]) == _zone(both[1]) else None
    if all(map(_is_whole, (ours, theirs))):
        return nw.Int64
    return None


def _is_whole(column: nw.Series[Any]) -> bool:
    if column.dtype.is_integer():
        return column.dtype not in (nw.UInt64, nw.Int128, nw.UInt128)
    return column.dtype.is_float() and not column.null_count() and bool((column == column.round(0)).all())


def _zone(dtype: Any) -> Any:
    return getattr(dtype, "time_zone", None)


def joined(
    left: nw.DataFrame[Any], right: nw.DataFrame[Any]
) -> tuple[Sequence[str], nw.DataFrame[Any] | None]:
    """Return the fewest columns that identify the rows of both frames, and the rows of both joined on them.

    The names of the right frame's columns end with `OTHER`. Returns no columns and None if no rows can be matched.
    """
    for names in _candidates(left, right):
        try:
            if all(_are_apart(each, names) for each in (left, right)):
                pairs = left.join(right, on=list(names), how="inner", suffix=OTHER)
                if len(pairs):
                    return names, pairs
        except Exception:  # noqa: S112 - lists and other values that no library compares
            continue
    return (), None


def _are_apart(frame: nw.DataFrame[Any], names: Sequence[str]) -> bool:
    distinct = frame[names[0]].n_unique() if len(names) == 1 else len(frame.select(*names).unique())
    return distinct == len(frame)


def _candidates(left: nw.DataFrame[Any], right: nw.DataFrame[Any]) -> Iterator[Sequence[str]]:
    yield from ((name,) for name in left.columns if _may_be_key(left[name], right[name]))
    if max(len(left), len(right)) <= _MOST:
        labels = [name for name in left.columns if not _is_measured(left[name])]
        yield from (names for names, _ in combinations_of(left.select(*labels)))


def _is_measured(numbers: nw.Series[Any]) -> bool:
    """Return whether a column holds floats that are all different, as measured numbers are."""
    return numbers.dtype.is_float() and numbers.n_unique() == len(numbers)


def _may_be_key(ours: nw.Series[Any], theirs: nw.Series[Any]) -> bool:
    # A measured number is unique by chance.
    if ours.dtype != theirs.dtype or ours.dtype.is_float() or ours.dtype == nw.Boolean or not len(ours):
        return False
    return not ours.null_count() and not theirs.null_count()
