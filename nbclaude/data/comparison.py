"""Tells what differs between two frames: columns, types, rows that only one of them has, and values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from nbclaude.data.cells import name_text, value_text
from nbclaude.data.table import Described
from nbclaude.data.whole_frames import whole_frame
from nbclaude.errors import ConfigurationError
from nbclaude.secrets.names import name_of
from nbclaude.texts import Cut, clip, counted

if TYPE_CHECKING:
    from nbclaude.data.frames import Compared

__all__ = ["describe_comparison"]

_MAX_ROWS = 5_000_000  # of tables with more, the values are not compared
_MAX_COLUMNS = 200
_EXAMPLES = 3
_KEYS_SHOWN = 5
_OTHER = "__other"


def describe_comparison(compared: Compared, budget: int) -> Described:
    """Describe what differs between two eager frames of one library, in about `budget` characters.

    Rows belong together by the first column, or index, whose values are unique in both; else by their position.

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
    differences = [*_columns(left, right, names), *_types(left, right, names)]
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
    return str(getattr(native, "dtype", None) or native.type)


def _rows(
    left: nw.DataFrame[Any], right: nw.DataFrame[Any], common: Sequence[str], names: tuple[str, str]
) -> list[str]:
    """Return lines about rows of one frame alone and about values; nothing for what is equal."""
    key = next((name for name in common if _is_key(left, right, name)), None)
    if key is not None:
        lines = _only(left, right, key, names)
        pairs = left.select(common).join(right.select(common), on=key, how="inner", suffix=_OTHER)
        lines += _values(pairs, [name for name in common if name != key], key, names)
        return [f"rows belong together by {name_text(key)}", *lines] if lines else []
    if len(left) != len(right):
        said = f"{len(left):,} rows, in {names[1]} {len(right):,}"
        return [f"{said}; no column is unique in both, so rows and values are not compared"]
    pairs = nw.concat(
        [left.select(common), right.select(nw.col(name).alias(f"{name}{_OTHER}") for name in common)],
        how="horizontal",
    )
    lines = _values(pairs, common, None, names)
    return ["rows belong together by position: no column is unique in both", *lines] if lines else []


def _is_key(left: nw.DataFrame[Any], right: nw.DataFrame[Any], name: str) -> bool:
    """Return whether a column tells the rows of both frames apart, and some row is in both."""
    ours, theirs = left[name], right[name]
    # A measured number is unique by chance.
    if ours.dtype != theirs.dtype or ours.dtype.is_float() or ours.dtype == nw.Boolean or not len(ours):
        return False
    try:
        unique = all(not each.null_count() and each.n_unique() == len(each) for each in (ours, theirs))
        return unique and bool(ours.is_in(theirs).any())
    except Exception:  # lists and other values that no library compares
        return False


def _only(left: nw.DataFrame[Any], right: nw.DataFrame[Any], key: str, names: tuple[str, str]) -> list[str]:
    """Return lines with the keys that one frame alone has."""
    lines = []
    for one, other, name in ((left[key], right[key], names[0]), (right[key], left[key], names[1])):
        only = one.filter(~one.is_in(other))
        if len(only):
            shown = ", ".join(value_text(value) for value in only.head(_KEYS_SHOWN).to_list())
            more = ", …" if len(only) > _KEYS_SHOWN else ""
            keys = "" if name_of(key) else f": {name_text(key)} {shown}{more}"
            lines.append(f"{counted(len(only), 'row')} only in {name}{keys}")
    return lines


def _values(
    pairs: nw.DataFrame[Any], common: Sequence[str], key: str | None, names: tuple[str, str]
) -> list[str]:
    """Return a line for each column that has other values in the other frame."""
    lines = []
    for name in common:
        ours, theirs = pairs[name], pairs[f"{name}{_OTHER}"]
        try:
            differs = (ours != theirs).fill_null(value=True) & ~(ours.is_null() & theirs.is_null())
        except Exception:  # numbers and texts, dates with and without a zone: no library compares these
            lines.append(f"{name_text(name)}: cannot be compared")
            continue
        count = int(differs.sum())
        if count:
            said = f"{name_text(name)}: {count:,} of {counted(len(pairs), 'row')} differ"
            lines.append(said + _examples(pairs.filter(differs), name, key, names))
    return lines


def _examples(found: nw.DataFrame[Any], name: str, key: str | None, names: tuple[str, str]) -> str:
    """Return some of the values that differ; nothing of a column, or key, whose name tells of a secret."""
    if name_of(name) or (key is not None and name_of(key)):
        return ""
    first = found.head(_EXAMPLES)
    columns = [first[name].to_list(), first[f"{name}{_OTHER}"].to_list()]
    keys = [f"{name_text(key)} {value_text(value)}: " for value in first[key].to_list()] if key else [""] * 3
    told = [
        f"{where}{_said(ours)}, in {names[1]} {_said(theirs)}"
        for where, ours, theirs in zip(keys, *columns, strict=False)
    ]
    return f" ({'; '.join(told)}{'; …' if len(found) > len(first) else ''})"


def _said(value: object) -> str:
    missing = value is None or (isinstance(value, float) and value != value)
    return "missing" if missing else value_text(value)
