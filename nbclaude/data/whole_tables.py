"""Describes a frame as a whole: what tells its rows apart, the names of its axes, what its owner noted on it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from nbclaude.data.cells import name_text
from nbclaude.data.combinations import combination_text
from nbclaude.texts import one_line

__all__ = ["about", "attributes_text"]

_MAX_ATTRIBUTES = 20
_NAMED = 8  # labels of a level
_MAX_LENGTH = 80  # characters of an attribute
_MAX_CELLS = 1_000_000  # of a table that is searched whole for duplicated rows


def about(frame: Any, family: str, step: int) -> list[str]:
    """Return lines about a frame of pandas, modin, polars or Arrow; every `step`-th row of it is a sample."""
    lines = []
    if family in ("pandas", "modin"):
        lines = [_axes(frame), _active_geometry(frame), attributes_text(frame.attrs)]
    repeated = _duplicates(frame, family, step)
    lines += [repeated] if repeated or step > 1 else [_combinations(frame)]
    return [line for line in lines if line]


def attributes_text(attributes: Mapping[Any, Any]) -> str:
    """Return what was written on an object, in a line; nothing for nothing."""
    if not attributes:
        return ""
    told = [
        f"{name_text(name)}: {one_line(str(value), _MAX_LENGTH)}"
        for name, value in list(attributes.items())[:_MAX_ATTRIBUTES]
    ]
    if len(attributes) > _MAX_ATTRIBUTES:
        told.append(f"and {len(attributes) - _MAX_ATTRIBUTES:,} more")
    return f"attrs: {'; '.join(told)}"


def _axes(frame: Any) -> str:
    """Return the names of the axis of columns, or of its levels, and how many labels each level has."""
    columns = frame.columns
    if columns.nlevels == 1:
        # As labels, dates and texts look alike.
        dtype = (
            "" if columns.dtype.kind in "Oiuf" or str(columns.dtype).startswith("str") else str(columns.dtype)
        )
        named = "" if columns.name is None else name_text(columns.name)
        axis = f"{named} ({dtype})" if named and dtype else named or dtype
        return f"column axis: {axis}" if axis else ""
    numpy = sys.modules["numpy"]
    told = []
    for n, (name, codes) in enumerate(zip(columns.names, columns.codes, strict=True)):
        used = columns.levels[n].take(numpy.unique(codes[codes >= 0]))
        values = ", ".join(name_text(value) for value in used[:_NAMED])
        more = f", … {len(used):,} in all" if len(used) > _NAMED else ""
        # If there are few columns, their own lines show the labels.
        named = f" ({values}{more})" if len(columns) > _NAMED else ""
        told.append(f"{name_text(f'level {n}' if name is None else name)}{named}")
    if len(columns) <= _NAMED and not any(name is not None for name in columns.names):
        return ""
    return f"column levels: {'; '.join(told)}"


def _active_geometry(frame: Any) -> str:
    """Return which of several geometry columns geopandas draws and measures."""
    active = getattr(frame, "active_geometry_name", None)
    several = sum(str(dtype) == "geometry" for dtype in frame.dtypes) > 1
    return f"active geometry: {name_text(active)}" if several and active is not None else ""


def _combinations(frame: Any) -> str:
    """Return which columns tell the rows apart together; nothing where none do, or they cannot be compared."""
    try:
        return combination_text(frame)
    except Exception:  # columns with the same name, and values that no library can compare
        return ""


def _duplicates(frame: Any, family: str, step: int) -> str:
    """Return how many rows repeat an earlier one; nothing where none does, or they cannot be compared."""
    rows, columns = frame.shape
    # Of a single column the facts about it tell that.
    if rows < 2 or columns < 2:
        return ""
    sampled = step > 1 or rows * columns > _MAX_CELLS
    try:
        if sampled:
            step = max(step, rows * columns // _MAX_CELLS)
            frame = _every(frame, family, step)
            rows = frame.shape[0]
        repeated = _repeated(frame, family)
    except Exception:  # lists and other values that no library compares
        return ""
    if not repeated:
        return ""
    said = f"{repeated:,} duplicated row{'s' if repeated > 1 else ''}"
    return f"{said} in a sample of {rows:,}" if sampled else said


def _every(frame: Any, family: str, step: int) -> Any:
    if family == "polars":
        return frame.gather_every(step)
    if family == "pyarrow":
        return frame.slice(0, frame.num_rows // step)
    return frame.iloc[::step]


def _repeated(frame: Any, family: str) -> int:
    if family == "polars":
        if any(str(dtype) == "Object" for dtype in frame.dtypes):
            return 0  # polars panics if it compares Python objects in a frame with lists
        return int(frame.height - frame.n_unique())
    if family == "pyarrow":
        names = [str(n) for n in range(frame.num_columns)]
        return int(frame.num_rows - frame.rename_columns(names).group_by(names).aggregate([]).num_rows)
    return int(frame.duplicated().sum())
