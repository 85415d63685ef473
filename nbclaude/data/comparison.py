"""Tells what differs between two frames: columns, types, rows that only one of them has, and values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from nbclaude.data.cells import name_text, number_text, value_text
from nbclaude.data.row_keys import OTHER, alike, joined
from nbclaude.data.table import Described
from nbclaude.data.whole_frames import whole_frame
from nbclaude.errors import ConfigurationError
from nbclaude.secrets.names import name_of
from nbclaude.texts import Cut, clip, counted, one_line

if TYPE_CHECKING:
    from nbclaude.data.frames import Compared

__all__ = ["describe_comparison"]

_MAX_ROWS = 5_000_000  # of tables with more, the values are not compared
_MAX_COLUMNS = 200
_EXAMPLES = 3
_KEYS_SHOWN = 5
_NO_KEY = "no column is a key in both"


def describe_comparison(compared: Compared, budget: int) -> Described:
    """Describe what differs between two eager frames of one library, in about `budget` characters.

    Rows are matched by a key: the first column or index whose values are unique in both, or a few columns that are unique
    together. Without a key, they are matched by position.

    Raises ConfigurationError for frames of two libraries.
    """
    left, right = _alike(whole_frame(compared.frame), whole_frame(compared.other))
    if left.implementation is not right.implementation:
        raise ConfigurationError(
            f"{compared.name} and {compared.other_name} are of two libraries, {left.implementation} and "
            f"{right.implementation}. Convert one of them first."
        )
    names = (name_text(compared.name), name_text(compared.other_name))
    lines = [
        f"{name}: {type(value).__module__.partition('.')[0]} {type(value).__name__}, {counted(len(frame), 'row')} × "
        f"{counted(len(frame.columns), 'column')}"
        for name, value, frame in zip(names, (compared.frame, compared.other), (left, right), strict=True)
    ]
    differences = [
        *_columns(left, right, names),
        *_labels(compared, names),
        *_types(left, right, names),
    ]
    common = [name for name in left.columns if name in right.columns]
    notes: list[str] = []
    if max(len(left), len(right)) > _MAX_ROWS:
        differences.append(f"values are not compared: more than {_MAX_ROWS:,} rows")
        notes.append(Cut("values not compared"))
    elif common:
        if len(common) > _MAX_COLUMNS:
            notes.append(Cut(f"values of {_MAX_COLUMNS} of {len(common):,} common columns compared"))
            common = common[:_MAX_COLUMNS]
        differences += _rows(left, right, common, names)
    said = differences or ["no difference: the same columns, types, rows and values"]
    text, cut = clip("\n".join([*lines, *said]), budget)
    notes += [cut] if cut else []
    summary = f"compared with {names[1]}" if differences else f"no difference from {names[1]}"
    return Described(text, summary, tuple(notes))


def _alike(left: nw.DataFrame[Any], right: nw.DataFrame[Any]) -> tuple[nw.DataFrame[Any], nw.DataFrame[Any]]:
    """Return two frames without an index that has no name and that one of them alone has: it is a trace of how it was made."""
    if ("index" in left.columns) == ("index" in right.columns):
        return left, right
    if "index" in left.columns[:1]:
        return left.drop("index"), right
    return left, right.drop("index") if "index" in right.columns[:1] else right


def _columns(left: nw.DataFrame[Any], right: nw.DataFrame[Any], names: tuple[str, str]) -> list[str]:
    lines = []
    for one, other, name in ((left, right, names[0]), (right, left, names[1])):
        only = [column for column in one.columns if column not in other.columns]
        if only:
            lines.append(f"columns only in {name}: {', '.join(map(name_text, only))}")
    common = [name for name in left.columns if name in right.columns]
    if common != [name for name in right.columns if name in left.columns]:
        lines.append("the columns that both have are in another order")
    return lines


def _types(left: nw.DataFrame[Any], right: nw.DataFrame[Any], names: tuple[str, str]) -> list[str]:
    lines = []
    for name in left.columns:
        if name in right.columns:
            ours, theirs = (_native_type(frame, name) for frame in (left, right))
            if ours != theirs:
                lines.append(f"type of {name_text(name)}: {ours}, in {names[1]} {theirs}")
    return lines


def _native_type(frame: nw.DataFrame[Any], name: str) -> str:
    native = frame[name].to_native()
    dtype = str(getattr(native, "dtype", None) or native.type)
    return f"{dtype}, {_crs(native)}" if dtype == "geometry" else dtype


def _crs(geometries: Any) -> str:
    return "no CRS" if geometries.crs is None else f"CRS {geometries.crs.to_string()}"


def _labels(compared: Compared, names: tuple[str, str]) -> list[str]:
    """Tell if column names have different types, such as 0 and '0'; elsewhere only their texts are compared."""
    kinds = [
        " and ".join(sorted({type(name).__name__ for name in getattr(frame, "columns", ())}))
        for frame in (compared.frame, compared.other)
    ]
    told = f"type of column names: {kinds[0]}, in {names[1]} {kinds[1]}"
    return [told] if all(kinds) and kinds[0] != kinds[1] else []


def _rows(
    left: nw.DataFrame[Any], right: nw.DataFrame[Any], common: Sequence[str], names: tuple[str, str]
) -> list[str]:
    """Return lines about rows of one frame alone and about values; nothing for what is equal."""
    left, right = alike(left, right, common)
    key, pairs = joined(left, right)
    if pairs is not None:
        lines = _only(left, right, key, len(pairs), names)
        if len(pairs) == len(left) == len(right) and not _in_order(left, right, key):
            lines.append("rows are in a different order")
        lines += _values(pairs, [name for name in common if name not in key], key, names)
        return [f"rows belong together by {', '.join(map(name_text, key))}", *lines] if lines else []
    if len(left) != len(right):
        said = f"{len(left):,} rows, in {names[1]} {len(right):,}"
        return [f"{said}; {_NO_KEY}, so rows and values are not compared"]
    pairs = nw.concat([left, right.select(nw.col(n).alias(f"{n}{OTHER}") for n in common)], how="horizontal")
    lines = _values(pairs, common, [], names)
    return [f"rows belong together by position: {_NO_KEY}", *lines] if lines else []


def _in_order(left: nw.DataFrame[Any], right: nw.DataFrame[Any], key: Sequence[str]) -> bool:
    return all(left[name].to_list() == right[name].to_list() for name in key)


def _only(
    left: nw.DataFrame[Any], right: nw.DataFrame[Any], key: Sequence[str], both: int, names: tuple[str, str]
) -> list[str]:
    """Return lines with the keys that one frame alone has."""
    lines = []
    ours, theirs = left.select(*key), right.select(*key)
    for one, other, name in ((ours, theirs, names[0]), (theirs, ours, names[1])):
        if len(one) > both:
            only = one.join(other, on=list(key), how="anti")
            shown = ", ".join(_told_key(row) for row in only.head(_KEYS_SHOWN).rows())
            more = ", …" if len(only) > _KEYS_SHOWN else ""
            keys = "" if any(map(name_of, key)) else f": {', '.join(map(name_text, key))} {shown}{more}"
            lines.append(f"{counted(len(only), 'row')} only in {name}{keys}")
    return lines


def _told_key(row: Sequence[Any]) -> str:
    """Return the values of a key, in parentheses if there are several."""
    told = ", ".join(value_text(value) for value in row)
    return told if len(row) == 1 else f"({told})"


def _values(
    pairs: nw.DataFrame[Any], common: Sequence[str], key: Sequence[str], names: tuple[str, str]
) -> list[str]:
    """Return a line for each column that has other values in the other frame."""
    lines = []
    for name in common:
        ours, theirs = pairs[name], pairs[f"{name}{OTHER}"]
        try:
            differs = _differing(ours, theirs)
        except Exception:  # numbers and texts, dates with and without a zone: no library compares these
            lines.append(f"{name_text(name)}: cannot be compared")
            continue
        count = int(differs.sum())
        if count:
            said = f"{name_text(name)}: {count:,} of {counted(len(pairs), 'row')} differ"
            said += "" if name_of(name) else _by(ours, theirs)
            lines.append(said + _examples(pairs.filter(differs), name, key, names))
    return lines


def _differing(ours: nw.Series[Any], theirs: nw.Series[Any]) -> nw.Series[Any]:
    zones = [bool(getattr(each.dtype, "time_zone", None)) for each in (ours, theirs)]
    if zones[0] != zones[1]:
        # To pandas, all such times differ.
        raise TypeError(ours.dtype, theirs.dtype)
    return (ours != theirs).fill_null(value=True) & ~(ours.is_null() & theirs.is_null())


def _by(ours: nw.Series[Any], theirs: nw.Series[Any]) -> str:
    """Return the largest difference between numbers; nothing for other values."""
    if not (ours.dtype.is_float() and theirs.dtype.is_numeric()) and not all(
        each.dtype.is_integer() for each in (ours, theirs)
    ):
        return ""
    apart = (ours.cast(nw.Float64) - theirs.cast(nw.Float64)).abs().drop_nulls()
    known = apart.filter(apart.is_finite())
    return f", by at most {number_text(float(known.max()), 4)}" if len(known) else ""


def _examples(found: nw.DataFrame[Any], name: str, key: Sequence[str], names: tuple[str, str]) -> str:
    """Return some of the values that differ; nothing of a column, or key, whose name tells of a secret."""
    if name_of(name) or any(map(name_of, key)):
        return ""
    first = found.head(_EXAMPLES)
    keys = (
        [f"{', '.join(map(name_text, key))} {_told_key(row)}: " for row in first.select(*key).rows()]
        if key
        else []
    )
    told = [
        f"{where}{_both(ours, theirs, names[1])}"
        for where, ours, theirs in zip(
            keys or [""] * _EXAMPLES, first[name].to_list(), first[f"{name}{OTHER}"].to_list(), strict=False
        )
    ]
    return f" ({'; '.join(told)}{'; …' if len(found) > len(first) else ''})"


def _both(ours: object, theirs: object, other: str) -> str:
    """Return two values that differ, with enough digits to show it."""
    told = [_said(ours), _said(theirs)]
    if told[0] == told[1]:
        told = [one_line(repr(each), 60) for each in (ours, theirs)]
    return f"{told[0]}, in {other} {told[1]}"


def _said(value: object) -> str:
    missing = value is None or (isinstance(value, float) and value != value)
    return "missing" if missing else value_text(value)
