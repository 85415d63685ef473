"""Finds the value behind an expression, and what it holds, without running code of the user's."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from typing import Any

from nbclaude.context.references.expressions import parse_expression

__all__ = ["attributes_of", "keys_of", "value_at"]

_NOTHING = object()
_MAX_WORDS = 1_000  # words that are offered
# Where libraries without that method have their columns.
_COLUMNS = {"pandas": ("columns", "index"), "pyarrow": ("column_names",)}


def value_at(expression: str, namespace: Mapping[str, Any]) -> Any:
    """Return the value of names, attributes and constant subscripts; None for what only code would tell."""
    tree = parse_expression(expression)
    found = _value(tree.body, namespace) if tree else _NOTHING
    return None if found is _NOTHING else found


def _value(node: ast.expr, namespace: Mapping[str, Any]) -> Any:
    match node:
        case ast.Name(id=name):
            return namespace.get(name, _NOTHING)
        case ast.Attribute(value=value, attr=name):
            return _attribute(_value(value, namespace), name)
        case ast.Subscript(value=value, slice=ast.Constant(value=key)):
            return _item(_value(value, namespace), key)
        case _:
            return _NOTHING


def _attribute(owner: Any, name: str) -> Any:
    if owner is _NOTHING:
        return owner
    found = inspect.getattr_static(owner, name, _NOTHING)
    # A property, or whatever else computes its value, is not computed.
    return _NOTHING if hasattr(type(found), "__get__") and not callable(found) else found


def _item(owner: Any, key: Any) -> Any:
    if type(owner) is dict:
        return owner.get(key, _NOTHING)
    if type(owner) in (list, tuple) and isinstance(key, int) and -len(owner) <= key < len(owner):
        return owner[key]
    return _NOTHING


def attributes_of(value: Any) -> list[str]:
    """Return the names of the attributes that an object or its class has."""
    own = getattr(value, "__dict__", {})
    names = {*dir(type(value)), *(own if isinstance(own, Mapping) else ())}
    if inspect.ismodule(value) or inspect.isclass(value):
        names |= set(dir(value))
    return sorted(name for name in names if isinstance(name, str))


def keys_of(value: Any) -> list[str]:
    """Return the keys of a dict, the columns of a frame, or the index of a series.

    Many libraries list theirs in the method that IPython calls.
    """
    if isinstance(value, dict):
        keys: Any = dict.keys(value)
    elif hasattr(type(value), "_ipython_key_completions_"):
        keys = value._ipython_key_completions_()
    else:
        roots = {kind.__module__.partition(".")[0] for kind in type(value).__mro__}
        names = [name for root in roots for name in _COLUMNS.get(root, ())]
        keys = next((getattr(value, name) for name in names if hasattr(value, name)), ())
    return [key for key, _ in zip(keys, range(_MAX_WORDS), strict=False) if isinstance(key, str)]
