"""Makes a frame of any library one whose columns have names as texts, its index among them: for groups and comparisons."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from nbclaude.errors import ConfigurationError
from nbclaude.texts import one_line

__all__ = ["whole_frame"]


def whole_frame(value: Any) -> nw.DataFrame[Any]:
    """Return a frame or series of pandas, modin, polars or Arrow; an index that is more than a row's number is a column.

    Raises ConfigurationError where two columns have one name.
    """
    if hasattr(value, "iloc"):
        value = _with_index(value)
    elif not hasattr(value, "columns") and hasattr(value, "to_frame"):
        value = value.to_frame()
    names = [str(name) for name in getattr(value, "column_names", value.columns)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigurationError(
            f"Two columns have the name {one_line(twice[0], 80)!r}: rename one of them first."
        )
    return nw.from_native(value, eager_only=True)


def _with_index(value: Any) -> Any:
    """Return a frame of pandas with its index as columns."""
    if not hasattr(value, "columns"):
        value = value.to_frame("values" if value.name is None else value.name)
    index = value.index
    if value.columns.nlevels > 1:
        value = value.set_axis([" ".join(map(str, label)) for label in value.columns], axis="columns")
    else:
        value = value.set_axis([str(name) for name in value.columns], axis="columns")
    if type(index).__name__ == "RangeIndex" and index.name is None:
        return value
    alone = index.nlevels == 1
    names = [
        str(name) if name is not None else "index" if alone else f"index {level}"
        for level, name in enumerate(index.names)
    ]
    if set(names) & set(value.columns) or len(set(names)) < len(names):
        return value
    return value.rename_axis(index=names[0] if alone else names).reset_index()
