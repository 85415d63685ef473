"""Frozen dataclasses that are quick to define: compiling all their methods would be half of the load time."""

from __future__ import annotations

import dataclasses
from dataclasses import MISSING, Field, FrozenInstanceError
from reprlib import recursive_repr
from typing import Any, TypeVar, dataclass_transform

__all__ = ["frozen"]

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def frozen(cls: type[_T]) -> type[_T]:
    """Do what `@dataclass(frozen=True, slots=True)` does to a class, in a quarter of the time.

    The standard library compiles six methods for each class. Here only `__init__` is compiled; all classes share
    the other methods. `field`, `fields`, `replace`, `asdict` and `__post_init__` work as in every dataclass.
    """
    own = dict(vars(cls))
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    fields = dataclasses.fields(made)
    made.__frozen_stored__ = tuple(field.name for field in fields)
    made.__frozen_compared__ = tuple(field.name for field in fields if field.compare)
    made.__frozen_shown__ = tuple(field.name for field in fields if field.repr)
    made.__init__ = _init(made, fields)
    for name in _SHARED:
        if own.get(name) is None:
            setattr(made, name, vars(_Shared)[name])
    return made  # type: ignore[no-any-return]


def _init(cls: type, fields: tuple[Field[Any], ...]) -> Any:
    """Compile `__init__`: it sets each field, past the `__setattr__` that refuses."""
    names: dict[str, Any] = {"_made_": _MADE, "_put_": object.__setattr__}
    positional, by_name, lines = ["self"], ["*"], []
    for index, field in enumerate(fields):
        default = ""
        value = field.name
        if field.default_factory is not MISSING:
            names[f"factory_{index}"] = field.default_factory
            default, value = "_made_", f"factory_{index}() if {field.name} is _made_ else {field.name}"
        elif field.default is not MISSING:
            default = f"default_{index}"
            names[default] = field.default
        if not field.init:
            raise TypeError(
                f"{cls.__name__}.{field.name}: a frozen class cannot have a field with init=False"
            )
        parameters = by_name if field.kw_only else positional
        parameters.append(f"{field.name}={default}" if default else field.name)
        lines.append(f"_put_(self, {field.name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    parameters = positional + (by_name if len(by_name) > 1 else [])
    exec(f"def __init__({', '.join(parameters)}):\n " + "\n ".join(lines or ["pass"]), names)  # noqa: S102 # of names alone
    init = names["__init__"]
    init.__qualname__, init.__module__ = f"{cls.__qualname__}.__init__", cls.__module__
    init.__annotations__ = {field.name: field.type for field in fields} | {"return": None}
    return init


class _Made:
    """Stands for what a factory makes, as the standard library shows it in a signature."""

    def __repr__(self) -> str:
        return "<factory>"


_MADE = _Made()


class _Shared:
    """The methods that all frozen classes share; each class says which of its fields count."""

    __frozen_stored__: tuple[str, ...]
    __frozen_compared__: tuple[str, ...]
    __frozen_shown__: tuple[str, ...]

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return _values(self, self.__frozen_compared__) == _values(other, self.__frozen_compared__)

    def __hash__(self) -> int:
        return hash(_values(self, self.__frozen_compared__))

    @recursive_repr()
    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__frozen_shown__)
        return f"{type(self).__qualname__}({shown})"

    def __getstate__(self) -> list[Any]:
        return list(_values(self, self.__frozen_stored__))

    def __setstate__(self, state: list[Any]) -> None:
        for name, value in zip(self.__frozen_stored__, state, strict=True):
            object.__setattr__(self, name, value)


_SHARED = ("__setattr__", "__delattr__", "__eq__", "__hash__", "__repr__", "__getstate__", "__setstate__")


def _values(value: object, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple([getattr(value, name) for name in names])
