"""Describes an xarray Dataset or DataArray as compact text for a model."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nbclaude.data.array_facts import array_facts, step_fact
from nbclaude.data.arrays import describe_array
from nbclaude.data.cells import cell_text
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
            *_variables("coordinates", value.coords, _of_coordinate, facts_only=True),
            *_variables(
                "statistics" if any(map(_in_memory, variables.values())) else "variables",
                variables,
                _of_shown_variable,
                facts_only=True,
            ),
        ]
        text, note = clip(_shown(value), budget - sum(map(len, known)))
        return Described("\n".join([text, *known]), f"{kind} ({size})", (note,) if note else ())
    lines = [f"xarray {kind}, dimensions ({size})"]
    lines += _variables("coordinates", value.coords, _of_coordinate)
    lines += _variables("variables", variables, _of_variable if format == "schema" else _of_shown_variable)
    text, note = clip("\n".join([*lines, "(no values were sent)"]), budget)
    words = "schema + statistics" if format == "stats" else "schema only"
    return Described(text, f"{kind} ({size}): {words}", (note,) if note else ())


_TOLD = 40  # variables
_WHOLE = 200  # values of an array that are shown
_ENDS = 3  # values are shown from each end of a larger one
_SECTION = re.compile(r"(?:Coordinates|Dimensions without coordinates|Indexes|Attributes):")


def _shown(value: Any) -> str:
    """Return an array or dataset as xarray prints it, but only the first and last values of a large array in memory."""
    variable = getattr(value, "variable", None)
    if variable is None or variable.size <= _WHOLE or not getattr(variable, "_in_memory", False):
        return repr(value)
    first, *lines = repr(value).splitlines()
    rest = next((n for n, line in enumerate(lines) if _SECTION.match(line)), len(lines))
    flat = value.values.flat
    numbers = value.dtype.kind == "f"
    ends = [
        cell_text(float(flat[n]) if numbers else flat[n], digits=7)
        for n in (*range(_ENDS), *range(-_ENDS, 0))
    ]
    return "\n".join([first, f"values {', '.join([*ends[:_ENDS], '…', *ends[_ENDS:]])}", *lines[rest:]])


def _of_variable(values: Any) -> str:
    return array_facts(values).text(values=False)


def _of_shown_variable(values: Any) -> str:
    return array_facts(values).text()


def _of_coordinate(values: Any) -> str:
    """Return the facts about a coordinate, including its step if it has one. The mean of labels says nothing."""
    facts = array_facts(values)
    own = (each for each in facts.facts if not each.text.lstrip("~").startswith(("mean ", "median ", "std ")))
    return replace(facts, facts=tuple(own)).before(step_fact(values)).text(values=False)


def _variables(
    title: str, variables: Any, told: Callable[[Any], str] = _of_variable, *, facts_only: bool = False
) -> Sequence[str]:
    lines = []
    for label, array in list(variables.items())[:_TOLD]:
        name = "values" if label is None else label
        facts = told(array.values) if _in_memory(array) else ""
        units = _written(array.attrs)
        if facts_only:
            # The repr of a dataset has no units.
            lines += [f"  {name}{units}{': ' if facts else ''}{facts}"] if facts or units else []
            continue
        dims = ", ".join(str(dim) for dim in array.dims)
        lines.append(f"  {name} ({dims}): {array.dtype}{units}" + (f"; {facts}" if facts else ""))
    if len(variables) > _TOLD:
        lines.append(f"  … and {len(variables) - _TOLD:,} more")
    if facts_only:
        return [f"{title}:", *lines] if lines else []
    return [f"{title} ({counted(len(variables), 'array')}):", *lines] if lines else []


def _in_memory(array: Any) -> bool:
    """Return whether the values of an array are in memory: `values` would load them."""
    return bool(getattr(array.variable, "_in_memory", False))


def _written(attributes: Mapping[Any, Any]) -> str:
    """Return the unit and the long name that were written on an array."""
    units = f" [{one_line(str(attributes['units']), 40)}]" if "units" in attributes else ""
    return units + (f" ({one_line(str(attributes['long_name']), 80)})" if "long_name" in attributes else "")
