"""The variables of the kernel that a tool may take: by their plain names, and only of the type that it wants."""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["VariableError", "variable_named", "variables_of"]

_MAX_NAMES = 40  # names that the model is told of


class VariableError(ValueError):
    """There is no such variable; the message is for the model."""


def variable_named(name: object, kinds: tuple[type, ...], names: Mapping[str, Any]) -> Any:
    """Return the variable of this name if it is of one of these types. A name is no expression, and nothing is evaluated.

    Raises:
        VariableError: the variable does not exist; the message names those that do.

    """
    wanted = " or ".join(kind.__name__ for kind in kinds)
    if not isinstance(name, str) or not _is_plain(name):
        raise VariableError(
            f"Give the plain name of a variable that holds a {wanted}, not an expression or a value"
        )
    is_there = name in names
    found = names[name] if is_there else None  # a Scope says why a name has no value
    if is_there and isinstance(found, kinds):
        return found
    there = ", ".join(variables_of(kinds, names)) or "none"
    what = f"{name} is a {type(found).__name__}" if is_there else f"There is no variable {name}"
    raise VariableError(f"{what}. Variables of type {wanted}: {there}")


def variables_of(kinds: tuple[type, ...], names: Mapping[str, Any]) -> dict[str, Any]:
    """Return the variables of these types by name, at most some tens of them."""
    return dict(_first(_matching(kinds, names)))


def _matching(kinds: tuple[type, ...], names: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in tuple(names):
        if not _is_plain(name):
            continue
        try:
            value = names[name]
            if isinstance(value, kinds):
                yield name, value
        except Exception:  # noqa: S112 - an object of the user's may fail when it is looked at
            continue


def _first(found: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    for _, pair in zip(range(_MAX_NAMES), found, strict=False):
        yield pair


def _is_plain(name: object) -> bool:
    return (
        isinstance(name, str)
        and name.isidentifier()
        and not name.startswith("_")
        and not keyword.iskeyword(name)
    )
