"""Refuses, before a question is sent, a target that cannot hold its reply: `a, b =`, `text[0] =`."""

from __future__ import annotations

import array
import ast
import inspect
from collections import deque
from typing import Any

from IPython.core.error import UsageError

from nbclaude.context.references.scope import Scope
from nbclaude.magics.calls import container_of

__all__ = ["check_target"]

_NOTHING = object()
_NOT_SENT = "Nothing was sent."


def check_target(target: str, scope: Scope) -> None:
    """Refuse a target (`ans["k"] =`) that no reply can be assigned to. No code of the user's runs for it.

    Raises:
        UsageError: why not, and how to write it instead.

    """
    (statement,) = ast.parse(f"{target} 0").body
    if isinstance(statement, ast.AugAssign):
        raise UsageError(
            f"{target} %claude ...: a reply is an object and cannot be added to another. "
            f"Write reply = %claude ..., and go on with reply.text. {_NOT_SENT}"
        )
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    for each in targets:
        if not isinstance(each, ast.Name | ast.Attribute | ast.Subscript):
            raise UsageError(
                f"{target} %claude ...: a reply is one object and cannot be unpacked. "
                f"Write reply = %claude ... instead. {_NOT_SENT}"
            )
        container = container_of(each)
        if container is None:
            continue
        if container.id not in scope:
            raise UsageError(f"{target} %claude ...: there is no variable {container.id}. {_NOT_SENT}")
        if isinstance(each, ast.Name) or each.value is not container:
            continue
        held = scope[container.id]
        if isinstance(each, ast.Subscript):
            why = _not_an_item(container.id, held, each.slice, scope)
        else:
            why = _not_an_attribute(container.id, held, each.attr)
        if why:
            raise UsageError(f"{target} %claude ...: {why} {_NOT_SENT}")


def _not_an_item(name: str, held: Any, index: ast.expr, scope: Scope) -> str:
    kind = type(held)
    if not hasattr(kind, "__setitem__"):
        return f"{name} is a {kind.__name__}, and its items cannot be set."
    if isinstance(held, bytearray | memoryview | array.array):
        return f"{name} is a {kind.__name__}, which cannot hold a reply."
    value = _known(index, scope)
    if isinstance(held, dict) and type(value) in (list, dict, set, bytearray):
        return f"a {type(value).__name__} cannot be a key."
    if not isinstance(held, list | deque) or kind.__setitem__ not in (list.__setitem__, deque.__setitem__):
        return ""
    if isinstance(index, ast.Slice):
        return (
            f"a slice of a {kind.__name__} takes several values, and a reply is one object. "
            f"Write {name}.append(reply) after reply = %claude ...."
        )
    if type(value) is int and not -len(held) <= value < len(held):
        items = "no items" if not held else "1 item" if len(held) == 1 else f"{len(held)} items"
        return f"{name} has {items}. Write {name}.append(reply) after reply = %claude ...."
    if type(value) in (str, float, bytes, tuple, type(None)):
        return f"a {kind.__name__} is indexed by integers, and {value!r} is not one."
    return ""


def _not_an_attribute(name: str, held: Any, attribute: str) -> str:
    kind = type(held)
    if isinstance(held, type) or inspect.ismodule(held):
        return ""
    found = inspect.getattr_static(kind, attribute, _NOTHING)
    is_frozen = getattr(kind.__dict__.get("__dataclass_params__"), "frozen", False)
    if is_frozen or (type(found) is property and found.fset is None):
        return f"{name}.{attribute} cannot be set."
    setter: object = kind.__setattr__
    is_plain = setter is object.__setattr__ and kind.__dictoffset__ == 0
    if is_plain and not hasattr(type(found), "__set__"):
        return f"{name} is a {kind.__name__}, and its attribute {attribute} cannot be set."
    return ""


def _known(index: ast.expr, scope: Scope) -> Any:
    """Return the value of an index that can be found without running anything: a literal, or a variable's."""
    if isinstance(index, ast.Name) and index.id in scope:
        return scope[index.id]
    try:
        return ast.literal_eval(index)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return _NOTHING
