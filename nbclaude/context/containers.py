"""Finds the pictures and tables in a list, tuple or dict, by their place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from nbclaude.context.attachment import Attachment
from nbclaude.context.images.joining import MAX_PICTURES, joined
from nbclaude.context.images.limits import ImageLimits
from nbclaude.context.images.pictures import picture_of
from nbclaude.context.objects import type_name
from nbclaude.context.reprs import bounded_repr
from nbclaude.data.frames import describe_data
from nbclaude.data.lazy.engines import QUERY_FAMILIES, engine_of
from nbclaude.data.styled_tables import is_styled
from nbclaude.texts import Cut, TextLimits, counted, framed, one_line
from nbclaude.wire.request import text_block

__all__ = ["DATA_FAMILIES", "pictures_in", "tables_in"]

# A table can be many things; that it is no picture is known without asking it.
_IN_MEMORY = frozenset({"modin", "narwhals", "pandas", "polars", "pyarrow", "xarray"})
# To show a query would compute it, so nothing is asked of one here.
DATA_FAMILIES = _IN_MEMORY | QUERY_FAMILIES | {"_duckdb", "sqlalchemy"}

_MAX_AXES = 1_000
_MAX_TABLES = 20  # of a list or dict go along
_LARGE = 200  # values: a smaller array is whole in its repr
# All tables of a list together may be so many times as long as one; each has at least so many characters.
_TOGETHER = 3
_LEAST = 900


def pictures_in(value: Any, label: str, limits: ImageLimits) -> Attachment | None:
    """Return a list, dict or array that is all pictures, or a list or dict some of whose values are; else None."""
    items = value if isinstance(value, dict) else _items(value)
    # Who puts a picture among other values seldom puts it far behind: a list of numbers is not looked through.
    places = [(place, item) for _, place, item in _places(value, label, MAX_PICTURES)]
    pictures = (_pictured(item, limits, place) for place, item in places)
    if items and (alone := joined(pictures, len(items), limits, label)) is not None:
        return alone
    found = [picture for place, item in places if (picture := _pictured(item, limits, place)) is not None]
    if not found:
        return None
    together = joined(found, len(found), limits, label)
    text, note = bounded_repr(value, TextLimits().text)
    notes = ((note,) if note else ()) + (together.notes if together else ())
    if len(value) > MAX_PICTURES:
        notes = (*notes, f"pictures only of the first {MAX_PICTURES} of {len(value):,} values")
    blocks = (framed("value", label, text), *(together.blocks if together else ()))
    return Attachment(
        label, blocks, f"{type_name(value)} with {counted(len(found), 'picture')}", notes, "image"
    )


def tables_in(value: Any, label: str, format: str, limits: TextLimits) -> Attachment | None:
    """Return a list or dict with frames or large arrays in it: each as a table, the other values as their repr; else None."""
    if not isinstance(value, (dict, list, tuple)):
        return None
    # `dfs:schema` consists of `dfs['a']:schema`.
    whole = label.removesuffix(f":{format}")
    formatted = label[len(whole) :]
    places = list(_places(value, whole, _MAX_TABLES))
    tables = [(place, item) for _, place, item in places if _is_table(item)]
    if not tables:
        return None
    share = max(_LEAST, min(limits.summary, _TOGETHER * limits.summary // len(tables)))
    each = replace(
        limits, summary=share, rows=limits.rows // len(tables), seconds=limits.seconds / len(tables)
    )
    blocks, notes = [], []
    for place, item in tables:
        if (described := describe_data(item, format, each)) is not None:
            blocks.append(framed("data", place + formatted, described.text))
            notes += [Cut.reworded(note, f"{place}: {note}") for note in described.notes]
    others = {key: item for key, _, item in places if not _is_table(item)}
    if others:
        text, note = bounded_repr(others, limits.text)
        blocks.append(framed("value", label, text))
        notes += [note] if note else []
    if len(value) > _MAX_TABLES:
        notes.append(Cut(f"only the first {_MAX_TABLES} of {len(value):,} values"))
        blocks.append(text_block(f"[{label}: {notes[-1]}]"))
    return Attachment(
        label,
        tuple(blocks),
        f"{type_name(value)} with {counted(len(tables), 'table')}",
        tuple(notes),
        "data",
    )


def _places(value: Any, label: str, most: int) -> Iterable[tuple[Any, str, Any]]:
    """Give the first values of a container, each with its key and the expression that stands for it."""
    named: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, dict) else enumerate(_items(value))
    label = f"{label}.flat" if _family(value) == "numpy" and value.ndim > 1 else label
    for key, item in islice(named, most):
        yield key, f"{label}[{one_line(repr(key), 60)}]", item


def _is_table(item: Any) -> bool:
    if is_styled(item) or engine_of(item) is not None:
        return True
    family = _family(item)
    if family == "numpy":
        return getattr(item, "size", 0) > _LARGE and hasattr(item, "dtype")
    return family in _IN_MEMORY and hasattr(item, "shape") and bool(item.shape)


def _pictured(item: Any, limits: ImageLimits, label: str) -> Attachment | None:
    if item is None or isinstance(item, (str, int, float)) or _family(item) in DATA_FAMILIES:
        return None
    found = picture_of(item, limits, label)
    return replace(found, label=label) if found is not None else None  # a file has its own name


def _family(value: object) -> str:
    return str(type(value).__module__).partition(".")[0]


def _items(value: Any) -> Sequence[Any]:
    """Return what is in a list, a tuple, or an array of objects (matplotlib's axes); nothing for other values."""
    if type(value).__module__ == "numpy" and getattr(getattr(value, "dtype", None), "kind", "") == "O":
        # Who has so many axes wants none of them sent.
        return list(value.flat) if value.size <= _MAX_AXES else ()
    return value if isinstance(value, (list, tuple)) else ()
