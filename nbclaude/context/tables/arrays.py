"""A numpy or xarray object comes in; compact text about it, made for a model, goes out."""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from nbclaude.context.tables.extents import extent, pieces, present
from nbclaude.context.tables.facts import missing_text, number_facts
from nbclaude.context.tables.table import Described, is_exact, sample_step
from nbclaude.context.texts import clip, counted

__all__ = ["describe_array", "describe_xarray"]

# What numpy prints whole; of a larger array it prints the corners.
_WHOLE = 200
_EDGE = 3
_PRINTED: Mapping[str, Any] = {"max_line_width": 110, "separator": ", "}


def describe_array(array: Any, format: str, rows: int, budget: int) -> Described:
    """Describe a numpy array: `format` is "" (with its values, or the corners), "schema", "head" or "full"."""
    numpy = sys.modules["numpy"]
    shape = " × ".join(f"{size:,}" for size in array.shape) or "a single value"
    size = f"{shape}, {array.dtype}"
    opening = f"numpy {type(array).__name__}, shape {array.shape}, dtype {array.dtype}"
    facts = _facts(array, numpy)
    opening = f"{opening}\n{facts}" if facts else opening
    if format == "schema":
        return Described(f"{opening}\n(no values were sent)", f"{size}: schema only")
    shown, words = array, "values"
    if format == "head" and array.ndim:
        shown = array[:rows]
        words = f"first {min(rows, len(array)):,}"
    # Each number needs two characters at least, so more than this would never fit.
    threshold = budget // 2 if format else _WHOLE
    whole = shown.size <= threshold and shown.size == array.size
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if hasattr(shown, "compressed"):
            text = _masked_text(shown, threshold, numpy)
        else:
            text = numpy.array2string(shown, threshold=threshold, edgeitems=_EDGE, **_PRINTED)
    text, note = clip(text, max(budget - len(opening), 200))
    notes = [note] if note else []
    if shown.size > threshold:
        notes.append("corners only; … stands for the rest")
        words = "corners"
    elif whole and not note:
        words = "whole"
    said = f" ({notes[-1]})" if shown.size > threshold else ""
    return Described(f"{opening}\n{words}{said}:\n{text}", f"{size}: {words}", tuple(notes))


def _masked_text(array: Any, threshold: int, numpy: Any) -> str:
    """Print an array with -- for what is masked: numpy would print what stands there."""
    if array.dtype.names:
        return str(array)
    if array.size > threshold:
        # Only what is printed becomes objects: one more than the corners, which numpy leaves out again.
        edge = _EDGE + 1
        ends = ([*range(edge), *range(n - edge, n)] if n > 2 * edge else range(n) for n in array.shape)
        array, threshold = array[numpy.ix_(*ends)], 0
    shown = array.astype(object).filled("--")
    return str(
        numpy.array2string(
            shown, threshold=threshold, edgeitems=_EDGE, formatter={"all": _plain_text}, **_PRINTED
        )
    )


def _plain_text(value: object) -> str:
    return f"{value:.8g}" if isinstance(value, float) else str(value)


def _facts(array: Any, numpy: Any) -> str:
    """Return missing values, range and mean, of a sample where the array is large."""
    if array.dtype.kind not in "iufbMm" or not array.size:
        return ""
    step, exact = sample_step(array.size, 1), is_exact(array.size, [1])
    # Flat views only: `ravel` would copy an array that does not lie in one piece.
    flat = array.reshape(-1)[::step] if array.flags.c_contiguous else array.flat[: array.size : step]
    whole = array if exact else flat
    marked = "; ~ is from" if exact else "; all from"
    sampled = f"{marked} a sample of {flat.size:,} values" if step > 1 else ""
    flat = numpy.asarray(present(flat))
    if array.dtype.kind == "b":
        true, there = map(
            sum, zip(*((int(p.sum()), p.size) for p in map(present, pieces(whole))), strict=True)
        )
        parts = [missing_text(whole.size - there, whole.size), f"{true:,} true"]
        return ", ".join(part for part in parts if part) + ("" if exact else sampled)
    found = extent(pieces(whole))
    if array.dtype.kind in "Mm":
        parts = [missing_text(found.missing, whole.size)]
        parts += [f"{found.least} … {found.most}"] if found.least is not None else []
        return ", ".join(part for part in parts if part) + ("" if exact else sampled)
    finite = flat[numpy.isfinite(flat)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = number_facts(
            found.missing,
            whole.size,
            None if found.least is None else found.least.item(),
            None if found.most is None else found.most.item(),
            mean=float(finite.mean()) if finite.size else math.nan,
            median=float(numpy.median(finite)) if finite.size else math.nan,
            deviation=float(finite.std()) if finite.size else math.nan,
            infinite=found.infinite,
            sampled=exact and step > 1,
        )
    return told.ranges + sampled


def describe_xarray(value: Any, format: str, budget: int) -> Described:
    """Describe a Dataset or DataArray: as xarray prints it, or for "schema" dimensions, names and types alone.

    Nothing is loaded: an array that is still on disk, or lazy, has no statistics.
    """
    size = ", ".join(f"{name}: {length:,}" for name, length in value.sizes.items())
    kind = type(value).__name__
    if format != "schema":
        text, note = clip(repr(value), budget)
        return Described(text, f"{kind} ({size})", (note,) if note else ())
    lines = [f"xarray {kind}, dimensions ({size})"]
    lines += _variables("coordinates", value.coords)
    lines += _variables("variables", value.data_vars if hasattr(value, "data_vars") else {value.name: value})
    text, note = clip("\n".join([*lines, "(no values were sent)"]), budget)
    return Described(text, f"{kind} ({size}): schema only", (note,) if note else ())


def _variables(title: str, variables: Any) -> Sequence[str]:
    numpy = sys.modules["numpy"]
    lines = []
    for name, array in variables.items():
        # xarray alone knows whether the values are in memory; `values` would load them.
        in_memory = getattr(array.variable, "_in_memory", False)
        facts = _facts(array.values, numpy) if in_memory else ""
        dims = ", ".join(str(dim) for dim in array.dims)
        units = f" [{array.attrs['units']}]" if "units" in array.attrs else ""
        lines.append(f"  {name} ({dims}): {array.dtype}{units}" + (f"; {facts}" if facts else ""))
    return [f"{title} ({counted(len(lines), 'array')}):", *lines] if lines else []
