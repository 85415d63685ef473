"""What a docstring says about a function and its parameters, in any of the usual styles."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from nbclaude.frozen import frozen

__all__ = ["Documented", "documented"]


@frozen
class Documented:
    """What a docstring says about a function and about each parameter, with the type that it states."""

    description: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)


def documented(function: Callable[..., Any]) -> Documented:
    """Read the docstring of a function."""
    inner = function.func if isinstance(function, functools.partial) else function
    text = inspect.getdoc(inner) or "" if inspect.isroutine(inner) else _of_object(inner)
    if not text.strip():
        return Documented()
    import docstring_parser

    try:
        found = docstring_parser.parse(text)
    except docstring_parser.ParseError:
        return Documented(text)
    parts = [found.short_description, found.long_description]
    description = "\n\n".join(part.strip() for part in parts if part) or text
    if found.returns is not None and found.returns.description:
        description += f"\n\nReturns: {found.returns.description.strip()}"
    told = {each.arg_name: " ".join((each.description or "").split()) for each in found.params}
    kinds = {each.arg_name: each.type_name or "" for each in found.params}
    return Documented(description, {name: said for name, said in told.items() if said}, kinds)


def _of_object(value: object) -> str:
    """Return the docstring of a callable object's call, or else of its class."""
    own = getattr(type(value), "__call__", None)  # noqa: B004 - its docstring is wanted
    return inspect.cleandoc(getattr(own, "__doc__", None) or type(value).__doc__ or "")
