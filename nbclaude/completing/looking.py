"""Finds the value behind an expression, and what it holds, without running code of the user's."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from itertools import islice
from typing import Any

from nbclaude.context.references.expressions import names_existing, parse_expression

__all__ = ["attributes_of", "has", "is_a", "keys_of", "names_something", "packages_of", "value_at"]

_NOTHING = object()
_MAX_WORDS = 1_000  # words that are offered
# Where libraries without that method have their columns.
_COLUMNS = {"pandas": ("columns", "index"), "pyarrow": ("column_names",)}
# In these libraries columns are attributes as well.
_WITH_ATTRIBUTES = ("pandas", "xarray")


def value_at(expression: str, namespace: Mapping[str, Any]) -> Any:
    """Return the value of names, attributes and constant subscripts; None for what only code would tell."""
    tree = parse_expression(expression)
    found = _value(tree.body, namespace) if tree else _NOTHING
    return None if found is _NOTHING else found


def names_something(expression: str, namespace: Mapping[str, Any]) -> bool:
    """Tell whether an expression consists of existing names."""
    tree = parse_expression(expression)
    return tree is not None and names_existing(tree, namespace)


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
    return _NOTHING if has(type(found), "__get__") and not callable(found) else found


def _item(owner: Any, key: Any) -> Any:
    if type(owner) is dict:
        return owner.get(key, _NOTHING)
    if type(owner) in (list, tuple) and isinstance(key, int) and -len(owner) <= key < len(owner):
        return owner[key]
    return _NOTHING


def is_a(value: Any, *kinds: type) -> bool:
    """Tell whether a value is of one of these types; `isinstance` would also ask the value itself for its class."""
    return issubclass(type(value), kinds)


def has(value: Any, name: str) -> bool:
    """Tell whether a value has an attribute, without computing it."""
    return inspect.getattr_static(value, name, _NOTHING) is not _NOTHING


def attributes_of(value: Any) -> list[str]:
    """Return the names of the attributes that an object or its class has."""
    names = set(type.__dir__(type(value)))
    if inspect.ismodule(value):
        names |= set(dir(value))
    elif is_a(value, type):
        names |= set(type.__dir__(value))
    else:
        names |= set(_own_attributes(value))
    if not packages_of(value).isdisjoint(_WITH_ATTRIBUTES):
        names |= {key for key in keys_of(value) if key.isidentifier()}
    return sorted(name for name in names if isinstance(name, str))


def _own_attributes(value: Any) -> Mapping[str, Any]:
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return own if type(own) is dict else {}


def keys_of(value: Any) -> list[str]:
    """Return the keys of a dict, the columns of a frame, or the index of a series.

    Many libraries list theirs in the method that IPython calls.
    """
    if is_a(value, dict):
        keys: Any = dict.keys(value)
    elif has(type(value), "_ipython_key_completions_"):
        keys = value._ipython_key_completions_()
    else:
        names = [name for root in packages_of(value) for name in _COLUMNS.get(root, ())]
        keys = next((getattr(value, name) for name in names if hasattr(value, name)), ())
    return list(dict.fromkeys(key for key in islice(keys, _MAX_WORDS) if isinstance(key, str)))


def packages_of(value: Any) -> set[str]:
    """Return the packages that define the type of a value and its base classes."""
    return {kind.__module__.partition(".")[0] for kind in type(value).__mro__[:-1]}
