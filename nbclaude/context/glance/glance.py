"""Says in one line what a value is: its kind and size, and what is in it, by accessors that run nothing of the user's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from nbclaude.frozen import frozen
from nbclaude.secrets.marks import mask_of
from nbclaude.secrets.names import Name, name_of

__all__ = [
    "Glance",
    "Looking",
    "bases_of",
    "glance",
    "is_a",
    "is_hidden_name",
    "listed",
    "members_of",
    "type_of",
]

ROOM = 300  # characters of one value


@frozen
class Glance:
    """What a value is: `kind` with its type and size alone, `value` with what is in it."""

    kind: str
    value: str = ""

    def text(self, *, values: bool = True) -> str:
        """Return the line to show."""
        return self.value if values and self.value else self.kind


@frozen
class Looking:
    """How closely to look: at which columns of a frame, how deep into lists and dicts, with how much room."""

    columns: tuple[str, ...] = ()
    depth: int = 2
    room: int = ROOM
    items: int = 5

    @property
    def inside(self) -> Looking:
        """How closely to look at what is in a list or dict."""
        return Looking((), self.depth - 1, max(self.room // 4, 40), 3)


def glance(value: object, name: str = "", looking: Looking | None = None) -> Glance:
    """Return what a value is. What its `name` says to be a secret is masked, whatever it looks like.

    No property, `__repr__`, `__len__` or `__getattr__` of a class of the user's runs, and nothing lazy is computed.
    """
    looking = looking or Looking()
    secret = is_hidden_name(name)
    if secret is not None and not _tells_nothing(value):
        return Glance(type_of(value), f"{type_of(value)} {mask_of(secret.kind)}")
    try:
        return _seen(value, looking)
    except Exception:  # a library may fail at a value of its own; its type is told at least
        return Glance(type_of(value))


def is_hidden_name(name: str) -> Name | None:
    """Return what a variable's, key's, attribute's or column's name says of its value; None if it names no secret."""
    return name_of(name) if name else None


def _tells_nothing(value: object) -> bool:
    """Whether a value cannot be a secret, whatever its name: None, or a function, class or module."""
    from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType

    nothing = value is None or type(value) is bool or (type(value) in (str, bytes) and not value)
    return nothing or is_a(value, (type, FunctionType, MethodType, BuiltinFunctionType, ModuleType))


def _seen(value: object, looking: Looking) -> Glance:
    from nbclaude.context.glance import libraries, objects, plain

    lookers = (plain.look, libraries.look, objects.look)
    found = next((seen for look in lookers if (seen := look(value, looking)) is not None), None)
    return found or Glance(type_of(value))


def is_a(value: object, kinds: Any) -> TypeGuard[Any]:
    """Tell whether a value is of one of these types; `isinstance` would ask an object for its `__class__`, which may run code."""
    return issubclass(type(value), kinds)


# Past whatever a metaclass does with the attributes of its classes.
_DICT, _MRO = type.__dict__["__dict__"].__get__, type.__dict__["__mro__"].__get__


def members_of(kind: type) -> Mapping[str, Any]:
    """Return what a class itself defines."""
    found: Mapping[str, Any] = _DICT(kind)
    return found


def bases_of(kind: type) -> tuple[type, ...]:
    """Return a class and those that it comes from, in the order in which attributes are looked up."""
    found: tuple[type, ...] = _MRO(kind)
    return found


def type_of(value: object) -> str:
    """Return the name of a value's type, with its package where that is no builtin or class of the notebook."""
    kind = type(value)
    name, module = _said(kind, "__qualname__"), _said(kind, "__module__")
    package = module.partition(".")[0]
    return name if package in ("builtins", "__main__", "numpy", "pandas", "") else f"{package}.{name}"


def _said(kind: type, what: str) -> str:
    """Return `__qualname__` or `__module__` of a class, past whatever its metaclass does."""
    try:
        found = type.__getattribute__(kind, what)
    except Exception:
        return ""
    return found if isinstance(found, str) else ""


def listed(texts: Sequence[str], total: int, room: int) -> str:
    """Return texts in a row, as many as there is room for, and how many more there are."""
    shown: list[str] = []
    used = 0
    for text in texts:
        if shown and used + len(text) > room:
            break
        shown.append(text)
        used += len(text) + 2
    more = total - len(shown)
    return ", ".join(shown) + (f", … {more:,} more" if more > 0 else "")
