"""Describes an xarray Dataset or DataArray as compact text for a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nbclaude.data.array_facts import array_facts
from nbclaude.data.arrays import describe_array
from nbclaude.data.table import Described
from nbclaude.errors import ConfigurationError
from nbclaude.texts import clip, counted, one_line

__all__ = ["describe_xarray"]


def describe_xarray(value: Any, format: str, rows: int, budget: int) -> Described:
    """Describe a Dataset or DataArray: as xarray prints it with statistics, or for "schema" dimensions, names and types.

    Nothing is loaded: an array that is still on disk, or lazy, has no statistics; "head" and "full" load what they show.
    """
    size = ", ".join(f"{name}: {length:,}" for name, length in value.sizes.items())
    kind = type(value).__name__
    variables = value.data_vars if hasattr(value, "data_vars") else {value.name: value}
    if format in ("head", "full"):
        if hasattr(value, "data_vars"):
            raise ConfigurationError(
                f"An xarray {kind} has no format {format}: reference one of its variables, as in {{ds['name']:{format}"
                f"{' 5' if format == 'head' else ''}}}, or a table of it, {{ds.to_dataframe():{format}"
                f"{' 5' if format == 'head' else ''}}}."
            )
        named = f" {value.name}" if value.name else ""
        opening = f"xarray {kind}{named}, dimensions ({size}), {value.dtype}"
        shown = value[:rows] if format == "head" and value.ndim else value
        return describe_array(shown.values, format, rows, budget, opening)
    if format not in ("schema", "stats"):
        known = [
            *_variables("coordinates", value.coords, facts_only=True),
            *_variables("statistics", variables, facts_only=True),
        ]
        text, note = clip(repr(value), budget - sum(map(len, known)))
        return Described("\n".join([text, *known]), f"{kind} ({size})", (note,) if note else ())
    lines = [f"xarray {kind}, dimensions ({size})"]
    lines += _variables("coordinates", value.coords)
    lines += _variables("variables", variables)
    text, note = clip("\n".join([*lines, "(no values were sent)"]), budget)
    return Described(text, f"{kind} ({size}): schema only", (note,) if note else ())


_TOLD = 40  # variables


def _variables(title: str, variables: Any, *, facts_only: bool = False) -> Sequence[str]:
    lines = []
    for name, array in list(variables.items())[:_TOLD]:
        # xarray alone knows whether the values are in memory; `values` would load them.
        in_memory = getattr(array.variable, "_in_memory", False)
        facts = array_facts(array.values).text(values=False) if in_memory else ""
        units = _written(array.attrs)
        if facts_only:
            lines += [f"  {name}{units}: {facts}"] if facts else []
            continue
        dims = ", ".join(str(dim) for dim in array.dims)
        lines.append(f"  {name} ({dims}): {array.dtype}{units}" + (f"; {facts}" if facts else ""))
    if len(variables) > _TOLD:
        lines.append(f"  … and {len(variables) - _TOLD:,} more")
    if facts_only:
        return [f"{title}:", *lines] if lines else []
    return [f"{title} ({counted(len(variables), 'array')}):", *lines] if lines else []


def _written(attributes: Mapping[Any, Any]) -> str:
    """Return the unit and the long name that were written on an array."""
    units = f" [{one_line(str(attributes['units']), 40)}]" if "units" in attributes else ""
    return units + (f" ({one_line(str(attributes['long_name']), 80)})" if "long_name" in attributes else "")
